"""Workspace of one visitor on the server: models, images, shared copies and an unfinished training.

<root>/visitors/<id>/models/<name>/              a checkpoint (models.py)
<root>/visitors/<id>/images/<name>.npz           images, labels and class names (images.py)
<root>/visitors/<id>/.../.deleted/               the thing deleted last, which can be restored (shelf.py)
<root>/visitors/<id>/unfinished.safetensors      a training to resume (session.py)
<root>/visitors/<id>/unfinished.paused           empty: it is paused, and is not resumed by itself
<root>/visitors/<id>/shared/<kind>/<file>        empty: this copy is shared (share_marks.py)
<root>/shared/<kind>/<file>                      copies that anyone with their link can open (shares.py)
"""

import logging
import os
import re
import time
from pathlib import Path

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset
from ui.storage.images import IMAGES
from ui.storage.limits import MAX_IMAGE_SETS, MAX_MODELS
from ui.storage.models import MODELS
from ui.storage.room import Room
from ui.storage.share_marks import ShareMarks
from ui.storage.shelf import Shelf
from ui.storage.unfinished import UnfinishedTraining

VISITOR = re.compile(r"[0-9a-f]{32}")
TOUCH_SECONDS = 3_600  # a visit is noted on disk once an hour

logger = logging.getLogger(__name__)


class Workspace:
    """One visitor's things, by subject. ``visitor`` is the id that names the folder."""

    def __init__(self, root: Path, visitor: str):
        if not VISITOR.fullmatch(visitor):
            raise ValueError("visitor must be 32 hexadecimal digits")
        root = Path(root)
        self.folder = root / "visitors" / visitor
        self.shared = ShareMarks(root, self.folder)
        self.room = Room(root, self.folder, self.shared)
        self.models: Shelf[Checkpoint] = Shelf(self.folder / "models", MODELS, MAX_MODELS, self.room)
        self.images: Shelf[Dataset] = Shelf(self.folder / "images", IMAGES, MAX_IMAGE_SETS, self.room)
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
