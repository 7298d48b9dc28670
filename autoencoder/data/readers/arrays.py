"""Array files: npy, npz and IDX. Headers are checked before any value is read."""

import io
import math
import struct
import zipfile
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autoencoder.data.readers.pictures import as_images, as_labels
from autoencoder.data.readers.source import (
    FORMATS,
    MAX_CLASS_NAME_BYTES,
    MAX_LABEL,
    MAX_UNPACKED_BYTES,
    ImageSet,
    Source,
    check_bytes,
    check_count,
    check_sides,
    image_set,
    parser_errors,
)
from autoencoder.errors import DatasetError, in_line

HEADER_BYTES = 16_384  # NumPy's longest header is 10,000 characters, an IDX header 20 bytes
NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
# (images, labels) by their names in an .npz: ours, Keras's, MedMNIST's. Pairs are joined in this order.
NPZ_LAYOUTS = (
    (("images", "labels"),),
    (("x_train", "y_train"), ("x_test", "y_test")),
    (("train_images", "train_labels"), ("val_images", "val_labels"), ("test_images", "test_labels")),
)


class Header(NamedTuple):
    """Header of a .npy or IDX file."""

    shape: tuple[int, ...]
    dtype: np.dtype
    order: str  # "C" or "F"
    offset: int  # bytes before the first value

    @property
    def n_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def read_pair(images_source: Source, labels_source: Source | None) -> ImageSet:
    images = _read_image_array(images_source)
    labels = labels_source and _read_label_array(labels_source, len(images))
    return image_set(images, labels, None, images_source.name)


def _read_image_array(source: Source) -> np.ndarray:
    return as_images(_read_array(source, _check_images), source.name)


def _read_label_array(source: Source, n_images: int) -> np.ndarray:
    return as_labels(_read_array(source, partial(_check_labels, n_images)), source.name)


def _read_array(source: Source, check: Callable[[Header, str], None]) -> np.ndarray:
    """The array of a .npy or IDX file, read once `check` has passed what its header declares."""
    header = read_header(source)
    check(header, source.name)
    with parser_errors(source.name):
        source.stream.seek(header.offset)
        values = source.stream.read(header.n_bytes + 1)  # one more than declared, to find a surplus
    if len(values) != header.n_bytes:
        found = "more" if len(values) > header.n_bytes else f"{len(values):,}"
        damage = f"it declares {header.n_bytes:,} bytes of values and holds {found}"
        raise DatasetError(f"{source.name} is damaged: {damage}. Copy or download it again.")
    return np.frombuffer(values, header.dtype).reshape(header.shape, order=header.order)


def read_header(source: Source) -> Header:
    with parser_errors(source.name):
        start = source.stream.read(HEADER_BYTES)
        if start.startswith(b"\x93NUMPY"):
            return npy_header(start)
        if start.startswith(b"\0\0"):
            return _idx_header(start)
    raise DatasetError(f"{source.name} is in none of the formats read here. Give {FORMATS}.")


def npy_header(start: bytes) -> Header:
    """Header in the first HEADER_BYTES of a .npy file; raises any error of NumPy's on hostile bytes."""
    stream = io.BytesIO(start)
    version = np.lib.format.read_magic(stream)
    if version not in NPY_HEADERS:  # 3.0 is written for records with Unicode field names alone
        raise ValueError(f"NumPy format {version}")
    shape, fortran, dtype = NPY_HEADERS[version](stream)
    # True is an integer for NumPy's header and none for its reshape; three sides of 10**90 still multiply
    # to a float.
    if not all(type(side) is int and 0 <= side < 10**90 for side in shape):
        raise ValueError(f"shape {shape}")
    return Header(shape, dtype, "F" if fortran else "C", stream.tell())


def _idx_header(start: bytes) -> Header:
    code, rank = start[2], start[3]
    shape = struct.unpack_from(f">{rank}I", start, 4)
    return Header(shape, np.dtype(IDX_TYPES[code]), "C", 4 + 4 * rank)


def _check_images(header: Header, name: str) -> None:
    _check_type(header.dtype, name)
    check_sides(*_sides(header.shape, name), name)
    check_count(header.shape[0], name)
    advice = "Save fewer or smaller images, or save them as uint8."
    check_bytes(f"{name} takes", header.n_bytes, MAX_UNPACKED_BYTES, advice)


def _check_type(dtype: np.dtype, name: str) -> None:
    _refuse_pickles(dtype, name)
    if not (dtype == np.uint8 or dtype == np.bool or (dtype.kind == "f" and dtype.itemsize <= 8)):
        raise DatasetError(
            f"{name} holds values of type {in_line(dtype)}; images are read as uint8 (0 to 255) or float "
            '(0 to 1). If its values run from 0 to 255, save images.astype("uint8").'
        )


def _refuse_pickles(dtype: np.dtype, name: str) -> None:
    if dtype.hasobject:
        reason = "which are never loaded because they can run code"
        advice = "Save a plain numeric array, with all images of one size."
        raise DatasetError(f"{name} holds pickled Python objects, {reason}. {advice}")


def _sides(shape: tuple[int, ...], name: str) -> tuple[int, int]:
    """Height and width. Sides have 8 pixels at least, so an axis of 1 or 3 can only be the channels."""
    match shape:
        case (_, height, width) | (_, height, width, 1 | 3) | (_, 1 | 3, height, width):
            return height, width
    raise DatasetError(
        f"{name} has the shape {in_line(shape)}; images are read from (N, H, W), and with 1 or 3 channels "
        "from (N, C, H, W) or (N, H, W, C). Reshape it, for example with images.reshape(-1, 28, 28)."
    )


def _check_labels(n_images: int, header: Header, name: str) -> None:
    _refuse_pickles(header.dtype, name)
    if header.dtype.kind not in "biuf":
        advice = "Give whole numbers from 0, and the names as class_names."
        raise DatasetError(f"The labels in {name} are text or of type {in_line(header.dtype)}. {advice}")
    found = f"{name} has the shape {in_line(header.shape)}"
    if len(header.shape) == 2 and header.shape[1] > 1:
        advice = "one number per image is read. Save labels.argmax(axis=1)."
        raise DatasetError(f"{found}, as one-hot labels have; {advice}")
    if header.shape not in ((n_images,), (n_images, 1)):
        advice = f"Save one label per image, of shape ({n_images},)."
        raise DatasetError(f"{found}, but the number of images is {n_images:,}. {advice}")


def _check_class_names(header: Header, name: str) -> None:
    _refuse_pickles(header.dtype, name)
    short = len(header.shape) == 1 and header.shape[0] <= MAX_LABEL + 1
    if header.dtype.kind not in "US" or not short or header.dtype.itemsize > MAX_CLASS_NAME_BYTES:
        found = f"{name} is {in_line(header.dtype)} of shape {in_line(header.shape)}"
        limit = f"a list of short names is read, {MAX_LABEL + 1:,} at most"
        advice = 'Save numpy.array(["cat", "dog"]), in the order of the labels.'
        raise DatasetError(f"{found}; {limit}. {advice}")


def read_npz(name: str, archive: zipfile.ZipFile, arrays: dict[str, zipfile.ZipInfo]) -> ImageSet:
    def entry(key: str) -> Source:
        with parser_errors(name):
            return Source(f"{in_line(key)} in {name}", archive.open(arrays[key]))

    pairs = _npz_pairs(name, arrays)
    images = [_read_image_array(entry(images_key)) for images_key, _ in pairs]
    check_count(sum(map(len, images)), name)
    labels = class_names = None
    if pairs[0][1] in arrays:
        counts = {key: len(part) for (_, key), part in zip(pairs, images, strict=True)}
        labels = np.concatenate([_read_label_array(entry(key), count) for key, count in counts.items()])
        class_names = _read_class_names(entry("class_names")) if "class_names" in arrays else None
    return image_set(np.concatenate(images), labels, class_names, name)


def _npz_pairs(name: str, keys: dict[str, zipfile.ZipInfo]) -> list[tuple[str, str]]:
    """The (images, labels) keys to read; labels are there for every part or for none."""
    if set(keys) == {"arr_0"}:
        return [("arr_0", "")]
    layouts = ([pair for pair in layout if pair[0] in keys] for layout in NPZ_LAYOUTS)
    pairs = next(filter(None, layouts), [])
    if not pairs:
        found = ", ".join(map(in_line, sorted(keys)[:4]))
        advice = "Save it with numpy.savez(path, images=..., labels=...)."
        raise DatasetError(f"{name} has no array called images; it has {found}. {advice}")
    missing = [labels for _, labels in pairs if labels not in keys]
    if 0 < len(missing) < len(pairs):
        raise DatasetError(f"{name} has labels for a part of its images only. Add {', '.join(missing)}.")
    return pairs


def _read_class_names(source: Source) -> tuple[str, ...]:
    array = _read_array(source, _check_class_names)
    with parser_errors(source.name):
        _check_code_points(array)
        return tuple(name.decode("utf-8") if isinstance(name, bytes) else name for name in array.tolist())


def _check_code_points(names: np.ndarray) -> None:
    """Raises ValueError for a str that is not Unicode: NumPy makes one, and it harms the interpreter."""
    if names.dtype.kind == "U" and names.dtype.itemsize > 0:
        codes = names.view(np.dtype("u4").newbyteorder(names.dtype.byteorder))
        if np.any((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))):
            raise ValueError("its text is not Unicode")


def read_arrays(path: Path, names: Collection[str], most_members: int, most_bytes: int) -> dict:
    """Arrays of these names in an .npz file that may hold anything, without pickle.

    Raises ValueError or OSError where they cannot be read. Before that, the number of members and the
    ``most_bytes`` that all of them may take unpacked are checked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, most_members, most_bytes)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names if name in file}
    except OSError:
        raise
    except Exception as error:  # on hostile bytes, NumPy and zipfile raise a dozen kinds, documented or not
        raise ValueError(str(error) or type(error).__name__) from error


def _check_members(archive: zipfile.ZipFile, most: int, most_bytes: int) -> None:
    members = archive.infolist()
    if len(members) > most:
        raise ValueError(f"it holds more than {most} arrays")
    if sum(member.file_size for member in members) > most_bytes:
        raise ValueError(f"unpacked, it would be larger than {most_bytes / 1e6:.0f} MB")
    for member in members:
        with archive.open(member) as file:
            header = npy_header(file.read(HEADER_BYTES))
        if header.n_bytes > member.file_size:
            raise ValueError(f"{in_line(member.filename)} declares more values than it holds")
