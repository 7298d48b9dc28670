"""Marks of the copies that a visitor shares: empty files, named like the copies."""

from pathlib import Path

from ui.storage.disk import SHARED, made


class ShareMarks:
    """Marks in a visitor's folder; a copy counts for every visitor who has marked it."""

    def __init__(self, root: Path, folder: Path):
        self._root, self._folder = root, folder

    def copies(self, kind: str = "*") -> list[Path]:
        """Copies that the visitor shares, of one kind or of all; those that are gone are left out."""
        marks = sorted(self._folder.glob(f"{SHARED}/{kind}/*"))
        copies = [self._root / SHARED / _place(mark) for mark in marks]
        return [copy for copy in copies if copy.exists()]

    def mark(self, copy: Path) -> None:
        """Note that this copy is the visitor's: it counts for them, and they can withdraw it."""
        mark = self._mark(copy)
        made(mark.parent)
        mark.touch()

    def unmark(self, copy: Path) -> bool:
        """Note that the visitor no longer shares this copy; True where nobody else does."""
        self._mark(copy).unlink(missing_ok=True)
        visitors = self._folder.parent.glob("*")
        return not any((visitor / SHARED / _place(copy)).exists() for visitor in visitors)

    def _mark(self, copy: Path) -> Path:
        return self._folder / SHARED / _place(copy)


def _place(path: Path) -> Path:
    """Kind and name: the end of the path that a copy and its marks have in common."""
    return Path(path.parent.name, path.name)
