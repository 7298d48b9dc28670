"""Arguments of several commands, and types that check them; a bad value is a usage error."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autoencoder.cli import reports
from autoencoder.data.noise import Noise
from autoencoder.figures.formats import FORMATS

MOST_IMAGES = 100_000_000
PATH_NAMES = ("linear", "spherical", "data", "smooth")  # of checkpoint.path_kinds, which needs torch


class Command(argparse.ArgumentParser):
    """Parser of one command, with the arguments that several commands have."""

    def option(self, name: str, kind: Callable, default: Any = None, help: str = "", **more: Any) -> None:
        """Option of a type ``kind``, whose help ends with its default."""
        ending = "" if default is None else f"default: {default}"
        words = "; ".join(filter(None, [help, ending]))
        self.add_argument(name, type=kind, default=default, help=words, **more)

    def add_checkpoint(self) -> None:
        help = "a model's folder, or a shipped model's name"
        self.add_argument("checkpoint", metavar="CHECKPOINT", help=help)

    def add_dataset(self, default: str = "") -> None:
        """Data set that is required unless there is a ``default``, in words."""
        text = "a data set's name, or a path to .npz, IDX, .zip or a folder of pictures"
        text += f"; default: {default}" if default else ""
        self.add_argument("--dataset", required=not default, metavar="DATA", help=text)
        help = "turn dark ink on light ground round; default: where it looks like it"
        self.add_argument("--invert", action=argparse.BooleanOptionalAction, help=help)

    def add_seed(self) -> None:
        self.option("--seed", whole(0, 2**32 - 1), 0, metavar="S")

    def add_figure(self, what: str, name: str = "--out", required: bool = False) -> None:
        help = f"write {what} as a figure: .png, .svg or .pdf"
        self.option(name, figure, metavar="FIGURE", help=help, required=required)

    def add_pairs(self, default: int) -> None:
        help = "pairs of one class, and as many of two"
        self.option("--pairs", whole(1, 100_000), default, help, metavar="N")


def add_command(parsers, run: Callable, help: str, text: Callable[[dict], str] = reports.lines) -> Command:
    """Command named like ``run``, which gives its report; ``text`` writes it for people."""
    name = run.__name__.rstrip("_").replace("_", "-")
    command = parsers.add_parser(name, help=help, description=help.capitalize() + ".")
    words = "data sets' folder; default: $LATENT_DATA_ROOT, data/"
    command.option("--data-root", str, help=words, metavar="FOLDER")
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    command.set_defaults(run=run, text=text)
    return command


def whole(least: int, most: int) -> Callable[[str], int]:
    """Type of a whole number in a range."""
    return _in_range(int, "a whole number", least, most)


def number(least: float, most: float) -> Callable[[str], float]:
    """Type of a number in a range."""
    return _in_range(float, "a number", least, most)


def _in_range(kind: type, noun: str, least: float, most: float) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:  # NaN fails this too
            raise argparse.ArgumentTypeError(f"must be {noun} from {least} to {most}, got {text}")
        return value

    return parse


def listed(one: Callable[[str], float]) -> Callable[[str], tuple[float, ...]]:
    """Type of numbers with commas between them."""
    return lambda text: tuple(map(one, text.split(",")))


def figure(text: str) -> Path:
    """Type of a path to a figure, whose suffix is its format."""
    path = Path(text)
    if path.suffix.lower().removeprefix(".") not in FORMATS:
        raise argparse.ArgumentTypeError(
            f"must end in .png, .svg or .pdf, the formats of figures, got {text}"
        )
    return path


def noise(text: str) -> Noise:
    """Type of a noise, KIND:LEVEL."""
    try:
        return Noise.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
