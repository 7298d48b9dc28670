"""Training progress as a plain value: losses so far, epochs, pictures."""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.model.architecture import ModelSettings
from autoencoder.training.trainer import Progress

MAX_POINTS = 400  # of the loss curve


@dataclass(frozen=True)
class Glance:
    """A training as it stands. ``losses`` are (epochs done, mean loss since the point before)."""

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


class ThinnedCurve:
    """A curve that is added to without end and never has more than ``most`` points.

    When it is full, neighbours are joined to their mean; from then on every point stands for twice as many.
    """

    def __init__(self, most: int):
        self.most, self._per_point = most, 1
        self._points: list[tuple[float, float]] = []
        self._open: list[tuple[float, float]] = []

    def to_dict(self) -> dict:
        return {"most": self.most, "per_point": self._per_point, "points": self._points, "open": self._open}

    @classmethod
    def from_dict(cls, entries: dict) -> "ThinnedCurve":
        curve = cls(entries["most"])
        curve._per_point = entries["per_point"]
        curve._points, curve._open = ([(x, y) for x, y in entries[part]] for part in ("points", "open"))
        return curve

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        return tuple(self._points)

    def add(self, x: float, y: float) -> None:
        self._open.append((x, y))
        if len(self._open) < self._per_point:
            return
        self._points.append(_mean(self._open))
        self._open = []
        if len(self._points) >= self.most:
            self._points = [_mean(self._points[first : first + 2]) for first in range(0, self.most, 2)]
            self._per_point *= 2


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return tuple(np.mean(points, axis=0).tolist())
