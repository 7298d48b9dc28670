"""Read a visitor's own images: NumPy files, IDX pairs, folders and zip archives of pictures.

Every file is untrusted. Sizes are checked against the limits below before memory is taken, nothing is
unpickled, nothing is written to disk, and whatever is wrong with a file becomes a `DatasetError` that
names it. The format is told by the content, never by the name.

N images, C channels (1 or 3), H and W pixels (8 to 512). What comes out is always uint8 (N, 28, 28).
"""

import gzip
import io
import math
import os
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

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

HEADER_BYTES = 16_384  # NumPy's longest header is 10,000 characters, an IDX header 20 bytes
CHUNK = 128  # images converted at a time

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg"}
IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

# (images, labels) by their names in an .npz: ours, Keras's, MedMNIST's. Pairs are joined in this order.
NPZ_LAYOUTS = (
    (("images", "labels"),),
    (("x_train", "y_train"), ("x_test", "y_test")),
    (("train_images", "train_labels"), ("val_images", "val_labels"), ("test_images", "test_labels")),
)

FORMATS = ".npz, .npy, an IDX file (gzip or not), or a folder or .zip of PNG or JPEG pictures"


class ImageSet(NamedTuple):
    """What a file holds."""

    images: np.ndarray  # uint8 (N, 28, 28)
    labels: np.ndarray | None  # int64 (N,)
    class_names: tuple[str, ...]  # by label; () without labels


class Source(NamedTuple):
    """An open file and the name to call it in messages."""

    name: str
    stream: BinaryIO


class Header(NamedTuple):
    """What a .npy or IDX file says of itself before its values begin."""

    shape: tuple[int, ...]
    dtype: np.dtype
    order: str  # "C" or "F"
    offset: int  # bytes before the first value

    @property
    def n_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


class Picture(NamedTuple):
    """A picture in a folder or an archive, not read yet."""

    path: PurePosixPath  # within the folder or archive
    read: Callable[[], bytes]


def read_images(path: str | os.PathLike, *, invert: bool = False) -> ImageSet:
    """Read the images at `path`, a file or a folder; the labels of an IDX file are looked for beside it.

    `invert` turns dark ink on light ground into light on dark. Raises `DatasetError` for anything that is
    missing, damaged, foreign or over the limits.
    """
    path = Path(path).expanduser()
    found = _read_folder(path) if os.path.isdir(path) else _read_file(path)
    return _inverted(found) if invert else found


def read_upload(
    name: str, data: bytes, labels: tuple[str, bytes] | None = None, *, invert: bool = False
) -> ImageSet:
    """Read uploaded bytes as `read_images` reads a file.

    `labels` is the name and content of the second file of an IDX or .npy pair.
    """
    labels_source = Source(in_line(labels[0]), io.BytesIO(labels[1])) if labels else None
    found = _read_source(Source(in_line(name), io.BytesIO(data)), labels_source)
    return _inverted(found) if invert else found


def read_pictures(files: list[tuple[str, bytes]]) -> ImageSet:
    """Read uploaded PNG and JPEG files, given by name and content, as one set without labels, by name."""
    n_bytes = sum(len(data) for _, data in files)
    if n_bytes > MAX_FILE_BYTES:
        raise DatasetError(
            f"The chosen pictures have {_megabytes(n_bytes)}; up to {_megabytes(MAX_FILE_BYTES)} are read "
            "at once. Choose fewer."
        )
    pictures = [
        Picture(PurePosixPath(PureWindowsPath(name).name), partial(_checked_picture, in_line(name), data))
        for name, data in files
    ]
    return _read_pictures("the selection", pictures)


def quiet_parsers() -> None:
    """Keep Pillow's and NumPy's warnings about damaged files out of the log; for the start of a process.

    What a visitor should know is in the DatasetError. Filters are the whole process's, so a reader cannot set
    them while others read.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")  # metadata that is cut off
    warnings.filterwarnings("ignore", module="<unknown>")  # the header of an array, read as a literal
    warnings.filterwarnings("ignore", module=r"numpy\.lib\._format_impl")  # a type's name that is out of use


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return _is_picture(PurePosixPath(name))


def looks_inverted(images: np.ndarray) -> bool:
    """Whether uint8 (N, H, W) images look like dark ink on light ground, by their outermost pixels."""
    border = _border(images)
    return bool(border.mean() > max(127.5, images.mean()))


def labels_beside(path: Path) -> Path | None:
    """The labels file that belongs to an IDX images file, if it is there (gzip or not)."""
    if "images" not in path.name or "idx3" not in path.name:
        return None
    name = path.name.replace("images", "labels").replace("idx3", "idx1").removesuffix(".gz")
    candidates = (path.with_name(name), path.with_name(name + ".gz"))
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)


def count_images(path: Path) -> int | None:
    """How many images an IDX file says it holds, without reading them; None where it cannot be told."""
    try:
        with _opened(path) as source:
            return _read_header(_plain(source)).shape[0]
    except DatasetError:
        return None


# Files


def _read_file(path: Path) -> ImageSet:
    labels_path = labels_beside(path)
    with _opened(path) as source:
        if labels_path is None:
            return _read_source(source)
        with _opened(labels_path) as labels_source:
            return _read_source(source, labels_source)


@contextmanager
def _opened(path: Path) -> Iterator[Source]:
    if not os.path.exists(path):
        raise DatasetError(f"There is no file or folder {in_line(path, 200)}. Check the path and try again.")
    if not os.path.isfile(path):  # opening a pipe would wait for ever
        raise DatasetError(
            f"{in_line(path, 200)} is neither a file nor a folder. Give the path of {FORMATS}."
        )
    try:
        stream = path.open("rb")
    except OSError as error:
        raise DatasetError(
            f"{in_line(path, 200)} cannot be opened: {error.strerror}. Check its permissions."
        ) from error
    with stream:
        yield Source(in_line(path.name), stream)


def _read_source(source: Source, labels: Source | None = None) -> ImageSet:
    _check_size(source)
    if not _starts_with(source, b"PK"):
        return _read_pair(_plain(source), labels and _plain(labels))
    if labels is None:
        return _read_archive(source)
    raise DatasetError(
        f"{labels.name} is one file too many: an archive such as {source.name} brings its own labels. "
        "Give it alone."
    )


def _check_size(source: Source) -> None:
    size = source.stream.seek(0, os.SEEK_END)
    source.stream.seek(0)
    if size == 0:
        raise DatasetError(f"{source.name} is empty. Give {FORMATS}.")
    if size > MAX_FILE_BYTES:
        raise DatasetError(
            f"{source.name} has {_megabytes(size)}; files of up to {_megabytes(MAX_FILE_BYTES)} are read. "
            "Save fewer images, or save them as uint8."
        )


def _starts_with(source: Source, magic: bytes) -> bool:
    start = source.stream.read(len(magic))
    source.stream.seek(0)
    return start == magic


def _plain(source: Source) -> Source:
    """The source, unzipped as it is read where it is gzipped."""
    _check_size(source)
    zipped = _starts_with(source, b"\x1f\x8b")
    return Source(source.name, gzip.GzipFile(fileobj=source.stream)) if zipped else source


def _read_pair(images_source: Source, labels_source: Source | None) -> ImageSet:
    images = _read_image_array(images_source)
    labels = labels_source and _read_label_array(labels_source, len(images))
    return _image_set(images, labels, None, images_source.name)


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    """Report what a parser cannot digest as damage to the file `name`.

    On hostile bytes zipfile, zlib, Pillow and NumPy raise a dozen kinds of exceptions, documented or not.
    Only calls into them stand under this, so that our own slips stay visible.
    """
    try:
        yield
    except DatasetError:
        raise
    except Exception as error:
        reason = in_line(str(error).partition("\n")[0] or type(error).__name__, 120)
        raise DatasetError(
            f"{name} is damaged or in another format ({reason}). Save it again and retry."
        ) from error


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"


# Arrays: .npy and IDX files, alone, gzipped or inside an .npz


def _read_image_array(source: Source) -> np.ndarray:
    return _as_images(_read_array(source, _check_images), source.name)


def _read_label_array(source: Source, n_images: int) -> np.ndarray:
    return _as_labels(_read_array(source, partial(_check_labels, n_images)), source.name)


def _read_array(source: Source, check: Callable[[Header, str], None]) -> np.ndarray:
    """The array of a .npy or IDX file, read once `check` has passed what its header declares."""
    header = _read_header(source)
    check(header, source.name)
    with _blaming(source.name):
        source.stream.seek(header.offset)
        values = source.stream.read(header.n_bytes + 1)  # one more than declared, to find a surplus
    if len(values) != header.n_bytes:
        found = "more" if len(values) > header.n_bytes else f"{len(values):,}"
        raise DatasetError(
            f"{source.name} is damaged: it declares {header.n_bytes:,} bytes of values and holds {found}. "
            "Copy or download it again."
        )
    return np.frombuffer(values, header.dtype).reshape(header.shape, order=header.order)


def _read_header(source: Source) -> Header:
    with _blaming(source.name):
        start = source.stream.read(HEADER_BYTES)
        if start.startswith(b"\x93NUMPY"):
            return npy_header(start)
        if start.startswith(b"\0\0"):
            return _idx_header(start)
    raise DatasetError(f"{source.name} is in none of the formats read here. Give {FORMATS}.")


def npy_header(start: bytes) -> Header:
    """What the first HEADER_BYTES of a .npy file declare; on hostile bytes, any error of NumPy's."""
    stream = io.BytesIO(start)
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:  # 3.0 is written for records with Unicode field names alone
        raise ValueError(f"NumPy format {version}")
    # True is an integer for NumPy's header and none for its reshape.
    if not all(
        type(side) is int and 0 <= side < 10**90 for side in shape
    ):  # three such sides still multiply to a float
        raise ValueError(f"shape {shape}")
    return Header(shape, dtype, "F" if fortran else "C", stream.tell())


def _idx_header(start: bytes) -> Header:
    code, rank = start[2], start[3]
    shape = struct.unpack_from(f">{rank}I", start, 4)
    return Header(shape, np.dtype(IDX_TYPES[code]), "C", 4 + 4 * rank)


# What a header may declare, checked before any memory is taken for the values


def _check_images(header: Header, name: str) -> None:
    _check_type(header.dtype, name)
    _check_sides(*_sides(header.shape, name), name)
    _check_count(header.shape[0], name)
    if header.n_bytes > MAX_UNPACKED_BYTES:
        raise DatasetError(
            f"{name} takes {_megabytes(header.n_bytes)}; up to {_megabytes(MAX_UNPACKED_BYTES)} are read. "
            "Save fewer or smaller images, or save them as uint8."
        )


def _check_type(dtype: np.dtype, name: str) -> None:
    _refuse_pickles(dtype, name)
    if not (dtype == np.uint8 or dtype == np.bool or (dtype.kind == "f" and dtype.itemsize <= 8)):
        raise DatasetError(
            f"{name} holds values of type {in_line(dtype)}; images are read as uint8 (0 to 255) or float "
            '(0 to 1). If its values run from 0 to 255, save images.astype("uint8").'
        )


def _refuse_pickles(dtype: np.dtype, name: str) -> None:
    if dtype.hasobject:
        raise DatasetError(
            f"{name} holds pickled Python objects, which are never loaded because they can run code. "
            "Save a plain numeric array, with all images of one size."
        )


def _sides(shape: tuple[int, ...], name: str) -> tuple[int, int]:
    """Height and width. Sides have 8 pixels at least, so an axis of 1 or 3 can only be the channels."""
    match shape:
        case (_, height, width) | (_, height, width, 1 | 3) | (_, 1 | 3, height, width):
            return height, width
    raise DatasetError(
        f"{name} has the shape {in_line(shape)}; images are read from (N, H, W), and with 1 or 3 channels "
        "from (N, C, H, W) or (N, H, W, C). Reshape it, for example with images.reshape(-1, 28, 28)."
    )


def _check_sides(height: int, width: int, name: str) -> None:
    if not (MIN_SIDE <= height <= MAX_SIDE and MIN_SIDE <= width <= MAX_SIDE):
        raise DatasetError(
            f"{name} holds images of {height} x {width} pixels; sides of {MIN_SIDE} to {MAX_SIDE} are read. "
            "Resize them first."
        )


def _check_count(n_images: int, name: str) -> None:
    if n_images == 0:
        raise DatasetError(f"{name} holds no images. Give {FORMATS}.")
    if n_images > MAX_IMAGES:
        raise DatasetError(
            f"{name} holds {n_images:,} images; up to {MAX_IMAGES:,} are read. Save a part of them."
        )


def _check_labels(n_images: int, header: Header, name: str) -> None:
    _refuse_pickles(header.dtype, name)
    if header.dtype.kind not in "biuf":
        raise DatasetError(
            f"{name} holds labels of type {in_line(header.dtype)}; whole numbers are read. "
            "Number the classes from 0, and save their names as class_names."
        )
    if len(header.shape) == 2 and header.shape[1] > 1:
        raise DatasetError(
            f"{name} has the shape {in_line(header.shape)}, as one-hot labels have; one number per image is "
            "read. Save labels.argmax(axis=1)."
        )
    if header.shape not in ((n_images,), (n_images, 1)):
        raise DatasetError(
            f"{name} has the shape {in_line(header.shape)}, but the number of images is {n_images:,}. "
            f"Save one label per image, of shape ({n_images},)."
        )


def _check_class_names(header: Header, name: str) -> None:
    _refuse_pickles(header.dtype, name)
    short = len(header.shape) == 1 and header.shape[0] <= MAX_LABEL + 1
    if header.dtype.kind not in "US" or not short or header.dtype.itemsize > MAX_CLASS_NAME_BYTES:
        raise DatasetError(
            f"{name} is {in_line(header.dtype)} of shape {in_line(header.shape)}; a list of short names is "
            f"read, {MAX_LABEL + 1:,} at most. "
            'Save numpy.array(["cat", "dog"]), in the order of the labels.'
        )


# Values


def _as_images(array: np.ndarray, name: str) -> np.ndarray:
    """uint8, bool or float in [0, 1] of an accepted shape -> uint8 (N, 28, 28)."""
    _check_range(array, name)
    coloured = _channels_last(array)
    images = np.empty((len(array), SIDE, SIDE), np.uint8)
    for start in range(0, len(array), CHUNK):
        part = slice(start, start + CHUNK)
        images[part] = _fitted(_grey(_as_bytes(coloured[part])))
    return images


def _check_range(array: np.ndarray, name: str) -> None:
    if array.dtype.kind != "f":
        return
    with np.errstate(invalid="ignore"):
        low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise DatasetError(
            f"{name} holds NaN or infinite values. Replace them, for example with numpy.nan_to_num."
        )
    if low < 0 or high > 1:
        raise DatasetError(
            f"{name} holds floats from {low:.4g} to {high:.4g}; they must lie between 0 and 1. "
            "Divide pixels that run to 255 by 255, or save them as uint8."
        )


def _channels_last(array: np.ndarray) -> np.ndarray:
    if array.ndim == 3:
        return array[..., None]
    return array if array.shape[-1] in (1, 3) else np.moveaxis(array, 1, -1)


def _as_bytes(part: np.ndarray) -> np.ndarray:
    if part.dtype.kind == "f":
        return np.rint(part * np.float32(255)).astype(np.uint8)  # float16 would be too coarse to round in
    return part if part.dtype == np.uint8 else part * np.uint8(255)


def _grey(coloured: np.ndarray) -> np.ndarray:
    """uint8 (B, H, W, C) -> (B, H, W): ITU-R 601 luma, rounded as Pillow does."""
    if coloured.shape[-1] == 1:
        return coloured[..., 0]
    luma = coloured.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32)
    return ((luma + 0x8000) >> 16).astype(np.uint8)


def _fitted(images: np.ndarray) -> np.ndarray:
    """uint8 (B, H, W) -> (B, 28, 28)."""
    if images.shape[1:] == (SIDE, SIDE):
        return images
    return np.stack([_fit(image) for image in images])


def _fit(image: np.ndarray) -> np.ndarray:
    """Resize uint8 (H, W) into 28 x 28 with its aspect kept, on the image's own ground.

    Bicubic has a single negative lobe, which is clipped on the ground: ink gets no halo.
    """
    height, width = (max(1, round(SIDE * side / max(image.shape))) for side in image.shape)
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    canvas = Image.new("L", (SIDE, SIDE), int(np.median(_border(image[None]))))
    canvas.paste(resized, ((SIDE - width) // 2, (SIDE - height) // 2))
    return np.asarray(canvas)


def _border(images: np.ndarray) -> np.ndarray:
    """The outermost pixels of (B, H, W) images, in one row."""
    edges = (images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1])
    return np.concatenate([edge.ravel() for edge in edges])


def _as_labels(array: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        within = array.min() >= 0 and array.max() <= MAX_LABEL  # NaN compares false
    if not within or np.any(array != np.floor(array)):
        raise DatasetError(
            f"{name} holds labels other than the whole numbers from 0 to {MAX_LABEL:,}. "
            "Number the classes from 0."
        )
    return array.reshape(-1).astype(np.int64)


def _image_set(
    images: np.ndarray, labels: np.ndarray | None, class_names: tuple[str, ...] | None, name: str
) -> ImageSet:
    """Put a set together; classes without names are called by their numbers."""
    if labels is None:
        return ImageSet(images, None, ())
    n_classes = int(labels.max()) + 1
    if class_names is None:
        class_names = tuple(str(label) for label in range(n_classes))
    if len(class_names) < n_classes:
        raise DatasetError(
            f"{name} names {len(class_names)} classes, but its labels run to {n_classes - 1}. "
            "Save one name for each label from 0 on."
        )
    _check_names(class_names, name)
    return ImageSet(images, labels, class_names)


def _check_names(class_names: tuple[str, ...], name: str) -> None:
    """What is read can be kept and shown: half a pair of surrogates passes for text until then."""
    if len(class_names) > MAX_LABEL + 1:
        raise DatasetError(
            f"{name} has {len(class_names):,} classes; up to {MAX_LABEL + 1:,} are read. Join some of them."
        )
    for text in class_names:
        if 4 * len(text) > MAX_CLASS_NAME_BYTES or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise DatasetError(
                f"{name} has a class called {in_line(text)}, which is too long or not text. "
                "Give it a short name."
            )


def _inverted(found: ImageSet) -> ImageSet:
    return found._replace(images=255 - found.images)


# Archives: .npz, and .zip of pictures


def _read_archive(source: Source) -> ImageSet:
    _check_entry_count(source)
    with _blaming(source.name):
        archive = zipfile.ZipFile(source.stream)
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    _check_entries(entries, source.name)
    arrays = {
        entry.filename.removesuffix(".npy"): entry for entry in entries if entry.filename.endswith(".npy")
    }
    if arrays:
        return _read_npz(source.name, archive, arrays)
    pictures = [
        Picture(
            PurePosixPath(PureWindowsPath(entry.filename).as_posix()),
            partial(_read_entry, source.name, archive, entry),
        )
        for entry in entries
    ]
    return _read_pictures(source.name, pictures)


def _check_entry_count(source: Source) -> None:
    """Count the signatures of entries: zipfile would build objects for millions before we could ask."""
    chunks = iter(partial(source.stream.read, 1 << 20), b"")
    n_entries = sum(chunk.count(b"PK\x01\x02") for chunk in chunks)
    if n_entries > MAX_ENTRIES:
        raise DatasetError(
            f"{source.name} has {n_entries:,} entries; up to {MAX_ENTRIES:,} are read. Split it."
        )


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    for entry in entries:
        _check_entry(entry, name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise DatasetError(
            f"{name} unpacks to {_megabytes(unpacked)}; up to {_megabytes(MAX_UNPACKED_BYTES)} are read. "
            "Save fewer or smaller images."
        )


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    path = PureWindowsPath(entry.filename)  # takes both kinds of slashes, and drives
    if ".." in path.parts or path.anchor:
        raise DatasetError(
            f"{name} holds the path {in_line(repr(entry.filename))}, which leads out of it. Pack it anew."
        )
    if entry.flag_bits & 0x1:
        raise DatasetError(f"{name} is encrypted. Pack it without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetError(f"{name} is packed with an unusual method. Pack it as an ordinary .zip (deflate).")
    if entry.file_size >= BOMB_BYTES and entry.file_size > MAX_COMPRESSION * entry.compress_size:
        raise DatasetError(
            f"{name} looks like a zip bomb: {in_line(repr(entry.filename))} unpacks to "
            f"{_megabytes(entry.file_size)}, over {MAX_COMPRESSION} times its packed size. "
            "Save it uncompressed if it is real."
        )


def _read_entry(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = f"{in_line(entry.filename)} in {name}"
    _check_picture_size(entry.file_size, name)
    with _blaming(name):
        # Asked for a number of bytes, zipfile unpacks no more than that, whatever the entry really holds.
        return archive.open(entry).read(entry.file_size)


def _read_npz(name: str, archive: zipfile.ZipFile, arrays: dict[str, zipfile.ZipInfo]) -> ImageSet:
    def entry(key: str) -> Source:
        with _blaming(name):
            return Source(f"{in_line(key)} in {name}", archive.open(arrays[key]))

    pairs = _npz_pairs(name, arrays)
    images = [_read_image_array(entry(images_key)) for images_key, _ in pairs]
    _check_count(sum(map(len, images)), name)
    labels = class_names = None
    if pairs[0][1] in arrays:
        labels = np.concatenate(
            [_read_label_array(entry(key), len(part)) for (_, key), part in zip(pairs, images, strict=True)]
        )
        class_names = _read_class_names(entry("class_names")) if "class_names" in arrays else None
    return _image_set(np.concatenate(images), labels, class_names, name)


def _npz_pairs(name: str, keys: dict[str, zipfile.ZipInfo]) -> list[tuple[str, str]]:
    """The (images, labels) keys to read; labels are there for every part or for none."""
    if set(keys) == {"arr_0"}:
        return [("arr_0", "")]
    for layout in NPZ_LAYOUTS:
        pairs = [pair for pair in layout if pair[0] in keys]
        if pairs:
            _check_pairs(name, keys, pairs)
            return pairs
    raise DatasetError(
        f"{name} has no array called images; it has {', '.join(map(in_line, sorted(keys)[:4]))}. "
        "Save it with numpy.savez(path, images=..., labels=...)."
    )


def _check_pairs(name: str, keys: dict[str, zipfile.ZipInfo], pairs: list[tuple[str, str]]) -> None:
    missing = [labels for _, labels in pairs if labels not in keys]
    if 0 < len(missing) < len(pairs):
        raise DatasetError(f"{name} has labels for a part of its images only. Add {', '.join(missing)}.")


def _read_class_names(source: Source) -> tuple[str, ...]:
    array = _read_array(source, _check_class_names)
    with _blaming(source.name):
        _check_code_points(array)
        return tuple(n.decode("utf-8") if isinstance(n, bytes) else n for n in array.tolist())


def _check_code_points(names: np.ndarray) -> None:
    """NumPy makes a str of any four bytes; one beyond Unicode harms the interpreter when it is looked at."""
    if names.dtype.kind == "U" and names.dtype.itemsize > 0:
        codes = names.view(np.dtype("u4").newbyteorder(names.dtype.byteorder))
        if np.any((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))):
            raise ValueError("its text is not Unicode")


# Pictures: PNG and JPEG files in a folder or an archive


def _read_folder(folder: Path) -> ImageSet:
    return _read_pictures(in_line(folder, 200), list(_folder_pictures(folder)))


def _folder_pictures(folder: Path) -> Iterator[Picture]:
    """The regular files below a folder. Links are not followed: they may lead out of it, or in circles."""
    with _blaming(in_line(folder, 200)):
        for parent, _, names in os.walk(folder, onerror=_reraise):
            for name in names:
                path = Path(parent, name)
                if stat.S_ISREG(path.lstat().st_mode):
                    yield Picture(PurePosixPath(path.relative_to(folder)), partial(_read_picture_file, path))


def _reraise(error: OSError) -> None:
    raise error


def _read_picture_file(path: Path) -> bytes:
    name = in_line(path, 200)
    with _blaming(name):
        _check_picture_size(path.stat().st_size, name)
        return path.read_bytes()


def _checked_picture(name: str, data: bytes) -> bytes:
    _check_picture_size(len(data), name)
    return data


def _check_picture_size(n_bytes: int, name: str) -> None:
    if n_bytes > MAX_PICTURE_BYTES:
        raise DatasetError(
            f"{name} has {_megabytes(n_bytes)}; pictures of up to {_megabytes(MAX_PICTURE_BYTES)} are read. "
            "Resize it."
        )


def _read_pictures(name: str, pictures: list[Picture]) -> ImageSet:
    """Read pictures in the order of their paths, so that an index means the same image every time."""
    pictures = sorted((p for p in pictures if _is_picture(p.path)), key=lambda p: p.path.parts)
    _check_count(len(pictures), name)
    classes = _classes(name, [picture.path for picture in pictures])
    images = np.empty((len(pictures), SIDE, SIDE), np.uint8)
    for index, picture in enumerate(pictures):
        images[index] = _decode(picture.read(), f"{in_line(picture.path)} in {name}")
    if classes is None:
        return ImageSet(images, None, ())
    class_names, labels = np.unique(classes, return_inverse=True)
    return _image_set(images, labels.astype(np.int64), tuple(class_names.tolist()), name)


def _is_picture(path: PurePosixPath) -> bool:
    """By its name; hidden files and what macOS adds to archives are passed over."""
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in PICTURE_SUFFIXES and not hidden


def _classes(name: str, paths: list[PurePosixPath]) -> list[str] | None:
    """The class of each picture, which is its folder; None where there are no folders."""
    paths = _unwrapped(paths)
    depths = {len(path.parts) for path in paths}
    if depths == {1}:
        return None
    if depths == {2}:
        return [path.parts[0] for path in paths]
    raise DatasetError(
        f"{name} has pictures at other depths than one; read are pictures side by side, or one folder per "
        "class with its pictures directly in it. Move them, or give one of the folders."
    )


def _unwrapped(paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """Without the one folder that archives often have around their class folders."""
    wrapped = len({path.parts[0] for path in paths}) == 1 and all(len(path.parts) > 2 for path in paths)
    return [PurePosixPath(*path.parts[1:]) for path in paths] if wrapped else paths


def _decode(data: bytes, name: str) -> np.ndarray:
    """PNG or JPEG -> uint8 (28, 28)."""
    with _blaming(name):
        picture = _opened_picture(data, name)
    _check_sides(
        picture.height, picture.width, name
    )  # before the pixels are unpacked: this is the bomb guard
    with _blaming(name):
        grey = _grey_picture(ImageOps.exif_transpose(picture))
    return _fit(grey)


def _opened_picture(data: bytes, name: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    except UnidentifiedImageError as error:  # its own message names an object in memory
        raise DatasetError(
            f"{name} holds no PNG or JPEG picture, whatever its name. Remove or replace it."
        ) from error


def _grey_picture(picture: Image.Image) -> np.ndarray:
    """A Pillow image in any mode -> uint8 (H, W); what is transparent becomes black."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow's own conversion would clip at 255
        return np.rint(np.asarray(picture) / 257).astype(np.uint8)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture)
    return np.asarray(picture.convert("RGB").convert("L"))
