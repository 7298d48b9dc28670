"""Commands ``describe``, ``checkpoints`` and ``datasets``: what there is."""

import argparse
from dataclasses import asdict

from autoencoder.cli import reports
from autoencoder.cli.arguments import add_command
from autoencoder.cli.running import last_losses
from autoencoder.data.catalogue import list_datasets
from autoencoder.model.architecture import mirror_table


def add(parsers) -> None:
    words = "show a model's layers, each beside its mirror"
    add_command(parsers, describe, words, reports.layer_table).add_checkpoint()
    add_command(parsers, checkpoints, "list the shipped models with their figures", reports.table)
    add_command(parsers, datasets, "list the data sets: embedded, on disk, or to download", reports.table)


def describe(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import find_checkpoint, read_config

    folder = find_checkpoint(args.checkpoint)
    config = read_config(folder)
    rows = [asdict(row) for row in mirror_table(config.model)]
    n_parameters = sum(row["n_parameters"] + row["mirror_n_parameters"] for row in rows)
    return {"name": folder.name, **_summary(config), "n_parameters": n_parameters, "layers": rows}


def checkpoints(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import list_checkpoints

    return {"items": [{"name": info.name, **_summary(info.config)} for info in list_checkpoints()]}


def datasets(args: argparse.Namespace) -> dict:
    return {"items": [asdict(info) for info in list_datasets(args.data_root)]}


def _summary(config) -> dict:
    """Line of a model in a list."""
    return {
        "kind": config.model.kind,
        "latent_dim": config.model.latent_dim,
        "architecture": config.model.architecture.name,
        "dataset": config.source.name,
        "n_images": config.source.n_images,
        "epochs": config.training.history[-1].epoch if config.training.history else 0,
        "seconds": config.training.seconds,
        **last_losses(config.training.history),
    }
