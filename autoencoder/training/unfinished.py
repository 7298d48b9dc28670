"""Unfinished training as one file: its plan, and everything needed to resume it.

A safetensors file: the arrays are weights, optimizer moments and the frames of the replay; the rest is JSON
in its one metadata entry. It is written by the server's own workers and checked all the same: a disk may hold
anything.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from safetensors import SafetensorError
from safetensors.numpy import load, save

from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.data.dataset import Dataset
from autoencoder.data.serial import from_tree
from autoencoder.errors import DatasetError, LatentSpaceError
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.runtime import Runtime
from autoencoder.training.plan import TrainingPlan
from autoencoder.training.progress import MAX_POINTS, ThinnedCurve, TrainingProgress
from autoencoder.training.trainer import Progress, Snapshot

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
        try:
            dataset = find(self.name, self.split)
        except LatentSpaceError as error:
            raise DatasetError(_gone(self.name)) from error
        if dataset.fingerprint != self.fingerprint:
            raise DatasetError(_gone(self.name))
        return dataset


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


def _gone(name: str) -> str:
    fault = f"Your training was interrupted, and its images, {name}, are no longer here as they were"
    return f"{fault}. Bring them back to go on, or discard the training."
