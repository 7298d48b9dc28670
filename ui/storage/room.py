"""Disk space of a visitor: what is used, and what may be added."""

import time
from pathlib import Path

from ui.storage.disk import WorkspaceError, bytes_in, bytes_of_all
from ui.storage.limits import MAX_VISITOR_BYTES, max_state_bytes, size
from ui.storage.share_marks import ShareMarks


class Room:
    """Disk space in a visitor's folder and below ``root``, the folder of all visitors' things."""

    def __init__(self, root: Path, folder: Path, shared: ShareMarks):
        self._root, self._folder, self._shared = root, folder, shared

    def check(self, n_bytes: int, is_exact: bool = True) -> None:
        """Raises WorkspaceError where so many more bytes are too much, for the visitor or for all.

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
                "Download what you need, delete what you do not, or ask whoever runs this server."
            )
