"""A small classifier, taught for one purpose: its hidden features say how much alike two sets of images are.

No weights of a foreign network are fetched. N images, F features, C classes.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from autoencoder.architecture import Architecture, ModelSettings
from autoencoder.datasets import Dataset, hold_back
from autoencoder.measures import as_floats
from autoencoder.models import BATCH_SIZE, build_network
from autoencoder.training import one_cycle

N_FEATURES = 64
N_STEPS = 800
STEP_IMAGES = 64
LEARNING_RATE = 3e-3  # at the peak of one cycle
FEWEST_IMAGES = 20
HELD_OUT_SHARE = 0.2  # where there is no test set
MOST_HELD_OUT = 1_000


@dataclass(frozen=True, eq=False)
class FeatureClassifier:
    """A network that sees images and says ``class_labels`` (C,); ``accuracy`` is on held-out images."""

    body: nn.Module
    head: nn.Linear
    class_labels: np.ndarray
    accuracy: float
    n_held_out: int

    def features(self, images: np.ndarray) -> np.ndarray:
        """The hidden features, float32 (N, F), of images (N, 28, 28)."""
        return np.concatenate([_evaluate(self.body, batch) for batch in _batches(images)])

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The likeliest label (N,) by the features (N, F) of an image."""
        with torch.inference_mode():
            logits = self.head(torch.from_numpy(features)).numpy()
        return self.class_labels[logits.argmax(axis=1)]


def classifier_steps(
    learn_from: Dataset, test: Dataset | None, seed: int = 0
) -> Generator[float, None, FeatureClassifier]:
    """Teach a classifier on labelled images; yields the share done.

    A convolutional encoder of the usual form with 64 features, and a linear layer; 800 steps of 64 images.
    Without ``test`` a seeded fifth is held out. Raises ValueError without labels or for fewer than 20 images.
    """
    if learn_from.labels is None or learn_from.n_images < FEWEST_IMAGES:
        raise ValueError(f"a classifier needs at least {FEWEST_IMAGES} images with labels")
    if test is None:
        rows, held_out = hold_back(learn_from.n_images, HELD_OUT_SHARE, seed)
        learn_from, test = learn_from.subset(rows), learn_from.subset(held_out)
    class_labels, targets = np.unique(learn_from.labels, return_inverse=True)
    body, head = _network(len(class_labels), seed)
    optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()])
    rng = np.random.default_rng(seed)
    for step in range(N_STEPS):
        yield step / N_STEPS
        rows = rng.integers(learn_from.n_images, size=STEP_IMAGES)
        rate, momentum = one_cycle(step / N_STEPS)
        for group in optimizer.param_groups:
            group["lr"], group["betas"] = rate * LEARNING_RATE, (momentum, 0.999)
        logits = head(body(_pixels(learn_from.images[rows])))
        loss = functional.cross_entropy(logits, torch.from_numpy(targets[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    taught = FeatureClassifier(body.eval(), head, class_labels, np.nan, min(test.n_images, MOST_HELD_OUT))
    found = taught.predict(taught.features(test.images[:MOST_HELD_OUT]))
    accuracy = float((found == test.labels[:MOST_HELD_OUT]).mean())
    return FeatureClassifier(body, head, class_labels, accuracy, taught.n_held_out)


def _network(n_classes: int, seed: int) -> tuple[nn.Sequential, nn.Linear]:
    """The body, from images to features, and a head that has no opinion yet."""
    settings = ModelSettings("ae", N_FEATURES, architecture=Architecture())
    network = build_network(settings, seed)
    head = nn.utils.skip_init(nn.Linear, N_FEATURES, n_classes)  # torch's own weights: a shared generator
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return nn.Sequential(network.encoder, network.code.mean, nn.SiLU()), head


def _batches(images: np.ndarray) -> list[np.ndarray]:
    return np.split(images, range(BATCH_SIZE, len(images), BATCH_SIZE))


@torch.inference_mode()
def _evaluate(network: nn.Module, images: np.ndarray) -> np.ndarray:
    return network(_pixels(images)).numpy()


def _pixels(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(as_floats(images)[:, None])
