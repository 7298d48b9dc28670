"""Unfinished training of a visitor on disk: the snapshot to resume from, and whether it is paused."""

from pathlib import Path

from ui.storage.disk import made, write_whole, writing

UNFINISHED = "unfinished.safetensors"
PAUSED = "unfinished.paused"


class UnfinishedTraining:
    """Snapshot and pause mark of the one unfinished training of a visitor."""

    def __init__(self, folder: Path):
        self._file, self._paused = folder / UNFINISHED, folder / PAUSED

    def keep(self, snapshot: bytes) -> None:
        """Keep a snapshot in place of the one before."""
        with writing("Where your training stands"):
            write_whole(self._file, snapshot)

    def read(self) -> bytes | None:
        """The snapshot, if there is one."""
        try:
            return self._file.read_bytes()
        except OSError:
            return None

    def mark_paused(self, is_paused: bool) -> None:
        """Keep whether the visitor paused it: a paused training is not resumed by itself."""
        with writing("That your training is paused"):
            if is_paused:
                made(self._paused.parent)
                self._paused.touch()
            else:
                self._paused.unlink(missing_ok=True)

    def is_paused(self) -> bool:
        return self._paused.exists()

    def drop(self) -> None:
        with writing("Your training"):
            self._file.unlink(missing_ok=True)
            self._paused.unlink(missing_ok=True)
