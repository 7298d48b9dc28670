"""Command ``anomalies``: find the images of a class that was never seen."""

import argparse

from autoencoder.cli.arguments import add_command, number, whole
from autoencoder.cli.running import draw, load_both, run
from autoencoder.model.architecture import MAX_LATENT_DIM

PROTOCOL_NAMES = ("one-class", "leave-one-out")  # of experiments.outliers.trials, which needs torch


def add(parsers) -> None:
    command = add_command(parsers, anomalies, "find the images of a class that was never seen")
    command.add_dataset()
    help = "one-class: the class is normal, all others are outliers; leave-one-out: it is the outlier"
    command.add_argument("--protocol", choices=PROTOCOL_NAMES, required=True, help=help)
    command.add_argument("--class", dest="class_name", required=True, metavar="C", help="its name or number")
    command.option("--latent-dim", whole(1, MAX_LATENT_DIM), 16, metavar="D", help="numbers in a code")
    help = "share of normal images above the threshold, as it is wanted"
    command.option("--false-alarms", number(0.001, 0.999), 0.05, metavar="F", help=help)
    command.add_seed()
    command.add_figure("the combined score's histogram and ROC curve")


def anomalies(args: argparse.Namespace) -> dict:
    from autoencoder.experiments.outliers.figure import outlier_panels
    from autoencoder.experiments.outliers.trials import (
        anomalies_report,
        class_label,
        class_trial,
        outcome_steps,
    )
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    training, test = load_both(args)
    label = class_label(training, args.class_name)
    trial = class_trial(training, test, args.protocol, label, args.seed)
    outcome = run(outcome_steps(trial, args.latent_dim, args.seed), "training on what is normal")
    report = anomalies_report(outcome, args.false_alarms)
    if args.out:
        title = f"Outliers of {training.name}: {args.protocol}, class {training.class_names[label]}"
        draw(outlier_panels(outcome, report["threshold"], title), args.out)
    return report
