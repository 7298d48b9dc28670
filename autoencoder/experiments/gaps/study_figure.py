"""The chart of a study: what every setting costs, against how holed its space is."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from autoencoder.experiments.gaps.study import FAMILIES, Point, Setting, Study, points
from autoencoder.figures.style import INK, dress
from autoencoder.latent.gap_score import SHARE

STYLES = {  # of the line, of the marks, and where their names stand: beside those of the other lines
    "ae": ("solid", "circle", "top right"),
    "dae": ("dash", "square-open", "top right"),
    "vae": ("dot", "diamond", "bottom left"),
}
KNOBS = {"ae": "by code size", "dae": "by noise", "vae": "by weight of the KL"}
ROW_HEIGHT = 380  # pixels


def study_figure(study: Study, dark: bool = False) -> go.Figure:
    """Reconstruction error against gap score: a row for every score, a line for every family and size."""
    found = points(study)
    scores = list(dict.fromkeys(point.setting.gap_score for point in found[::-1]))
    figure = make_subplots(max(1, len(scores)), 1, vertical_spacing=0.16)
    for row, score in enumerate(scores, start=1):
        shown = [point for point in found if point.setting.gap_score == score]
        for kind, size in dict.fromkeys(_line(point.setting) for point in shown):
            trace = _trace(kind, size, _family(shown, kind, size), dark)
            trace.showlegend = trace.name not in [drawn.name for drawn in figure.data]
            figure.add_trace(trace, row, 1)
        figure.update_xaxes(title="reconstruction error (MSE)", range=_padded(shown), row=row, col=1)
        figure.update_yaxes(
            title=score.title, rangemode="tozero" if score is SHARE else "normal",
            tickformat=score.ticks, row=row, col=1,
        )  # fmt: skip
    dress(figure, dark)
    figure.update_layout(height=ROW_HEIGHT * max(1, len(scores)) + 60)
    return figure


def _padded(shown: list[Point]) -> list[float]:
    """From the least error to the greatest, with room for the names of the outermost points."""
    errors = [point.mse for point in shown]
    room = 0.2 * (max(errors) - min(errors)) or 0.1 * max(errors)
    return [min(errors) - room, max(errors) + room]


def _line(setting: Setting) -> tuple[str, int | None]:
    """The kind, and the code size where the line is of one."""
    return setting.kind, None if setting.kind == "ae" else setting.latent_dim


def _family(shown: list[Point], kind: str, size: int | None) -> list[Point]:
    """The points of a line; that of denoising models begins without noise, with the plain model."""
    members = [point for point in shown if _line(point.setting) == (kind, size)]
    start = [point for point in shown if kind == "dae" and point.setting == Setting("ae", size)]
    return [*start, *members]


def _trace(kind: str, size: int | None, members: list[Point], dark: bool) -> go.Scatter:
    dash, symbol, side = STYLES[kind]
    of = "" if size is None else f", codes of {size}"
    return go.Scatter(
        x=[point.mse for point in members], y=[point.score.mean for point in members],
        error_y={
            "type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": INK[dark],
            "array": [point.score.high - point.score.mean for point in members],
            "arrayminus": [point.score.mean - point.score.low for point in members],
        },
        name=f"{FAMILIES[kind]}, {KNOBS[kind]}{of}", mode="lines+markers+text",
        text=[_mark(point.setting) if point.setting.kind == kind else "" for point in members],
        textposition=_sides(side, members), cliponaxis=False,
        line={"dash": dash, "color": INK[dark], "width": 1.5},
        marker={"symbol": symbol, "size": 9, "color": INK[dark]},
        customdata=[_hover(point) for point in members], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _sides(side: str, members: list[Point]) -> list[str]:
    """Positions of the names: that of the lowest point above it, clear of the axis."""
    lowest = min((point.score.mean for point in members), default=0.0)
    above = f"top {side.split()[1]}"
    return [above if point.score.mean == lowest else side for point in members]


def _mark(setting: Setting) -> str:
    return str(setting.latent_dim) if setting.kind == "ae" else setting.label


def _hover(point: Point) -> str:
    unlike = float(np.mean([run.unlike.mean for run in point.runs]))
    within = float(np.mean([run.share_within.mean for run in point.runs]))
    return "<br>".join(
        [
            f"<b>{point.setting.name}</b>",
            f"{point.setting.gap_score.title}: {point.written}",
            f"reconstruction error: {point.mse:.4f}",
            f"off the data within a class: {within:.1%}",
            f"steps unlike any image: {unlike:.1%}",
            f"seeds: {', '.join(str(run.seed) for run in point.runs)}",
        ]
    )
