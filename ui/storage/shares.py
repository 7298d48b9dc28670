"""Shared copies of models and images: one file or folder each, named by its content."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from autoencoder.checkpoint.store import files_of
from ui.storage.disk import SHARED, SHARING, WorkspaceError, bytes_in, made, remove, state_root, writing
from ui.storage.limits import MAX_SHARED, MAX_SHARED_OF_ALL
from ui.storage.models import IMAGES, MODELS
from ui.storage.shelf import NAME
from ui.storage.workspace import Workspace

SHARED_NAME = re.compile(rf"({NAME.pattern})~[0-9a-f]{{20}}")
KINDS = {"model": MODELS, "data": IMAGES}  # by the address's word for it


def is_shared(kind: str, name: str) -> bool:
    """True where a shared copy of this name exists, so that its link opens it."""
    path = path_of_copy(kind, name)
    return path is not None and path.exists()


def share_copy(workspace: Workspace, kind: str, source: Path, shared: str) -> None:
    """Share a copy of a file or folder. Raises WorkspaceError where that is too much or cannot be written."""
    if len(workspace.shared.copies(kind)) >= MAX_SHARED:
        full = f"You share {MAX_SHARED} {KINDS[kind].noun}s, which is as many as can be."
        raise WorkspaceError(f"{full} Withdraw one first.")
    workspace.quota.check(bytes_in(source))
    path = path_of_copy(kind, shared)
    if not path.exists():
        _copy(kind, source, path)
    with writing(shared):
        path.touch()
        workspace.shared.mark(path)
    by_age = sorted(shelf_of(kind).glob(f"[!.]*{KINDS[kind].suffix}"), key=lambda path: path.stat().st_mtime)
    for path in by_age[:-MAX_SHARED_OF_ALL]:
        remove(path)


def _copy(kind: str, source: Path, path: Path) -> None:
    with writing(path.name), TemporaryDirectory(dir=made(shelf_of(kind)), prefix=SHARING) as scratch:
        fresh = Path(scratch, "copy")
        if source.is_dir():
            fresh.mkdir()
            for file in files_of(source):
                shutil.copy2(file, fresh / file.name)
        else:
            shutil.copy2(source, fresh)
        fresh.rename(path)


def path_of_copy(kind: str, name: str) -> Path | None:
    """Path of the shared copy of this name; None for an invalid name."""
    return shelf_of(kind) / f"{name}{KINDS[kind].suffix}" if SHARED_NAME.fullmatch(name) else None


def shelf_of(kind: str) -> Path:
    return state_root() / SHARED / kind
