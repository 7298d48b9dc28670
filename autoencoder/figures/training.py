"""Figures of losses and errors by epoch, of one training and of several."""

import math
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from autoencoder.figures.style import CLASS_COLOURS, CLEAR, DASHES, INK, LOG_AXIS, dress
from autoencoder.latent.gap_score import GapScore
from autoencoder.training.overfitting import NOTHING, parting
from autoencoder.training.plan import TrainingProgress


def loss_figure(progress: TrainingProgress, dark: bool = False) -> go.Figure:
    """The loss of the batches, and at the end of each epoch that of the training and the held-out images."""
    figure, results = go.Figure(), progress.epochs
    training = [(result.epoch, result.train_loss) for result in results]
    held_out = [(result.epoch, result.validation_loss) for result in results]
    for name, points, line, mode, opacity in (
        ("batches", progress.losses, {"width": 1}, "lines", 0.45),
        ("training", training, {"width": 2, "dash": "dot"}, "lines+markers", 1),
        ("held out", held_out, {"width": 2.5}, "lines+markers", 1),
    ):
        x, y = [x for x, _ in points], [y for _, y in points]
        figure.add_scatter(x=x, y=y, name=name, mode=mode, line=line, opacity=opacity)
    figure.update_traces(line_color=INK[dark], marker_size=4)
    n_done = max((x for line in figure.data for x in line.x), default=1)
    figure.update_xaxes(title="epochs", rangemode="tozero", dtick=max(1, _round_step(n_done / 5)))
    # Each next nat is harder to gain, and a difference of a few nats is what tells overfitting.
    figure.update_yaxes(title="loss, nats per image, logarithmic", **LOG_AXIS)
    _name_difference(figure, progress)
    font, margin = {"color": INK[dark], "size": 14}, {"l": 8, "r": 8, "t": 8, "b": 8}
    figure.update_layout(height=320, margin=margin, font=font, paper_bgcolor=CLEAR, plot_bgcolor=CLEAR)
    legend = {"orientation": "h", "y": 1.12}
    return figure.update_layout(legend=legend, hovermode="x unified", uirevision="loss")


def _name_difference(figure: go.Figure, progress: TrainingProgress) -> None:
    """Draw a line between the two errors at the last epoch, with its length."""
    found = parting(progress.epochs)
    if found is None or found.difference < NOTHING:
        return
    x, low, high = found.last.epoch, found.last.train_loss, found.last.validation_loss
    figure.add_shape(type="line", x0=x, x1=x, y0=low, y1=high, line={"width": 1, "dash": "dot"})
    place = {"x": x, "y": math.log10(max(high, 1e-6)), "yshift": 6}  # an annotation's y is the exponent
    text = f"difference {found.difference:.1f} nats"
    figure.add_annotation(text=text, showarrow=False, xanchor="right", yanchor="bottom", **place)


def _round_step(most: float) -> float:
    """The largest of …, 0.5, 1, 2, 5, 10, … that is not above ``most``, which is above 0."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(digit * power for digit in (0.5, 1, 2, 5) if digit * power <= most)


@dataclass(frozen=True, eq=False)
class Run:
    """A training as a chart needs it: epochs (E,) with held-out errors, epochs (F,) with gap scores."""

    name: str
    source: str
    kind: str
    score: GapScore
    epochs: np.ndarray
    errors: np.ndarray
    gap_epochs: np.ndarray
    gap_scores: np.ndarray


def errors_figure(runs: list[Run], dark: bool = False) -> go.Figure:
    """The held-out error of every training, at the end of every epoch."""
    figure = _figure([(run.name, run.epochs, run.errors) for run in runs], "%{y:.4g} nats", dark)
    return figure.update_yaxes(title="held-out error, nats, logarithmic", **LOG_AXIS)


def gaps_figure(runs: list[Run], score: GapScore, dark: bool = False) -> go.Figure:
    """The gap score of every training that has one, frame by frame."""
    lines = [(run.name, run.gap_epochs, run.gap_scores) for run in runs]
    figure = _figure(lines, f"%{{y:{score.digits}}}", dark)
    return figure.update_yaxes(title=score.title, tickformat=score.ticks)


def _figure(lines: list[tuple[str, np.ndarray, np.ndarray]], hover: str, dark: bool) -> go.Figure:
    figure = go.Figure()
    for number, (name, x, y) in enumerate(lines):
        line = {"color": CLASS_COLOURS[number % 10], "dash": DASHES[number % 4], "width": 2.5}
        mode = "lines+markers" if len(x) < 30 else "lines"
        figure.add_scatter(x=x, y=y, name=name, mode=mode, line=line, hovertemplate=hover)
    figure.update_xaxes(title="epoch", rangemode="tozero")
    return dress(figure, dark, height=360, showlegend=True, hovermode="x unified")
