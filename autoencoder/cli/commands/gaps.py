"""Command ``gaps``: the gap statistic of models."""

import argparse
from dataclasses import asdict

from autoencoder.cli import reports
from autoencoder.cli.arguments import add_command
from autoencoder.cli.running import draw, load, run, seen_in_training
from autoencoder.errors import DatasetError


def add(parsers) -> None:
    words = "measure how paths between random pairs leave the data"
    command = add_command(parsers, gaps, words, reports.gap_text)
    help = "models' folders, or shipped models' names"
    command.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help=help)
    command.add_dataset()
    command.add_pairs(400)
    command.add_figure("every path's gap score")
    command.add_seed()


def gaps(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.gaps.figure import gap_panels
    from autoencoder.experiments.gaps.statistic import statistics_steps
    from autoencoder.experiments.gaps.words import comparisons
    from autoencoder.latent.gap_score import random_pairs

    models = [load_checkpoint(name) for name in args.checkpoints]
    dataset = load(args, "test")
    if dataset.n_images < 2:
        raise DatasetError(f"{dataset.name} has one image: a path needs two. Choose other images.")
    pairs = random_pairs(dataset.labels, dataset.n_images, args.pairs, args.seed)
    coded = [(model, model.model.encode(dataset.images)) for model in models]
    statistics = run(statistics_steps(coded, None, pairs), f"paths of {len(models)} models")
    seen = [seen_in_training(model, dataset) for model in models]
    if args.out:
        draw(gap_panels(statistics), args.out)
    return {
        "models": list(map(_gap_report, statistics, seen)),
        "pairs": args.pairs,
        "seed": args.seed,
        "auc": comparisons(statistics),
    }


def _gap_report(statistic, is_seen: bool) -> dict:
    from autoencoder.experiments.statistics import interval
    from autoencoder.latent.gap_score import JUMP, SHARE

    measures = {
        f"{score.name}_{kind}": asdict(interval(score.of(getattr(statistic, kind))))
        for score in (SHARE, JUMP)
        for kind in ("cross", "same")
    }
    return {"name": statistic.name, "seen_in_training": is_seen, **measures}
