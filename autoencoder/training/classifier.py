"""Networks that classify images: one recipe for each, a small classifier, and the encoder with a linear head.

No weights of a foreign network are fetched. N images, B of them in a batch, T test images, F features,
C classes. Fine-tuned and from scratch differ in nothing but the weights that the encoder starts from.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import BATCH_SIZE, Autoencoder, as_pixels, build_network
from autoencoder.steps import Step, Steps, part_of
from autoencoder.training.trainer import set_rate

STEP_IMAGES = 64  # in a batch
LEARNING_RATE = 3e-3  # at the peak of one cycle
N_FEATURES = 64
N_STEPS = 800  # of a classifier
N_FINE_TUNING_STEPS = 300  # for any number of labels
FINE_TUNING_SHARE = 0.9  # of the time; the rest is for the test images
FEWEST_IMAGES = 20
HELD_OUT_SHARE = 0.2  # where there is no test set
MOST_HELD_OUT = 1_000


@dataclass(frozen=True, eq=False)
class ClassifierFacts:
    """The ``class_labels`` (C,) that a classifier can predict; its ``accuracy`` is on held-out images."""

    class_labels: np.ndarray
    accuracy: float
    n_held_out: int


@dataclass(frozen=True, eq=False)
class FeatureClassifier(ClassifierFacts):
    """Classifier whose hidden features tell how alike two sets of images are."""

    body: nn.Module
    head: nn.Linear

    def features(self, images: np.ndarray) -> np.ndarray:
        """The hidden features, float32 (N, F), of images (N, 28, 28)."""
        return _evaluate(self.body, images)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The likeliest label (N,) by the features (N, F) of an image."""
        with torch.inference_mode():
            logits = self.head(torch.from_numpy(features)).numpy()
        return self.class_labels[logits.argmax(axis=1)]


def why_not_teach(images: Dataset) -> str:
    """The reason why a classifier cannot learn from images, as a noun phrase; empty where it can."""
    if images.labels is None:
        return "no labels"
    if images.n_images < FEWEST_IMAGES:
        return "too few images"
    return "a single class" if len(np.unique(images.labels)) == 1 else ""


def classifier_steps(learn_from: Dataset, test: Dataset | None, seed: int = 0) -> Steps[FeatureClassifier]:
    """Train a classifier on labelled images.

    A convolutional encoder of the usual form with 64 features, and a linear layer; 800 steps of 64 images.
    Without ``test`` a seeded fifth is held out. Raises ValueError without labels, for fewer than 20 images or
    for those of one class.
    """
    if reason := why_not_teach(learn_from):
        raise ValueError(f"a classifier needs at least {FEWEST_IMAGES} images of two classes, got {reason}")
    if test is None:
        rows, held_out = hold_back(learn_from.n_images, HELD_OUT_SHARE, seed)
        learn_from, test = learn_from.subset(rows), learn_from.subset(held_out)
    class_labels, targets = np.unique(learn_from.labels, return_inverse=True)
    network = build_network(ModelSettings("ae", N_FEATURES), seed)
    body = nn.Sequential(network.encoder, network.code.mean, nn.SiLU())
    head = _linear_head(N_FEATURES, len(class_labels))
    batches = np.random.default_rng(seed).integers(learn_from.n_images, size=(N_STEPS, STEP_IMAGES))
    yield from _train_steps(nn.Sequential(body, head), learn_from.images, targets, batches)
    trained = FeatureClassifier(class_labels, np.nan, min(test.n_images, MOST_HELD_OUT), body.eval(), head)
    found = trained.predict(trained.features(test.images[:MOST_HELD_OUT]))
    return replace(trained, accuracy=float((found == test.labels[:MOST_HELD_OUT]).mean()))


def hidden_features(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """The encoder's last hidden layer, from which the code is read: float32 (N, F)."""
    return _evaluate(model.network.encoder, images)


def network_steps(
    model: Autoencoder, images: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int, is_fresh: bool
) -> Steps[np.ndarray]:
    """Train the encoder and a linear layer on its hidden features; returns the labels (T,) of ``test``.

    Images are uint8 (N, 28, 28), labels (N,); ``seed`` draws the batches, and the weights of a fresh encoder
    of the same form. The model itself stays as it is.
    """
    classes, targets = np.unique(labels, return_inverse=True)
    source = build_network(model.settings, seed) if is_fresh else model.network
    head = _linear_head(*model.settings.code_layer.input_shape, len(classes))
    network = nn.Sequential(copy.deepcopy(source.encoder), head).requires_grad_(True)
    rng = np.random.default_rng(seed)
    batches = [rng.permutation(len(images))[:STEP_IMAGES] for _ in range(N_FINE_TUNING_STEPS)]
    yield from part_of(_train_steps(network, images, targets, batches), 0, FINE_TUNING_SHARE)
    found = []
    for start in range(0, len(test), BATCH_SIZE):
        yield Step(FINE_TUNING_SHARE + (1 - FINE_TUNING_SHARE) * start / len(test))
        found.append(_evaluate(network, test[start : start + BATCH_SIZE]).argmax(axis=1))
    return classes[np.concatenate(found)]


def _linear_head(n_features: int, n_classes: int) -> nn.Linear:
    """Last layer of a classifier, from features to logits; all weights are zero."""
    head = nn.utils.skip_init(nn.Linear, n_features, n_classes)  # torch's own weights: a shared generator
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return head


def _train_steps(
    network: nn.Module, images: np.ndarray, targets: np.ndarray, batches: Sequence[np.ndarray]
) -> Steps[None]:
    """Train the network on images uint8 (N, 28, 28) and targets (N,): one step for each batch of rows (B,).

    Cross-entropy of the logits (B, C); Adam with one cycle of the learning rate (see trainer.one_cycle).
    """
    optimizer = torch.optim.Adam(network.parameters())
    for step, rows in enumerate(batches):
        yield Step(step / len(batches))
        set_rate(optimizer, step / len(batches), LEARNING_RATE)
        loss = functional.cross_entropy(network(as_pixels(images[rows])), torch.from_numpy(targets[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.inference_mode()
def _evaluate(network: nn.Module, images: np.ndarray) -> np.ndarray:
    """Output of the network for images (N, 28, 28): float32 (N, F), its features or logits."""
    batches = np.split(images, range(BATCH_SIZE, len(images), BATCH_SIZE))
    return np.concatenate([network(as_pixels(batch)).numpy() for batch in batches])
