"""Checkpoint and its configuration: types, their checks and their JSON form."""

import hashlib
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import Replay
from autoencoder.data.serial import check_limits, from_tree
from autoencoder.latent.paths import CodeGraph
from autoencoder.latent.support import Support, Units
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.model.runtime import Runtime

FORMAT = "latent-space-explorer"
FORMAT_VERSION = 2  # 1 had no `calibrated_on`


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
    """Record of a training: settings, runtime, ``seconds`` of computing, and measures by epoch."""

    settings: TrainingSettings
    runtime: Runtime
    seconds: float
    history: tuple[EpochResult, ...]


@dataclass(frozen=True)
class AtlasInfo:
    """Images whose codes are in the atlas, and the units of the model.

    ``calibrated_on`` are the codes that gave the units: those in use (`Support`), or the atlas itself, as in
    files of format 1. For all kinds but the variational the two are the same codes.
    """

    dataset: str
    split: str
    n_codes: int
    units: Units
    calibrated_on: Literal["atlas", "codes in use"] = "atlas"


@dataclass(frozen=True)
class Config:
    """Configuration: all of a checkpoint but its arrays."""

    model: ModelSettings
    source: DataSource
    training: TrainingRecord
    atlas: AtlasInfo

    def to_dict(self) -> dict:
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, entries: dict) -> "Config":
        """The inverse of ``to_dict``; raises KeyError or ValueError for foreign entries."""
        config = from_tree(cls, {part.name: entries[part.name] for part in fields(cls)})
        check_limits(config)
        return config


@dataclass(frozen=True, eq=False)
class Atlas:
    """Held-out codes: ``latents`` float32 (N, D) of the images at ``rows`` int64 (N,) of their data set."""

    rows: np.ndarray
    latents: np.ndarray
    labels: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A trained model with its configuration and atlas. ``folder`` is None until it is on disk.

    ``replay`` is that of a training just over; on disk it lies beside the model and is read by itself.
    """

    name: str
    config: Config
    model: Autoencoder
    atlas: Atlas
    folder: Path | None = None
    replay: Replay | None = None

    @property
    def identity(self) -> str:
        """Fingerprint and name: a key for results that mention the model's name."""
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
        """Measures of on and off the data for this model.

        The units of a variational model that were calibrated on its atlas are measured anew, from the codes
        alone: seconds of work.
        """
        info = self.config.atlas
        is_old = self.model.is_variational and info.calibrated_on == "atlas"
        return Support(self.model, self.atlas.latents, None if is_old else info.units)


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint that is on disk, without its arrays."""

    name: str
    folder: Path
    config: Config
