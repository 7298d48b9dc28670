"""Removal of what is unused for long or exceeds the limits."""

import time
from pathlib import Path

from ui.storage.disk import SCRATCH, SHARED, SHARING, folders, mtime, remove
from ui.storage.limits import max_idle_days
from ui.storage.unfinished import PAUSED, UNFINISHED
from ui.storage.workspace import VISITOR

DAY = 24 * 3_600
MAX_UNFINISHED_AGE = 14 * 24 * 3600  # seconds since it was written last
MAX_UNFINISHED_BYTES = 1_000_000_000  # of all visitors together; one has 3 to 30 MB


def remove_unused(root: Path, now: float | None = None) -> int:
    """Remove what visitors keep who have not been here for too long, what they share and nobody has opened
    for as long, and what a killed process left half written; how many visitors' folders were removed.
    """
    now = time.time() if now is None else now
    visitors = [path for path in folders(root / "visitors") if VISITOR.fullmatch(path.name)]
    oldest = now - max_idle_days() * DAY
    unused = [path for path in visitors if mtime(path) < oldest]
    copies = [path for path in root.glob(f"{SHARED}/*/[!.]*") if mtime(path) < oldest]
    scratch = [path for folder in visitors for path in folder.glob(f"*/{SCRATCH}*")]
    scratch += root.glob(f"{SHARED}/*/{SHARING}*")
    for path in [*unused, *copies, *(path for path in scratch if mtime(path) < now - DAY)]:
        remove(path)
    return len(unused)


def clear_unfinished(root: Path) -> None:
    """Remove what was kept of trainings that nobody came back to: the old, and the oldest of too much."""
    paths = sorted(root.glob(f"visitors/*/{UNFINISHED}"), key=lambda path: path.stat().st_mtime, reverse=True)
    n_bytes = 0
    for path in paths:
        n_bytes += path.stat().st_size
        is_old = path.stat().st_mtime < time.time() - MAX_UNFINISHED_AGE
        if is_old or n_bytes > MAX_UNFINISHED_BYTES:
            path.unlink(missing_ok=True)
            path.with_name(PAUSED).unlink(missing_ok=True)
