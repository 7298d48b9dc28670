"""Figures of losses and errors by epoch, of one training and of several."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autoencoder.figures.chart import Axis, Chart, Curve, Note
from autoencoder.figures.style import dash
from autoencoder.latent.gap_score import GapScore
from autoencoder.training.overfitting import NOTHING, parting
from autoencoder.training.plan import TrainingProgress

LOSS_HOVER = "%{y:.4g} nats"


def loss_figure(progress: TrainingProgress, title: str = "Losses by epoch") -> Chart:
    """The loss of the batches, and at the end of each epoch that of the training and the held-out images."""
    training = [(result.epoch, result.train_loss) for result in progress.epochs]
    held_out = [(result.epoch, result.validation_loss) for result in progress.epochs]
    curves = [
        Curve("batches", *_columns(progress.losses), width=1, opacity=0.45),
        Curve("training", *_columns(training), 0, "dot", "circle", size=4, hover=LOSS_HOVER),
        Curve("held out", *_columns(held_out), 1, symbol="circle", width=2.5, size=4, hover=LOSS_HOVER),
    ]
    # Each next nat is harder to gain, and a difference of a few nats is what tells overfitting.
    y = Axis("loss, nats per image, logarithmic", is_log=True)
    line, notes = _difference(progress)
    return Chart(_epochs(curves), y, [*curves, *line], title, 340, notes=notes, compares_at_x=True)


def _epochs(curves: list[Curve]) -> Axis:
    """Axis of epochs, which are counted in whole numbers."""
    last = max([1, *(x for curve in curves for x in curve.x)])
    return Axis("epochs", from_zero=True, step=max(1, _round_step(last / 5)))


def _round_step(most: float) -> float:
    """The largest of …, 0.5, 1, 2, 5, 10, … that is not above ``most``, which is above 0."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(digit * power for digit in (0.5, 1, 2, 5) if digit * power <= most)


def _columns(pairs: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in pairs], [y for _, y in pairs]


def _difference(progress: TrainingProgress) -> tuple[list[Curve], list[Note]]:
    """A line between the two errors at the last epoch, and its length; nothing where they are one."""
    found = parting(progress.epochs)
    if found is None or found.difference < NOTHING:
        return [], []
    x, low, high = found.last.epoch, found.last.train_loss, found.last.validation_loss
    note = Note(x, high, f"difference {found.difference:.1f} nats", "top left")
    return [Curve("", [x, x], [low, high], dash="dot", width=1)], [note]


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


def errors_figure(runs: list[Run]) -> Chart:
    """The held-out error of every training, at the end of every epoch."""
    lines = [(run.name, run.epochs, run.errors) for run in runs]
    y = Axis("held-out error, nats, logarithmic", is_log=True)
    return _chart(lines, y, "%{y:.4g} nats", "Held-out error by epoch")


def gaps_figure(runs: list[Run], score: GapScore) -> Chart:
    """The gap score of every training that has one, frame by frame."""
    lines = [(run.name, run.gap_epochs, run.gap_scores) for run in runs]
    title = f"{score.title.capitalize()} by epoch"
    return _chart(lines, Axis(score.title, score.ticks), f"%{{y:{score.digits}}}", title)


def _chart(lines: list[tuple[str, np.ndarray, np.ndarray]], y: Axis, hover: str, title: str) -> Chart:
    curves = [
        Curve(name, x, values, number, dash(number), "circle" if len(x) < 30 else "", 2.5, 5, hover=hover)
        for number, (name, x, values) in enumerate(lines)
    ]
    return Chart(_epochs(curves), y, curves, title, 360, compares_at_x=True)
