"""Measured path: its steps, pictures, distances and a classifier's opinion."""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.latent.support import PathMeasures


@dataclass(frozen=True, eq=False)
class Opinion:
    """Comparison of T pictures with real images; labels and shares are None without a classifier.

    distance   (T,) to the nearest real image, in units of the model; above 1 it is unlike any image
    nearest    (T, 28, 28), those images
    labels     (T,), by the classifier
    shares     (T,), the label's share of the weight of its neighbours
    """

    distance: np.ndarray
    nearest: np.ndarray
    labels: np.ndarray | None
    shares: np.ndarray | None


@dataclass(frozen=True, eq=False)
class MeasuredPath:
    """A path of T steps through one model's codes, ``latents`` (T, D), and its measures."""

    checkpoint: Checkpoint
    latents: np.ndarray
    measured: PathMeasures
    opinion: Opinion | None  # None where the real images are not here

    @property
    def t(self) -> np.ndarray:
        """The place of every step on the path (T,), from A at 0 to B at 1."""
        return np.linspace(0, 1, len(self.latents))
