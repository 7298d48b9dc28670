"""Figures as plain descriptions: `screen` draws them on a page, `paper` as PNG, SVG and PDF.

Lines of text are separated by newlines. N points of a curve or bars, T images of a row, H and W pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

Colour = int | str  # place of a model in the choice, from 0; "ink", "faint", or a colour as "#rrggbb"


@dataclass(frozen=True, eq=False)
class Axis:
    """Axis of numbers, or of ``names`` at their places.

    ``ticks`` is the format of a number, as ".0%"; ``range`` holds both ends, where the data do not set them;
    ``step`` is the distance of two ticks, 0 to leave it to who draws.
    """

    title: str = ""
    ticks: str = ""
    range: tuple[float, float] | None = None
    names: dict[float, str] = field(default_factory=dict)
    is_log: bool = False
    from_zero: bool = False
    step: float = 0


@dataclass(frozen=True, eq=False)
class Curve:
    """Line through points (N,), or the points alone; without a name it is not in the legend.

    dash      of the line, one of `style.DASHES`; "" draws none
    symbol    of the points: circle, square, diamond, triangle-up, star, each also -open; "" draws none
    spread    (2, N), how far the error bars reach below and above
    texts     at the points, each on its side: "top right", "bottom left", …
    hover     Plotly's template of what is said under the pointer, with ``about`` as its customdata
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: Colour = "ink"
    dash: str = "solid"
    symbol: str = ""
    width: float = 2
    size: float = 7
    opacity: float = 1
    spread: np.ndarray | None = None
    texts: Sequence[str] = ()
    sides: Sequence[str] = ()
    hover: str = ""
    about: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars (N,) of one kind, ``x`` their middles; their ``texts`` are said under the pointer."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    width: float
    colour: Colour
    is_hatched: bool = False
    hover: str = ""
    about: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Box:
    """Box of values (N,) from quartile to quartile, every value a point."""

    name: str
    x: float
    values: np.ndarray
    width: float
    colour: Colour
    in_legend: bool = True


@dataclass(frozen=True)
class Rule:
    """Dashed line across the chart at a value of the y axis, or of the x axis if it is vertical."""

    at: float
    text: str
    is_vertical: bool = False


@dataclass(frozen=True)
class Area:
    """Shade from one value of the y axis to another, named in its upper left corner."""

    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Note:
    """Text in the chart; ``side`` of its place: "middle", "top left", "top right"."""

    x: float
    y: float
    text: str
    side: str = "middle"
    is_large: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """Marks on two axes; ``height`` is in pixels of a page, ``title`` stands on paper only."""

    x: Axis
    y: Axis
    marks: Sequence[Curve | Bars | Box]
    title: str = ""
    height: int = 380
    rules: Sequence[Rule] = ()
    areas: Sequence[Area] = ()
    notes: Sequence[Note] = ()
    is_square: bool = False  # one unit is as long on both axes
    compares_at_x: bool = False  # under the pointer all curves at one x are said together


@dataclass(frozen=True, eq=False)
class Matrix:
    """Cells (R, C) shaded from ``low`` to ``high``, NaN for none, with their ``texts`` (R, C)."""

    values: np.ndarray
    texts: np.ndarray
    names: tuple[str, ...]  # of rows and columns
    x: str
    y: str
    scale: Axis  # its title, ticks and range are those of the shades
    title: str = ""
    hover: str = ""


@dataclass(frozen=True, eq=False)
class Row:
    """Images (T, H, W) with a name, a note below each, and a hatch around those that are marked (T,)."""

    name: str
    images: np.ndarray
    notes: Sequence[str] = ()
    marked: Sequence[bool] = ()


@dataclass(frozen=True, eq=False)
class Pictures:
    """Rows of images one above the other under common ``heads`` (T,), wrapped after ``n_columns``."""

    rows: Sequence[Row]
    heads: Sequence[str] = ()
    title: str = ""
    x: str = ""  # says what the heads are
    legend: str = ""  # says what notes and hatch are
    n_columns: int = 17


@dataclass(frozen=True, eq=False)
class Panels:
    """Charts one above the other, on one sheet of paper."""

    charts: Sequence[Chart]
    title: str = ""


Drawing = Chart | Matrix | Pictures | Panels


def beside(number: int, n: int, room: float = 0.8) -> tuple[float, float]:
    """Offset from the middle, and width, of the mark of a model, 0 the first, among ``n`` side by side."""
    width = room / n
    return (number - (n - 1) / 2) * width, width
