"""Command ``generate``: draw new images, and judge them."""

import argparse
import sys
from collections.abc import Sequence

from autoencoder.cli.arguments import add_command, number, whole
from autoencoder.cli.running import draw, load_both, run, seen_in_training
from autoencoder.data.dataset import Dataset
from autoencoder.errors import DatasetError

SOURCE_NAMES = ("prior", "gaussian", "mixture", "box")  # of latent.sources, which needs scikit-learn


def add(parsers) -> None:
    command = add_command(parsers, generate, "draw new images, and judge them")
    command.add_checkpoint()
    command.add_dataset()
    command.option("--source", str, "prior", choices=SOURCE_NAMES)
    command.option("--n", whole(2, 100_000), 1000, metavar="N", help="samples")
    help = "of the mixture; default: as many as make held-out codes likeliest"
    command.option("--components", whole(1, 1000), metavar="K", help=help)
    help = "scales how far samples are from the middle"
    command.option("--temperature", number(0, 10), 1.0, metavar="T", help=help)
    command.add_seed()
    command.add_figure("the samples")


def generate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.generate.figure import samples_figure
    from autoencoder.experiments.generate.samples import apart, sample, score_steps, yardstick_steps
    from autoencoder.latent.sources import MIXTURE, sampler_steps
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    checkpoint = load_checkpoint(args.checkpoint)
    training, test = load_both(args)
    _check_images(training)
    latents = checkpoint.model.encode(training.images)
    if args.source == MIXTURE:
        _check_mixture(training, args.components or 1)
    is_seen = seen_in_training(checkpoint, test or training)
    training, held_out = apart(training, test or training)
    classifier = _taught(training, held_out)
    sampler = run(sampler_steps(args.source, latents, 0, args.components), "fitting the source")
    samples = sample(sampler, checkpoint.support, args.n, args.seed, args.temperature)
    if args.out:
        title = f"Samples of {checkpoint.name} from the {args.source}, seed {args.seed}"
        draw(samples_figure(samples, title, min(20, round(args.n**0.5))), args.out)
    steps = yardstick_steps(checkpoint.model, training.images, held_out.images, classifier)
    yardstick = run(steps, "getting ready to judge")
    scores = vars(run(score_steps(args.source, samples, yardstick), "judging the samples"))
    return {
        "source": args.source,
        "n": args.n,
        "seed": args.seed,
        "components": getattr(sampler, "n_components", None) if args.source == MIXTURE else None,
        **{name: scores[name] for name in ("frechet", "frechet_floor", "off_support_share", "copy_share")},
        "seen_in_training": is_seen,  # the images that samples are compared with
        "class_shares": _by_class(scores["class_shares"], training, classifier),
    }


def _by_class(shares: Sequence[float] | None, training: Dataset, classifier) -> dict[str, float] | None:
    """Shares of the samples by class name; None without a classifier."""
    if classifier is None:
        return None
    names = [training.class_names[label] for label in classifier.class_labels]
    return dict(zip(names, shares, strict=True))


def _check_images(training: Dataset) -> None:
    from autoencoder.data.images import are_alike

    if are_alike(training.images):
        problem = f"The images of {training.name} do not differ from each other"
        raise DatasetError(f"{problem}: there is nothing to judge samples by. Choose other images.")


def _taught(training: Dataset, held_out: Dataset):
    """Classifier for the features of images; None, with a note, where it has too little to learn from."""
    from autoencoder.training.classifier import classifier_steps, why_not_teach

    if lack := why_not_teach(training):
        print(f"note: {lack} to teach a classifier with, so no Fréchet distance", file=sys.stderr)
        return None
    return run(classifier_steps(training, held_out), "teaching a classifier")


def _check_mixture(dataset: Dataset, n_components: int) -> None:
    from autoencoder.latent.sources import FEWEST_CODES

    most, has = dataset.n_images // 2, f"{dataset.name} has {dataset.n_images:,} images"
    if dataset.n_images < FEWEST_CODES:
        advice = "Choose more images, or another --source."
        raise DatasetError(f"{has}, and a mixture needs at least {FEWEST_CODES}. {advice}")
    if n_components > most:
        advice = f"Choose more images, or --components up to {most}."
        raise DatasetError(f"{has}, and a component needs two. {advice}")
