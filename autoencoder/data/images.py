"""Conversion of image arrays between bytes and floats in [0, 1]."""

import numpy as np


def as_floats(images: np.ndarray) -> np.ndarray:
    """Images as float32 in [0, 1], of the same shape: bytes divided by 255, floats in [0, 1] kept."""
    if images.dtype == np.uint8:
        return images / np.float32(255)
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images must be uint8 or floating, got {images.dtype}")
    if not ((images >= 0) & (images <= 1)).all():  # NaN fails this too
        raise ValueError("images of floats must lie in [0, 1]")
    return images.astype(np.float32)


def are_alike(images: np.ndarray) -> bool:
    """True for images (N, 28, 28) that are all the same, as a single one is: nothing is learnt from them."""
    return all((image == images[0]).all() for image in images)


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images uint8 or float in [0, 1] of any shape as uint8."""
    if images.dtype == np.uint8:
        return images
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
