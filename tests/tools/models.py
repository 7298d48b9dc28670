"""Small models, trained in a moment."""

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.runtime import Runtime
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer

SMALL = Architecture("conv", channels=(3, 5), widths=(12, 7))  # no two layers alike


def make_small_checkpoint(digits: Dataset, kind: str, latent_dim: int = 3) -> Checkpoint:
    trainer = Trainer(
        digits.images, ModelSettings(kind, latent_dim, 1.0, SMALL), TrainingSettings(2, 8), Runtime()
    )
    for _ in trainer.steps():
        pass
    return make_checkpoint(
        f"small-{kind}", trainer, digits, load_dataset("digits", "test").subset(np.arange(25))
    )
