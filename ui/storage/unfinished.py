"""Unfinished training of a visitor on disk: the snapshot to resume from, and whether it is paused."""

import os
import tempfile
from pathlib import Path

from ui.storage.disk import SCRATCH, made, writing

UNFINISHED = "unfinished.safetensors"
PAUSED = "unfinished.paused"


class UnfinishedTraining:
    """The one training of a visitor that is not over."""

    def __init__(self, folder: Path):
        self._file, self._paused = folder / UNFINISHED, folder / PAUSED

    def keep(self, snapshot: bytes) -> None:
        """Keep a snapshot in place of the one before."""
        with writing("Where your training stands"):
            handle, fresh = tempfile.mkstemp(dir=made(self._file.parent), prefix=SCRATCH)
            try:
                with open(handle, "wb") as file:
                    file.write(snapshot)
                os.replace(fresh, self._file)
            finally:
                Path(fresh).unlink(missing_ok=True)

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
