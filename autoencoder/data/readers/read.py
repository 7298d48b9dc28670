"""Read a visitor's own images: NumPy files, IDX pairs, folders and zip archives of pictures.

Every file is untrusted. Sizes are checked against the limits below before memory is taken, nothing is
unpickled, nothing is written to disk, and whatever is wrong with a file becomes a `DatasetError` that
names it. The format is told by the content, never by the name.

N images, C channels (1 or 3), H and W pixels (8 to 512). What comes out is always uint8 (N, 28, 28).
"""

import io
import os
import warnings
from pathlib import Path

from autoencoder.data.readers.archives import read_archive
from autoencoder.data.readers.arrays import read_header, read_pair
from autoencoder.data.readers.pictures import read_folder
from autoencoder.data.readers.pixels import inverted
from autoencoder.data.readers.source import (
    ImageSet,
    Source,
    check_size,
    labels_beside,
    open_source,
    starts_with,
    unzipped,
)
from autoencoder.errors import DatasetError, in_line


def read_images(path: str | os.PathLike, *, invert: bool = False) -> ImageSet:
    """Read the images at `path`, a file or a folder; the labels of an IDX file are looked for beside it.

    `invert` turns dark ink on light ground into light on dark. Raises `DatasetError` for anything that is
    missing, damaged, foreign or over the limits.
    """
    path = Path(path).expanduser()
    found = read_folder(path) if os.path.isdir(path) else _read_file(path)
    return inverted(found) if invert else found


def read_upload(
    name: str, data: bytes, labels: tuple[str, bytes] | None = None, *, invert: bool = False
) -> ImageSet:
    """Read uploaded bytes as `read_images` reads a file.

    `labels` is the name and content of the second file of an IDX or .npy pair.
    """
    labels_source = Source(in_line(labels[0]), io.BytesIO(labels[1])) if labels else None
    found = _read_source(Source(in_line(name), io.BytesIO(data)), labels_source)
    return inverted(found) if invert else found


def quiet_parsers() -> None:
    """Keep Pillow's and NumPy's warnings about damaged files out of the log; for the start of a process.

    What a visitor should know is in the DatasetError. Filters are the whole process's, so a reader cannot set
    them while others read.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")  # metadata that is cut off
    warnings.filterwarnings("ignore", module="<unknown>")  # the header of an array, read as a literal
    warnings.filterwarnings("ignore", module=r"numpy\.lib\._format_impl")  # a type's name that is out of use


def count_images(path: Path) -> int | None:
    """How many images an IDX file says it holds, without reading them; None where it cannot be told."""
    try:
        with open_source(path) as source:
            return read_header(unzipped(source)).shape[0]
    except DatasetError:
        return None


# Files


def _read_file(path: Path) -> ImageSet:
    labels_path = labels_beside(path)
    with open_source(path) as source:
        if labels_path is None:
            return _read_source(source)
        with open_source(labels_path) as labels_source:
            return _read_source(source, labels_source)


def _read_source(source: Source, labels: Source | None = None) -> ImageSet:
    check_size(source)
    if not starts_with(source, b"PK"):
        return read_pair(unzipped(source), labels and unzipped(labels))
    if labels is None:
        return read_archive(source)
    raise DatasetError(
        f"{labels.name} is one file too many: an archive such as {source.name} brings its own labels. "
        "Give it alone."
    )


# Arrays: .npy and IDX files, alone, gzipped or inside an .npz


# What a header may declare, checked before any memory is taken for the values


# Values


# Archives: .npz, and .zip of pictures


# Pictures: PNG and JPEG files in a folder or an archive
