"""A small classifier, taught for one purpose: its hidden features say how much alike two sets of images are.

No weights of a foreign network are fetched. N images, F features, C classes.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.network import build_network
from autoencoder.steps import Steps
from autoencoder.training.supervised import STEP_IMAGES, evaluate, linear_head, teach_steps

N_FEATURES = 64
N_STEPS = 800
FEWEST_IMAGES = 20
HELD_OUT_SHARE = 0.2  # where there is no test set
MOST_HELD_OUT = 1_000


@dataclass(frozen=True, eq=False)
class ClassifierFacts:
    """The ``class_labels`` (C,) that a classifier can say; its ``accuracy`` is on held-out images."""

    class_labels: np.ndarray
    accuracy: float
    n_held_out: int


@dataclass(frozen=True, eq=False)
class FeatureClassifier(ClassifierFacts):
    """A network that sees images and says one of the labels."""

    body: nn.Module
    head: nn.Linear

    def features(self, images: np.ndarray) -> np.ndarray:
        """The hidden features, float32 (N, F), of images (N, 28, 28)."""
        return evaluate(self.body, images)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The likeliest label (N,) by the features (N, F) of an image."""
        with torch.inference_mode():
            logits = self.head(torch.from_numpy(features)).numpy()
        return self.class_labels[logits.argmax(axis=1)]


def classifier_steps(learn_from: Dataset, test: Dataset | None, seed: int = 0) -> Steps[FeatureClassifier]:
    """Teach a classifier on labelled images.

    A convolutional encoder of the usual form with 64 features, and a linear layer; 800 steps of 64 images.
    Without ``test`` a seeded fifth is held out. Raises ValueError without labels or for fewer than 20 images.
    """
    if learn_from.labels is None or learn_from.n_images < FEWEST_IMAGES:
        raise ValueError(f"a classifier needs at least {FEWEST_IMAGES} images with labels")
    if test is None:
        rows, held_out = hold_back(learn_from.n_images, HELD_OUT_SHARE, seed)
        learn_from, test = learn_from.subset(rows), learn_from.subset(held_out)
    class_labels, targets = np.unique(learn_from.labels, return_inverse=True)
    body, head = _body(seed), linear_head(N_FEATURES, len(class_labels))
    batches = np.random.default_rng(seed).integers(learn_from.n_images, size=(N_STEPS, STEP_IMAGES))
    yield from teach_steps(nn.Sequential(body, head), learn_from.images, targets, batches)
    taught = FeatureClassifier(class_labels, np.nan, min(test.n_images, MOST_HELD_OUT), body.eval(), head)
    found = taught.predict(taught.features(test.images[:MOST_HELD_OUT]))
    return replace(taught, accuracy=float((found == test.labels[:MOST_HELD_OUT]).mean()))


def _body(seed: int) -> nn.Sequential:
    """From images to features."""
    network = build_network(ModelSettings("ae", N_FEATURES, architecture=Architecture()), seed)
    return nn.Sequential(network.encoder, network.code.mean, nn.SiLU())
