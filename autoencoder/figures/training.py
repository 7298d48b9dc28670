"""Figures of losses and errors by epoch, of one training and of several."""

import math
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from autoencoder.figures.style import CLASS_COLOURS, INK, dress
from autoencoder.latent.gap_score import GapScore
from autoencoder.training.overfitting import NOTHING, parting
from autoencoder.training.plan import TrainingProgress

DIGITS = ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))  # of the loss's ticks, within a power of ten
MOST_TICKS = 13


def loss_figure(progress: TrainingProgress, dark: bool = False) -> go.Figure:
    """The loss of the batches, and at the end of each epoch that of the training and the held-out images."""
    ink, epochs = INK[dark], [result.epoch for result in progress.epochs]
    figure = go.Figure()
    lines = {
        "batches": ([x for x, _ in progress.losses], [y for _, y in progress.losses], {"width": 1}, 0.45),
        "training": (
            epochs,
            [result.train_loss for result in progress.epochs],
            {"width": 2, "dash": "dot"},
            1,
        ),
        "held out": (epochs, [result.validation_loss for result in progress.epochs], {"width": 2.5}, 1),
    }
    for name, (x, y, line, opacity) in lines.items():
        mode = "lines" if name == "batches" else "lines+markers"
        looks = {"line": {**line, "color": ink}, "marker": {"size": 4}, "opacity": opacity}
        figure.add_scatter(x=x, y=y, name=name, mode=mode, **looks)
    n_done = max((x for line in figure.data for x in line.x), default=1)
    figure.update_xaxes(title="epochs", rangemode="tozero", dtick=max(1, _round_step(n_done / 5)))
    # Each next nat is harder to gain, and a gap of a few nats is what tells learning by heart.
    ticks = loss_ticks([y for line in figure.data for y in line.y])
    looks = {"tickvals": ticks, "ticktext": [f"{tick:,.10g}" for tick in ticks]}
    figure.update_yaxes(title="loss, nats per image, logarithmic", type="log", **looks)
    _name_gap(figure, progress)
    return figure.update_layout(
        height=320, margin={"l": 8, "r": 8, "t": 8, "b": 8}, font={"color": ink, "size": 14},
        legend={"orientation": "h", "y": 1.12}, hovermode="x unified", uirevision="loss",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip


def _name_gap(figure: go.Figure, progress: TrainingProgress) -> None:
    """A line between the two errors at the last epoch, with its length."""
    found = parting(progress.epochs)
    if found is None or found.gap < NOTHING:
        return
    last = found.last
    figure.add_shape(
        type="line", x0=last.epoch, x1=last.epoch, y0=last.train_loss, y1=last.validation_loss,
        line={"width": 1, "dash": "dot"},
    )  # fmt: skip
    figure.add_annotation(
        x=last.epoch, y=math.log10(max(last.validation_loss, 1e-6)),  # as a logarithmic axis wants it
        text=f"gap {found.gap:.1f} nats", showarrow=False, xanchor="right", yanchor="bottom", yshift=6,
    )  # fmt: skip


def loss_ticks(losses: list[float]) -> list[float]:
    """Round numbers within the range of the losses, three at least where they differ, for a log axis."""
    losses = [loss for loss in losses if 0 < loss < math.inf]
    if not losses:
        return []
    low, high = min(losses), max(losses)
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    for digits in DIGITS:
        ticks = [digit * 10.0**power for power in powers for digit in digits]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) >= 4:
            return ticks[:: -(-len(ticks) // MOST_TICKS)]  # a training that runs away spans many powers
    return _even_ticks(low, high)


def _even_ticks(low: float, high: float) -> list[float]:
    """Round numbers at equal distances; a narrow range holds too few of those that suit a log axis."""
    if low == high:
        return [float(f"{low:.4g}")]
    step = _round_step((high - low) / 3)
    return [round(n * step, 10) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _round_step(most: float) -> float:
    """The largest of …, 0.5, 1, 2, 5, 10, … that is not above ``most``, which is above 0."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(digit * power for digit in (0.5, 1, 2, 5) if digit * power <= most)


DASHES = ("solid", "dash", "dot", "dashdot")


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
    ticks = loss_ticks([error for run in runs for error in run.errors.tolist()])
    return figure.update_yaxes(
        title="held-out error, nats, logarithmic", type="log",
        tickvals=ticks, ticktext=[f"{tick:,.10g}" for tick in ticks],
    )  # fmt: skip


def gaps_figure(runs: list[Run], score: GapScore, dark: bool = False) -> go.Figure:
    """The gap score of every training that has one, frame by frame."""
    lines = [(run.name, run.gap_epochs, run.gap_scores) for run in runs]
    figure = _figure(lines, f"%{{y:{score.digits}}}", dark)
    return figure.update_yaxes(title=score.title, tickformat=score.ticks)


def _figure(lines: list[tuple[str, np.ndarray, np.ndarray]], hover: str, dark: bool) -> go.Figure:
    figure = go.Figure()
    for number, (name, x, y) in enumerate(lines):
        figure.add_scatter(
            x=x, y=y, name=name, mode="lines+markers" if len(x) < 30 else "lines", hovertemplate=hover,
            line={"color": CLASS_COLOURS[number % 10], "dash": DASHES[number % 4], "width": 2.5},
        )  # fmt: skip
    dress(figure, dark)
    figure.update_xaxes(title="epoch", rangemode="tozero")
    return figure.update_layout(height=360, showlegend=True, hovermode="x unified")
