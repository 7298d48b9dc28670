"""The embedded digits, scaled and centred as MNIST's are."""

import functools
from dataclasses import replace

import numpy as np
from PIL import Image

from autoencoder.data.catalogue import DIGITS
from autoencoder.data.dataset import SIDE, Dataset


@functools.lru_cache(maxsize=1)
def digits_by_split() -> dict[str, Dataset]:
    """scikit-learn's digits by split: shuffled once and for all, every fifth of each class is for testing."""
    from sklearn.datasets import load_digits  # more than a second to import

    digits = load_digits()
    images = np.stack([_as_mnist(image) for image in digits.images])
    whole = Dataset("digits", "all", images, digits.target.astype(np.int64), DIGITS)
    shuffled = np.random.RandomState(0).permutation(whole.n_images)  # this stream is frozen for good (NEP 19)
    by_class = shuffled[np.argsort(whole.labels[shuffled], kind="stable")]
    test = np.sort(by_class[::5])
    train = np.setdiff1d(by_class, test)
    return {
        "train": replace(whole.subset(train), split="train"),
        "test": replace(whole.subset(test), split="test"),
    }


def _as_mnist(digit: np.ndarray) -> np.ndarray:
    """An 8 x 8 digit (0 to 16) -> uint8 (28, 28) as MNIST was made: in a box of 20 x 20 pixels, smoothly
    enlarged, then moved by whole pixels until its centre of mass is in the middle (LeCun et al. 1998, III.A).
    """
    box = Image.fromarray(digit.astype(np.float32)).resize((20, 20), Image.Resampling.BICUBIC)
    ink = np.clip(np.asarray(box), 0, 16) * (255 / 16)
    top, left = (_offset(ink.sum(axis=axis)) for axis in (1, 0))
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + 20, left : left + 20] = np.rint(ink)
    return canvas


def _offset(profile: np.ndarray) -> int:
    """Where a box of 20 pixels begins so that its mass is centred among 28, the box kept whole."""
    centre = np.average(np.arange(20), weights=profile)
    return int(np.clip(round((SIDE - 1) / 2 - centre), 0, SIDE - 20))
