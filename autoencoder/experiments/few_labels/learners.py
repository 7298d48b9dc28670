"""Learners from few labels: the features of an image that each is given, and its method.

A learner on features of the encoder has *controls*, the same method on pixels: a gain that a control has too
is not due to the encoder. Learners that are networks are in training/classifier.py.

P images of the pool, T test images, L labels, D features, K neighbours.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_array
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from autoencoder.data.images import as_floats
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.steps import Step, Steps
from autoencoder.training.classifier import hidden_features

N_COMPONENTS = 50
AT_ONCE = 500  # images between two steps of the preparations

# These were fixed on training images of MNIST that were in no pool, before any test image was looked at.
INVERSE_PENALTY = 0.1  # scikit-learn's C
N_VOTERS = 3
N_NEIGHBOURS = 5
ALPHA = 0.99  # as in Zhou et al. 2004, section 4
N_ROUNDS = 50

FEATURES = {
    "codes": "the codes",
    "hidden": "the hidden features",
    "pixels": "raw pixels",
    "pca": "PCA of the pixels",
}
ENCODED, CONTROLS = ("codes", "hidden"), ("pca", "pixels")
METHODS = {"logistic": "Logistic regression", "knn": "k-NN", "spreading": "Label spreading"}
GRAPH = "graph of "  # before the name of its features


@dataclass(frozen=True)
class Learner:
    """A ``method`` on ``features`` of an image; ``title`` is the name on screen."""

    name: str
    title: str
    features: str
    method: str

    @property
    def is_slow(self) -> bool:
        return self.method == "network"

    @property
    def needs(self) -> list[str]:
        """Preparations, once for all draws: features, and their graph where labels spread over it."""
        if self.is_slow:
            return []
        return [self.features, *([GRAPH + self.features] if self.method == "spreading" else [])]

    @property
    def controls(self) -> list[str]:
        """Names of the learners that do the same without the encoder; none for a control."""
        if self.name == "fine-tuned":
            return ["from-scratch"]
        return [f"{features}-{self.method}" for features in CONTROLS if self.features in ENCODED]


_ON_FEATURES = [
    Learner(f"{features}-{method}", f"{METHODS[method]} on {FEATURES[features]}", features, method)
    for method, features in product(METHODS, FEATURES)
]
_FINE_TUNED = Learner("fine-tuned", "Fine-tuned encoder", "encoder", "network")
_FROM_SCRATCH = Learner("from-scratch", "The same net from scratch", "images", "network")
LEARNERS = {learner.name: learner for learner in (*_ON_FEATURES, _FINE_TUNED, _FROM_SCRATCH)}
QUICK = (*(f"{features}-logistic" for features in FEATURES), "codes-spreading", "pca-spreading")


@dataclass(frozen=True, eq=False)
class Features:
    """Features float32 of the images of the ``pool`` (P, D) and of the ``test`` (T, D).

    ``is_uneven``: each feature has its own unit, as hidden features have.
    """

    pool: np.ndarray
    test: np.ndarray
    is_uneven: bool = False

    @property
    def scale(self) -> np.ndarray:
        """Unit of each uneven feature (D,), or of all: the standard deviation over the pool.

        One unit for all keeps the weak features of PCA, and pixels at the rim, as weak as they are.
        """
        variance = self.pool.var(axis=0)
        scale = np.sqrt(variance if self.is_uneven else variance.mean())
        return np.where(scale > 0, scale, 1)


def feature_steps(name: str, model: Autoencoder, pool: np.ndarray, test: np.ndarray) -> Steps[Features]:
    """The `FEATURES` of a name, of images uint8, pool (P, 28, 28) and test (T, 28, 28).

    PCA is fitted to the pool, and the encoder is as it was trained.
    """
    if name not in ENCODED:
        return _of_pixels(name, pool, test)
    images = np.concatenate([pool, test])
    encoded = []
    for start in range(0, len(images), AT_ONCE):
        yield Step(start / len(images))
        batch = images[start : start + AT_ONCE]
        encoded.append(model.encode(batch) if name == "codes" else hidden_features(model, batch))
    return Features(*np.split(np.concatenate(encoded), [len(pool)]), is_uneven=name == "hidden")


def _of_pixels(name: str, pool: np.ndarray, test: np.ndarray) -> Features:
    pixels = [as_floats(images).reshape(len(images), -1) for images in (pool, test)]
    if name == "pixels":
        return Features(*pixels)
    pca = PCA(min(N_COMPONENTS, len(pool)), svd_solver="covariance_eigh").fit(pixels[0])
    return Features(*map(pca.transform, pixels))


def classify(method: str, features: Features, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Labels (T,) of the test images by logistic regression or k-NN, from ``labels`` (L,) of ``rows``."""
    if method == "knn":
        learner = KNeighborsClassifier(min(N_VOTERS, len(rows)), weights="distance", algorithm="brute")
        return learner.fit(features.pool[rows], labels).predict(features.test)
    centre, scale = features.pool.mean(axis=0), features.scale
    learner = LogisticRegression(C=INVERSE_PENALTY, max_iter=2_000)
    learner.fit((features.pool[rows] - centre) / scale, labels)
    return learner.predict((features.test - centre) / scale)


@dataclass(frozen=True, eq=False)
class LabelGraph:
    """``links`` (P, P) within the pool, and the ``nearest`` (T, K) of it to each test image."""

    links: csr_array
    nearest: np.ndarray


def graph_steps(features: Features) -> Steps[LabelGraph]:
    """Graph that joins each image of the pool to its nearest ones.

    A link weighs exp(-d²/σσ'), σ the distance to an image's own last neighbour (Zelnik-Manor & Perona 2004).
    """
    n_pool, n_neighbours = len(features.pool), min(N_NEIGHBOURS, len(features.pool) - 1)
    index = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute").fit(features.pool)
    wanted = np.concatenate([features.pool, features.test])
    batches = []
    for start in range(0, len(wanted), AT_ONCE):
        yield Step(start / len(wanted))
        batches.append(index.kneighbors(wanted[start : start + AT_ONCE], n_neighbours + 1))
    distances, found = map(np.concatenate, zip(*batches, strict=True))
    is_self = found[:n_pool] == np.arange(n_pool)[:, None]
    is_self[~is_self.any(axis=1), -1] = True  # of many twins: drop its last neighbour instead
    others, lengths = (array[:n_pool][~is_self].reshape(n_pool, -1) for array in (found, distances))
    return LabelGraph(_links(others, lengths), found[n_pool:, :n_neighbours])


def spread_labels(graph: LabelGraph, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Labels (T,) of the test images after labels (L,) of ``rows`` of the pool have spread over the graph.

    F ← α S F + (1 - α) Y, 50 times with α = 0.99 (Zhou et al. 2004, "Learning with Local and Global
    Consistency", section 2). A test image takes the class with the greatest mean share among its neighbours;
    where no label has reached these, the first class.
    """
    classes, targets = np.unique(labels, return_inverse=True)
    given = np.zeros((graph.links.shape[0], len(classes)), np.float32)
    given[rows, targets] = 1
    scores = given
    for _ in range(N_ROUNDS):
        scores = ALPHA * (graph.links @ scores) + (1 - ALPHA) * given
    shares = scores / np.maximum(scores.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return classes[shares[graph.nearest].mean(axis=1).argmax(axis=1)]


def _links(others: np.ndarray, lengths: np.ndarray) -> csr_array:
    """D^-1/2 W D^-1/2 of a graph with links from each image to its ``others`` (P, K), both ways."""
    n_images, n_neighbours = others.shape
    local = np.maximum(lengths[:, -1], 1e-9 * lengths.max() or 1.0)  # twins are no distance apart
    weights = np.exp(-(lengths**2) / (local[:, None] * local[others]))
    starts = np.arange(0, others.size + 1, n_neighbours)
    graph = csr_array((weights.ravel(), others.ravel(), starts), shape=(n_images, n_images))
    graph = graph.maximum(graph.T).tocsr()
    root = 1 / np.sqrt(np.maximum(graph.sum(axis=1), np.finfo(np.float64).tiny))
    return csr_array(graph.multiply(root[:, None]).multiply(root[None, :])).astype(np.float32)
