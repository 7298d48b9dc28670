"""A visitor's training as a job: what is to be trained, what it shows on its way, what it leaves behind."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from autoencoder.architecture import Architecture, ModelSettings, mirror_table
from autoencoder.checkpoints import make_checkpoint
from autoencoder.datasets import Dataset
from autoencoder.errors import LatentSpaceError
from autoencoder.noise import Noise, corrupt
from autoencoder.runtime import resolve_runtime
from autoencoder.training import EpochResult, Event, Progress, Trainer, TrainingSettings
from ui.workspace import Workspace

N_SHOWN = 8  # images whose reconstructions are watched
LOOK_EVERY = 1.0  # seconds
MAX_POINTS = 400  # of the loss curve
SMALL, EPOCHS_SMALL, EPOCHS = 5_000, 50, 10  # few images need more epochs


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
    inputs: np.ndarray | None = None  # uint8 (8, 28, 28): held-out images as the encoder is given them
    reconstructions: np.ndarray | None = None  # float32 (8, 28, 28)


class Training:
    """The work of training a plan; its result is the name under which the model was kept, or None."""

    def __init__(self, plan: Plan, workspace: Workspace):
        self._plan: Plan | None = plan  # images and network are let go of at the end
        self._trainer: Trainer | None = None
        self._workspace = workspace
        self._losses = ThinnedCurve(MAX_POINTS)
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._glance = Glance(plan.dataset.name, plan.model, plan.settings)

    @property
    def progress(self) -> Glance:
        with self._lock:
            return self._glance

    def steps(self) -> Iterator[Event]:
        plan = self._plan
        self._trainer = Trainer(plan.dataset.images, plan.model, plan.settings, resolve_runtime(threads=1))
        self._note(n_steps=self._trainer.n_steps, inputs=_inputs(self._trainer))
        for event in self._trainer.events():
            self._note_event(event)
            if time.monotonic() > self._looked_at + LOOK_EVERY:
                self._look()
            yield event

    def finish(self) -> str | None:
        name = self._keep() if self._trainer and self._trainer.history else None
        self._plan = self._trainer = None
        return name

    def _keep(self) -> str:
        self._look()
        name = self._workspace.free_model_name(self._plan.name)
        checkpoint = make_checkpoint(name, self._trainer, self._plan.dataset, self._plan.test)
        return self._workspace.save_model(checkpoint, name)

    def _note_event(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._losses.add(event.step / self._trainer.steps_per_epoch, event.loss)
            self._note(latest=event, losses=self._losses.points)
        elif isinstance(event, EpochResult):
            self._note(epochs=(*self._glance.epochs, event))

    def _look(self) -> None:
        model = self._trainer.autoencoder()
        self._note(reconstructions=model.reconstruct(self._glance.inputs))
        self._looked_at = time.monotonic()

    def _note(self, **changes) -> None:
        with self._lock:
            self._glance = replace(self._glance, **changes)


class ThinnedCurve:
    """A curve that is added to without end and never has more than ``most`` points.

    When it is full, neighbours are joined to their mean; from then on every point stands for twice as many.
    """

    def __init__(self, most: int):
        self.most, self._per_point = most, 1
        self._points: list[tuple[float, float]] = []
        self._open: list[tuple[float, float]] = []

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


def default_epochs(n_images: int) -> int:
    return EPOCHS_SMALL if n_images < SMALL else EPOCHS


def default_name(dataset: str, kind: str, latent_dim: int) -> str:
    return f"{dataset[:40].rstrip('. ')}-{kind}-{latent_dim}"


def model_settings(kind: str, latent_dim: int, architecture: str, beta: float) -> ModelSettings:
    """What a form says; raises LatentSpaceError for what cannot be built."""
    with _form():
        return ModelSettings(kind, latent_dim, beta, Architecture.preset(architecture))


def training_settings(
    epochs: int, batch_size: int, learning_rate: float, seed: int, noise: str, level: float
) -> TrainingSettings:
    """What a form says; raises LatentSpaceError for what cannot be trained."""
    with _form():
        return TrainingSettings(epochs, batch_size, learning_rate, seed, str(Noise(noise, level)))


def _inputs(trainer: Trainer) -> np.ndarray:
    """The first held-back images, with the noise that a dae is given."""
    images = trainer.images[trainer.held_back_rows[:N_SHOWN]]
    return corrupt(images, trainer.noise, np.random.default_rng(0)) if trainer.noise else images


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return tuple(np.mean(points, axis=0).tolist())


@contextmanager
def _form() -> Iterator[None]:
    """A browser's own limits are only a courtesy: what the settings refuse is shown at the form."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise LatentSpaceError(f"These settings cannot be used: {error}.") from error
