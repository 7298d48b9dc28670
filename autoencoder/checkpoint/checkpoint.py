"""Checkpoint and its configuration: types, their checks and their JSON form."""

import hashlib
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path

import numpy as np

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.errors import in_line
from autoencoder.latent.graph import CodeGraph
from autoencoder.latent.support import Support, Units
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.model.runtime import Runtime

FORMAT = "latent-space-explorer"
FORMAT_VERSION = 1
MAX_TEXT = 200  # characters of a name or a note in a config


@dataclass(frozen=True)
class DataSource:
    """The data set that a model was trained on, of which ``n_images`` were used; the print is of all."""

    name: str
    n_images: int
    fingerprint: str
    class_names: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TrainingRecord:
    """How a model came about; ``seconds`` of computing."""

    settings: TrainingSettings
    runtime: Runtime
    seconds: float
    history: tuple[EpochResult, ...]


@dataclass(frozen=True)
class AtlasInfo:
    """Which images the atlas holds the codes of, and the units that these codes give."""

    dataset: str
    split: str
    n_codes: int
    units: Units


@dataclass(frozen=True)
class Config:
    """All of a checkpoint but its arrays."""

    model: ModelSettings
    source: DataSource
    training: TrainingRecord
    atlas: AtlasInfo

    def to_dict(self) -> dict:
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, entries: dict) -> "Config":
        """The inverse of ``to_dict``; raises KeyError, TypeError or ValueError for foreign entries."""
        source, training, atlas = entries["source"], entries["training"], entries["atlas"]
        return cls(
            ModelSettings.from_dict(entries["model"]),
            _typed(DataSource, {**source, "class_names": tuple(source["class_names"])}),
            TrainingRecord(
                _typed(TrainingSettings, training["settings"]),
                _typed(Runtime, training["runtime"]),
                float(training["seconds"]),
                tuple(_typed(EpochResult, epoch) for epoch in training["history"]),
            ),
            _typed(AtlasInfo, {**atlas, "units": _typed(Units, atlas["units"])}),
        )


def _typed(kind: type, entries: dict) -> object:
    """A dataclass of JSON entries; ValueError where one is not of the type that the field has.

    Pages write these numbers and names without asking again.
    """
    for part in fields(kind):
        if part.name in entries and not _is_a(part.type, entries[part.name]):
            raise ValueError(f"{part.name} cannot be {in_line(repr(entries[part.name]))}")
    return kind(**entries)


def _is_a(kind: type, value: object) -> bool:
    if kind in (int, float):
        numbers = int if kind is int else (int, float)
        return isinstance(value, numbers) and not isinstance(value, bool) and abs(value) < 1e300
    if kind == tuple[str, ...]:
        return all(_is_a(str, text) for text in value)
    return isinstance(value, kind) and (kind is not str or _is_short_text(value))


def _is_short_text(text: str) -> bool:
    return len(text) <= MAX_TEXT and text == in_line(text, MAX_TEXT)


@dataclass(frozen=True, eq=False)
class Atlas:
    """Held-out codes: ``latents`` float32 (N, D) of the images at ``rows`` int64 (N,) of their data set."""

    rows: np.ndarray
    latents: np.ndarray
    labels: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A trained model, what is known of it, and its atlas. ``folder`` is None until it is on disk.

    ``replay`` is that of a training just over; on disk it lies beside the model and is read by itself.
    """

    name: str
    config: Config
    model: Autoencoder
    atlas: Atlas
    folder: Path | None = field(default=None)
    replay: Replay | None = field(default=None)

    @property
    def identity(self) -> str:
        """Fingerprint and name: what tells apart results that speak of the model by its name."""
        return f"{self.fingerprint} {self.name!r}"

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with any weight or atlas code: the key for caches."""
        digest = hashlib.sha256(repr(self.config.model).encode() + self.atlas.latents.tobytes())
        for name, array in sorted(self.model.weights.items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()[:16]

    @cached_property
    def graph(self) -> CodeGraph:
        """The codes of the atlas, each joined to its nearest ones: for paths through the data."""
        return CodeGraph(self.atlas.latents)

    @cached_property
    def support(self) -> Support:
        """What counts as on and off the data for this model."""
        return Support(self.model, self.atlas.latents, self.config.atlas.units)


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint that is on disk, without its arrays."""

    name: str
    folder: Path
    config: Config
