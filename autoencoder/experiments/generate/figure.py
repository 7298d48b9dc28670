"""Bar chart of Fréchet distances."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from autoencoder.experiments.generate.samples import SampleScores
from autoencoder.experiments.generate.words import written
from autoencoder.figures.style import INK, LOG_AXIS, bars, dress


def frechet_figure(judged: dict[str, Sequence[SampleScores]], dark: bool = False) -> go.Figure:
    """The Fréchet distance of every model's sources, with that of real images as the floor."""
    figure, scores = go.Figure(), [each for of_model in judged.values() for each in of_model]
    models = [name for name, of_model in judged.items() for _ in of_model]
    distances, floor = [each.frechet for each in scores], scores[0].frechet_floor
    figure.add_bar(x=[models, [each.source for each in scores]], y=distances, marker=bars(dark))
    figure.update_traces(text=[written(distance) for distance in distances], textposition="outside")
    figure.update_traces(cliponaxis=False, showlegend=False, hovertemplate="%{y:.3g}<extra></extra>")
    figure.add_hline(floor, line={"color": INK[dark], "dash": "dash"})
    figure.update_yaxes(range=_decades([floor, *distances]), **LOG_AXIS)
    figure.update_yaxes(title=f"Fréchet distance<br>(dashed: real images, {written(floor)})")
    return dress(figure, dark, height=400)


def _decades(values: list[float]) -> list[float]:
    """Exponents of ten at the ends of a logarithmic axis, with room for the numbers at the bars."""
    known = [value for value in values if np.isfinite(value) and value > 0] or [1.0]
    low, high = np.log10(min(known)), np.log10(max(known))
    return [low - 0.15 * max(1, high - low), high + 0.15 * max(1, high - low)]
