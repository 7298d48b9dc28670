"""Charts of a study: the error of every setting against its gap score."""

import numpy as np

from autoencoder.experiments.gaps.study import FAMILIES, Point, Setting, Study, points
from autoencoder.figures.chart import Axis, Chart, Curve, Panels
from autoencoder.latent.gap_score import SHARE, GapScore

STYLES = {  # colour, dash, symbol, and position of the points' names, apart from other lines
    "ae": (0, "solid", "circle", "top right"),
    "dae": (2, "dash", "square-open", "top right"),
    "vae": (1, "dot", "diamond", "bottom left"),
}
CLEAR_OF_AXIS = "top right"  # the name of a lowest point, to which lines come down from the left
KNOBS = {"ae": "by code size", "dae": "by noise", "vae": "by weight of the KL"}


def study_figures(study: Study) -> dict[GapScore, Chart]:
    """Reconstruction error against gap score, a chart for every score: a line for every family and size."""
    found = points(study)
    scores = dict.fromkeys(point.setting.gap_score for point in found[::-1])
    return {
        score: _chart([its for its in found if its.setting.gap_score == score], score) for score in scores
    }


def study_panels(study: Study) -> Panels:
    """The charts on one sheet."""
    title = f"Error and gaps of {len(study.plan.settings)} settings, trained alike on {study.dataset}"
    return Panels(list(study_figures(study).values()), title)


def _chart(shown: list[Point], score: GapScore) -> Chart:
    lines = dict.fromkeys(_line(point.setting) for point in shown)
    curves = [_curve(kind, size, _family(shown, kind, size)) for kind, size in lines]
    x = Axis("reconstruction error (MSE)", range=_padded(shown))
    y = Axis(score.title, score.ticks, from_zero=score is SHARE)
    return Chart(x, y, curves, f"Reconstruction error and {score.title}", 400)


def _padded(shown: list[Point]) -> tuple[float, float]:
    """Range of the errors, with room for the names of the outermost points."""
    errors = [point.mse for point in shown]
    room = 0.2 * (max(errors) - min(errors)) or 0.1 * max(errors)
    return min(errors) - room, max(errors) + room


def _line(setting: Setting) -> tuple[str, int | None]:
    """Kind of the line through a setting, and its code size if it has one."""
    return setting.kind, None if setting.kind == "ae" else setting.latent_dim


def _family(shown: list[Point], kind: str, size: int | None) -> list[Point]:
    """The points of a line; that of denoising models begins without noise, with the plain model."""
    members = [point for point in shown if _line(point.setting) == (kind, size)]
    start = [point for point in shown if kind == "dae" and point.setting == Setting("ae", size)]
    return [*start, *members]


def _curve(kind: str, size: int | None, members: list[Point]) -> Curve:
    colour, dash, symbol, side = STYLES[kind]
    scores = [point.score for point in members]
    means = [score.mean for score in scores]
    spread = [(score.mean - score.low, score.high - score.mean) for score in scores]
    return Curve(
        f"{FAMILIES[kind]}, {KNOBS[kind]}{'' if size is None else f', codes of {size}'}",
        [point.mse for point in members],
        means,
        colour,
        dash,
        symbol,
        size=9,
        spread=np.transpose(spread),
        texts=[_mark(point.setting) if point.setting.kind == kind else "" for point in members],
        sides=[CLEAR_OF_AXIS if mean == min(means) else side for mean in means],
        hover="%{customdata}<extra></extra>",
        about=list(map(_hover, members)),
    )


def _mark(setting: Setting) -> str:
    """The number that is turned along its line; the legend says which. More would not fit on a phone."""
    return str(setting.latent_dim) if setting.kind == "ae" else f"{setting.knob:g}"


def _hover(point: Point) -> str:
    return (
        f"<b>{point.setting.name}</b>"
        f"<br>{point.setting.gap_score.title}: {point.written}"
        f"<br>reconstruction error: {point.mse:.4f}"
        f"<br>off the data within a class: {point.mean('share_within'):.1%}"
        f"<br>steps unlike any image: {point.mean('unlike'):.1%}"
        f"<br>seeds: {', '.join(str(run.seed) for run in point.runs)}"
    )
