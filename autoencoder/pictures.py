"""Images as pictures: strips and grids with crisp pixels, as PNG.

N images, H and W pixels.
"""

import io

import numpy as np
from PIL import Image


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images uint8 or float in [0, 1] of any shape as uint8."""
    if images.dtype == np.uint8:
        return images
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def strip(images: np.ndarray, gap: int = 2, ground: int = 0) -> np.ndarray:
    """Images (N, H, W) side by side, ``gap`` pixels of ``ground`` apart: uint8 (H, N * (W + gap) - gap)."""
    return grid(images, len(images), gap, ground)


def grid(images: np.ndarray, n_columns: int, gap: int = 2, ground: int = 0) -> np.ndarray:
    """Images (N, H, W) in rows of ``n_columns``, ``gap`` pixels of ``ground`` apart, uint8."""
    count, height, width = images.shape
    n_rows = -(-count // n_columns)
    canvas = np.full((n_rows * (height + gap) - gap, n_columns * (width + gap) - gap), ground, np.uint8)
    for index, image in enumerate(as_bytes(images)):
        row, column = divmod(index, n_columns)
        top, left = row * (height + gap), column * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def png(image: np.ndarray, scale: int = 1, ink_on_paper: bool = False) -> bytes:
    """A grey image (H, W) as PNG, each pixel a square of ``scale`` pixels; dark on light if asked."""
    pixels = as_bytes(image)
    pixels = (255 - pixels if ink_on_paper else pixels).repeat(scale, 0).repeat(scale, 1)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
