"""Descriptions of figures as Plotly figures, for a light page or a dark one."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.figures.chart import Area, Axis, Bars, Box, Chart, Colour, Curve, Matrix, Note, Rule
from autoencoder.figures.style import CLEAR, FAINT, FONT_SIZE, INK, PAPER, dress, model_colour

MANY = 300  # points: beyond, the browser's graphics card draws them


def on_screen(drawing: Chart | Matrix, dark: bool = False, **layout) -> go.Figure:
    """The chart as a page shows it, with more of Plotly's ``layout``."""
    figure = _matrix(drawing, dark) if isinstance(drawing, Matrix) else _chart(drawing, dark)
    return figure.update_layout(**layout)


def _chart(chart: Chart, dark: bool) -> go.Figure:
    traces = {Curve: _curve, Bars: _bars, Box: _box}
    figure = go.Figure([traces[type(mark)](mark, dark) for mark in chart.marks])
    figure.update_xaxes(**_axis(chart.x))
    figure.update_yaxes(**_axis(chart.y), scaleanchor="x" if chart.is_square else None)
    for add, parts in ((_add_area, chart.areas), (_add_rule, chart.rules), (_add_note, chart.notes)):
        for part in parts:
            add(figure, part, chart, dark)
    hover = "x unified" if chart.compares_at_x else "closest"
    has_names = any(trace.showlegend for trace in figure.data)
    layout = {"barmode": "overlay", "hovermode": hover, "showlegend": has_names, "legend_itemwidth": 40}
    drag = {"dragmode": "pan"} if chart.is_square else {}
    return dress(figure, dark, height=chart.height, **layout, **drag)


def _axis(axis: Axis) -> dict:
    looks = {"title": _html(axis.title), "tickformat": axis.ticks, "dtick": axis.step or None}
    if axis.names:
        looks |= {"tickvals": list(axis.names), "ticktext": list(map(_html, axis.names.values()))}
    if axis.is_log:  # without a format Plotly writes 20 as 2
        looks |= {"type": "log", "tickformat": axis.ticks or ",~g"}
    if axis.range:
        looks["range"] = np.log10(axis.range) if axis.is_log else axis.range
    return looks | ({"rangemode": "tozero"} if axis.from_zero else {})


def _curve(curve: Curve, dark: bool) -> go.Scatter | go.Scattergl:
    is_cloud = not curve.dash and len(curve.x) > MANY
    trace, colour = (go.Scattergl if is_cloud else go.Scatter)(), _colour(curve.colour, dark)
    parts = {"lines": curve.dash, "markers": curve.symbol, "text": curve.texts}
    trace.update(x=list(curve.x), y=list(curve.y), **_words(curve), opacity=curve.opacity)
    trace.mode = "+".join(part for part, is_there in parts.items() if len(is_there)) or "none"
    trace.line = {"color": colour, "width": curve.width, "dash": curve.dash or None}
    trace.marker = {"color": colour, "size": curve.size, "symbol": curve.symbol or None}
    if curve.spread is not None:
        below, above = curve.spread
        ends = {"array": above, "arrayminus": below, "symmetric": False}
        trace.error_y = ends | {"type": "data", "thickness": 1, "width": 3, "color": colour}
    if curve.texts:
        trace.update(text=list(curve.texts), textposition=list(curve.sides), cliponaxis=False)
        trace.textfont = {"color": colour}
    return trace


def _bars(bars: Bars, dark: bool) -> go.Bar:
    colour = _colour(bars.colour, dark)
    pattern = {"shape": "/" if bars.is_hatched else "", "fgcolor": colour, "bgcolor": CLEAR, "size": 6}
    marker = {"color": CLEAR if bars.is_hatched else colour, "line": {"color": colour, "width": 1}}
    trace = go.Bar(x=list(bars.x), y=list(bars.y), width=bars.width, marker=marker, **_words(bars))
    return trace.update(marker_pattern=pattern, opacity=1 if bars.is_hatched else 0.7)


def _box(box: Box, dark: bool) -> go.Box:
    colour, marker = _colour(box.colour, dark), {"size": 3, "opacity": 0.35}
    looks = {"boxpoints": "all", "jitter": 0.6, "pointpos": 0, "fillcolor": CLEAR, "width": box.width}
    looks |= {"marker": marker | {"color": colour}, "line": {"color": colour}}
    hover = {"hovertemplate": "%{y:.3g}<extra></extra>", "legendgroup": box.name}
    places = np.full(len(box.values), box.x)
    return go.Box(x=places, y=box.values, name=box.name, showlegend=box.in_legend, **looks, **hover)


def _words(mark: Curve | Bars) -> dict:
    words = {"name": _html(mark.name), "showlegend": bool(mark.name), "customdata": list(mark.about) or None}
    return words | ({"hovertemplate": mark.hover} if mark.hover else {"hoverinfo": "skip"})


def _add_area(figure: go.Figure, area: Area, chart: Chart, dark: bool) -> None:
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": area.low, "y1": area.high}
    figure.add_shape(type="rect", **ends, line_width=0, layer="below", fillcolor=FAINT[dark])
    corner = {"xref": "paper", "x": 0.01, "y": area.high, "xanchor": "left", "yanchor": "top"}
    figure.add_annotation(corner, text=_html(area.text), showarrow=False)


def _add_rule(figure: go.Figure, rule: Rule, chart: Chart, dark: bool) -> None:
    add = figure.add_vline if rule.is_vertical else figure.add_hline
    add(rule.at, line={"color": INK[dark], "dash": "dash"}, annotation_text=_html(rule.text))


def _add_note(figure: go.Figure, note: Note, chart: Chart, dark: bool) -> None:
    """An annotation on a logarithmic axis stands at the exponent."""
    places = (note.x, chart.x), (note.y, chart.y)
    x, y = (np.log10(max(at, 1e-6)) if axis.is_log else at for at, axis in places)
    anchors = {"middle": ("center", "middle", 0), "top left": ("right", "bottom", 6)}
    xanchor, yanchor, shift = anchors.get(note.side, ("left", "bottom", 6))
    text = f"<b>{_html(note.text)}</b>" if note.is_large else _html(note.text)
    font = {"size": 18 if note.is_large else FONT_SIZE, "color": INK[dark]}
    place = {"x": x, "y": y, "xanchor": xanchor, "yanchor": yanchor, "yshift": shift, "showarrow": False}
    figure.add_annotation(place, text=text, font=font, bgcolor=PAPER[dark] if note.is_large else None)


def _matrix(matrix: Matrix, dark: bool) -> go.Figure:
    names = list(matrix.names)
    cells = go.Heatmap(z=matrix.values, x=names, y=names, text=matrix.texts, texttemplate="%{text}")
    low, high = matrix.scale.range
    cells.update(zmin=low, zmax=high, colorscale="cividis", hovertemplate=matrix.hover)
    cells.colorbar.update(tickformat=matrix.scale.ticks, title=_html(matrix.scale.title))
    figure = go.Figure(cells)
    looks = {"type": "category", "showgrid": False}
    figure.update_xaxes(title=matrix.x, side="top", **looks)
    figure.update_yaxes(title=matrix.y, autorange="reversed", **looks)
    return dress(figure, dark, height=max(320, 32 * len(names) + 120))


def _colour(colour: Colour, dark: bool) -> str:
    named = {"ink": INK[dark], "faint": FAINT[dark]}
    return model_colour(colour, dark) if isinstance(colour, int) else named.get(colour, colour)


def _html(text: str) -> str:
    return text.replace("\n", "<br>")
