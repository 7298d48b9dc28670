"""Works for the queue: some that count instead of training, and small trainings."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.dataset import Dataset
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.training.plan import TrainingPlan
from autoencoder.training.session import Training
from autoencoder.training.trainer import Evaluating
from ui.jobs.executor import Executor

SMALL_MODEL = ModelSettings("dae", 3, architecture=Architecture("tiny", (4,), (8,)))


class Counting:
    """Work that counts to ``n`` in steps of a millisecond; its result is the process it was done in."""

    def __init__(self, n: int = 10**9):
        self.n, self.progress = n, 0

    def steps(self):
        while self.progress < self.n:
            time.sleep(0.001)
            self.progress += 1
            yield self.progress

    def finish(self) -> int:
        return os.getpid()


class Failing(Counting):
    def steps(self):
        yield 1
        raise ZeroDivisionError("a mistake")


class Deadly(Counting):
    """Work that takes its process down."""

    def steps(self):
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)


class EndlessLosses(Training):
    """A training that comes no further than to the losses at the end of its first epoch."""

    def steps(self):
        for step in super().steps():
            yield step
            while isinstance(step.partial, Evaluating):
                time.sleep(0.001)
                yield step


class WaitingTraining(Training):
    """A training that waits after some epochs until there is a file, and goes on then."""

    def __init__(self, plan: TrainingPlan, epochs: int, gate: Path):
        super().__init__(plan)
        self._n_epochs, self._gate = epochs, gate

    def steps(self):
        for step in super().steps():
            yield step
            while len(self.progress.epochs) >= self._n_epochs and not self._gate.exists():
                time.sleep(0.001)
                yield step


def images(n: int = 100, name: str = "stripes") -> Dataset:
    pixels = np.random.default_rng(0).integers(0, 256, (n, 28, 28), dtype=np.uint8)
    return Dataset(name, "all", pixels, np.arange(n) % 2, ("even", "odd"))


def plan(epochs: int = 2, n_images: int = 100, **changes) -> TrainingPlan:
    settings = TrainingSettings(epochs=epochs, batch_size=16)
    return replace(TrainingPlan("stripes-dae-3", images(n_images), None, SMALL_MODEL, settings), **changes)


def trained(given: TrainingPlan) -> Checkpoint:
    """Checkpoint of an undisturbed training."""
    training = Training(given)
    for _ in training.steps():
        pass
    return training.finish()


def assert_same_weights(first: Checkpoint, second: Checkpoint) -> None:
    assert first.model.weights.keys() == second.model.weights.keys()
    for name, array in first.model.weights.items():
        np.testing.assert_array_equal(array, second.model.weights[name])


def count_slices(monkeypatch, executor: type) -> list[tuple[Executor, str]]:
    """Every slice that is begun at such executors from now on: the executor, and the job's key."""
    slices, advance = [], executor.advance

    def counted(self, key, is_last):
        slices.append((self, key))
        return advance(self, key, is_last)

    monkeypatch.setattr(executor, "advance", counted)
    return slices
