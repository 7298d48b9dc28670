"""Command ``few-labels``: measure how far a few labels go."""

import argparse

from autoencoder.cli import reports
from autoencoder.cli.arguments import add_command, whole
from autoencoder.cli.running import draw, load_both, run, seen_in_training

FEATURES, METHODS = ("codes", "hidden", "pixels", "pca"), ("logistic", "knn", "spreading")
_ON_FEATURES = (f"{features}-{method}" for method in METHODS for features in FEATURES)
LEARNER_NAMES = (*_ON_FEATURES, "fine-tuned", "from-scratch")  # of few_labels.learners, which needs torch


def add(parsers) -> None:
    command = add_command(parsers, few_labels, "measure how far a few labels go", reports.label_text)
    command.add_checkpoint()
    command.add_dataset()
    help = "numbers of labels, with commas between them"
    command.option("--labels", _counts, "100,1000", metavar="N,N", help=help)
    command.option("--draws", whole(1, 20), 3, metavar="R", help="of the labels")
    command.option("--learners", _learners, ",".join(LEARNER_NAMES), metavar="NAME,NAME")
    command.add_seed()
    command.add_figure("the learning curves")


def few_labels(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.few_labels.figure import learning_curves
    from autoencoder.experiments.few_labels.measure import few_label_steps
    from autoencoder.experiments.few_labels.task import few_label_task
    from autoencoder.experiments.few_labels.words import curve
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    checkpoint = load_checkpoint(args.checkpoint)
    training, test = load_both(args)
    task = few_label_task(training, test, args.seed)
    steps = few_label_steps(checkpoint.model, task, args.learners, args.labels, args.draws, args.seed)
    wanted = ("learner", "n_labels", "mean", "std")
    points = curve(run(steps, "learning"))
    if args.out:
        draw(learning_curves(points), args.out)
    return {
        "results": [{name: getattr(point, name) for name in wanted} for point in points],
        "seen_in_training": seen_in_training(checkpoint, test or training),
    }


def _counts(text: str) -> list[int]:
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() and 1 <= int(word) <= 100_000 for word in words):
        raise argparse.ArgumentTypeError(f"must be whole numbers with commas between them, got {text}")
    return sorted({int(word) for word in words})


def _learners(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in LEARNER_NAMES]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no learner {unknown[0]!r}")
    return [name for name in LEARNER_NAMES if name in names]
