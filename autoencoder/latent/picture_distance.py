"""Distances from M pictures to the nearest of N real images, Euclidean over all pixels.

The squares are expanded, which leaves the work to one product in float32: with one thread, scikit-learn's
neighbours take twice as long (they sum in float64) and scipy's cdist ten times.
"""

import numpy as np

from autoencoder.data.images import as_floats
from autoencoder.latent.support import PERCENTILE, Codec
from autoencoder.steps import Step, Steps, result_of

MOST_REFERENCES = 3_000  # real images that a picture is compared with
BLOCK = 2_000  # training images that pictures are compared with at once


class PictureDistance:
    """Distances of pictures from the nearest real image, in units of the model's own reconstructions.

    1.0 is the 95th percentile of the distance from a reconstruction to the nearest real image but its own.
    ``images`` uint8 (N, 28, 28) are real ones; more than 3,000 are thinned out.
    """

    def __init__(self, codec: Codec, images: np.ndarray):
        self._stride = -(-len(images) // MOST_REFERENCES)
        references = images[:: self._stride]
        self._references = as_floats(references).reshape(len(references), -1)
        self._squares = (self._references**2).sum(axis=1)
        distances = self._squared(codec.decode(codec.encode(references)))
        np.fill_diagonal(distances, np.inf)
        nearest = np.sqrt(distances.min(axis=1))
        lengths = nearest[np.isfinite(nearest)]
        self.unit = float(np.percentile(lengths, PERCENTILE)) if len(images) > 1 else np.nan

    def measure(self, pictures: np.ndarray) -> np.ndarray:
        """The distance (M,) from pictures (M, 28, 28) to the nearest real image, in units of the model."""
        return np.sqrt(self._squared(pictures).min(axis=1)) / self.unit

    def nearest(self, pictures: np.ndarray) -> np.ndarray:
        """The rows (M,) of the nearest real images, of those that are compared."""
        return self._squared(pictures).argmin(axis=1) * self._stride

    def _squared(self, pictures: np.ndarray) -> np.ndarray:
        flat = pictures.reshape(len(pictures), -1)
        return np.maximum((flat**2).sum(axis=1)[:, None] + self._squares - 2 * flat @ self._references.T, 0)


def nearest_steps(pictures: np.ndarray, images: np.ndarray) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Distances (M,) and rows (M,) of the images uint8 (N, 28, 28) nearest to the pictures (M, 28, 28)."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    squares, rows = np.full(len(flat), np.inf), np.zeros(len(flat), np.int64)
    for start in range(0, len(images), BLOCK):
        yield Step(start / len(images))
        block = as_floats(images[start : start + BLOCK]).reshape(-1, flat.shape[1])
        found = (block**2).sum(axis=1) - 2 * flat @ block.T  # but for the picture's own square
        best = found.argmin(axis=1)
        smaller = found[np.arange(len(flat)), best]
        rows = np.where(smaller < squares, start + best, rows)
        squares = np.minimum(smaller, squares)
    return np.sqrt(np.maximum(squares + (flat**2).sum(axis=1), 0)), rows


def nearest(pictures: np.ndarray, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distances (M,) to the nearest of the images and its rows (M,), as in `nearest_steps`."""
    return result_of(nearest_steps(pictures, images))
