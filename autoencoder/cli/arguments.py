"""Arguments that several commands share, and the types that check them; a bad value is a usage error."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autoencoder.cli import reports
from autoencoder.data.noise import Noise

MOST_IMAGES = 100_000_000
PATH_NAMES = ("linear", "spherical", "data", "smooth")  # of checkpoint.path_kinds, which needs torch


def add_command(
    parsers, name: str, run: Callable, help: str, text: Callable[[dict], str] = reports.lines
) -> argparse.ArgumentParser:
    """Command with the options of all; ``run`` gives its report, ``text`` writes it for people."""
    command = parsers.add_parser(name, help=help, description=help.capitalize() + ".")
    option(
        command,
        "--data-root",
        str,
        metavar="FOLDER",
        help="data sets' folder; default: $LATENT_DATA_ROOT, data/",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    command.set_defaults(run=run, text=text)
    return command


def option(
    command: argparse.ArgumentParser, name: str, kind: Callable[[str], Any], default: Any = None, *,
    metavar: str | None = None, help: str = "", **more: Any,
) -> None:  # fmt: skip
    """Option whose help ends with its default."""
    ending = "" if default is None else f"default: {default}"
    words = "; ".join(filter(None, [help, ending]))
    command.add_argument(name, type=kind, default=default, metavar=metavar, help=words, **more)


def add_checkpoint(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="a model's folder, or a shipped model's name"
    )


def add_dataset(command: argparse.ArgumentParser, required: bool = True) -> None:
    default = "" if required else "; default: the model's training images"
    text = f"a data set's name, or a path to .npz, IDX, .zip or a folder of pictures{default}"
    command.add_argument("--dataset", required=required, metavar="DATA", help=text)
    command.add_argument("--invert", action="store_true", help="the images are dark ink on light ground")


def add_seed(command: argparse.ArgumentParser) -> None:
    option(command, "--seed", whole(0, 2**32 - 1), 0, metavar="S")


def add_pairs(command: argparse.ArgumentParser, default: int) -> None:
    help = "pairs of one class, and as many of two"
    option(command, "--pairs", whole(1, 100_000), default, metavar="N", help=help)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Type of a whole number in a range."""

    def whole_number(text: str) -> int:
        number = _read(int, text)
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, got {text}")
        return number

    return whole_number


def number(least: float, most: float) -> Callable[[str], float]:
    """Type of a number in a range."""

    def number(text: str) -> float:
        found = _read(float, text)
        if found is None or not least <= found <= most:  # NaN fails this too
            raise argparse.ArgumentTypeError(f"must be a number from {least:g} to {most:g}, got {text}")
        return found

    return number


def listed(one: Callable[[str], float]) -> Callable[[str], tuple[float, ...]]:
    """Type of numbers with commas between them."""

    def numbers_with_commas(text: str) -> tuple[float, ...]:
        return tuple(one(word) for word in text.split(","))

    return numbers_with_commas


def picture(text: str) -> Path:
    """Type of a path to a PNG file."""
    path = Path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"must end in .png, for it becomes such a picture, got {text}")
    return path


def noise(text: str) -> Noise:
    """Type of a noise, KIND:LEVEL."""
    try:
        return Noise.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _read(kind: type, text: str) -> float | None:
    """Number in a text, or None: argparse's own words for a ValueError name our functions."""
    try:
        return kind(text)
    except ValueError:
        return None
