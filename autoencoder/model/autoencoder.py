"""The networks, and trained networks as plain functions over numpy arrays.

B images, C channels, H and W pixels, D latent dimensions. ``Network`` is torch and is what training
updates; ``Autoencoder`` is for everybody else: numpy in, numpy out, float32, no gradients.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np
import torch
from torch import Tensor, nn

from autoencoder.data.images import as_floats
from autoencoder.model.architecture import Layer, ModelSettings

BATCH_SIZE = 512  # images at a time through a trained model: bounds memory, costs no speed
# The log variance of a posterior is bounded: of an image far from those that a model has learnt from, it can
# be hundreds, and its exponential, in a draw and in the KL, no number that means anything. On the test images
# of the shipped models it is from -10.1 to 0.3. Training has no bound: a loss without end is refused there.
LOG_VARIANCE_BOUNDS = -20.0, 10.0
SEED_OF_USE = 0  # of the draws that stand for the codes that a variational model uses


class Code(nn.Module):
    """Code of an image: a point (ae, dae) or a diagonal Gaussian (vae; Kingma & Welling 2014, section 3)."""

    def __init__(self, layer: Layer, is_gaussian: bool):
        super().__init__()
        self.mean = nn.Linear(*layer.input_shape, *layer.output_shape)
        self.log_variance = nn.Linear(*layer.input_shape, *layer.output_shape) if is_gaussian else None

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor | None]:
        return self.mean(features), None if self.log_variance is None else self.log_variance(features)


class Network(nn.Module):
    """Encoder, code and the decoder that mirrors the encoder."""

    def __init__(self, settings: ModelSettings):
        super().__init__()
        self.encoder = _chain(settings.architecture.encoder_layers, ends_active=True)
        self.code = Code(settings.code_layer, settings.kind == "vae")
        self.decoder = _chain(settings.decoder_layers, ends_active=False)

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """(B, 1, H, W) in [0, 1] to the code's mean (B, D) and, for a vae, log variance (B, D)."""
        return self.code(self.encoder(images))

    def decode(self, latents: Tensor) -> Tensor:
        """(B, D) to the logits of the pixels (B, 1, H, W)."""
        return self.decoder(latents)


def build_network(settings: ModelSettings, seed: int) -> Network:
    """A network with fresh weights, drawn from ``seed`` alone: uniform in ±1/√fan-in, torch's own default."""
    generator = torch.Generator().manual_seed(seed)
    network = network_without_weights(settings).to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            bound = 1 / sqrt(prod(module.weight.shape[1:]))
            with torch.no_grad():
                module.weight.uniform_(-bound, bound, generator=generator)
                module.bias.uniform_(-bound, bound, generator=generator)
    return network


def network_without_weights(settings: ModelSettings) -> Network:
    # On the meta device nothing is allocated, and nothing drawn from the process-wide generator.
    with torch.device("meta"):
        return Network(settings)


def _chain(layers: list[Layer], ends_active: bool) -> nn.Sequential:
    modules = [module for layer in layers for module in (*_modules(layer), nn.SiLU())]
    return nn.Sequential(*(modules if ends_active else modules[:-1]))


def _modules(layer: Layer) -> list[nn.Module]:
    if layer.operation == "dense":
        before = [nn.Flatten()] if len(layer.input_shape) > 1 else []
        after = [nn.Unflatten(1, layer.output_shape)] if len(layer.output_shape) > 1 else []
        return [*before, nn.Linear(prod(layer.input_shape), prod(layer.output_shape)), *after]
    padding = layer.kernel // 2
    channels = layer.input_shape[0], layer.output_shape[0]
    if layer.operation == "convolution":
        return [nn.Conv2d(*channels, layer.kernel, layer.stride, padding)]
    # Output padding restores the rows that a strided convolution rounds away.
    added = layer.output_shape[1] - (layer.input_shape[1] - 1) * layer.stride + 2 * padding - layer.kernel
    return [nn.ConvTranspose2d(*channels, layer.kernel, layer.stride, padding, added)]


@dataclass(frozen=True, eq=False)
class Posterior:
    """The codes of N images: ``mean`` (N, D) and, of a vae, ``log_variance`` (N, D), else None.

    ``is_bounded`` (N,) marks the images of which a log variance met one of its bounds; None without them.
    """

    mean: np.ndarray
    log_variance: np.ndarray | None
    is_bounded: np.ndarray | None = None

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
        if not self.is_variational:
            return Posterior(_joined(means), None)
        found = _joined(log_variances)
        bounded = np.clip(found, *LOG_VARIANCE_BOUNDS)
        return Posterior(_joined(means), bounded, (bounded != found).any(axis=1))

    def codes_in_use(self, latents: np.ndarray) -> np.ndarray:
        """The codes (N, D) that the decoder is given for the images whose codes (N, D) are given.

        These themselves; of a vae one seeded draw about each, as wide as the posterior of the *decoded* code.
        That needs no image, and on the shipped models the round trips of these draws have a 95th percentile
        within 3 % of that for draws from the posteriors of the real images.
        """
        if not self.is_variational:
            return latents
        spread = self.posterior(self.decode(latents)).log_variance
        return Posterior(latents, spread).sample(np.random.default_rng(SEED_OF_USE))

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
