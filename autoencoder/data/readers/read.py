"""Read a visitor's own images: NumPy files, IDX pairs, folders and zip archives of pictures.

Every file is untrusted. Sizes are checked against the limits of `source` before memory is taken, nothing is
unpickled, nothing is written to disk, and any fault of a file becomes a `DatasetError` that names it. The
format is told by the content, never by the name.

N images, C channels (1 or 3), H and W pixels (8 to 512). The result is always uint8 (N, 28, 28).
"""

import gzip
import io
import os
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from autoencoder.data.readers.arrays import read_header, read_npz, read_pair
from autoencoder.data.readers.pictures import Picture, check_picture_size, pictures_as_set, read_folder
from autoencoder.data.readers.source import (
    BOMB_BYTES,
    FORMATS,
    MAX_COMPRESSION,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_UNPACKED_BYTES,
    ImageSet,
    Source,
    check_bytes,
    labels_beside,
    megabytes,
    parser_errors,
)
from autoencoder.errors import DatasetError, in_line


def read_images(path: str | os.PathLike) -> ImageSet:
    """Read the images at `path`, a file or a folder; the labels of an IDX file are looked for beside it.

    Raises `DatasetError` for anything that is missing, damaged, foreign or over the limits.
    """
    path = Path(path).expanduser()
    if os.path.isdir(path):
        return read_folder(path)
    labels_path = labels_beside(path)
    with _open_source(path) as source:
        if labels_path is None:
            return _read_source(source)
        with _open_source(labels_path) as labels_source:
            return _read_source(source, labels_source)


def read_upload(
    name: str, data: bytes, labels: tuple[str, bytes] | None = None, *, invert: bool = False
) -> ImageSet:
    """Read uploaded bytes as `read_images` reads a file.

    `labels` is the name and content of the second file of an IDX or .npy pair. `invert` turns dark ink on
    light ground into light on dark.
    """
    labels_source = Source(in_line(labels[0]), io.BytesIO(labels[1])) if labels else None
    found = _read_source(Source(in_line(name), io.BytesIO(data)), labels_source)
    return found._replace(images=255 - found.images) if invert else found


def quiet_parsers() -> None:
    """Keep Pillow's and NumPy's warnings about damaged files out of the log; for the start of a process.

    The DatasetError tells the visitor enough. Filters belong to the whole process, so a reader cannot set
    them while others read.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")  # metadata that is cut off
    warnings.filterwarnings("ignore", module="<unknown>")  # the header of an array, read as a literal
    warnings.filterwarnings("ignore", module=r"numpy\.lib\._format_impl")  # a type's name that is out of use


def count_images(path: Path) -> int | None:
    """Number of images that an IDX file declares, without reading them; None where it cannot be told."""
    try:
        with _open_source(path) as source:
            return read_header(_unzipped(source)).shape[0]
    except DatasetError:
        return None


@contextmanager
def _open_source(path: Path) -> Iterator[Source]:
    name = in_line(path, 200)
    if not os.path.exists(path):
        raise DatasetError(f"There is no file or folder {name}. Check the path and try again.")
    if not os.path.isfile(path):  # opening a pipe would wait for ever
        raise DatasetError(f"{name} is neither a file nor a folder. Give the path of {FORMATS}.")
    try:
        stream = path.open("rb")
    except OSError as error:
        reason = f"{name} cannot be opened: {error.strerror}"
        raise DatasetError(f"{reason}. Check its permissions.") from error
    with stream:
        yield Source(in_line(path.name), stream)


def _check_size(source: Source) -> None:
    size = source.stream.seek(0, os.SEEK_END)
    source.stream.seek(0)
    if size == 0:
        raise DatasetError(f"{source.name} is empty. Give {FORMATS}.")
    advice = "Save fewer images, or save them as uint8."
    check_bytes(f"{source.name} has", size, MAX_FILE_BYTES, advice, things="files of ")


def _starts_with(source: Source, magic: bytes) -> bool:
    start = source.stream.read(len(magic))
    source.stream.seek(0)
    return start == magic


def _unzipped(source: Source) -> Source:
    """The source, unzipped as it is read where it is gzipped."""
    _check_size(source)
    zipped = _starts_with(source, b"\x1f\x8b")
    return Source(source.name, gzip.GzipFile(fileobj=source.stream)) if zipped else source


def _read_source(source: Source, labels: Source | None = None) -> ImageSet:
    _check_size(source)
    if not _starts_with(source, b"PK"):
        return read_pair(_unzipped(source), labels and _unzipped(labels))
    if labels is None:
        return _read_archive(source)
    one_too_many = f"an archive such as {source.name} brings its own labels. Give it alone."
    raise DatasetError(f"{labels.name} is one file too many: {one_too_many}")


def _read_archive(source: Source) -> ImageSet:
    """Arrays or pictures of a zip archive; entries are counted and measured before they are unpacked."""
    name = source.name
    _check_entry_count(source)
    with parser_errors(name):
        archive = zipfile.ZipFile(source.stream)
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    for entry in entries:
        _check_entry(entry, name)
    unpacked = sum(entry.file_size for entry in entries)
    check_bytes(f"{name} unpacks to", unpacked, MAX_UNPACKED_BYTES, "Save fewer or smaller images.")
    arrays = {entry.filename[:-4]: entry for entry in entries if entry.filename.endswith(".npy")}
    if arrays:
        return read_npz(name, archive, arrays)
    paths = [PurePosixPath(PureWindowsPath(entry.filename).as_posix()) for entry in entries]
    reads = [partial(_read_entry, name, archive, entry) for entry in entries]
    return pictures_as_set(name, list(map(Picture, paths, reads)))


def _check_entry_count(source: Source) -> None:
    """Count the signatures of entries: zipfile would build objects for millions before we could ask."""
    chunks = iter(partial(source.stream.read, 1 << 20), b"")
    n_entries = sum(chunk.count(b"PK\x01\x02") for chunk in chunks)
    if n_entries > MAX_ENTRIES:
        limit = f"up to {MAX_ENTRIES:,} are read"
        raise DatasetError(f"{source.name} has {n_entries:,} entries; {limit}. Split it.")


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    path = PureWindowsPath(entry.filename)  # takes both kinds of slashes, and drives
    if ".." in path.parts or path.anchor:
        shown = in_line(repr(entry.filename))
        raise DatasetError(f"{name} holds the path {shown}, which leads out of it. Pack it anew.")
    if entry.flag_bits & 0x1:
        raise DatasetError(f"{name} is encrypted. Pack it without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetError(f"{name} is packed with an unusual method. Pack it as an ordinary .zip (deflate).")
    if entry.file_size >= BOMB_BYTES and entry.file_size > MAX_COMPRESSION * entry.compress_size:
        size = f"{megabytes(entry.file_size)}, over {MAX_COMPRESSION} times its packed size"
        bomb = f"{name} looks like a zip bomb: {in_line(repr(entry.filename))} unpacks to {size}"
        raise DatasetError(f"{bomb}. Save it uncompressed if it is real.")


def _read_entry(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = f"{in_line(entry.filename)} in {name}"
    check_picture_size(entry.file_size, name)
    with parser_errors(name):
        # Asked for a number of bytes, zipfile unpacks no more than that, whatever the entry really holds.
        return archive.open(entry).read(entry.file_size)
