"""Figures of the gap statistic, of its matrix, and of empty space."""

import numpy as np

from autoencoder.experiments.gaps.empty_space import EmptySpace
from autoencoder.experiments.gaps.statistic import GapMatrix, GapStatistic
from autoencoder.figures.chart import Axis, Bars, Box, Chart, Matrix, Panels, beside
from autoencoder.latent.gap_score import GapScore


def gap_figure(statistics: list[GapStatistic], score: GapScore) -> Chart:
    """A gap score of the models that it suits, within classes beside across them: every path a point."""
    boxes, names = [], {}
    shown = [number for number, statistic in enumerate(statistics) if statistic.gap_score == score]
    for at, number in enumerate(shown):
        statistic, (offset, width) = statistics[number], beside(at, len(shown))
        for kind in ("same", "cross"):
            values = statistic.score(kind)
            values = values[np.isfinite(values)]
            if len(values):
                place = names.setdefault(statistic.words(kind), len(names))
                is_first = statistic.name not in [box.name for box in boxes]
                boxes.append(Box(statistic.name, place + offset, values, 0.8 * width, number, is_first))
    x = Axis(names={place: words for words, place in names.items()}, range=(-0.5, len(names) - 0.5))
    y = Axis(score.title, score.ticks, from_zero=True)
    return Chart(x, y, boxes, f"{score.title.capitalize()} of random paths", 420)


def gap_panels(statistics: list[GapStatistic]) -> Panels:
    """A chart for every gap score, each with the models whose code size it suits."""
    scores = dict.fromkeys(statistic.gap_score for statistic in statistics)
    return Panels([gap_figure(statistics, score) for score in scores], "Gap scores of random paths")


def matrix_figure(matrix: GapMatrix, names: list[str], score: GapScore, title: str) -> Matrix:
    """The median gap score between every two of C classes."""
    values, highest = matrix.score, np.nanmax(matrix.score, initial=0)
    texts = np.array([["" if np.isnan(value) else score.format(value) for value in row] for row in values])
    scale = Axis(f"median {score.title}", score.ticks, (0, float(highest) or 1.0))
    return Matrix(values, texts, tuple(names), "to", "from", scale, title)


def empty_figure(spaces: dict[str, list[EmptySpace]]) -> Chart:
    """For every model and source the shares of the places that are off the data, and unlike any image."""
    sources = list(dict.fromkeys(space.source for of_model in spaces.values() for space in of_model))
    bars = [
        bar for number, its in enumerate(spaces.items()) for bar in _bars(number, len(spaces), *its, sources)
    ]
    y = Axis("share of the places", ".0%", (0, 1))
    x = Axis(names=dict(enumerate(sources)), range=(-0.5, len(sources) - 0.5))
    return Chart(x, y, bars, "Random places of the latent space", 400)


def _bars(number: int, n_models: int, name: str, spaces: list[EmptySpace], sources: list[str]) -> list[Bars]:
    """Of one model the bars of both shares; none of a share that is not known."""
    shares = {
        "off the data": [space.off_support_share for space in spaces],
        "unlike any image": [space.unlike_share for space in spaces],
    }
    bars = []
    for at, (words, values) in enumerate(shares.items()):
        offset, width = beside(2 * number + at, 2 * n_models)
        places = [sources.index(space.source) + offset for space in spaces]
        if np.isfinite(values).any():
            looks = {"is_hatched": at == 0, "hover": "%{y:.0%}"}
            bars.append(Bars(f"{name}, {words}", places, values, 0.85 * width, number, **looks))
    return bars
