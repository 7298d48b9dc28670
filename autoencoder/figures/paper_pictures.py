"""Strips and grids of images on paper, by matplotlib. Lengths are inches.

T images of a row, H and W pixels.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from autoencoder.data.images import as_bytes
from autoencoder.figures.chart import Pictures, Row
from autoencoder.figures.paper_charts import wrapped

PICTURES_DPI = 600
DOT = 1 / PICTURES_DPI  # an image's pixels are whole numbers of them: they stay square in a PNG
WIDTH, MARGIN = 6.4, 0.1
LETTER, LINE = 0.058, 0.15  # of a name
LONGEST = 28  # letters of a name; the rest would leave no room
LARGEST = 10  # dots a pixel of an image
GAP = 42 * DOT  # between images, wide enough for a hatch


@dataclass(frozen=True)
class _Layout:
    """Sheet of pictures: ``left`` edge of the images, ``side`` of one, heights of a block's parts."""

    left: float
    side: float
    gap: float
    head: float
    rows: tuple[float, ...]  # each with its notes

    @property
    def block(self) -> float:
        return self.head + sum(self.rows) + self.gap


def draw_pictures(figure: Figure, pictures: Pictures) -> None:
    """The rows in blocks of ``n_columns``, with heads above, names at the left and notes below."""
    layout, n_images = _layout(pictures), max((len(row.images) for row in pictures.rows), default=0)
    columns = min(pictures.n_columns, n_images)
    starts = range(0, n_images, pictures.n_columns)
    width = max(3.2, layout.left + columns * (layout.side + layout.gap) + MARGIN)
    title, legend = wrapped(pictures.title, width), wrapped(pictures.legend, width)
    top, bottom = (2 * MARGIN + LINE * (text.count("\n") + 1) if text else MARGIN for text in (title, legend))
    height = top + LINE * bool(pictures.x) + layout.block * len(starts) + bottom
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    axes.text(MARGIN, MARGIN, title, va="top", fontsize=9)
    axes.text(MARGIN, height - MARGIN, legend, va="bottom", fontsize=7)
    axes.text(layout.left, top, pictures.x, va="top")
    for number, start in enumerate(starts):
        y = top + LINE * bool(pictures.x) + layout.block * number
        _draw_block(axes, pictures, layout, slice(start, start + pictures.n_columns), y)


def _layout(pictures: Pictures) -> _Layout:
    left = MARGIN + max((len(_short(row.name)) for row in pictures.rows), default=0) * LETTER + MARGIN
    n_columns = min(pictures.n_columns, max((len(row.images) for row in pictures.rows), default=1))
    gap = GAP if any(np.any(row.marked) for row in pictures.rows) else GAP / 4
    wanted = (WIDTH - left - MARGIN) / n_columns - gap
    dots = min(LARGEST, wanted / DOT // 28)
    side = 28 * dots * DOT if dots else wanted
    heights = tuple(side + gap + LINE * bool(len(row.notes)) for row in pictures.rows)
    return _Layout(left, side, gap, LINE * bool(len(pictures.heads)), heights)


def _draw_block(axes: Axes, pictures: Pictures, layout: _Layout, part: slice, y: float) -> None:
    _write_line(axes, pictures.heads[part], layout, y + layout.head / 2)
    y += layout.head
    for row, height in zip(pictures.rows, layout.rows, strict=True):
        axes.text(MARGIN, y + layout.side / 2, _short(row.name), va="center")
        _draw_row(axes, row, layout, part, y)
        _write_line(axes, row.notes[part], layout, y + layout.side + layout.gap / 2 + LINE / 2)
        y += height


def _draw_row(axes: Axes, row: Row, layout: _Layout, part: slice, y: float) -> None:
    for column, is_marked in enumerate(row.marked[part]):
        if is_marked:
            corner = layout.left + column * (layout.side + layout.gap) - layout.gap / 2, y - layout.gap / 2
            side = layout.side + layout.gap
            axes.add_patch(Rectangle(corner, side, side, hatch="////////", facecolor="white", linewidth=0))
    for column, image in enumerate(as_bytes(row.images[part])):
        x = layout.left + column * (layout.side + layout.gap)
        ends = (x, x + layout.side, y + layout.side, y)
        axes.imshow(255 - image, cmap="gray", vmin=0, vmax=255, extent=ends, aspect="auto", zorder=3)
        frame = {"fill": False, "linewidth": 0.3, "edgecolor": "0.6", "zorder": 4}
        axes.add_patch(Rectangle((x, y), layout.side, layout.side, **frame))
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())


def _write_line(axes: Axes, words, layout: _Layout, y: float) -> None:
    for column, text in enumerate(words):
        x = layout.left + column * (layout.side + layout.gap) + layout.side / 2
        axes.text(x, y, text, ha="center", va="center", fontsize=_size(text, layout.side + layout.gap))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _size(text: str, room: float) -> float:
    """The size of a text that is not wider than its column, in points."""
    return min(7.0, room / (0.0095 * max(1, len(text))))
