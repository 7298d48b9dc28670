"""Workspace of one visitor on the server: models, images, shared copies and an unfinished training.

<root>/visitors/<id>/models/<name>/              a checkpoint (models.py)
<root>/visitors/<id>/images/<name>.npz           images, labels and class names (models.py)
<root>/visitors/<id>/.../.deleted/               the thing deleted last, which can be restored (shelf.py)
<root>/visitors/<id>/unfinished.safetensors      a training to resume
<root>/visitors/<id>/unfinished.paused           empty: it is paused, and is not resumed by itself
<root>/visitors/<id>/shared/<kind>/<file>        empty: this copy is shared (quota.py)
<root>/shared/<kind>/<file>                      copies that anyone with their link can open (shares.py)
"""

import logging
import os
import re
import time
from pathlib import Path

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset
from ui.storage.disk import made, write_whole, writing
from ui.storage.limits import MAX_IMAGE_SETS, MAX_MODELS
from ui.storage.models import IMAGES, MODELS
from ui.storage.quota import Quota, ShareMarks
from ui.storage.shelf import Shelf

UNFINISHED, PAUSED = "unfinished.safetensors", "unfinished.paused"
VISITOR = re.compile(r"[0-9a-f]{32}")
TOUCH_SECONDS = 3_600  # a visit is noted on disk once an hour

logger = logging.getLogger(__name__)


class UnfinishedTraining:
    """Snapshot of the one unfinished training of a visitor, and the mark that it is paused."""

    def __init__(self, folder: Path):
        self._file, self._paused = folder / UNFINISHED, folder / PAUSED

    def keep(self, snapshot: bytes) -> None:
        """Keep a snapshot in place of the one before."""
        with writing("Where your training stands"):
            write_whole(self._file, snapshot)

    def read(self) -> bytes | None:
        """The snapshot; None where there is none or it cannot be read."""
        try:
            return self._file.read_bytes()
        except OSError:
            return None

    def mark_paused(self, is_paused: bool) -> None:
        """Keep on disk that the visitor paused it, or no longer: a paused one is not resumed by itself."""
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


class Workspace:
    """One visitor's things, by subject. ``visitor`` is the id that names the folder."""

    def __init__(self, root: Path, visitor: str):
        if not VISITOR.fullmatch(visitor):
            raise ValueError("visitor must be 32 hexadecimal digits")
        root = Path(root)
        self.folder = root / "visitors" / visitor
        self.shared = ShareMarks(root, self.folder)
        self.quota = Quota(root, self.folder, self.shared)
        self.models: Shelf[Checkpoint] = Shelf(self.folder / "models", MODELS, MAX_MODELS, self.quota)
        self.images: Shelf[Dataset] = Shelf(self.folder / "images", IMAGES, MAX_IMAGE_SETS, self.quota)
        self.training = UnfinishedTraining(self.folder)

    def touch(self) -> None:
        """Note on disk that the visitor is here, for ``remove_unused``."""
        if not self.folder.is_dir():  # a visitor who keeps nothing leaves no trace
            return
        try:
            if time.time() - self.folder.stat().st_mtime > TOUCH_SECONDS:
                os.utime(self.folder)
        except OSError as error:  # on a disk that takes nothing, nothing will be removed either
            logger.debug("A visit could not be noted: %s", error.strerror)
