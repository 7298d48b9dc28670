"""Conversion of arrays of any usual layout to images (N, 28, 28) uint8."""

import math

import numpy as np
from PIL import Image

from autoencoder.data.readers.source import CHUNK, MAX_LABEL, SIDE
from autoencoder.errors import DatasetError


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
