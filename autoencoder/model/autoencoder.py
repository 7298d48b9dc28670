"""The networks, and trained networks as plain functions over numpy arrays.

B images, C channels, H and W pixels, D latent dimensions. ``Network`` is torch and is what training
updates; ``Autoencoder`` is for everybody else: numpy in, numpy out, float32, no gradients.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from autoencoder.data.images import as_floats
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.network import Network, network_without_weights

BATCH_SIZE = 512  # images at a time through a trained model: bounds memory, costs no speed


@dataclass(frozen=True, eq=False)
class Posterior:
    """The codes of N images: ``mean`` (N, D) and, of a vae, ``log_variance`` (N, D), else None."""

    mean: np.ndarray
    log_variance: np.ndarray | None

    def sample(self, rng: np.random.Generator) -> np.ndarray:
        """One draw (N, D) for each image; without a variance the codes themselves."""
        if self.log_variance is None:
            return self.mean
        standard = rng.standard_normal(self.mean.shape, dtype=np.float32)
        return self.mean + standard * np.exp(0.5 * self.log_variance)


class Autoencoder:
    """A trained network as functions over numpy arrays, safe to share between threads.

    Images are (N, 28, 28), uint8 or float in [0, 1]; latents are float32 (N, D).
    """

    def __init__(self, settings: ModelSettings, network: Network):
        self.settings = settings
        self.network = network.eval().requires_grad_(False).to("cpu", torch.float32)

    @classmethod
    def from_weights(cls, settings: ModelSettings, weights: dict[str, np.ndarray]) -> "Autoencoder":
        """The model with these weights; raises ValueError where names or shapes are not the network's."""
        network = network_without_weights(settings)
        shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        if shapes != {name: array.shape for name, array in weights.items()}:
            raise ValueError("the weights do not fit the network that the settings describe")
        network.to_empty(device="cpu")
        network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
        return cls(settings, network)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Every weight and bias by its name in the network."""
        return {name: tensor.contiguous().numpy() for name, tensor in self.network.state_dict().items()}

    @property
    def latent_dim(self) -> int:
        return self.settings.latent_dim

    @property
    def is_variational(self) -> bool:
        return self.settings.kind == "vae"

    def encode(self, images: np.ndarray) -> np.ndarray:
        """The codes (N, D); of a vae the posterior means."""
        return self.posterior(images).mean

    def posterior(self, images: np.ndarray) -> Posterior:
        """The encoder's output for each image."""
        means, log_variances = zip(*_in_batches(self.network.encode, as_pixels(images)), strict=True)
        return Posterior(_joined(means), _joined(log_variances) if self.is_variational else None)

    def logits(self, latents: np.ndarray) -> np.ndarray:
        """The logits of the pixels (N, 28, 28)."""
        codes = torch.from_numpy(np.array(latents, dtype=np.float32))
        return _joined(_in_batches(self.network.decode, codes))[:, 0]

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """The images (N, 28, 28) in [0, 1] that the codes stand for."""
        return as_probabilities(self.logits(latents))

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """The decoded codes (N, 28, 28) in [0, 1] of the images."""
        return self.decode(self.encode(images))


def as_pixels(images: np.ndarray) -> Tensor:
    """Images (B, H, W), uint8 or float in [0, 1], as float32 (B, 1, H, W)."""
    return torch.from_numpy(as_floats(images)[:, None])


def as_probabilities(logits: np.ndarray) -> np.ndarray:
    """Pixels in [0, 1] of logits of any shape."""
    return torch.from_numpy(logits).sigmoid().numpy()


def _in_batches(function: Callable, inputs: Tensor) -> Iterator:
    with torch.inference_mode():
        for batch in inputs.split(BATCH_SIZE):
            yield function(batch)


def _joined(batches: Iterable[Tensor]) -> np.ndarray:
    return torch.cat(list(batches)).numpy()
