"""Folders and sizes on disk, writing without half-written files, and errors in words."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from autoencoder.errors import LatentSpaceError
from autoencoder.project import ROOT
from ui import settings

DELETED = ".deleted"
SHARED = "shared"
SCRATCH = ".saving-"
SHARING = ".sharing-"

logger = logging.getLogger(__name__)


class WorkspaceError(LatentSpaceError):
    """A name that cannot be used, or something that cannot be kept."""


def state_root() -> Path:
    """Folder of what visitors keep: LATENT_STATE_ROOT, else .state in the project."""
    return Path(settings.text(settings.STATE_ROOT) or ROOT / ".state").expanduser()


def remove(path: Path) -> None:
    """Remove a file or a folder; what cannot be removed is noted."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, onerror=_note_failure)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _note_failure(None, str(path), (type(error), error))


def folders(parent: Path) -> list[Path]:
    return [path for path in parent.glob("*") if path.is_dir() and not path.is_symlink()]


def mtime(path: Path) -> float:
    """When a path was changed; never, if it is gone: another server may be starting too."""
    return path.stat().st_mtime if path.exists() else float("inf")


def _note_failure(function, path: str, reason: tuple) -> None:
    logger.warning("%s could not be removed: %s", path, reason[1])


def bytes_in(folder: Path, kept_only: bool = False) -> int:
    """The bytes of a file, or of those below a folder; if asked, without what is deleted or not there yet."""
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
    except FileNotFoundError:  # somebody deletes it while we look
        return 0


def made(folder: Path) -> Path:
    """The folder, made where it was not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Words for what the disk does not allow. Raises WorkspaceError."""
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            f"{name} could not be written: {error.strerror or error}. Ask whoever runs this server."
        ) from error
