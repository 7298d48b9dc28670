"""Trained models on disk and in zip archives: a readable config, weights without pickle, and an atlas.

    config.json            the model, its data, settings of its training, and its measures by epoch
    weights.safetensors    every weight and bias, float32
    atlas.npz              up to 10,000 held-out codes (float16) with their rows and labels
    replay.npz             frames of the training, where they were recorded (replay.py)

The atlas gives a model's map and its units (`Autoencoder.codes_in_use`) where the images are not on disk.
N codes, D latent dimensions.
"""

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from autoencoder.checkpoint.checkpoint import (
    FORMAT,
    FORMAT_VERSION,
    Atlas,
    Checkpoint,
    CheckpointInfo,
    Config,
)
from autoencoder.checkpoint.replay import MAX_BYTES, REPLAY, read_replay
from autoencoder.data.readers.arrays import read_arrays
from autoencoder.errors import CheckpointError, in_line
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.project import ROOT

CONFIG, WEIGHTS, ATLAS = "config.json", "weights.safetensors", "atlas.npz"
SHIPPED = ROOT / "checkpoints"
MAX_FILE_BYTES = 100_000_000  # of each file; a shipped model has 2 MB
MODEL_FILES = {CONFIG: 1_000_000, WEIGHTS: MAX_FILE_BYTES, ATLAS: 10_000_000}  # the most bytes of each
FILES = {**MODEL_FILES, REPLAY: MAX_BYTES}  # the last one only where the training was watched
MAX_ARCHIVE_ENTRIES = 50  # systems add files of their own to these
MAX_ATLAS_MEMBERS = 10  # there are three
MAX_ATLAS_UNPACKED = 50_000_000  # bytes; 10,000 codes of 128 dimensions are 2.6 MB
BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
BAD_VALUES = (TypeError, AttributeError, LookupError, OverflowError, RecursionError, MemoryError)
DAMAGE = (OSError, SafetensorError, *BAD_ZIP, *BAD_VALUES)  # errors of reading a damaged file


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
    is_no_model = os.path.exists(folder) and not os.path.isfile(folder / CONFIG)
    if is_no_model and (not folder.is_dir() or any(folder.iterdir())):
        raise CheckpointError(f"{folder} holds something other than a model. Choose a new folder.")
    return folder


def load_checkpoint(name_or_folder: str | os.PathLike) -> Checkpoint:
    """The model in a folder, or the shipped one of that name; CheckpointError where it cannot be used."""
    folder = find_checkpoint(name_or_folder)
    config = read_config(folder)
    model = _read_model(folder / WEIGHTS, config.model)
    return Checkpoint(folder.name, config, model, _read_atlas(folder / ATLAS, config), folder)


def find_checkpoint(name_or_folder: str | os.PathLike) -> Path:
    """Folder of a checkpoint, by path or by shipped name; raises CheckpointError where there is none."""
    given = Path(name_or_folder)
    if os.path.isdir(given):  # unlike Path.is_dir, calm about names that no disk would take
        return given.resolve()
    if str(name_or_folder) == given.name and os.path.isfile(SHIPPED / given.name / CONFIG):
        return SHIPPED / given.name
    names = ", ".join(info.name for info in list_checkpoints())
    raise CheckpointError(f"There is no model folder {name_or_folder}. Shipped models: {names}.")


def list_checkpoints(root: Path = SHIPPED) -> list[CheckpointInfo]:
    """Checkpoints below ``root``, by name; folders without a readable config are left out."""
    infos = []
    for path in sorted(root.glob(f"[!.]*/{CONFIG}")):
        with suppress(CheckpointError):
            infos.append(CheckpointInfo(path.parent.name, path.parent, read_config(path.parent)))
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
            newer = f"a newer version of this program (format {version}, this one reads {FORMAT_VERSION})"
            raise CheckpointError(f"{path} was written by {newer}. Update the program to use it.")
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


def write_config(config: Config, folder: Path) -> None:
    """Write the config of a checkpoint into its ``folder``, and nothing else."""
    text = json.dumps(config.to_dict(), indent=2, ensure_ascii=False)
    (folder / CONFIG).write_text(text + "\n", encoding="utf-8")


def _write_files(checkpoint: Checkpoint, folder: Path) -> None:
    write_config(checkpoint.config, folder)
    # One metadata key at most: several are written in random order, and the bytes would differ.
    (folder / WEIGHTS).write_bytes(save(checkpoint.model.weights, metadata={"format": FORMAT}))
    atlas = checkpoint.atlas
    arrays = {"latents": atlas.latents.astype(np.float16), "rows": atlas.rows.astype(np.int32)}
    if atlas.labels is not None:
        arrays["labels"] = atlas.labels.astype(np.int16)
    np.savez_compressed(folder / ATLAS, **arrays)
    if checkpoint.replay is not None:
        np.savez_compressed(folder / REPLAY, **checkpoint.replay.to_arrays())


@contextmanager
def _reading(path: Path):
    """Context that turns any error of reading a file into a CheckpointError with its own sentence."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            fault = f"{path} is larger than any model of this program: it was not read"
            raise CheckpointError(f"{fault}. Get the folder again.")
        yield
    except FileNotFoundError as error:
        needed = f"A model folder holds {CONFIG}, {WEIGHTS} and {ATLAS}: copy all three."
        raise CheckpointError(f"{path} is missing. {needed}") from error
    except DAMAGE as error:
        reason = (
            f"it lacks {error}" if isinstance(error, KeyError) else getattr(error, "strerror", None) or error
        )
        fault = f"{path} is damaged or not a model file ({in_line(reason, 200)})"
        raise CheckpointError(f"{fault}. Get the folder again, or train the model anew.") from error


def files_of(model: Path) -> list[Path]:
    """Files of the model in a folder, with its replay where there is one."""
    return [model / file for file in FILES if file in MODEL_FILES or (model / file).exists()]


def pack_model(model: Path) -> bytes:
    """Zip archive of the model in a folder, which `unpack_model` reads."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(model):
            archive.write(file, f"{model.name}/{file.name}")
    return buffer.getvalue()


def unpack_model(data: bytes) -> dict[str, bytes]:
    """The files of a model by their names, not their paths; raises CheckpointError for any other archive."""
    with _model_archive(data) as archive:
        entries = _model_entries(archive)
        return {file: _read_entry(archive, entry, FILES[file]) for file, entry in entries.items()}


def folder_in_archive(data: bytes) -> str:
    """Name of a zipped model's folder; empty where there is no folder, or no model."""
    try:
        with _model_archive(data) as archive:
            return PurePosixPath(_model_entries(archive)[CONFIG].filename).parent.name
    except CheckpointError:
        return ""


@contextmanager
def _model_archive(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Context of an open zip archive; an error of reading it becomes a CheckpointError."""
    if len(data) > MAX_FILE_BYTES or data.count(b"PK\x01\x02") > MAX_ARCHIVE_ENTRIES:
        fault = "This is larger than any model of this program: it was not read"
        raise CheckpointError(f"{fault}. Choose a model.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (*BAD_ZIP, RuntimeError) as error:
        fault = f"This is not a zip archive that can be read ({in_line(error, 200)})"
        raise CheckpointError(f"{fault}. Download the model again.") from error


def _model_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    files = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    entries = {PurePosixPath(entry.filename): entry for entry in files}
    own = {path: entry for path, entry in entries.items() if not _is_added(path)}
    is_one_folder = len({path.parent for path in own}) == 1 and all(len(path.parts) <= 2 for path in own)
    names = {path.name for path in own}
    if not is_one_folder or not set(MODEL_FILES) <= names <= set(FILES):
        files = f"{', '.join(MODEL_FILES)} and perhaps {REPLAY}, side by side and nothing else"
        raise CheckpointError(f"A model is a zip archive of {files}. Choose one that was downloaded here.")
    return {path.name: entry for path, entry in own.items()}


def _is_added(path: PurePosixPath) -> bool:
    """True for a file that the packing system added."""
    return "__MACOSX" in path.parts or path.name.startswith(".")


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        fault = f"{in_line(entry.filename)} is larger than in any model: it was not read"
        raise CheckpointError(f"{fault}. Choose another.")
    return content


def load_uploaded(folder: Path, name: str) -> Checkpoint:
    """The uploaded model with its frames, and messages without the server's paths."""
    try:
        checkpoint = load_checkpoint(folder)
    except CheckpointError as error:
        raise CheckpointError(str(error).replace(f"{folder}{os.sep}", "")) from error
    try:
        return replace(checkpoint, replay=read_replay(folder))
    except CheckpointError as error:
        advice = "Download the model again, or take that file out of it."
        raise CheckpointError(f"The {REPLAY} of {name} is damaged. {advice}") from error
