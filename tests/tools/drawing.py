"""Drawings, and what the pad and its modules make of them in a page."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

FAINT = 8  # ink up to here does not count, as in normalise.js
coordinates = st.tuples(st.integers(3, 36), st.integers(3, 36))


def drawn(points, width, ink) -> np.ndarray:
    """A line on 40 by 40 pixels, clear of the border."""
    picture = Image.new("L", (40, 40))
    ImageDraw.Draw(picture).line(points, ink, width)
    return np.asarray(picture)


shapes = st.builds(
    drawn, st.lists(coordinates, min_size=2, max_size=5, unique=True), st.integers(2, 5), st.integers(60, 255)
)
laws = settings(max_examples=40)


def call(page, name: str, ink: np.ndarray) -> np.ndarray | None:
    """Output of a function of the module for ink (H, W)."""
    height, width = ink.shape
    found = page.evaluate(
        """([name, ink, width, height]) => {
          const found = normalise[name]({ ink: bytes(ink), width, height });
          return (found?.ink ?? found)?.join();
        }""",
        [name, text(ink), width, height],
    )
    return found and as_image(found.split(","))


def normalised(page, ink: np.ndarray) -> np.ndarray | None:
    return call(page, "normalised", ink)


def grey(page, rgba: np.ndarray) -> np.ndarray:
    """Image read from a picture (H, W, 4)."""
    height, width, _ = rgba.shape
    found = page.evaluate(
        "([rgba, width, height]) => normalise.greyOf(bytes(rgba), width, height).join()",
        [text(rgba), width, height],
    )
    return np.array(found.split(","), int).reshape(height, width)


def text(values: np.ndarray) -> str:
    """Bytes on their way into the page, many times faster than a list."""
    return values.astype(np.uint8).tobytes().decode("latin-1")


def last(page) -> np.ndarray | None:
    """Last image that onCommit handed over."""
    return as_image(page.evaluate("committed.at(-1).image"))


def shown(page) -> np.ndarray | None:
    return as_image(page.evaluate("pad.image && [...pad.image]"))


def seen(page) -> np.ndarray:
    """Image in the preview, whose ink is its alpha."""
    data = "pad.element.querySelector('.seen').getContext('2d').getImageData(0, 0, 28, 28).data"
    return as_image(page.evaluate(f"[...{data}].filter((_, i) => i % 4 === 3)"))


def as_image(values) -> np.ndarray | None:
    """Signed, so that differences are."""
    return None if values is None else np.array(values, int).reshape(-1, round(len(values) ** 0.5))


def sides(image: np.ndarray) -> tuple[int, int]:
    """The height and width of what is inked."""
    return tuple(int(np.ptp(np.flatnonzero(image.any(axis)))) + 1 for axis in (1, 0))


def is_large(shape: np.ndarray) -> bool:
    """True if less than three times the size of the whole fitted picture makes it fill the box."""
    return max(sides(shape)) * 3 * 28 / max(shape.shape) >= 20


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    return tuple((image.sum(axis) * np.arange(28)).sum() / image.sum() for axis in (1, 0))


def enlarged(image: np.ndarray, times: int) -> np.ndarray:
    return np.kron(image, np.ones((times, times), image.dtype))


def blocks(image: np.ndarray, side: int) -> np.ndarray:
    """The mean of each block of side by side pixels."""
    height, width = image.shape
    return image.reshape(height // side, side, width // side, side).mean((1, 3))


def rounded(values: np.ndarray) -> np.ndarray:
    return np.floor(values + 0.5)


def opaque(colours: np.ndarray) -> np.ndarray:
    return np.dstack([colours, np.full(colours.shape[:2], 255)])
