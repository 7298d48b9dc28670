"""Removal of unused folders, copies and trainings, and of those beyond the limits."""

import time
from pathlib import Path

from ui.storage.disk import SCRATCH, SHARED, SHARING, least_used, mtime, remove
from ui.storage.limits import MAX_UNFINISHED_BYTES, MAX_UNFINISHED_DAYS, max_idle_days
from ui.storage.workspace import PAUSED, UNFINISHED, VISITOR

DAY = 24 * 3_600


def remove_unused(root: Path, now: float | None = None) -> int:
    """Remove folders of visitors not seen for long, shared copies not opened for as long, and half-written
    files of a killed process; returns the number of visitors' folders removed.
    """
    now = time.time() if now is None else now
    named = [path for path in root.glob("visitors/*") if VISITOR.fullmatch(path.name)]
    visitors = [path for path in named if path.is_dir() and not path.is_symlink()]
    oldest = now - max_idle_days() * DAY
    unused = [path for path in visitors if mtime(path) < oldest]
    copies = [path for path in root.glob(f"{SHARED}/*/[!.]*") if mtime(path) < oldest]
    scratch = [path for folder in visitors for path in folder.glob(f"*/{SCRATCH}*")]
    scratch += root.glob(f"{SHARED}/*/{SHARING}*")
    for path in [*unused, *copies, *(path for path in scratch if mtime(path) < now - DAY)]:
        remove(path)
    return len(unused)


def clear_unfinished(root: Path) -> None:
    """Remove unfinished trainings: the old ones, and the oldest beyond the limit in all."""
    paths = list(root.glob(f"visitors/*/{UNFINISHED}"))
    oldest = time.time() - MAX_UNFINISHED_DAYS * DAY
    old = {path for path in paths if mtime(path) < oldest}
    for path in old.union(least_used(paths, MAX_UNFINISHED_BYTES)):
        path.unlink(missing_ok=True)
        path.with_name(PAUSED).unlink(missing_ok=True)
