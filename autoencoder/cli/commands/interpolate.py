"""Command ``interpolate``: measure the path from one image to another."""

import argparse

import numpy as np

from autoencoder.cli import reports
from autoencoder.cli.arguments import MOST_IMAGES, PATH_NAMES, add_command, whole
from autoencoder.cli.running import draw, load
from autoencoder.data.dataset import Dataset
from autoencoder.errors import DatasetError


def add(parsers) -> None:
    command = add_command(parsers, interpolate, "walk from one image to another", reports.path_text)
    command.add_checkpoint()
    command.add_dataset()
    image = {"kind": whole(0, MOST_IMAGES), "help": "test image, from 0", "required": True}
    command.option("--start", metavar="I", **image)
    command.option("--end", metavar="J", **image)
    command.option("--path", str, "linear", choices=PATH_NAMES)
    command.option("--steps", whole(2, 1000), 17, metavar="N", help="2 to 1000, both ends counted")
    command.add_figure("the decoded steps")


def interpolate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.path_kinds import PATH_KINDS, find_path
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.interpolation.figure import strips_figure

    checkpoint = load_checkpoint(args.checkpoint)
    dataset = load(args, "test")
    ends = checkpoint.model.encode(dataset.images[[_row(dataset, args.start), _row(dataset, args.end)]])
    latents = find_path(checkpoint, args.path, *ends, args.steps)
    measured = checkpoint.support.measure(latents)
    if args.out:
        ends = f"image {args.start} to image {args.end} of {dataset.name}"
        title = f"{PATH_KINDS[args.path].title}, from {ends}"
        draw(strips_figure({checkpoint.name: measured}, title), args.out)
    names = ("round_trip", "neighbour_distance", "decoded_step", "off_support")
    measures = {name: getattr(measured, name) for name in names}
    columns = {"t": np.linspace(0, 1, args.steps), "latent": latents, **measures}
    return {
        "steps": [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)],
        "off_support_share": measured.off_support_share,
        "jump_ratio": measured.jump_ratio,
    }


def _row(dataset: Dataset, index: int) -> int:
    if index >= dataset.n_images:
        has = f"{dataset.name} ({dataset.split}) has {dataset.n_images:,} images, counted from 0"
        raise DatasetError(f"There is no image {index}: {has}. Choose an index up to {dataset.n_images - 1}.")
    return index
