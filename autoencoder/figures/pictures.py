"""Images as pictures: strips and grids with crisp pixels, as PNG.

N images, H and W pixels.
"""

import base64
import html
import io

import numpy as np
from PIL import Image

from autoencoder.data.images import as_bytes


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


def gif(images: np.ndarray, scale: int = 1, ink_on_paper: bool = False) -> bytes:
    """Grey images (N, H, W) as a moving picture that goes there and back in a loop, 120 ms each."""
    frames = as_bytes(np.concatenate([images, images[-2:0:-1]]))
    frames = (255 - frames if ink_on_paper else frames).repeat(scale, 1).repeat(scale, 2)
    first, *others = map(Image.fromarray, frames)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=120, loop=0)
    return buffer.getvalue()


def svg_strips(strips: list[tuple[str, np.ndarray, np.ndarray]], heads: list[str]) -> str:
    """Strips (T, H, W) for slides, each with its name and which steps (T,) are off the data."""
    side, gap, left, top = 56, 6, 150, 24
    width, height = left + len(heads) * (side + gap), top + len(strips) * (side + gap)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/>',
        '<defs><pattern id="off" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V6" stroke="black"/></pattern></defs>',
    ]
    for column, head in enumerate(heads):
        parts.append(f'<text x="{left + column * (side + gap)}" y="16">{html.escape(head)}</text>')
    for row, (name, images, is_off) in enumerate(strips):
        y = top + row * (side + gap)
        parts.append(f'<text x="4" y="{y + side / 2}">{html.escape(name)}</text>')
        for column, (image, off) in enumerate(zip(images, is_off, strict=True)):
            x = left + column * (side + gap)
            data = base64.b64encode(png(image, ink_on_paper=True)).decode()
            if off:
                parts.append(
                    f'<rect x="{x - 3}" y="{y - 3}" width="{side + 6}" height="{side + 6}" fill="url(#off)"/>'
                )
            parts.append(
                f'<image x="{x}" y="{y}" width="{side}" height="{side}" style="image-rendering: pixelated" '
                f'href="data:image/png;base64,{data}"/>'
            )
    return "".join([*parts, "</svg>"])
