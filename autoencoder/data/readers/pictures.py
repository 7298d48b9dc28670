"""Picture files, one by one or in folders by class."""

import io
import os
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from autoencoder.data.readers.pixels import fit
from autoencoder.data.readers.source import (
    MAX_FILE_BYTES,
    MAX_PICTURE_BYTES,
    SIDE,
    ImageSet,
    blaming,
    check_count,
    check_sides,
    image_set,
    megabytes,
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
        raise DatasetError(
            f"The chosen pictures have {megabytes(n_bytes)}; up to {megabytes(MAX_FILE_BYTES)} are read "
            "at once. Choose fewer."
        )
    pictures = [
        Picture(PurePosixPath(PureWindowsPath(name).name), partial(_checked_picture, in_line(name), data))
        for name, data in files
    ]
    return pictures_as_set("the selection", pictures)


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return _is_picture(PurePosixPath(name))


def read_folder(folder: Path) -> ImageSet:
    return pictures_as_set(in_line(folder, 200), list(_folder_pictures(folder)))


def _folder_pictures(folder: Path) -> Iterator[Picture]:
    """The regular files below a folder. Links are not followed: they may lead out of it, or in circles."""
    with blaming(in_line(folder, 200)):
        for parent, _, names in os.walk(folder, onerror=_reraise):
            for name in names:
                path = Path(parent, name)
                if stat.S_ISREG(path.lstat().st_mode):
                    yield Picture(PurePosixPath(path.relative_to(folder)), partial(_read_picture_file, path))


def _reraise(error: OSError) -> None:
    raise error


def _read_picture_file(path: Path) -> bytes:
    name = in_line(path, 200)
    with blaming(name):
        check_picture_size(path.stat().st_size, name)
        return path.read_bytes()


def _checked_picture(name: str, data: bytes) -> bytes:
    check_picture_size(len(data), name)
    return data


def check_picture_size(n_bytes: int, name: str) -> None:
    if n_bytes > MAX_PICTURE_BYTES:
        raise DatasetError(
            f"{name} has {megabytes(n_bytes)}; pictures of up to {megabytes(MAX_PICTURE_BYTES)} are read. "
            "Resize it."
        )


def pictures_as_set(name: str, pictures: list[Picture]) -> ImageSet:
    """Read pictures in the order of their paths, so that an index means the same image every time."""
    pictures = sorted((p for p in pictures if _is_picture(p.path)), key=lambda p: p.path.parts)
    check_count(len(pictures), name)
    classes = _classes(name, [picture.path for picture in pictures])
    images = np.empty((len(pictures), SIDE, SIDE), np.uint8)
    for index, picture in enumerate(pictures):
        images[index] = _decode(picture.read(), f"{in_line(picture.path)} in {name}")
    if classes is None:
        return ImageSet(images, None, ())
    class_names, labels = np.unique(classes, return_inverse=True)
    return image_set(images, labels.astype(np.int64), tuple(class_names.tolist()), name)


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
    with blaming(name):
        picture = _opened_picture(data, name)
    check_sides(picture.height, picture.width, name)  # before the pixels are unpacked: this is the bomb guard
    with blaming(name):
        grey = _grey_picture(ImageOps.exif_transpose(picture))
    return fit(grey)


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
