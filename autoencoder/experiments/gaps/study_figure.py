"""Chart of a study: the error of every setting against its gap score."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from autoencoder.experiments.gaps.study import FAMILIES, Point, Setting, Study, points
from autoencoder.figures.style import INK, dress
from autoencoder.latent.gap_score import SHARE

STYLES = {  # dash of the line, symbol of its points, and position of their names, apart from other lines
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
        figure.update_yaxes(title=score.title, tickformat=score.ticks, row=row, col=1)
        figure.update_yaxes(rangemode="tozero" if score is SHARE else "normal", row=row, col=1)
    return dress(figure, dark, height=ROW_HEIGHT * max(1, len(scores)) + 60)


def _padded(shown: list[Point]) -> list[float]:
    """Range of the errors, with room for the names of the outermost points."""
    errors = [point.mse for point in shown]
    room = 0.2 * (max(errors) - min(errors)) or 0.1 * max(errors)
    return [min(errors) - room, max(errors) + room]


def _line(setting: Setting) -> tuple[str, int | None]:
    """Kind of the line through a setting, and its code size if it has one."""
    return setting.kind, None if setting.kind == "ae" else setting.latent_dim


def _family(shown: list[Point], kind: str, size: int | None) -> list[Point]:
    """The points of a line; that of denoising models begins without noise, with the plain model."""
    members = [point for point in shown if _line(point.setting) == (kind, size)]
    start = [point for point in shown if kind == "dae" and point.setting == Setting("ae", size)]
    return [*start, *members]


def _trace(kind: str, size: int | None, members: list[Point], dark: bool) -> go.Scatter:
    (dash, symbol, side), ink = STYLES[kind], INK[dark]
    of = "" if size is None else f", codes of {size}"
    scores = [point.score for point in members]
    means = [score.mean for score in scores]
    trace = go.Scatter(x=[point.mse for point in members], y=means, mode="lines+markers+text")
    trace.update(name=f"{FAMILIES[kind]}, {KNOBS[kind]}{of}", cliponaxis=False)
    trace.line = {"dash": dash, "color": ink, "width": 1.5}
    trace.marker = {"symbol": symbol, "size": 9, "color": ink}
    trace.error_y = {"type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": ink}
    trace.error_y.array = [score.high - score.mean for score in scores]
    trace.error_y.arrayminus = [score.mean - score.low for score in scores]
    trace.text = [_mark(point.setting) if point.setting.kind == kind else "" for point in members]
    # The name of the lowest point is above it, clear of the axis.
    above = f"top {side.split()[1]}"
    trace.textposition = [above if mean == min(means) else side for mean in means]
    return trace.update(
        customdata=[_hover(point) for point in members], hovertemplate="%{customdata}<extra></extra>"
    )


def _mark(setting: Setting) -> str:
    return str(setting.latent_dim) if setting.kind == "ae" else setting.label


def _hover(point: Point) -> str:
    return (
        f"<b>{point.setting.name}</b>"
        f"<br>{point.setting.gap_score.title}: {point.written}"
        f"<br>reconstruction error: {point.mse:.4f}"
        f"<br>off the data within a class: {point.mean('share_within'):.1%}"
        f"<br>steps unlike any image: {point.mean('unlike'):.1%}"
        f"<br>seeds: {', '.join(str(run.seed) for run in point.runs)}"
    )
