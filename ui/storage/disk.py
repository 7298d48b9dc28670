"""Folders and sizes on disk, writing without half-written files, and errors in words."""

import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from uuid import uuid4

from autoencoder.errors import LatentSpaceError
from autoencoder.project import ROOT
from ui import settings

DELETED = ".deleted"
SHARED = "shared"
SCRATCH = ".saving-"
SHARING = ".sharing-"

logger = logging.getLogger(__name__)


class WorkspaceError(LatentSpaceError):
    """A name that cannot be used, or a thing that cannot be kept."""


def state_root() -> Path:
    """Folder of what visitors keep: LATENT_STATE_ROOT, else .state in the project."""
    return Path(settings.text(settings.STATE_ROOT) or ROOT / ".state").expanduser()


def remove(path: Path) -> None:
    """Remove a file or a folder; a failure is logged."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, onerror=_note_failure)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _note_failure(None, str(path), (type(error), error))


def mtime(path: Path) -> float:
    """Time of a path's last change; infinite if it is gone, since another server may be removing it too."""
    return path.stat().st_mtime if path.exists() else float("inf")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file; readers find the old content or all of the new, even if the process is killed."""
    fresh = made(path.parent) / f"{SCRATCH}{uuid4().hex}"
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def least_used(paths: Iterable[Path], most_bytes: int) -> list[Path]:
    """Files beyond ``most_bytes`` in all, counted from the one changed last."""
    found = []
    for path in paths:
        with suppress(FileNotFoundError):  # removed meanwhile
            found.append((path.stat().st_mtime, path.stat().st_size, path))
    found.sort(reverse=True)
    totals = accumulate(n_bytes for _, n_bytes, _ in found)
    return [path for (_, _, path), total in zip(found, totals, strict=True) if total > most_bytes]


def _note_failure(function, path: str, reason: tuple) -> None:
    logger.warning("%s could not be removed: %s", path, reason[1])


def bytes_in(folder: Path, kept_only: bool = False) -> int:
    """Size of a file or of all files below a folder; ``kept_only``: without deleted and half-written ones."""
    if folder.is_file():
        return _size(str(folder))
    total = 0
    for parent, inner, names in os.walk(folder):
        if kept_only:
            inner[:] = [name for name in inner if name != DELETED and not name.startswith(SCRATCH)]
        total += sum(_size(os.path.join(parent, name)) for name in names)
    return total


@lru_cache(maxsize=1)
def bytes_of_all(root: Path, minute: float) -> int:
    return bytes_in(root)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:  # deleted meanwhile
        return 0


def made(folder: Path) -> Path:
    """The folder, created where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Context that raises WorkspaceError, with a sentence about ``name``, for an error of the disk."""
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            f"{name} could not be written: {error.strerror or error}. Ask the administrator of this server."
        ) from error
