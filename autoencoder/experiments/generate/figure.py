"""Bar chart of Fréchet distances."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from autoencoder.experiments.generate.samples import SampleScores
from autoencoder.experiments.generate.words import written
from autoencoder.figures.style import FAINT, INK, dress


def frechet_figure(judged: dict[str, Sequence[SampleScores]], dark: bool = False) -> go.Figure:
    """The Fréchet distance of every model's sources, with the floor that real images come to."""
    figure = go.Figure()
    bars = [(name, each) for name, scores in judged.items() for each in scores]
    figure.add_bar(
        x=[[name for name, _ in bars], [each.source for _, each in bars]],
        y=[each.frechet for _, each in bars], text=[written(each.frechet) for _, each in bars],
        textposition="outside", cliponaxis=False,
        marker={"color": FAINT[dark], "line": {"color": INK[dark], "width": 1}},
        hovertemplate="%{y:.3g}<extra></extra>", showlegend=False,
    )  # fmt: skip
    floor = bars[0][1].frechet_floor
    figure.add_hline(floor, line={"color": INK[dark], "dash": "dash"})
    dress(figure, dark)
    distances = [floor, *(each.frechet for _, each in bars)]
    figure.update_yaxes(
        type="log",
        title=f"Fréchet distance<br>(dashed: real images, {written(floor)})",
        range=_decades(distances),
        tickvals=_ticks(distances),
    )
    figure.update_layout(height=400)
    return figure


def _decades(values: list[float]) -> list[float]:
    """The exponents of ten that a logarithmic axis runs between, with room for what stands at the bars."""
    known = [value for value in values if np.isfinite(value) and value > 0] or [1.0]
    low, high = np.log10(min(known)), np.log10(max(known))
    return [low - 0.15 * max(1, high - low), high + 0.15 * max(1, high - low)]


def _ticks(values: list[float]) -> list[float]:
    """1, 2 and 5 of every power of ten on that axis: each is a number that can be read."""
    low, high = _decades(values)
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    return [step * 10.0**power for power in powers for step in (1, 2, 5)]
