"""Teaching a network the classes of images: one recipe for every classifier here that is a network.

N images, B of them in a batch, F features, C classes.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from autoencoder.data.images import as_floats
from autoencoder.model.autoencoder import BATCH_SIZE
from autoencoder.steps import Step, Steps
from autoencoder.training.trainer import one_cycle

STEP_IMAGES = 64  # in a batch
LEARNING_RATE = 3e-3  # at the peak of one cycle


def linear_head(n_features: int, n_classes: int) -> nn.Linear:
    """The last layer of a classifier, from features to logits, which has no opinion yet."""
    head = nn.utils.skip_init(nn.Linear, n_features, n_classes)  # torch's own weights: a shared generator
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return head


def teach_steps(
    network: nn.Module, images: np.ndarray, targets: np.ndarray, batches: Sequence[np.ndarray]
) -> Steps[None]:
    """Train the network on images uint8 (N, 28, 28) to give the targets (N,) the largest of its C logits.

    One step for each of the ``batches``, which are rows (B,). Adam with one cycle of
    the learning rate (see training.one_cycle).
    """
    optimizer = torch.optim.Adam(network.parameters())
    for step, rows in enumerate(batches):
        share = step / len(batches)
        yield Step(share)
        rate, momentum = one_cycle(share)
        for group in optimizer.param_groups:
            group["lr"], group["betas"] = rate * LEARNING_RATE, (momentum, 0.999)
        loss = functional.cross_entropy(network(_pixels(images[rows])), torch.from_numpy(targets[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.inference_mode()
def evaluate(network: nn.Module, images: np.ndarray) -> np.ndarray:
    """What the network makes of images (N, 28, 28): float32 (N, F), its features or logits."""
    batches = np.split(images, range(BATCH_SIZE, len(images), BATCH_SIZE))
    return np.concatenate([network(_pixels(batch)).numpy() for batch in batches])


def _pixels(images: np.ndarray) -> Tensor:
    return torch.from_numpy(as_floats(images)[:, None])
