"""Disk space of a visitor, and the copies that they share, which count towards it."""

import time
from pathlib import Path

from ui.storage.disk import SHARED, WorkspaceError, bytes_in, bytes_of_all, made
from ui.storage.limits import MAX_VISITOR_BYTES, max_state_bytes, size


class ShareMarks:
    """Empty files in a visitor's folder, named like shared copies; a copy counts for all who marked it."""

    def __init__(self, root: Path, folder: Path):
        self._root, self._folder = root, folder

    def copies(self, kind: str = "*") -> list[Path]:
        """Copies that the visitor shares, of one kind or of all; deleted ones are left out."""
        marks = sorted(self._folder.glob(f"{SHARED}/{kind}/*"))
        copies = [self._root / SHARED / _entry(mark) for mark in marks]
        return [copy for copy in copies if copy.exists()]

    def mark(self, copy: Path) -> None:
        """Note that this copy is the visitor's: it counts for them, and they can withdraw it."""
        mark = self._folder / SHARED / _entry(copy)
        made(mark.parent)
        mark.touch()

    def unmark(self, copy: Path) -> bool:
        """Note that the visitor no longer shares this copy; True where nobody else does."""
        (self._folder / SHARED / _entry(copy)).unlink(missing_ok=True)
        visitors = self._folder.parent.glob("*")
        return not any((visitor / SHARED / _entry(copy)).exists() for visitor in visitors)


def _entry(path: Path) -> Path:
    """Kind and name: the end of the path that a copy and its marks have in common."""
    return Path(path.parent.name, path.name)


class Quota:
    """Disk space in a visitor's folder and below ``root``, the folder of all visitors' things."""

    def __init__(self, root: Path, folder: Path, shared: ShareMarks):
        self._root, self._folder, self._shared = root, folder, shared

    def check(self, n_bytes: int, is_exact: bool = True) -> None:
        """Raise WorkspaceError where so many more bytes are too much, for the visitor or for all.

        Counting all visitors' things takes a while; without ``is_exact`` a count from this minute will do.
        """
        used = bytes_in(self._folder, kept_only=True) + sum(map(bytes_in, self._shared.copies()))
        of_all = bytes_in(self._root) if is_exact else bytes_of_all(self._root, time.time() // 60)
        if used + n_bytes > MAX_VISITOR_BYTES:
            raise WorkspaceError(
                f"You keep {size(used)} here, and this would be {size(n_bytes)} more; "
                f"{size(MAX_VISITOR_BYTES)} are kept for one visitor, what you share included. Delete models "
                "or images first, or share less."
            )
        if of_all + n_bytes > max_state_bytes():
            raise WorkspaceError(
                f"This server keeps {size(max_state_bytes())} for all visitors together, and that is full. "
                "Download what you need, delete what you do not, or ask the administrator of this server."
            )
