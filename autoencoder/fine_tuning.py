"""The encoder as a classifier: its hidden features, and the whole of it trained on few labels.

N images, B of them in a batch, D hidden features, C classes. Fine-tuned and from scratch go by one recipe, so
that they differ in nothing but the weights that the encoder starts from.
"""

import copy
from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from autoencoder.measures import as_floats
from autoencoder.models import BATCH_SIZE, Autoencoder, build_network
from autoencoder.training import one_cycle

N_STEPS = 300  # whatever the number of labels
STEP_IMAGES = 64
LEARNING_RATE = 3e-3  # at the peak of one cycle


def hidden_features(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """The encoder's last hidden layer, from which the code is read: float32 (N, D)."""
    return np.concatenate([_evaluate(model.network.encoder, batch) for batch in _batches(images)])


def network_steps(
    model: Autoencoder, images: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int, is_fresh: bool
) -> Generator[float, None, np.ndarray]:
    """Train the encoder and a linear layer on its hidden features; returns the labels of the ``test`` images.

    Yields the share done. Images are uint8 (N, 28, 28), labels (N,); ``seed`` draws the batches, and the
    weights of a fresh encoder of the same form. The model itself stays as it is. Adam with one cycle of the
    learning rate (see training.one_cycle).
    """
    classes, targets = np.unique(labels, return_inverse=True)
    network = _classifier(model, len(classes), seed, is_fresh)
    optimizer = torch.optim.Adam(network.parameters())
    rng = np.random.default_rng(seed)
    for step in range(N_STEPS):
        yield 0.9 * step / N_STEPS
        rows = rng.permutation(len(images))[:STEP_IMAGES]
        rate, momentum = one_cycle(step / N_STEPS)
        for group in optimizer.param_groups:
            group["lr"], group["betas"] = rate * LEARNING_RATE, (momentum, 0.999)
        loss = functional.cross_entropy(network(_pixels(images[rows])), torch.from_numpy(targets[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = []
    for batch in _batches(test):
        yield 0.9 + 0.1 * len(found) * BATCH_SIZE / len(test)
        found.append(_evaluate(network, batch).argmax(axis=1))
    return classes[np.concatenate(found)]


def _classifier(model: Autoencoder, n_classes: int, seed: int, is_fresh: bool) -> nn.Sequential:
    """The encoder, or a fresh one, with a linear layer that has no opinion yet."""
    encoder = (
        build_network(model.settings, seed).encoder if is_fresh else copy.deepcopy(model.network.encoder)
    )
    (width,) = model.settings.code_layer.input_shape
    head = nn.utils.skip_init(nn.Linear, width, n_classes)  # torch's own weights come from a shared generator
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return nn.Sequential(encoder, head).requires_grad_(True)


def _batches(images: np.ndarray) -> list[np.ndarray]:
    return np.split(images, range(BATCH_SIZE, len(images), BATCH_SIZE))


@torch.inference_mode()
def _evaluate(network: nn.Module, images: np.ndarray) -> np.ndarray:
    return network(_pixels(images)).numpy()


def _pixels(images: np.ndarray) -> Tensor:
    return torch.from_numpy(as_floats(images)[:, None])
