"""Training plan, its defaults, and training progress as plain values, for pages and files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from autoencoder.checkpoint.checkpoint import Config
from autoencoder.checkpoint.record import HELD_BACK_SHARE, EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.data.dataset import Dataset, n_held_back
from autoencoder.data.noise import Noise
from autoencoder.errors import LatentSpaceError
from autoencoder.model.architecture import Architecture, ModelSettings, mirror_table
from autoencoder.training.trainer import Progress

FEW, SMALL = 500, 5_000  # images: fewer need more epochs, and smaller batches
MAX_POINTS = 400  # of the loss curve


@dataclass(frozen=True)
class TrainingPlan:
    """Plan of a training: images, model, settings, and the name of the result.

    ``name`` is None while no name can be used: such a plan is only shown. ``test`` is None if there is none.
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
        """Number of images that are trained on."""
        return self.settings.n_images or n_to_train_on(self.dataset.n_images)


def n_to_train_on(n_images: int) -> int:
    """Number of images that are not held back."""
    return n_images - n_held_back(n_images, HELD_BACK_SHARE)


def n_learnt_from(config: Config) -> int:
    """Number of images that a model was trained on, without those held back."""
    return config.training.settings.n_images or n_to_train_on(config.source.n_images)


def default_epochs(n_images: int) -> int:
    return 100 if n_images < FEW else 50 if n_images < SMALL else 10


def default_batch(n_images: int) -> int:
    """Images of a batch: few enough that an epoch has some steps."""
    return 10 if n_images < FEW else 32 if n_images < 1_000 else TrainingSettings().batch_size


def default_name(dataset: str, kind: str, latent_dim: int, n_images: int = 0) -> str:
    name = f"{dataset[:40].rstrip('. ')}-{kind}-{latent_dim}"
    return f"{name}-of-{n_images}" if n_images else name


@contextmanager
def _shown_at_the_form() -> Iterator[None]:
    """Raise refused settings as LatentSpaceError, for the form: a browser's own limits can be passed over."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise LatentSpaceError(f"These settings cannot be used: {error}.") from error


@_shown_at_the_form()
def model_settings(kind: str, latent_dim: int, architecture: str, beta: float) -> ModelSettings:
    """Model settings of a form; raises LatentSpaceError for what cannot be built."""
    return ModelSettings(kind, latent_dim, beta, Architecture.preset(architecture))


@_shown_at_the_form()
def training_settings(
    epochs: int, batch_size: int, learning_rate: float, seed: int, noise: str, level: float, n_images: int = 0
) -> TrainingSettings:
    """Training settings of a form; raises LatentSpaceError for what cannot be trained."""
    return TrainingSettings(epochs, batch_size, learning_rate, seed, str(Noise(noise, level)), n_images)


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
