"""Zip archive of a checkpoint: pack one, and read an uploaded one within limits."""

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.replay import MAX_BYTES, REPLAY, read_replay
from autoencoder.checkpoint.store import ATLAS, BAD_ZIP, CONFIG, MAX_FILE_BYTES, WEIGHTS, load_checkpoint
from autoencoder.errors import CheckpointError, in_line

MODEL_FILES = {CONFIG: 1_000_000, WEIGHTS: MAX_FILE_BYTES, ATLAS: 10_000_000}  # the most bytes of each
FILES = {**MODEL_FILES, REPLAY: MAX_BYTES}  # the last one only where the training was watched
MAX_ARCHIVE_ENTRIES = 50  # systems add files of their own to these


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
    """The files of a model by their names; raises CheckpointError where it is anything else.

    The archive's own paths are used for nothing: its files are picked by their names.
    """
    with _model_archive(data) as archive:
        entries = _model_entries(archive)
        return {file: _read(archive, entry, FILES[file]) for file, entry in entries.items()}


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


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
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
