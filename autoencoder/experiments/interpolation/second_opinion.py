"""Second opinion on pictures: a classifier that has learnt from real images only.

N images, M pictures, C classes.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from autoencoder.data.images import as_floats

N_NEIGHBOURS = 10
MOST_COMPONENTS = 40
MOST_IMAGES = 10_000  # to learn from
MOST_HELD_OUT = 1_000
HELD_OUT_SHARE = 0.2  # where there is no test set


@dataclass(frozen=True, eq=False)
class Classifier:
    """Nearest neighbours on principal components of the pixels; ``accuracy`` is on held-out images."""

    pipeline: Pipeline
    accuracy: float
    n_held_out: int

    def opinion(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Likeliest label (M,) of pictures (M, 28, 28), and its share (M,) of the weights, 1 / distance."""
        shares = self.pipeline.predict_proba(_rows(pictures))
        return self.pipeline.classes_[shares.argmax(axis=1)], shares.max(axis=1)


def fit_classifier(
    images: np.ndarray, labels: np.ndarray, test: tuple[np.ndarray, np.ndarray] | None = None
) -> Classifier:
    """Learn from images uint8 (N, 28, 28) and their labels; test on ``test``, images and labels of others.

    Without them a seeded fifth is held out. Raises ValueError for fewer than 5 images.
    """
    if len(images) < 5:
        raise ValueError(f"a classifier needs at least 5 images, got {len(images)}")
    order = np.random.default_rng(0).permutation(len(images))
    if test is None:
        n_held_out = max(1, round(HELD_OUT_SHARE * len(images)))
        test = images[order[:n_held_out]], labels[order[:n_held_out]]
        order = order[n_held_out:]
    order = order[:MOST_IMAGES]
    pca = PCA(min(MOST_COMPONENTS, len(order)), svd_solver="covariance_eigh")
    neighbours = KNeighborsClassifier(min(N_NEIGHBOURS, len(order)), weights="distance", algorithm="brute")
    pipeline = make_pipeline(pca, neighbours).fit(_rows(images[order]), labels[order])
    test_images, test_labels = (array[:MOST_HELD_OUT] for array in test)
    accuracy = float((pipeline.predict(_rows(test_images)) == test_labels).mean())
    return Classifier(pipeline, accuracy, len(test_images))


def _rows(images: np.ndarray) -> np.ndarray:
    return as_floats(images).reshape(len(images), -1)
