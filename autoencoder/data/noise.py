"""Noise that is added to a picture before it is encoded.

The result of `corrupt` is both shown and encoded: whole bytes, rounded and clipped. Draws are made image by
image, so the noise of the first k images is the same however many follow. From one seed, a higher level makes
the same noise stronger instead of drawing another: a slider then moves one noise up and down.

Shapes: N images, H and W pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

WIDEST_BLUR = 4.0  # pixels of sigma at level 1: a stroke of MNIST is two to four pixels wide


@dataclass(frozen=True)
class Noise:
    """A kind of noise from `NOISE_KINDS` and its level, 0 (none) to 1, in the unit of its kind."""

    kind: str
    level: float

    def __post_init__(self) -> None:
        if self.kind not in NOISE_KINDS:
            raise ValueError(f"noise kind must be one of {', '.join(NOISE_KINDS)}, got {self.kind!r}")
        if not 0 <= self.level <= 1:  # NaN fails this too
            raise ValueError(f"noise level must be from 0 to 1, got {self.level}")

    @classmethod
    def parse(cls, text: str) -> "Noise":
        """The noise written as KIND:LEVEL, such as gaussian:0.3; a ValueError says what to write."""
        kind, _, level = text.strip().partition(":")
        try:
            return cls(kind, float(level))
        except ValueError:
            raise ValueError(
                f"noise is written KIND:LEVEL, such as gaussian:0.3, got {text!r}; "
                f"the kinds are {', '.join(NOISE_KINDS)}, the level is a number from 0 to 1"
            ) from None

    def __str__(self) -> str:
        """The text that `parse` reads back to an equal noise."""
        return f"{self.kind}:{float(self.level)!r}".removesuffix(".0")


def corrupt(images: np.ndarray, noise: Noise, rng: np.random.Generator) -> np.ndarray:
    """A noisy copy of images, uint8 (N, H, W); level 0 changes nothing."""
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(f"images must be uint8 (N, H, W), got {images.dtype} {images.shape}")
    return NOISE_KINDS[noise.kind].apply(images, noise.level, rng)


def _gaussian(images: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    values = rng.standard_normal(images.shape, dtype=np.float32)
    values *= 255 * level
    values += images
    return _as_bytes(values)


def _speckle(images: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    values = rng.standard_normal(images.shape, dtype=np.float32)
    values *= level
    values += 1
    values *= images
    return _as_bytes(values)


def _salt_pepper(images: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    draws = rng.random(images.shape, dtype=np.float32)  # one per pixel: pepper from below, salt from above
    noisy = np.where(draws < level / 2, np.uint8(0), images)
    noisy[draws >= 1 - level / 2] = 255
    return noisy


def _masking(images: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(images.shape, dtype=np.float32) < level, np.uint8(0), images)


def _occlusion(images: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    sides = np.rint(level * np.array(images.shape[1:])).astype(int)  # (2,): height and width
    corners = (rng.random((len(images), 2)) * (images.shape[1:] - sides + 1)).astype(int)  # (N, 2)
    noisy = images.copy()
    for image, (top, left) in zip(noisy, corners, strict=True):
        image[top : top + sides[0], left : left + sides[1]] = 0
    return noisy


def _blur(images: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    sigma = WIDEST_BLUR * level
    return _as_bytes(gaussian_filter(images.astype(np.float32), sigma=(0, sigma, sigma)))


def _as_bytes(values: np.ndarray) -> np.ndarray:
    """Values rounded and clipped to uint8, using the given array up."""
    np.rint(values, out=values)
    return np.clip(values, 0, 255, out=values).astype(np.uint8)


@dataclass(frozen=True)
class NoiseKind:
    """Kind of noise: title, unit of its level, and function."""

    title: str
    unit: str
    apply: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


NOISE_KINDS = {
    "gaussian": NoiseKind("Gaussian", "standard deviation, as a share of the full range", _gaussian),
    "salt-pepper": NoiseKind(
        "Salt and pepper", "share of pixels, half turned white, half black", _salt_pepper
    ),
    "speckle": NoiseKind("Speckle", "standard deviation, as a share of the pixel's own value", _speckle),
    "masking": NoiseKind("Masking", "share of pixels set to black", _masking),
    "occlusion": NoiseKind("Occlusion", "side of a black square, as a share of the image's side", _occlusion),
    "blur": NoiseKind("Blur", f"sigma of a Gaussian, 1 = {WIDEST_BLUR:g} pixels", _blur),
}
