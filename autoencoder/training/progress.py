"""Training progress as a plain value: losses so far, epochs, pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.model.architecture import ModelSettings
from autoencoder.training.trainer import Progress

MAX_POINTS = 400  # of the loss curve


@dataclass(frozen=True)
class TrainingProgress:
    """State of a training. ``losses`` are (epochs done, mean loss since the point before)."""

    dataset: str
    model: ModelSettings
    settings: TrainingSettings
    n_steps: int = 0
    latest: Progress | None = None
    losses: tuple[tuple[float, float], ...] = ()
    epochs: tuple[EpochResult, ...] = ()
    n_trained: int = 0  # images
    replay: Replay | None = None  # the frames so far
    positions: np.ndarray | None = None  # float32 (N, 2), of the replay's images, as they are now
    reconstructions: np.ndarray | None = None  # uint8 (8, 28, 28), of the replay's inputs, as they are now


@dataclass
class ThinnedCurve:
    """Curve of at most ``most`` points, however many are added.

    A point is the mean of ``per_point`` added ones; a full curve joins neighbours, and this number doubles.
    """

    most: int
    per_point: int = 1
    points: tuple[tuple[float, float], ...] = ()
    open: list[tuple[float, float]] = field(default_factory=list)  # not enough of them for a point yet

    def add(self, x: float, y: float) -> None:
        self.open.append((x, y))
        if len(self.open) < self.per_point:
            return
        points = (*self.points, _mean(self.open))
        self.open = []
        if len(points) >= self.most:
            points = tuple(_mean(points[first : first + 2]) for first in range(0, self.most, 2))
            self.per_point *= 2
        self.points = points


def _mean(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return tuple(np.mean(points, axis=0).tolist())
