"""What is to be trained, and how a training stands: values without a network, for pages and files."""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoints import Config
from autoencoder.data.dataset import Dataset, n_held_back
from autoencoder.model.architecture import ModelSettings, mirror_table
from autoencoder.replay import Replay
from autoencoder.training import HELD_BACK_SHARE, EpochResult, Progress, TrainingSettings

MAX_POINTS = 400  # of the loss curve


@dataclass(frozen=True)
class Plan:
    """What is to be trained, and under which name it is kept.

    ``name`` is None while there is none that can be used: such a plan is only looked at. ``test`` is None
    where there is no test set.
    """

    name: str | None
    dataset: Dataset
    test: Dataset | None
    model: ModelSettings
    settings: TrainingSettings

    @property
    def n_parameters(self) -> int:
        return sum(row.n_parameters + row.mirror_n_parameters for row in mirror_table(self.model))

    @property
    def n_trained(self) -> int:
        """How many images are trained on."""
        return self.settings.n_images or n_to_train_on(self.dataset.n_images)


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


def n_to_train_on(n_images: int) -> int:
    """How many of so many images are not held back."""
    return n_images - n_held_back(n_images, HELD_BACK_SHARE)


def n_learnt_from(config: Config) -> int:
    """How many images a model was trained on: those held back are not among them."""
    return config.training.settings.n_images or n_to_train_on(config.source.n_images)


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
