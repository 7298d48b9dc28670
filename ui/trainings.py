"""A training as work: what it shows on its way, where it stands, and what a form asks of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from autoencoder.architecture import Architecture, ModelSettings
from autoencoder.checkpoints import Checkpoint, make_checkpoint
from autoencoder.errors import LatentSpaceError
from autoencoder.noise import Noise, corrupt
from autoencoder.runtime import resolve_runtime
from autoencoder.training import EpochResult, Event, Progress, Trainer, TrainingSettings
from ui.plans import MAX_POINTS, Glance, Plan, ThinnedCurve
from ui.unfinished import Unfinished

N_SHOWN = 8  # images whose reconstructions are watched
LOOK_EVERY = 1.0  # seconds
SMALL, EPOCHS_SMALL, EPOCHS = 5_000, 50, 10  # few images need more epochs


class Training:
    """The work of training a plan; its result is the model, or None before the end of the first epoch."""

    def __init__(self, plan: Plan):
        self._plan: Plan | None = plan  # images and network are let go of at the end
        self._trainer: Trainer | None = None
        self._unfinished: Unfinished | None = None  # what to go on from
        self._losses = ThinnedCurve(MAX_POINTS)
        self._looked_at = 0.0
        self.progress = Glance(plan.dataset.name, plan.model, plan.settings)

    def steps(self) -> Iterator[Event]:
        self._set_up()
        for event in self._trainer.events():
            self._note_event(event)
            if time.monotonic() > self._looked_at + LOOK_EVERY:
                self._look()
            yield event

    def finish(self) -> Checkpoint | None:
        if self._unfinished is not None:
            self._set_up()
        checkpoint = self._checkpoint() if self._trainer and self._trainer.history else None
        self._plan = self._trainer = None
        return checkpoint

    def snapshot(self) -> bytes:
        trainer, plan = self._trainer, self._plan
        if trainer is None:
            return (self._unfinished or Unfinished.of(plan)).to_bytes()
        latest = self.progress.latest
        return Unfinished.of(plan, trainer.runtime, trainer.snapshot(), self._losses, latest).to_bytes()

    def resume(self, snapshot: bytes) -> None:
        self._unfinished, self._trainer = Unfinished.from_bytes(snapshot), None
        self._losses, self._looked_at = self._unfinished.losses, 0.0
        self.progress = self._unfinished.glance

    def _set_up(self) -> None:
        plan, runtime = self._plan, resolve_runtime(threads=1)
        before, self._unfinished = self._unfinished, None
        if before and before.runtime and before.runtime.device == runtime.device:
            runtime = before.runtime
        self._trainer = Trainer(plan.dataset.images, plan.model, plan.settings, runtime)
        if before and before.snapshot:
            self._trainer.restore(before.snapshot)
        self._note(n_steps=self._trainer.n_steps, inputs=_inputs(self._trainer))

    def _checkpoint(self) -> Checkpoint:
        self._look()
        return make_checkpoint(self._plan.name, self._trainer, self._plan.dataset, self._plan.test)

    def _note_event(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._losses.add(event.step / self._trainer.steps_per_epoch, event.loss)
            self._note(latest=event, losses=self._losses.points)
        elif isinstance(event, EpochResult):
            self._note(epochs=(*self.progress.epochs, event))

    def _look(self) -> None:
        model = self._trainer.autoencoder()
        self._note(reconstructions=model.reconstruct(self.progress.inputs))
        self._looked_at = time.monotonic()

    def _note(self, **changes) -> None:
        self.progress = replace(self.progress, **changes)


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


@contextmanager
def _form() -> Iterator[None]:
    """A browser's own limits are only a courtesy: what the settings refuse is shown at the form."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise LatentSpaceError(f"These settings cannot be used: {error}.") from error
