"""Command ``map``: draw the map of a model's codes."""

import argparse

from autoencoder.cli.arguments import add_command
from autoencoder.cli.running import draw, load
from autoencoder.errors import DatasetError

PROJECTIONS = ("auto", "code", "pca", "tsne")  # of latent.projection, which needs scikit-learn
FEWEST_CODES = 4  # of a t-SNE


def add(parsers) -> None:
    command = add_command(parsers, map_, "draw the map of a model's codes")
    command.add_checkpoint()
    command.add_dataset("the codes that came with the model")
    help = "auto is the code itself up to two dimensions, else pca"
    command.option("--projection", str, "auto", choices=PROJECTIONS, help=help)
    command.add_figure("the map", required=True)


def map_(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.codes import codes_of_atlas, codes_of_images
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.figures.maps import map_paper_figure
    from autoencoder.latent.projection import project

    checkpoint = load_checkpoint(args.checkpoint)
    codes = codes_of_images(checkpoint, load(args, "test")) if args.dataset else codes_of_atlas(checkpoint)
    _check(args.projection, *codes.latents.shape)
    latent_map = project(codes.latents, args.projection)
    title = f"{checkpoint.name}: {len(codes.latents):,} codes of {codes.dataset}"
    draw(map_paper_figure(codes, latent_map, title), args.out)
    return {"out": str(args.out), "n_images": len(codes.latents), "projection": latent_map.name}


def _check(projection: str, n_codes: int, latent_dim: int) -> None:
    """Raise DatasetError for codes that the projection cannot place."""
    if projection == "code" and latent_dim > 2:
        raise DatasetError(f"These codes have {latent_dim} numbers, and a map two. Choose --projection pca.")
    if projection == "pca" and latent_dim < 2:
        raise DatasetError("These codes have one number, and a plane needs two. Choose --projection code.")
    if projection == "tsne" and n_codes < FEWEST_CODES:
        raise DatasetError(f"t-SNE needs {FEWEST_CODES} images. Choose more, or another --projection.")
