"""Functions for notebooks and scripts: train, encode, decode, interpolate and measure in one call each."""

from collections.abc import Callable

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.path_kinds import find_path
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.dataset import Dataset
from autoencoder.data.noise import Noise
from autoencoder.experiments.reconstruction import evaluate
from autoencoder.latent.support import PathMeasures
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.runtime import resolve_runtime
from autoencoder.steps import Step
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer


def train(
    dataset: Dataset,
    *,
    kind: str = "ae",
    latent_dim: int = 16,
    beta: float = 1.0,
    architecture: str = "conv",
    test: Dataset | None = None,
    name: str = "model",
    threads: int | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
    **settings,
) -> Checkpoint:
    """Train a plain ("ae"), denoising ("dae") or variational ("vae") autoencoder on a data set.

    ``settings`` are those of `TrainingSettings`: epochs, batch_size, learning_rate, seed, noise, n_images.
    ``on_step`` is called with each `Step`. The atlas is made of ``test``, or of the held-back images.
    Raises ValueError for a setting out of range, DatasetError and TrainingError where it cannot be trained.
    """
    model = ModelSettings(kind, latent_dim, beta, Architecture.preset(architecture))
    plan = TrainingSettings(**settings)
    trainer = Trainer(dataset.images, model, plan, resolve_runtime(threads), dataset.labels)
    for step in trainer.steps():
        on_step(step)
    return make_checkpoint(name, trainer, dataset, test)


def encode(checkpoint: Checkpoint, images: np.ndarray) -> np.ndarray:
    """Codes float32 (N, D) of images (N, 28, 28), uint8 or float in [0, 1]; of a vae, the posterior means."""
    return checkpoint.model.encode(images)


def decode(checkpoint: Checkpoint, latents: np.ndarray) -> np.ndarray:
    """Images float32 (N, 28, 28) in [0, 1] of codes (N, D)."""
    return checkpoint.model.decode(latents)


def reconstruct(checkpoint: Checkpoint, images: np.ndarray) -> np.ndarray:
    """Images float32 (N, 28, 28) in [0, 1] that come back of images (N, 28, 28)."""
    return decode(checkpoint, encode(checkpoint, images))


def interpolate(
    checkpoint: Checkpoint, start: np.ndarray, end: np.ndarray, *, n_steps: int = 17, path: str = "linear"
) -> np.ndarray:
    """Path float32 (T, D) from code to code (D,), both ends exact: linear, spherical, data or smooth.

    Raises ValueError for another kind of ``path``.
    """
    return find_path(checkpoint, path, start, end, n_steps)


def measure_path(checkpoint: Checkpoint, path: np.ndarray) -> PathMeasures:
    """Measures of a path (T, D): round trip, distance to the data, jump ratio, share off the data."""
    return checkpoint.support.measure(path)


def measure_reconstruction(
    checkpoint: Checkpoint, dataset: Dataset, *, noise: str | None = None, seed: int = 0
) -> dict[str, float | None]:
    """Mean errors of the reconstructions: mse, psnr (dB), ssim, bce and kl (nats an image).

    ``noise`` (KIND:LEVEL) is laid over the images that are encoded.
    """
    given = None if noise is None else Noise.parse(noise)
    return evaluate(checkpoint.model, dataset.images, given, seed).means()
