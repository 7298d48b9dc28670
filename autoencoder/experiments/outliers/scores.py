"""Outlier scores of images: one number an image, the higher the odder, from normal images alone.

N normal images, M judged images, D latent dimensions.
"""

from dataclasses import dataclass
from math import ceil
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.special import expit
from sklearn.decomposition import PCA

from autoencoder.data.images import as_floats
from autoencoder.data.measures import bce, mse

N_NEIGHBOURS = 5
N_COMPONENTS = 32
MOST_REFERENCES = 7_000  # normal images that are compared with, one by one
BLOCK = 200  # images that are compared with them at once: 11 MB of distances
N_PIXELS = 28 * 28
FAINTEST = 255.0**-2 / N_PIXELS  # the mean energy of the faintest image: one pixel of one grey level
SMALLEST_DISTANCE = 1e-6  # so that a code on another one has a logarithm
NETWORK, TRAP, BASELINE = "network", "network, a trap", "baseline, no network"


@dataclass(frozen=True)
class Score:
    """Title of a score, and its kind: of the network, a trap, or a baseline."""

    title: str
    kind: str = NETWORK


SCORES = {
    "combined": Score("Combined: error and k-NN"),
    "relative_mse": Score("MSE over the image's energy"),
    "knn": Score("k-NN distance of the code"),
    "mse": Score("MSE"),
    "bce": Score("BCE", TRAP),
    "pca_mse": Score("PCA: MSE", BASELINE),
    "pca_relative_mse": Score("PCA: MSE over energy", BASELINE),
    "pixel_knn": Score("k-NN distance of the pixels", BASELINE),
}
CHOSEN = "combined"  # before any test set was looked at
PARTS = ("relative_mse", "knn")  # of the combined score
PCA_SCORES = ("pca_mse", "pca_relative_mse")


@runtime_checkable
class Model(Protocol):
    """Model with numpy in and out, any number of rows."""

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images uint8 or float in [0, 1] (M, 28, 28) to codes (M, D)."""

    def logits(self, latents: np.ndarray) -> np.ndarray:
        """Codes (M, D) to the logits of the pixels (M, 28, 28)."""


class Detector:
    """The scores of a model, against normal images and their codes.

    mse                the network's mean squared error, pixels in [0, 1]
    relative_mse       squared error over the image's own energy Σx²; an image without energy has lost all
    bce                binary cross-entropy, nats per image
    knn                mean Euclidean distance of the code to the 5 nearest codes of ``normal``
    combined           log relative_mse plus log knn, each as a z-score over ``held_back``
    pca_mse, pca_relative_mse   the errors of 32 principal components of ``normal`` instead of the network
    pixel_knn          mean Euclidean distance of the pixels to the 5 nearest images of ``normal``

    ``normal`` uint8 (N, 28, 28) may be what the model was trained on, ``held_back`` may not; more than 7,000
    are thinned out evenly. Raises ValueError where either is empty.
    """

    def __init__(self, model: Model, normal: np.ndarray, held_back: np.ndarray):
        if not len(normal) or not len(held_back):
            raise ValueError("a detector needs normal images, and some more that are held back")
        normal = normal[:: ceil(len(normal) / MOST_REFERENCES)]
        self.model = model
        self._codes = _Neighbours(model.encode(normal).astype(np.float64))
        rows = _rows(normal)
        self._pixels = _Neighbours(rows)
        self._pca = PCA(min(N_COMPONENTS, len(normal)), svd_solver="covariance_eigh").fit(rows)
        scores = self._single_scores(held_back)
        logs = {name: np.log(scores[name]) for name in PARTS}
        self._scales = {name: (float(log.mean()), float(log.std()) or 1.0) for name, log in logs.items()}
        self.held_back = self._with_combined(scores)

    def scores(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Every score (M,) of images (M, 28, 28), by its name in `SCORES`."""
        return self._with_combined(self._single_scores(images))

    def _single_scores(self, images: np.ndarray) -> dict[str, np.ndarray]:
        floats, rows = as_floats(images), _rows(images)
        latents = self.model.encode(images)
        logits = self.model.logits(latents)
        errors = mse(floats, expit(logits))
        pca_errors = ((self._pca.inverse_transform(self._pca.transform(rows)) - rows) ** 2).mean(axis=1)
        return {
            "relative_mse": relative_error(errors, floats),
            "knn": np.maximum(self._codes.mean_distance(latents.astype(np.float64)), SMALLEST_DISTANCE),
            "mse": errors,
            "bce": bce(floats, logits),
            "pca_mse": pca_errors.astype(np.float64),
            "pca_relative_mse": relative_error(pca_errors, floats),
            "pixel_knn": self._pixels.mean_distance(rows).astype(np.float64),
        }

    def _with_combined(self, scores: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        z_scores = [(np.log(scores[name]) - mean) / spread for name, (mean, spread) in self._scales.items()]
        scores = {"combined": np.sum(z_scores, axis=0), **scores}
        return {name: scores[name] for name in SCORES}


class _Neighbours:
    """Mean distance to the nearest of references (N, D)."""

    def __init__(self, references: np.ndarray):
        self._references = references
        self._squares = (references**2).sum(axis=1)
        self._count = min(N_NEIGHBOURS, len(references))

    def mean_distance(self, queries: np.ndarray) -> np.ndarray:
        """The distance (M,) of queries (M, D), in blocks of bounded memory."""
        starts = range(0, len(queries), BLOCK)
        return np.concatenate([self._of_block(queries[start : start + BLOCK]) for start in starts])

    def _of_block(self, queries: np.ndarray) -> np.ndarray:
        squares = (queries**2).sum(axis=1)[:, None] + self._squares - 2 * queries @ self._references.T
        nearest = np.partition(squares, self._count - 1, axis=1)[:, : self._count]
        return np.sqrt(np.maximum(nearest, 0)).mean(axis=1)


def relative_error(errors: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Mean squared errors (M,) over the mean energy of their images (M, 28, 28) in [0, 1].

    Both have the energy of a single grey level added: an empty image then has 1 where it comes back
    empty, and more where it does not.
    """
    energies = (images.astype(np.float64) ** 2).mean(axis=(1, 2))
    return (errors.astype(np.float64) + FAINTEST) / (energies + FAINTEST)


def _rows(images: np.ndarray) -> np.ndarray:
    return as_floats(images).reshape(len(images), N_PIXELS)
