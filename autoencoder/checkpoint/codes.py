"""Codes of N images in D latent dimensions, with their rows, labels and classes: the data of a map."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Codes:
    """``latents`` float32 (N, D) of the images at ``rows`` (N,) of data set and split.

    ``images`` uint8 (N, 28, 28) and ``labels`` (N,) are None where there are none.
    """

    dataset: str
    split: str
    rows: np.ndarray
    latents: np.ndarray
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    images: np.ndarray | None

    @cached_property
    def key(self) -> str:
        """Digits that change with any code, row or label."""
        digest = hashlib.sha256(self.latents.tobytes() + self.rows.tobytes())
        digest.update(b"" if self.labels is None else self.labels.tobytes())
        return digest.hexdigest()

    @cached_property
    def dataset_of_images(self) -> Dataset | None:
        """The images as a data set; None without images."""
        if self.images is None:
            return None
        return Dataset(self.dataset, self.split, self.images, self.labels, self.class_names)

    def class_of(self, index: int) -> str:
        """The name of the class of the code at ``index``, "" where there is none."""
        return "" if self.labels is None else self.class_names[self.labels[index]]


def codes_of_images(checkpoint: Checkpoint, dataset: Dataset) -> Codes:
    """The codes of every image of a data set."""
    rows, latents = np.arange(dataset.n_images), checkpoint.model.encode(dataset.images)
    known = dataset.labels, dataset.class_names, dataset.images
    return Codes(dataset.name, dataset.split, rows, latents, *known)


def codes_of_atlas(checkpoint: Checkpoint) -> Codes:
    """The codes that came with the model, whose images need not be on this machine."""
    atlas, info = checkpoint.atlas, checkpoint.config.atlas
    names = checkpoint.config.source.class_names
    return Codes(info.dataset, info.split, atlas.rows, atlas.latents, atlas.labels, names, None)
