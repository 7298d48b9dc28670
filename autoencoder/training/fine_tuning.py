"""The encoder as a classifier: its hidden features, and the whole of it trained on few labels.

N images, T test images, D hidden features, C classes. Fine-tuned and from scratch go by one recipe, so that
they differ in nothing but the weights that the encoder starts from.
"""

import copy

import numpy as np
from torch import nn

from autoencoder.model.autoencoder import BATCH_SIZE, Autoencoder
from autoencoder.model.network import build_network
from autoencoder.steps import Step, Steps, part_of
from autoencoder.training.supervised import STEP_IMAGES, evaluate, linear_head, teach_steps

N_STEPS = 300  # whatever the number of labels
TEACHING_SHARE = 0.9  # of the time


def hidden_features(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """The encoder's last hidden layer, from which the code is read: float32 (N, D)."""
    return evaluate(model.network.encoder, images)


def network_steps(
    model: Autoencoder, images: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int, is_fresh: bool
) -> Steps[np.ndarray]:
    """Train the encoder and a linear layer on its hidden features; returns the labels (T,) of ``test``.

    Images are uint8 (N, 28, 28), labels (N,); ``seed`` draws the batches, and the
    weights of a fresh encoder of the same form. The model itself stays as it is.
    """
    classes, targets = np.unique(labels, return_inverse=True)
    network = _classifier(model, len(classes), seed, is_fresh)
    rng = np.random.default_rng(seed)
    batches = [rng.permutation(len(images))[:STEP_IMAGES] for _ in range(N_STEPS)]
    yield from part_of(teach_steps(network, images, targets, batches), 0, TEACHING_SHARE)
    found = []
    for start in range(0, len(test), BATCH_SIZE):
        yield Step(TEACHING_SHARE + (1 - TEACHING_SHARE) * start / len(test))
        found.append(evaluate(network, test[start : start + BATCH_SIZE]).argmax(axis=1))
    return classes[np.concatenate(found)]


def _classifier(model: Autoencoder, n_classes: int, seed: int, is_fresh: bool) -> nn.Sequential:
    """The encoder, or a fresh one, with a linear layer."""
    encoder = (
        build_network(model.settings, seed).encoder if is_fresh else copy.deepcopy(model.network.encoder)
    )
    (width,) = model.settings.code_layer.input_shape
    return nn.Sequential(encoder, linear_head(width, n_classes)).requires_grad_(True)
