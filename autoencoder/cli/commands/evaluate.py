"""Command ``evaluate``: measure how well a model reconstructs images."""

import argparse
import sys

from autoencoder.cli.arguments import add_command, noise
from autoencoder.cli.running import draw, load, seen_in_training
from autoencoder.data.noise import NOISE_KINDS
from autoencoder.errors import DatasetError

N_SHOWN = 12  # images of the figure


def add(parsers) -> None:
    command = add_command(parsers, evaluate, "measure how well a model gives images back")
    command.add_checkpoint()
    command.add_dataset("the model's training images")
    command.option("--split", str, "test", choices=("train", "test"))
    help = f"corrupt what the model is given; kinds: {', '.join(NOISE_KINDS)}; level 0 to 1"
    command.option("--noise", noise, metavar="KIND:LEVEL", help=help)
    command.add_seed()
    command.add_figure(f"the first {N_SHOWN} reconstructions")


def evaluate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.reconstruction import evaluate, far_words, reconstruction_sheet

    checkpoint = load_checkpoint(args.checkpoint)
    args.dataset = args.dataset or _trained_on(checkpoint)
    dataset = load(args, args.split)
    found = evaluate(checkpoint.model, dataset.images, args.noise, args.seed)
    means = found.means()
    if found.n_far:
        print(f"note: {far_words(found.n_far, dataset.n_images)}", file=sys.stderr)
    if args.out:
        draw(reconstruction_sheet(checkpoint, dataset, args.noise, args.seed, N_SHOWN), args.out)
    if args.noise is None:
        means = {name: value for name, value in means.items() if not name.startswith("noisy")}
    return {
        "dataset": dataset.name,
        "split": dataset.split,
        "n_images": dataset.n_images,
        "seen_in_training": seen_in_training(checkpoint, dataset),
        **means,
    }


def _trained_on(checkpoint) -> str:
    source = checkpoint.config.source
    if checkpoint.config.atlas.split == "all":
        raise DatasetError(
            f"{checkpoint.name} was trained on a file of yours, {source.name}, and a model does not keep "
            "where that lies. Name it: --dataset PATH."
        )
    return source.name
