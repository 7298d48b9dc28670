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
    check_bytes,
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
    with blaming(in_line(folder, 200)):
        for parent, _, names in os.walk(folder, onerror=_reraise):
            for path in (Path(parent, name) for name in names):
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
    with blaming(name):
        try:
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        except UnidentifiedImageError as error:  # its own message names an object in memory
            found = f"{name} holds no PNG or JPEG picture, whatever its name"
            raise DatasetError(f"{found}. Remove or replace it.") from error
    check_sides(picture.height, picture.width, name)  # before the pixels are unpacked: this is the bomb guard
    with blaming(name):
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
