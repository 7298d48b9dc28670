"""Distances from M pictures to the nearest of N real images, Euclidean over all pixels."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

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
        self._index = _index(references)
        self.unit = np.nan
        if len(images) > 1:
            distances, rows = _neighbours(self._index, codec.decode(codec.encode(references)), 2)
            is_own = rows[:, 0] == np.arange(len(rows))
            self.unit = float(
                np.nanpercentile(np.where(is_own, distances[:, 1], distances[:, 0]), PERCENTILE)
            )

    def measure(self, pictures: np.ndarray) -> np.ndarray:
        """The distance (M,) from pictures (M, 28, 28) to the nearest real image, in units of the model."""
        return _neighbours(self._index, pictures)[0][:, 0] / self.unit

    def nearest(self, pictures: np.ndarray) -> np.ndarray:
        """The rows (M,) of the nearest real images, of those that are compared."""
        return _neighbours(self._index, pictures)[1][:, 0] * self._stride


def nearest_steps(pictures: np.ndarray, images: np.ndarray) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Distances (M,) and rows (M,) of the images uint8 (N, 28, 28) nearest to the pictures (M, 28, 28)."""
    distances, rows = np.full(len(pictures), np.inf), np.zeros(len(pictures), np.int64)
    for start in range(0, len(images), BLOCK):
        yield Step(start / len(images))
        found, nearest_rows = _neighbours(_index(images[start : start + BLOCK]), pictures)
        rows = np.where(found[:, 0] < distances, start + nearest_rows[:, 0], rows)
        distances = np.minimum(found[:, 0], distances)
    return distances, rows


def nearest(pictures: np.ndarray, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distances (M,) to the nearest of the images and its rows (M,), as in `nearest_steps`."""
    return result_of(nearest_steps(pictures, images))


def _index(images: np.ndarray) -> NearestNeighbors:
    return NearestNeighbors(algorithm="brute").fit(as_floats(images).reshape(len(images), -1))


def _neighbours(index: NearestNeighbors, pictures: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Distances and rows of the ``k`` nearest images, (M, k) each; a picture with NaN is at distance NaN."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    distances, rows = index.kneighbors(np.nan_to_num(flat), k)
    distances[np.isnan(flat).any(axis=1)] = np.nan
    return distances, rows
