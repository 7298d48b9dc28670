"""Training session: a training as work with progress, and the file from which an unfinished one resumes.

A safetensors file: the arrays are weights, optimizer moments and the frames of the replay; the rest is JSON
in its one metadata entry. It is written by the server's own workers and checked all the same: a disk may hold
anything.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from safetensors import SafetensorError
from safetensors.numpy import load, save

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.data.dataset import Dataset
from autoencoder.data.serial import from_tree
from autoencoder.errors import DatasetError, LatentSpaceError
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.runtime import Runtime, resolve_runtime
from autoencoder.steps import Steps
from autoencoder.training.plan import MAX_POINTS, ThinnedCurve, TrainingPlan, TrainingProgress
from autoencoder.training.recorder import Recorder
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Event, Progress, Snapshot, Trainer

LOOK_EVERY = 1.0  # seconds, at least
LOOK_SHARE = 0.02  # of a training's time, at most
FORMAT_VERSION = 1
ENTRY = "unfinished"
FRAMES = "replay."  # prefix of the names of a replay's arrays


class UnfinishedError(LatentSpaceError):
    """A kept training that cannot be used."""


@dataclass(frozen=True)
class Images:
    """Reference to the images of a training."""

    name: str
    split: str
    fingerprint: str

    @classmethod
    def of(cls, dataset: Dataset) -> "Images":
        return cls(dataset.name, dataset.split, dataset.fingerprint)

    def found(self, find: Callable[[str, str], Dataset]) -> Dataset:
        """The same images; raises DatasetError where they are gone or changed."""
        with suppress(LatentSpaceError):
            dataset = find(self.name, self.split)
            if dataset.fingerprint == self.fingerprint:
                return dataset
        fault = f"Your training was interrupted, and its images, {self.name}, are no longer here as they were"
        raise DatasetError(f"{fault}. Bring them back to go on, or discard the training.")


@dataclass(frozen=True, eq=False)
class Unfinished:
    """An unfinished training; ``runtime``, ``snapshot`` and ``latest`` are None before the first step."""

    name: str
    dataset: Images
    test: Images | None
    model: ModelSettings
    settings: TrainingSettings
    runtime: Runtime | None
    snapshot: Snapshot | None
    losses: ThinnedCurve
    latest: Progress | None
    replay: Replay | None = None

    @classmethod
    def of(cls, plan: TrainingPlan, **state) -> "Unfinished":
        """Training of a plan; ``state`` is all from ``runtime`` to ``replay`` once it has started."""
        not_started = {"runtime": None, "snapshot": None, "losses": ThinnedCurve(MAX_POINTS), "latest": None}
        test = None if plan.test is None else Images.of(plan.test)
        images = Images.of(plan.dataset)
        return cls(plan.name, images, test, plan.model, plan.settings, **not_started | state)

    @property
    def progress(self) -> TrainingProgress:
        plan = self.dataset.name, self.model, self.settings
        n_steps = self.latest.n_steps if self.latest else 0
        history = tuple(self.snapshot.history) if self.snapshot else ()
        now = self.latest, self.losses.points, history
        return TrainingProgress(*plan, n_steps, *now, replay=self.replay)

    def plan(self, find: Callable[[str, str], Dataset]) -> TrainingPlan:
        """Training plan with its images, found by name and split; raises DatasetError where they are gone."""
        test = None if self.test is None else self.test.found(find)
        return TrainingPlan(self.name, self.dataset.found(find), test, self.model, self.settings)

    def to_bytes(self) -> bytes:
        arrays, snapshot = {}, None
        if self.snapshot is not None:
            arrays, snapshot = self.snapshot.arrays, replace(self.snapshot, arrays={})
        facts = {"version": FORMAT_VERSION, **asdict(replace(self, snapshot=snapshot, replay=None))}
        if self.replay is not None:
            arrays = arrays | {FRAMES + name: array for name, array in self.replay.to_arrays().items()}
        return save(arrays, metadata={ENTRY: json.dumps(facts)})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Unfinished":
        """Inverse of ``to_bytes``; raises UnfinishedError for anything else."""
        try:
            return from_tree(cls, _tree_in(data))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, SafetensorError) as error:
            fault = "A training of yours was interrupted, and its file is damaged"
            raise UnfinishedError(f"{fault}. Discard it, and train anew.") from error


def _tree_in(data: bytes) -> dict:
    """Facts of a file with its arrays; their JSON is in the header, whose length is in the first 8 bytes."""
    length = int.from_bytes(data[:8], "little")
    facts, arrays = json.loads(json.loads(data[8 : 8 + length])["__metadata__"][ENTRY]), load(data)
    if facts.pop("version") != FORMAT_VERSION:
        raise ValueError("written by another version of this program")
    names = [name for name in arrays if name.startswith(FRAMES)]
    frames = {name.removeprefix(FRAMES): arrays.pop(name) for name in names}
    if facts["snapshot"] is not None:
        facts["snapshot"]["arrays"] = arrays
    return {**facts, "replay": Replay.from_arrays(frames) if frames else None}


class Training:
    """Work of training a plan; its result is the model, or None before the end of the first epoch."""

    def __init__(self, plan: TrainingPlan):
        self._plan: TrainingPlan | None = plan  # images and network are released at the end
        self._trainer: Trainer | None = None
        self._recorder: Recorder | None = None
        self._unfinished: Unfinished | None = None  # what to go on from
        self._losses = ThinnedCurve(MAX_POINTS)
        self._look_at = 0.0  # when to look next at what is learnt
        source = plan.dataset.name
        self.progress = TrainingProgress(source, plan.model, plan.settings, n_trained=plan.n_trained)

    def steps(self) -> Steps[None]:
        self._set_up()
        self._recorder.begin()
        self._look()
        for step in self._trainer.steps():
            self._note_event(step.partial)
            if self._recorder.note(step.partial):
                self._note(replay=self._recorder.replay)
            if time.monotonic() > self._look_at:
                self._look()
            yield step

    def finish(self) -> Checkpoint | None:
        if self._unfinished is not None:
            self._set_up()
        checkpoint = self._checkpoint() if self._trainer and self._trainer.history else None
        self._plan = self._trainer = self._recorder = None
        return checkpoint

    def snapshot(self) -> bytes:
        trainer, plan = self._trainer, self._plan
        if trainer is None:
            return (self._unfinished or Unfinished.of(plan)).to_bytes()
        self._look()  # the progress of a paused training shows the network as it is
        state = {"runtime": trainer.runtime, "snapshot": trainer.snapshot(), "losses": self._losses}
        state |= {"latest": self.progress.latest, "replay": self._recorder.replay}
        return Unfinished.of(plan, **state).to_bytes()

    def resume(self, snapshot: bytes) -> None:
        self._unfinished, self._trainer = Unfinished.from_bytes(snapshot), None
        self._losses, self._look_at = self._unfinished.losses, 0.0
        self.progress = replace(self._unfinished.progress, n_trained=self._plan.n_trained)

    def _set_up(self) -> None:
        plan, runtime = self._plan, resolve_runtime(threads=1)
        before, self._unfinished = self._unfinished, None
        if before and before.runtime and before.runtime.device == runtime.device:
            runtime = before.runtime
        self._trainer = Trainer(plan.dataset.images, plan.model, plan.settings, runtime, plan.dataset.labels)
        if before and before.snapshot:
            self._trainer.restore(before.snapshot)
        self._recorder = Recorder(self._trainer, plan.dataset, before.replay if before else None)
        self._note(n_steps=self._trainer.n_steps, replay=self._recorder.replay)

    def _checkpoint(self) -> Checkpoint:
        self._trainer.measure_end()
        self._note(epochs=tuple(self._trainer.history))
        self._recorder.end()
        self._look()
        made = make_checkpoint(self._plan.name, self._trainer, self._plan.dataset, self._plan.test)
        return replace(made, replay=self._recorder.replay)

    def _note_event(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._losses.add(event.step / self._trainer.steps_per_epoch, event.loss)
            self._note(latest=event, losses=self._losses.points)
        elif isinstance(event, EpochResult):
            self._note(epochs=(*self.progress.epochs, event))

    def _look(self) -> None:
        started = time.monotonic()
        seen = self._recorder.look()
        if seen is not None:
            positions, reconstructions = seen
            self._note(positions=positions, reconstructions=reconstructions, replay=self._recorder.replay)
        now = time.monotonic()
        self._look_at = now + max(LOOK_EVERY, (now - started) / LOOK_SHARE)

    def _note(self, **changes) -> None:
        self.progress = replace(self.progress, **changes)
