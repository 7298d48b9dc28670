"""Trained models on disk: a folder with a readable config, weights without pickle, and an atlas.

    config.json            what the model is, what it was trained on and how, with its measures by epoch
    weights.safetensors    every weight and bias, float32
    atlas.npz              up to 10,000 held-out codes (float16) with their rows and labels
    replay.npz             how it came about, frame by frame; where the training was watched (replay.py)

The atlas makes a model's map, and its units, alive where the images themselves are not on disk.
N codes, D latent dimensions.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.data.npz import read_arrays
from autoencoder.errors import CheckpointError, in_line
from autoencoder.latent.graph import CodeGraph
from autoencoder.latent.support import Support, Units
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.model.runtime import Runtime
from autoencoder.project import ROOT
from autoencoder.replay import Replay, write_replay
from autoencoder.training import EpochResult, Trainer, TrainingSettings

FORMAT = "latent-space-explorer"
FORMAT_VERSION = 1
CONFIG, WEIGHTS, ATLAS = "config.json", "weights.safetensors", "atlas.npz"
SHIPPED = ROOT / "checkpoints"
MAX_ATLAS_CODES = 10_000
MAX_ATLAS_MEMBERS = 10  # there are three
MAX_ATLAS_BYTES = 480_000
MAX_TEXT = 200  # characters of a name or a note in a config
MAX_FILE_BYTES = 100_000_000  # of each file; a shipped model has 2 MB
MAX_ATLAS_UNPACKED = 50_000_000  # bytes; 10,000 codes of 128 dimensions are 2.6 MB


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


def make_checkpoint(name: str, trainer: Trainer, trained_on: Dataset, test: Dataset | None) -> Checkpoint:
    """The model as the trainer has it now, with an atlas of images that it was not trained on.

    These are the test images of a named data set, and the held-back ones where there is no test set. The
    history ends with the measures of these very weights.
    """
    trainer.measure_end()
    model = trainer.autoencoder()
    rows = trainer.held_back_rows if test is None else np.arange(test.n_images)
    per_code = 2 * model.latent_dim + 4  # bytes: float16 components, and what row and label pack to
    rows = rows[: min(MAX_ATLAS_CODES, MAX_ATLAS_BYTES // per_code)]
    held_out = (trained_on if test is None else test).subset(rows)
    latents = model.encode(held_out.images).astype(np.float16).astype(np.float32)
    config = Config(
        trainer.model,
        _source(trained_on, trainer.settings),
        TrainingRecord(trainer.settings, trainer.runtime, trainer.seconds, tuple(trainer.history)),
        AtlasInfo(held_out.name, held_out.split, len(rows), Support(model, latents).units),
    )
    return Checkpoint(name, config, model, Atlas(rows, latents, held_out.labels))


def _source(dataset: Dataset, settings: TrainingSettings) -> DataSource:
    if settings.n_images:
        note = f"{settings.n_images:,} of {dataset.n_images:,} images, drawn with seed {settings.seed}"
        names = dataset.class_names
        return DataSource(dataset.name, settings.n_images, dataset.fingerprint, names, note)
    whole = DATASETS[dataset.name].n_train if dataset.name in DATASETS else 0
    is_part = dataset.split == "train" and dataset.n_images < whole
    note = f"the first {dataset.n_images:,} of {whole:,} training images" if is_part else ""
    return DataSource(dataset.name, dataset.n_images, dataset.fingerprint, dataset.class_names, note)


def save_checkpoint(checkpoint: Checkpoint, folder: str | os.PathLike) -> Path:
    """Write the checkpoint; what was in ``folder`` stays whole until all of the new one is there.

    Raises CheckpointError where the disk does not take it, or the folder holds something else.
    """
    folder = check_destination(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".saving-") as scratch:
            fresh = Path(scratch) / "fresh"
            fresh.mkdir()
            _write_files(checkpoint, fresh)
            _put_in_place(fresh, folder, Path(scratch) / "old")
    except OSError as error:
        reason = error.strerror or error
        raise CheckpointError(f"The model could not be written to {folder}: {reason}.") from error
    return folder


def check_destination(folder: str | os.PathLike) -> Path:
    """The folder, if a model may be written there; raises CheckpointError where it holds something else."""
    folder = Path(folder)
    if os.path.exists(folder) and not os.path.isfile(folder / CONFIG) and not _is_empty_folder(folder):
        raise CheckpointError(f"{folder} holds something other than a model. Choose a new folder.")
    return folder


def load_checkpoint(name_or_folder: str | os.PathLike) -> Checkpoint:
    """The model in a folder, or the shipped one of that name; CheckpointError where it cannot be used."""
    folder = find_checkpoint(name_or_folder)
    config = read_config(folder)
    model = _read_model(folder / WEIGHTS, config.model)
    return Checkpoint(folder.name, config, model, _read_atlas(folder / ATLAS, config), folder)


def find_checkpoint(name_or_folder: str | os.PathLike) -> Path:
    """The folder that is meant; raises CheckpointError where there is none."""
    given = Path(name_or_folder)
    if os.path.isdir(given):  # unlike Path.is_dir, calm about names that no disk would take
        return given.resolve()
    if str(name_or_folder) == given.name and os.path.isfile(SHIPPED / given.name / CONFIG):
        return SHIPPED / given.name
    names = ", ".join(info.name for info in list_checkpoints())
    raise CheckpointError(f"There is no model folder {name_or_folder}. Shipped models: {names}.")


def list_checkpoints(root: Path = SHIPPED) -> list[CheckpointInfo]:
    """The checkpoints below ``root``, by name; folders without a readable config are passed over."""
    infos = []
    for path in sorted(root.glob(f"[!.]*/{CONFIG}")):
        try:
            infos.append(CheckpointInfo(path.parent.name, path.parent, read_config(path.parent)))
        except CheckpointError:
            continue
    return infos


def read_config(folder: Path) -> Config:
    """The config of the checkpoint in ``folder``; raises CheckpointError where it cannot be used."""
    path = folder / CONFIG
    with _reading(path):
        entries = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entries, dict) or entries.get("format") != FORMAT:
            raise CheckpointError(f"{path} is not a model of this program. Choose one that was made with it.")
        version = entries.get("format_version")
        if isinstance(version, int) and version > FORMAT_VERSION:
            raise CheckpointError(
                f"{path} was written by a newer version of this program (format {version}, this one reads "
                f"{FORMAT_VERSION}). Update the program to use it."
            )
        return Config.from_dict(entries)


def _read_model(path: Path, settings: ModelSettings) -> Autoencoder:
    with _reading(path):
        weights = load_file(path)
        if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in weights.values()):
            raise ValueError("weights must be finite float32 numbers")
        return Autoencoder.from_weights(settings, weights)


def _read_atlas(path: Path, config: Config) -> Atlas:
    with _reading(path):
        arrays = read_arrays(path, ("rows", "latents", "labels"), MAX_ATLAS_MEMBERS, MAX_ATLAS_UNPACKED)
        atlas = Atlas(arrays["rows"], arrays["latents"].astype(np.float32), arrays.get("labels"))
        if not _fits(atlas, config):
            raise ValueError("its arrays do not fit the config")
        labels = None if atlas.labels is None else atlas.labels.astype(np.int64)
        return Atlas(atlas.rows.astype(np.int64), atlas.latents, labels)


def _fits(atlas: Atlas, config: Config) -> bool:
    n_codes, labels = len(atlas.latents), atlas.labels
    return (
        1 <= n_codes == config.atlas.n_codes
        and atlas.latents.shape == (n_codes, config.model.latent_dim)
        and bool(np.isfinite(atlas.latents).all())
        and _are_indices(atlas.rows, n_codes)
        and (labels is None or _are_indices(labels, n_codes))
        and (labels is None or int(labels.max()) < len(config.source.class_names))
    )


def _are_indices(array: np.ndarray, count: int) -> bool:
    return array.dtype.kind in "iu" and array.shape == (count,) and int(array.min()) >= 0


def _put_in_place(fresh: Path, folder: Path, old: Path) -> None:
    """``fresh`` becomes ``folder``, and what stood there ``old``; or, where that fails, all stays."""
    if not folder.exists():
        fresh.rename(folder)
        return
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise


def _write_files(checkpoint: Checkpoint, folder: Path) -> None:
    config = json.dumps(checkpoint.config.to_dict(), indent=2, ensure_ascii=False)
    (folder / CONFIG).write_text(config + "\n", encoding="utf-8")
    # One metadata key at most: several are written in random order, and the bytes would differ.
    (folder / WEIGHTS).write_bytes(save(checkpoint.model.weights, metadata={"format": FORMAT}))
    atlas = checkpoint.atlas
    arrays = {"latents": atlas.latents.astype(np.float16), "rows": atlas.rows.astype(np.int32)}
    if atlas.labels is not None:
        arrays["labels"] = atlas.labels.astype(np.int16)
    np.savez_compressed(folder / ATLAS, **arrays)
    if checkpoint.replay is not None:
        write_replay(checkpoint.replay, folder)


@contextmanager
def _reading(path: Path):
    """Give what goes wrong in reading a file its own sentence."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CheckpointError(
                f"{path} is larger than any model of this program: it was not read. Get the folder again."
            )
        yield
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path} is missing. A model folder holds {CONFIG}, {WEIGHTS} and {ATLAS}: copy all three."
        ) from error
    except OSError as error:
        raise CheckpointError(_damaged(path, error.strerror or str(error))) from error
    except KeyError as error:
        raise CheckpointError(_damaged(path, f"it lacks {error}")) from error
    except (ValueError, TypeError, AttributeError, EOFError, IndexError) as error:
        raise CheckpointError(_damaged(path, str(error))) from error
    except (OverflowError, RecursionError, MemoryError) as error:
        raise CheckpointError(_damaged(path, str(error))) from error
    except (SafetensorError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise CheckpointError(_damaged(path, str(error))) from error


def _damaged(path: Path, reason: str) -> str:
    reason = in_line(reason, 200)
    return f"{path} is damaged or not a model file ({reason}). Get the folder again, or train the model anew."


def _is_empty_folder(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
