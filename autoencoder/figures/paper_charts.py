"""Charts and matrices on paper, by matplotlib. Lengths are inches, as matplotlib has them."""

import textwrap

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis as Ticks
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    MultipleLocator,
    NullLocator,
)

from autoencoder.figures.chart import Axis, Bars, Box, Chart, Colour, Curve, Matrix, Note, Panels, Rule
from autoencoder.figures.style import INK, model_colour

WIDTH, HEIGHT = 6.4, 4.0
SQUARE = 6.4  # height of a map
LINES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-.", "": ""}
SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "star": "*", "": ""}
SIDES = {"top": 4, "bottom": -4, "right": 4, "left": -4}  # points from a place to its text
FAINT = "#d9d9d9"
ROUND = (1, 2, 5, 10)  # steps between ticks
MANY = 5_000  # points: beyond, they are pixels in a figure of lines and text


def draw_chart(figure: Figure, chart: Chart) -> None:
    draw_panels(figure, Panels([chart], chart.title))


def draw_panels(figure: Figure, panels: Panels) -> None:
    """The charts one above the other under one title, each with a legend below it."""
    charts = panels.charts
    height = sum(SQUARE if chart.is_square else HEIGHT for chart in charts)
    _lay_out(figure, panels.title, height)
    parts = figure.subfigures(len(charts), 1, squeeze=False)[:, 0]
    for part, chart in zip(parts, charts, strict=True):
        axes = part.subplots()
        named = _draw_marks(axes, chart)
        _draw_rest(axes, chart)
        _tick(axes.xaxis, chart.x, axes.get_xlim())
        _tick(axes.yaxis, chart.y, axes.get_ylim())
        if named:
            looks = {"markerscale": 2} if chart.is_square else {}
            columns = max(1, min(4, 95 // (6 + max(map(len, named)))))
            part.legend(named.values(), named, loc="outside lower center", ncols=columns, **looks)


def draw_matrix(figure: Figure, matrix: Matrix) -> None:
    """Cells with their texts, and a bar of their shades."""
    side = max(3.2, 0.42 * len(matrix.names))
    _lay_out(figure, matrix.title, side + 0.8, side + 2.4)
    axes = figure.subplots()
    low, high = matrix.scale.range
    shades = axes.imshow(matrix.values, cmap="cividis", vmin=low, vmax=high)
    for (row, column), text in np.ndenumerate(matrix.texts):
        is_bright = matrix.values[row, column] > (low + high) / 2
        axes.text(column, row, str(text), ha="center", va="center", color="black" if is_bright else "white")
    places = range(len(matrix.names))
    axes.set_xticks(places, matrix.names, rotation=45 if max(map(len, matrix.names)) > 4 else 0)
    axes.set_yticks(places, matrix.names)
    axes.set(xlabel=matrix.x, ylabel=matrix.y)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(shades, label=matrix.scale.title, shrink=0.8)
    _tick(bar.ax.yaxis, Axis(ticks=matrix.scale.ticks), (low, high))


def _lay_out(figure: Figure, title: str, height: float, width: float = WIDTH) -> None:
    figure.set_size_inches(width, height)
    figure.set_layout_engine("constrained")
    if title:
        figure.suptitle(wrapped(title, width))


def wrapped(title: str, width: float) -> str:
    """A title in lines that fit a figure of this width."""
    return textwrap.fill(title, int(width * 14))


def _draw_marks(axes: Axes, chart: Chart) -> dict[str, Artist]:
    """Marks of the chart; returns those of the legend by name, of two with one name the first."""
    draw, found = {Curve: _draw_curve, Bars: _draw_bars, Box: _draw_box}, {}
    if chart.x.is_log:
        axes.set_xscale("log")
    if chart.y.is_log:
        axes.set_yscale("log")
    for mark in chart.marks:
        found.setdefault(mark.name, draw[type(mark)](axes, mark))
    return {name: handle for name, handle in found.items() if name}


def _draw_curve(axes: Axes, curve: Curve) -> Artist:
    colour, is_open = _colour(curve.colour), curve.symbol.endswith("-open")
    looks = {"marker": SYMBOLS[curve.symbol.removesuffix("-open")], "markersize": 0.65 * curve.size}
    looks |= {"markerfacecolor": "none" if is_open else colour, "markeredgecolor": colour}
    looks |= {"markeredgewidth": 1 if is_open else 0, "rasterized": len(curve.x) > MANY}
    looks |= {"linestyle": LINES[curve.dash], "linewidth": 0.65 * curve.width, "alpha": curve.opacity}
    (line,) = axes.plot(curve.x, curve.y, color=colour, **looks)
    if curve.spread is not None:
        bars = {"fmt": "none", "elinewidth": 0.6, "capsize": 2, "capthick": 0.6, "alpha": curve.opacity}
        axes.errorbar(curve.x, curve.y, curve.spread, ecolor=colour, **bars)
    for x, y, text, side in zip(curve.x, curve.y, curve.texts, curve.sides, strict=False):
        _write(axes, x, y, text, side, color=colour, fontsize=7)
    return line


def _draw_bars(axes: Axes, bars: Bars) -> Artist:
    colour = _colour(bars.colour)
    fill = {"facecolor": "none", "hatch": "/////"} if bars.is_hatched else {"facecolor": colour, "alpha": 0.7}
    return axes.bar(bars.x, bars.y, bars.width, edgecolor=colour, linewidth=0.6, **fill)


def _draw_box(axes: Axes, box: Box) -> Artist:
    """The box, and its values spread over half of its width, always the same way."""
    colour = _colour(box.colour)
    looks = {"color": colour, "linewidth": 1}
    parts = {f"{part}props": looks for part in ("box", "whisker", "cap", "median")}
    more = {"positions": [box.x], "widths": box.width, "showfliers": False, "manage_ticks": False}
    drawn = axes.boxplot(box.values, **more, **parts)
    apart = np.random.default_rng(0).uniform(-0.3, 0.3, len(box.values)) * box.width
    dots = {"linestyle": "", "marker": "o", "markersize": 2, "alpha": 0.35, "markeredgewidth": 0}
    axes.plot(box.x + apart, box.values, color=colour, **dots)
    return drawn["boxes"][0]


def _draw_rest(axes: Axes, chart: Chart) -> None:
    """Titles, ends and grid of the axes, rules, shades and notes."""
    axes.set(xlabel=chart.x.title, ylabel=chart.y.title)
    for axis, set_ends in ((chart.x, axes.set_xlim), (chart.y, axes.set_ylim)):
        if axis.range:
            set_ends(axis.range)
        elif axis.from_zero:
            set_ends(0, None)
    axes.grid(color=FAINT, linewidth=0.5)
    if chart.is_square:
        axes.set_aspect("equal", adjustable="datalim")
    for rule in chart.rules:
        _draw_rule(axes, rule)
    for area in chart.areas:
        axes.axhspan(area.low, area.high, color=FAINT, alpha=0.5, linewidth=0)
        axes.annotate(area.text, (0, area.high), (4, -9), ("axes fraction", "data"), "offset points")
    for note in chart.notes:
        _draw_note(axes, note)


def _draw_rule(axes: Axes, rule: Rule) -> None:
    looks = {"color": INK[False], "linestyle": "--", "linewidth": 0.8}
    if rule.is_vertical:
        axes.axvline(rule.at, **looks)
        place, ends, align = (rule.at, 1), axes.get_xaxis_transform(), "center"
    else:
        axes.axhline(rule.at, **looks)
        place, ends, align = (1, rule.at), axes.get_yaxis_transform(), "right"
    axes.annotate(rule.text, place, (0, 2), ends, "offset points", ha=align, va="bottom")


def _draw_note(axes: Axes, note: Note) -> None:
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}
    large = {"fontsize": 10, "fontweight": "bold", "bbox": box} if note.is_large else {}
    _write(axes, note.x, note.y, note.text, note.side, **large)


def _write(axes: Axes, x: float, y: float, text: str, side: str, **looks) -> None:
    """A text at a place, a little to the ``side``: "middle", or as "top right"."""
    up, _, along = side.partition(" ")
    align = {"ha": {"right": "left", "left": "right"}.get(along, "center")}
    align["va"] = {"top": "bottom", "bottom": "top"}.get(up, "center")
    offset = SIDES.get(along, 0), SIDES.get(up, 0)
    axes.annotate(text, (x, y), offset, textcoords="offset points", annotation_clip=False, **align, **looks)


def _tick(axis: Ticks, plan: Axis, limits: tuple[float, float]) -> None:
    """Ticks that can be read: names at their places, or numbers in the format of the axis."""
    axis.set_minor_locator(NullLocator())
    if plan.names:
        axis.set_ticks(list(plan.names), list(plan.names.values()))
        return
    axis.set_major_locator(MultipleLocator(plan.step) if plan.step else MaxNLocator(8, steps=ROUND))
    if plan.is_log:
        axis.set_major_locator(FixedLocator(_log_ticks(*limits)))
    if plan.ticks or plan.is_log:
        form = plan.ticks or ",g"
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:{form}}"))


def _log_ticks(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: round numbers, three at least."""
    for locator in (LogLocator(subs=(1,)), LogLocator(subs=(1, 2, 5)), MaxNLocator(8, steps=ROUND)):
        ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
        if len(ticks) >= 3:
            break
    return ticks


def _colour(colour: Colour) -> str:
    named = {"ink": INK[False], "faint": FAINT}
    return model_colour(colour) if isinstance(colour, int) else named.get(colour, colour)
