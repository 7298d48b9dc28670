"""Source: a file or bytes to read, with the limits and guards that every reader shares."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from autoencoder.errors import DatasetError, in_line

SIDE = 28  # pixels: height and width of every image that leaves this module
MIN_SIDE, MAX_SIDE = 8, 512  # pixels
MAX_FILE_BYTES = 200_000_000  # of a file as it lies on disk or is uploaded
MAX_UNPACKED_BYTES = 500_000_000  # 70,000 images in float64 are 439 MB
MAX_IMAGES = 200_000  # the EMNIST letters are 124,800
MAX_LABEL = 9_999
MAX_CLASS_NAME_BYTES = 4_000  # 1,000 characters as NumPy keeps them
MAX_PICTURE_BYTES = 10_000_000  # 512 x 512 pixels take 2 MB at most; the rest is room for metadata
MAX_ENTRIES = 2 * MAX_IMAGES  # macOS adds a hidden twin to every file it archives
MAX_COMPRESSION = 200  # times, for entries from BOMB_BYTES on: real images shrink to a tenth at best
BOMB_BYTES = 64_000_000
CHUNK = 128  # images converted at a time
FORMATS = ".npz, .npy, an IDX file (gzip or not), or a folder or .zip of PNG or JPEG pictures"


class ImageSet(NamedTuple):
    """Contents of a file."""

    images: np.ndarray  # uint8 (N, 28, 28)
    labels: np.ndarray | None  # int64 (N,)
    class_names: tuple[str, ...]  # by label; () without labels


class Source(NamedTuple):
    """An open file and the name to call it in messages."""

    name: str
    stream: BinaryIO


def labels_beside(path: Path) -> Path | None:
    """The labels file that belongs to an IDX images file, if it is there (gzip or not)."""
    if "images" not in path.name or "idx3" not in path.name:
        return None
    name = path.name.replace("images", "labels").replace("idx3", "idx1").removesuffix(".gz")
    candidates = (path.with_name(name), path.with_name(name + ".gz"))
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)


@contextmanager
def parser_errors(name: str) -> Iterator[None]:
    """Turn any error of a parser into a DatasetError about the file `name`.

    On hostile bytes zipfile, zlib, Pillow and NumPy raise a dozen kinds of exceptions, documented or not.
    Only calls into them stand under this, so that our own slips stay visible.
    """
    try:
        yield
    except DatasetError:
        raise
    except Exception as error:
        reason = in_line(str(error).partition("\n")[0] or type(error).__name__, 120)
        fault = f"{name} is damaged or in another format ({reason})"
        raise DatasetError(f"{fault}. Save it again and retry.") from error


def megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"


def check_bytes(found: str, n_bytes: int, most: int, advice: str, things: str = "") -> None:
    """Raises DatasetError above ``most``, as "a.npy takes 9 MB; up to 5 MB are read. Save fewer"."""
    if n_bytes > most:
        limit = f"{things}up to {megabytes(most)} are read"
        raise DatasetError(f"{found} {megabytes(n_bytes)}; {limit}. {advice}")


def check_sides(height: int, width: int, name: str) -> None:
    if not (MIN_SIDE <= height <= MAX_SIDE and MIN_SIDE <= width <= MAX_SIDE):
        limit = f"sides of {MIN_SIDE} to {MAX_SIDE} are read"
        raise DatasetError(f"{name} holds images of {height} x {width} pixels; {limit}. Resize them first.")


def check_count(n_images: int, name: str) -> None:
    if n_images == 0:
        raise DatasetError(f"{name} holds no images. Give {FORMATS}.")
    if n_images > MAX_IMAGES:
        limit = f"up to {MAX_IMAGES:,} are read"
        raise DatasetError(f"{name} holds {n_images:,} images; {limit}. Save a part of them.")


def image_set(
    images: np.ndarray, labels: np.ndarray | None, class_names: tuple[str, ...] | None, name: str
) -> ImageSet:
    """Image set with its names checked; classes without names are called by their numbers."""
    if labels is None:
        return ImageSet(images, None, ())
    n_classes = int(labels.max()) + 1
    if class_names is None:
        class_names = tuple(str(label) for label in range(n_classes))
    if len(class_names) < n_classes:
        fault = f"{name} names {len(class_names)} classes, but its labels run to {n_classes - 1}"
        raise DatasetError(f"{fault}. Save one name for each label from 0 on.")
    _check_names(class_names, name)
    return ImageSet(images, labels, class_names)


def _check_names(class_names: tuple[str, ...], name: str) -> None:
    """Refuse names that cannot be kept and shown: a lone surrogate passes for text until then."""
    if len(class_names) > MAX_LABEL + 1:
        limit = f"up to {MAX_LABEL + 1:,} are read"
        raise DatasetError(f"{name} has {len(class_names):,} classes; {limit}. Join some of them.")
    for text in class_names:
        if 4 * len(text) > MAX_CLASS_NAME_BYTES or any("\ud800" <= sign <= "\udfff" for sign in text):
            reason = "which is too long or not text. Give it a short name."
            raise DatasetError(f"{name} has a class called {in_line(text)}, {reason}")
