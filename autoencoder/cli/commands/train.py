"""Command ``train``: train a model and save it as a folder."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from autoencoder.cli.arguments import MOST_IMAGES, add_command, noise, number, whole
from autoencoder.cli.running import last_losses, load, run
from autoencoder.errors import CheckpointError
from autoencoder.model.architecture import KINDS, MAX_LATENT_DIM, PRESETS, Architecture, ModelSettings
from autoencoder.steps import Step

FEWEST_IMAGES = 50  # to train on


def add(parsers) -> None:
    command = add_command(parsers, train, "train a model and save it as a folder")
    command.add_dataset()
    command.add_argument("--kind", choices=KINDS, required=True, help="plain, denoising or variational")
    help = f"numbers in a code, 1 to {MAX_LATENT_DIM}"
    command.option("--latent-dim", whole(1, MAX_LATENT_DIM), metavar="D", help=help, required=True)
    command.option("--architecture", str, "conv", choices=PRESETS)
    command.option("--epochs", whole(1, 1000), 15, metavar="E")
    command.option("--batch-size", whole(1, 4096), 128, metavar="B")
    help = f"to train on, from {FEWEST_IMAGES}, drawn by class: few are memorised; default: all"
    count = whole(FEWEST_IMAGES, MOST_IMAGES)
    command.add_argument("--images", type=count, default=0, metavar="N", help=help)
    command.option("--learning-rate", number(1e-9, 1), 8e-3, metavar="R", help="peak")
    command.option("--beta", number(0, 1000), 1.0, metavar="F", help="weight of a vae's KL")
    help = "laid over the inputs of a dae"
    command.option("--noise", noise, "gaussian:0.3", metavar="KIND:LEVEL", help=help)
    command.option("--threads", whole(1, 64), metavar="T", help="CPU threads; default: all cores")
    command.add_seed()
    command.add_argument("--out", required=True, metavar="FOLDER", help="where the model is written")
    command.add_argument("--replace", action="store_true", help="replace a model that is there already")


def train(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.record import TrainingSettings
    from autoencoder.checkpoint.store import check_destination, save_checkpoint
    from autoencoder.model.runtime import resolve_runtime
    from autoencoder.training.result import make_checkpoint
    from autoencoder.training.trainer import Trainer

    model = ModelSettings(args.kind, args.latent_dim, args.beta, Architecture.preset(args.architecture))
    settings = TrainingSettings(
        args.epochs, args.batch_size, args.learning_rate, args.seed, str(args.noise), args.images
    )
    if check_destination(args.out).exists() and not args.replace:
        raise CheckpointError(f"{args.out} holds a model. Choose another folder, or add --replace.")
    dataset = load(args, "train")
    test = load(args, "test") if dataset.split == "train" else None
    trainer = Trainer(dataset.images, model, settings, resolve_runtime(args.threads), dataset.labels)
    follow(trainer)
    checkpoint = make_checkpoint(Path(args.out).name, trainer, dataset, test)
    folder = save_checkpoint(checkpoint, args.out)
    return {
        "checkpoint": str(folder),
        "epochs": trainer.history[-1].epoch,
        "seconds": trainer.seconds,
        **last_losses(trainer.history),
    }


def follow(trainer) -> None:
    """Train to the end, or to the interrupt that comes after at least one epoch."""
    from autoencoder.checkpoint.record import EpochResult
    from autoencoder.training.trainer import Progress

    def note(step: Step, bar: tqdm) -> None:
        if isinstance(step.partial, Progress):
            words = f"epoch {step.partial.epoch}, loss {step.partial.loss:.1f} nats"
            bar.set_postfix_str(words, refresh=False)
        elif isinstance(step.partial, EpochResult):
            result = step.partial
            losses = f"training {result.train_loss:.2f}, held out {result.validation_loss:.2f} nats an image"
            words = f"epoch {result.epoch:,.4g}: {losses}; held-out PSNR {result.validation_psnr:.2f} dB"
            bar.write(words, file=sys.stderr)

    try:
        run(trainer.steps(), "training", note)
    except KeyboardInterrupt:
        if not trainer.history:
            raise
        print("stopped; the model is saved as it is now", file=sys.stderr)
