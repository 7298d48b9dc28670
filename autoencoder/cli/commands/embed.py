"""Command ``embed``: write the codes of a data set, and their map."""

import argparse
from pathlib import Path

import numpy as np

from autoencoder.cli.arguments import add_command
from autoencoder.cli.running import load, writing


def add(parsers) -> None:
    command = add_command(parsers, embed, "write the codes of a data set, and their map, as .npz")
    command.add_checkpoint()
    command.add_dataset()
    command.add_argument("--out", type=Path, required=True, metavar="FILE.npz")


def embed(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.latent.projection import project

    checkpoint = load_checkpoint(args.checkpoint)
    dataset = load(args, "test")
    latents = checkpoint.model.encode(dataset.images)
    arrays = {"latents": latents, "map": project(latents).positions}
    if dataset.labels is not None:
        arrays["labels"] = dataset.labels
    with writing(args.out) as file:
        np.savez_compressed(file, **arrays)
    return {"out": str(args.out), "n_images": dataset.n_images, "latent_dim": checkpoint.model.latent_dim}
