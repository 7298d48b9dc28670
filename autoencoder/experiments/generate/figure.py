"""Figures of samples: the pictures, and the Fréchet distances of every source."""

from collections.abc import Sequence

import numpy as np

from autoencoder.experiments.generate.samples import Samples, SampleScores
from autoencoder.experiments.generate.words import written
from autoencoder.figures.chart import Axis, Chart, Curve, Pictures, Row, Rule, beside
from autoencoder.latent.support import is_off_support, oddity_name

MOST_SHOWN = 400  # samples of a figure


def frechet_figure(judged: dict[str, Sequence[SampleScores]]) -> Chart:
    """The Fréchet distance of every model's sources, with that of real images as the floor."""
    scores = [each for of_model in judged.values() for each in of_model]
    sources = list(dict.fromkeys(each.source for each in scores))
    floor = scores[0].frechet_floor
    points = [_points(number, len(judged), *its, sources) for number, its in enumerate(judged.items())]
    x = Axis(names=dict(enumerate(sources)), range=(-0.5, len(sources) - 0.5))
    ends = _decades([floor, *(each.frechet for each in scores)])
    y = Axis("Fréchet distance, logarithmic", range=ends, is_log=True)
    rule = Rule(floor, f"real images: {written(floor)}")
    return Chart(x, y, points, "Fréchet distance of samples from real images", 400, rules=[rule])


def _points(
    number: int, n_models: int, name: str, scores: Sequence[SampleScores], sources: list[str]
) -> Curve:
    offset, _ = beside(number, n_models, 0.6)
    symbol = ("circle", "diamond", "square", "triangle-up")[number % 4]
    values = [each.frechet for each in scores]
    looks = {"dash": "", "symbol": symbol, "size": 11, "hover": "%{y:.3g}"}
    texts = {"texts": list(map(written, values)), "sides": ["top center"] * len(values)}
    return Curve(
        name, [sources.index(each.source) + offset for each in scores], values, number, **looks, **texts
    )


def _decades(values: list[float]) -> tuple[float, float]:
    """Ends of a logarithmic axis, with room for the numbers at the points."""
    known = [value for value in values if np.isfinite(value) and value > 0] or [1.0]
    low, high = np.log10(min(known)), np.log10(max(known))
    room = 0.15 * max(1, high - low)
    return float(10 ** (low - room)), float(10 ** (high + room))


def samples_figure(drawn: Samples, title: str, n_columns: int = 12) -> Pictures:
    """The samples in the order of their drawing, `MOST_SHOWN` at most; those off the data are hatched."""
    n, off = len(drawn.images), is_off_support(drawn.oddity)
    title = f"{title}: the first {MOST_SHOWN} of {n:,}" if n > MOST_SHOWN else title
    row = Row("", drawn.images[:MOST_SHOWN], marked=off[:MOST_SHOWN])
    legend = f"Hatched: off the data ({oddity_name(drawn.latents.shape[1])} above 1)."
    return Pictures([row], (), title, legend=legend, n_columns=n_columns)
