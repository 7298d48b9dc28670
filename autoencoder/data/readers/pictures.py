"""Pictures: PNG and JPEG files, alone or by class; and arrays of any usual layout as uint8 (N, 28, 28)."""

import io
import math
import os
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from autoencoder.data.readers.source import (
    CHUNK,
    MAX_FILE_BYTES,
    MAX_LABEL,
    MAX_PICTURE_BYTES,
    SIDE,
    ImageSet,
    check_bytes,
    check_count,
    check_sides,
    image_set,
    megabytes,
    parser_errors,
)
from autoencoder.errors import DatasetError, in_line

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg"}


class Picture(NamedTuple):
    """A picture in a folder or an archive, not read yet."""

    path: PurePosixPath  # within the folder or archive
    read: Callable[[], bytes]


def read_pictures(files: list[tuple[str, bytes]]) -> ImageSet:
    """Read uploaded PNG and JPEG files, given by name and content, as one set without labels, by name."""
    n_bytes = sum(len(data) for _, data in files)
    if n_bytes > MAX_FILE_BYTES:
        limit = f"up to {megabytes(MAX_FILE_BYTES)} are read at once"
        raise DatasetError(f"The chosen pictures have {megabytes(n_bytes)}; {limit}. Choose fewer.")
    paths = [PurePosixPath(PureWindowsPath(name).name) for name, _ in files]
    reads = [partial(_checked_picture, in_line(name), data) for name, data in files]
    return pictures_as_set("the selection", list(map(Picture, paths, reads)))


def is_picture(path: str | PurePosixPath) -> bool:
    """True for a picture by its name; hidden files and those that macOS adds to archives are none."""
    path = PurePosixPath(path)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in PICTURE_SUFFIXES and not hidden


def read_folder(folder: Path) -> ImageSet:
    return pictures_as_set(in_line(folder, 200), list(_folder_pictures(folder)))


def _folder_pictures(folder: Path) -> Iterator[Picture]:
    """Regular files below a folder. Links are not followed: they may lead out of it, or in circles."""
    with parser_errors(in_line(folder, 200)):
        for parent, _, names in os.walk(folder, onerror=_reraise):
            for path in (Path(parent, name) for name in names):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield Picture(PurePosixPath(path.relative_to(folder)), partial(_read_picture_file, path))


def _reraise(error: OSError) -> None:
    raise error


def _read_picture_file(path: Path) -> bytes:
    name = in_line(path, 200)
    with parser_errors(name):
        check_picture_size(path.stat().st_size, name)
        return path.read_bytes()


def _checked_picture(name: str, data: bytes) -> bytes:
    check_picture_size(len(data), name)
    return data


def check_picture_size(n_bytes: int, name: str) -> None:
    check_bytes(f"{name} has", n_bytes, MAX_PICTURE_BYTES, "Resize it.", things="pictures of ")


def pictures_as_set(name: str, pictures: list[Picture]) -> ImageSet:
    """Read pictures in the order of their paths, so that an index means the same image every time."""
    pictures = sorted((p for p in pictures if is_picture(p.path)), key=lambda p: p.path.parts)
    check_count(len(pictures), name)
    classes = _classes(name, [picture.path for picture in pictures])
    images = np.empty((len(pictures), SIDE, SIDE), np.uint8)
    for index, picture in enumerate(pictures):
        images[index] = _decode(picture.read(), f"{in_line(picture.path)} in {name}")
    if classes is None:
        return ImageSet(images, None, ())
    class_names, labels = np.unique(classes, return_inverse=True)
    return image_set(images, labels.astype(np.int64), tuple(class_names.tolist()), name)


def _classes(name: str, paths: list[PurePosixPath]) -> list[str] | None:
    """The class of each picture, which is its folder; None where there are no folders."""
    if len({path.parts[0] for path in paths}) == 1 and all(len(path.parts) > 2 for path in paths):
        paths = [PurePosixPath(*path.parts[1:]) for path in paths]  # archives often have one around all
    depths = {len(path.parts) for path in paths}
    if depths == {1}:
        return None
    if depths == {2}:
        return [path.parts[0] for path in paths]
    raise DatasetError(
        f"{name} has pictures at other depths than one; read are pictures side by side, or one folder per "
        "class with its pictures directly in it. Move them, or give one of the folders."
    )


def _decode(data: bytes, name: str) -> np.ndarray:
    """PNG or JPEG -> uint8 (28, 28)."""
    with parser_errors(name):
        try:
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        except UnidentifiedImageError as error:  # its own message names an object in memory
            found = f"{name} holds no PNG or JPEG picture, whatever its name"
            raise DatasetError(f"{found}. Remove or replace it.") from error
    check_sides(picture.height, picture.width, name)  # before the pixels are unpacked: this is the bomb guard
    with parser_errors(name):
        grey = _grey_picture(ImageOps.exif_transpose(picture))
    return fit(grey)


def _grey_picture(picture: Image.Image) -> np.ndarray:
    """A Pillow image in any mode -> uint8 (H, W); transparent pixels become black."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow's own conversion would clip at 255
        return np.rint(np.asarray(picture) / 257).astype(np.uint8)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture)
    return np.asarray(picture.convert("RGB").convert("L"))


def looks_inverted(images: np.ndarray) -> bool:
    """True for uint8 (N, H, W) images that look like dark ink on light ground, by their outermost pixels."""
    border = _border(images)
    return bool(border.mean() > max(127.5, images.mean()))


def as_images(array: np.ndarray, name: str) -> np.ndarray:
    """uint8, bool or float in [0, 1] of an accepted shape -> uint8 (N, 28, 28)."""
    _check_range(array, name)
    coloured = _channels_last(array)
    images = np.empty((len(array), SIDE, SIDE), np.uint8)
    for start in range(0, len(array), CHUNK):
        part = slice(start, start + CHUNK)
        grey = _grey(_as_bytes(coloured[part]))
        is_fitting = grey.shape[1:] == (SIDE, SIDE)
        images[part] = grey if is_fitting else np.stack([fit(image) for image in grey])
    return images


def _check_range(array: np.ndarray, name: str) -> None:
    if array.dtype.kind != "f":
        return
    with np.errstate(invalid="ignore"):
        low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        advice = "Replace them, for example with numpy.nan_to_num."
        raise DatasetError(f"{name} holds NaN or infinite values. {advice}")
    if low < 0 or high > 1:
        advice = "Divide pixels that run to 255 by 255, or save them as uint8."
        found = f"{name} holds floats from {low:.4g} to {high:.4g}"
        raise DatasetError(f"{found}; they must lie between 0 and 1. {advice}")


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


def fit(image: np.ndarray) -> np.ndarray:
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


def as_labels(array: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        within = array.min() >= 0 and array.max() <= MAX_LABEL  # NaN compares false
    if not within or np.any(array != np.floor(array)):
        wanted = f"the whole numbers from 0 to {MAX_LABEL:,}"
        raise DatasetError(f"{name} holds labels other than {wanted}. Number the classes from 0.")
    return array.reshape(-1).astype(np.int64)
