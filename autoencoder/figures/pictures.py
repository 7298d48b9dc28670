"""Images as bare pictures with crisp pixels: grids, PNG and GIF.

N images, H and W pixels.
"""

import io

import numpy as np
from PIL import Image

from autoencoder.data.images import as_bytes


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


def gif(images: np.ndarray, scale: int = 1, ink_on_paper: bool = False) -> bytes:
    """Grey images (N, H, W) as a moving picture that goes there and back in a loop, 120 ms each."""
    frames = as_bytes(np.concatenate([images, images[-2:0:-1]]))
    frames = (255 - frames if ink_on_paper else frames).repeat(scale, 1).repeat(scale, 2)
    first, *others = map(Image.fromarray, frames)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=120, loop=0)
    return buffer.getvalue()
