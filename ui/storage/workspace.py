"""What one visitor keeps on the server: models and images, under names of their own choice.

    <root>/visitors/<id>/models/<name>/        a checkpoint
    <root>/visitors/<id>/images/<name>.npz     images, labels and class names
    <root>/visitors/<id>/.../.deleted/         what was deleted last, to be had back
    <root>/visitors/<id>/unfinished.safetensors    a training that is not over, to go on from
    <root>/visitors/<id>/unfinished.paused     empty: it was paused, and does not go on by itself
    <root>/visitors/<id>/shared/<kind>/<file>      empty: the visitor shares what is called so below
    <root>/shared/<kind>/<file>                    copies that anyone with their link can open (shares.py)

A name comes from a visitor or from a link: it is checked before it becomes part of a path.
"""

import io
import logging
import os
import re
import tempfile
import time
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from autoencoder.checkpoint.archive import files_of, folder_in_archive, load_uploaded, unpack_model
from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo
from autoencoder.checkpoint.store import SHIPPED, list_checkpoints, load_checkpoint, save_checkpoint
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.training.result import MAX_ATLAS_BYTES
from ui.storage.disk import SCRATCH, SHARED, WorkspaceError, bytes_in, bytes_of_all, made, writing
from ui.storage.limits import MAX_IMAGE_SETS, MAX_MODELS, MAX_VISITOR_BYTES, max_state_bytes, size
from ui.storage.shelf import Shelf, tidied

VISITOR = re.compile(r"[0-9a-f]{32}")
TOUCH_SECONDS = 3_600  # a visit is noted on disk once an hour


UNFINISHED = "unfinished.safetensors"
PAUSED = "unfinished.paused"


logger = logging.getLogger(__name__)


@cache
def _shipped_names() -> set[str]:
    """No visitor's model is called as one that comes with the program."""
    return {path.name for path in SHIPPED.glob("[!.]*/")}


class Workspace:
    """The models and image sets of one visitor."""

    def __init__(self, root: Path, visitor: str):
        if not VISITOR.fullmatch(visitor):
            raise ValueError("visitor must be 32 hexadecimal digits")
        self._visitors = Path(root) / "visitors"
        folder = self._folder = self._visitors / visitor
        self._unfinished = folder / UNFINISHED
        self._paused = folder / PAUSED
        self._marks = folder / SHARED
        shipped = _shipped_names()
        self._models = Shelf(folder / "models", "", "model", MAX_MODELS, shipped)
        self._images = Shelf(folder / "images", ".npz", "image set", MAX_IMAGE_SETS, set(DATASETS))

    def touch(self) -> None:
        """Note on disk that the visitor is here, for ``remove_unused``."""
        if not self._folder.is_dir():  # a visitor who keeps nothing leaves no trace
            return
        try:
            if time.time() - self._folder.stat().st_mtime > TOUCH_SECONDS:
                os.utime(self._folder)
        except OSError as error:  # on a disk that takes nothing, nothing will be removed either
            logger.debug("A visit could not be noted: %s", error.strerror)

    def check_room(self, n_bytes: int, is_exact: bool = True) -> None:
        """Raises WorkspaceError where so many more bytes would be too much, for the visitor or for all.

        What all keep is counted anew if it is to be exact, which takes a while where there are many.
        """
        used = bytes_in(self._folder, kept_only=True) + sum(map(bytes_in, self.shared()))
        root = self._visitors.parent  # what is shared lies beside the visitors' folders
        of_all = bytes_in(root) if is_exact else bytes_of_all(root, time.time() // 60)
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

    # Models

    @property
    def models_folder(self) -> Path:
        return self._models.folder

    def models(self) -> list[CheckpointInfo]:
        return list_checkpoints(self._models.folder)

    def load_model(self, name: str) -> Checkpoint:
        return load_checkpoint(self._models.find(name))

    def save_model(self, checkpoint: Checkpoint, name: str) -> str:
        """Keep a model; the name as it was kept. Refused where the name is taken."""
        place = self._models.place_for(name)
        self.check_room(_n_bytes(checkpoint))
        return save_checkpoint(checkpoint, place).name

    def check_new_model(self, name: str) -> str:
        """The name as a model would be kept under; raises WorkspaceError where it cannot be."""
        self.check_room(1, is_exact=False)
        return self._models.place_for(name).name

    def free_model_name(self, wanted: str) -> str:
        """The wanted name, made fit to be one, with a number where it is taken."""
        return self._models.free_name(wanted)

    def rename_model(self, old: str, new: str) -> str:
        return self._models.rename(old, new)

    def delete_model(self, name: str) -> None:
        """Put a model away; it can be had back until the next one is deleted."""
        self._models.delete(name)

    def deleted_model(self) -> str | None:
        """The name of the model that was deleted last, if it can be had back."""
        return self._models.deleted()

    def restore_model(self) -> str:
        """Bring the model back that was deleted last."""
        return self._models.restore()

    def export_model(self, name: str) -> bytes:
        """The model's files as a zip archive that ``import_model`` reads."""
        folder = self._models.find(name)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files_of(folder):
                archive.write(file, f"{folder.name}/{file.name}")
        return buffer.getvalue()

    def proposed_model_name(self, data: bytes, file: str) -> str:
        """A free name for an uploaded model: that of its folder in the archive, else that of the file."""
        return self.free_model_name(tidied(folder_in_archive(data)) or file.removesuffix(".zip"))

    def import_model(self, data: bytes, name: str) -> CheckpointInfo:
        """Keep an uploaded model, once it has been read as one. Raises CheckpointError where it is none."""
        place = self._models.place_for(name)
        files = unpack_model(data)
        self.check_room(sum(map(len, files.values())))
        with writing(place.name), tempfile.TemporaryDirectory() as scratch:
            for file, content in files.items():
                Path(scratch, file).write_bytes(content)
            checkpoint = load_uploaded(Path(scratch), place.name)
        save_checkpoint(checkpoint, place)
        return CheckpointInfo(place.name, place, checkpoint.config)

    # Images

    def image_sets(self) -> list[str]:
        return self._images.names()

    def images_path(self, name: str) -> Path:
        return self._images.find(name)

    def load_images(self, name: str) -> Dataset:
        return replace(load_dataset(self.images_path(name)), name=name)

    def save_images(self, dataset: Dataset, name: str) -> str:
        """Keep images with their labels; the name as it was kept. Refused where the name is taken."""
        path = self._images.place_for(name)
        arrays = {"images": dataset.images}
        if dataset.labels is not None:
            arrays |= {"labels": dataset.labels, "class_names": np.array(dataset.class_names)}
        with (
            writing(path.stem),
            tempfile.TemporaryDirectory(dir=made(path.parent), prefix=SCRATCH) as scratch,
        ):
            fresh = Path(scratch, "images.npz")
            np.savez_compressed(fresh, **arrays)
            self.check_room(fresh.stat().st_size)
            fresh.rename(path)
        return self._images.name_of(path)

    def check_new_images(self, name: str) -> str:
        """The name as images would be kept under; raises WorkspaceError where it cannot be."""
        self.check_room(1, is_exact=False)
        return self._images.name_of(self._images.place_for(name))

    def free_images_name(self, wanted: str) -> str:
        """The wanted name, made fit to be one, with a number where it is taken."""
        return self._images.free_name(wanted)

    def delete_images(self, name: str) -> None:
        """Put images away; they can be had back until the next ones are deleted."""
        self._images.delete(name)

    def deleted_images(self) -> str | None:
        return self._images.deleted()

    def restore_images(self) -> str:
        return self._images.restore()

    # What is shared

    def shared(self, kind: str = "*") -> list[Path]:
        """The copies that the visitor shares, of a kind or of all, as far as they are still there."""
        copies = [self._copy(mark) for mark in sorted(self._marks.glob(f"{kind}/*"))]
        return [copy for copy in copies if copy.exists()]

    def mark_shared(self, copy: Path) -> None:
        """Note that this copy is the visitor's: it counts for them, and they can withdraw it."""
        mark = self._mark(copy)
        made(mark.parent)
        mark.touch()

    def unmark_shared(self, copy: Path) -> bool:
        """Note that the visitor shares this copy no more; whether nobody else does."""
        mark = self._mark(copy)
        mark.unlink(missing_ok=True)
        others = (folder / mark.relative_to(self._folder) for folder in self._visitors.glob("*"))
        return not any(other.exists() for other in others)

    def _mark(self, copy: Path) -> Path:
        return self._marks / copy.parent.name / copy.name

    def _copy(self, mark: Path) -> Path:
        return self._visitors.parent / SHARED / mark.parent.name / mark.name

    # A training that is not over

    def keep_unfinished(self, data: bytes) -> None:
        """Keep where a training stands, in the place of what was kept before."""
        with writing("Where your training stands"):
            handle, fresh = tempfile.mkstemp(dir=made(self._unfinished.parent), prefix=".saving-")
            try:
                with open(handle, "wb") as file:
                    file.write(data)
                os.replace(fresh, self._unfinished)
            finally:
                Path(fresh).unlink(missing_ok=True)

    def unfinished(self) -> bytes | None:
        """What was kept of a training that is not over."""
        try:
            return self._unfinished.read_bytes()
        except OSError:
            return None

    def mark_paused(self, is_paused: bool) -> None:
        """Keep whether the visitor has paused it: then it does not go on by itself."""
        with writing("That your training is paused"):
            if is_paused:
                made(self._paused.parent)
                self._paused.touch()
            else:
                self._paused.unlink(missing_ok=True)

    def is_paused(self) -> bool:
        """Whether the visitor had paused it."""
        return self._paused.exists()

    def drop_unfinished(self) -> None:
        with writing("Your training"):
            self._unfinished.unlink(missing_ok=True)
            self._paused.unlink(missing_ok=True)


def _n_bytes(checkpoint: Checkpoint) -> int:
    """About what a model takes on disk: its weights are not packed, and the rest is small beside them."""
    frames = checkpoint.replay.to_arrays().values() if checkpoint.replay else ()
    arrays = (*checkpoint.model.weights.values(), *frames)
    return sum(array.nbytes for array in arrays) + MAX_ATLAS_BYTES


# Uploaded models
