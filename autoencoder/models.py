"""The networks, and trained networks as plain functions over numpy arrays.

B images, C channels, H and W pixels, D latent dimensions. ``Network`` is torch and is what training
updates; ``Autoencoder`` is what everybody else uses: numpy in, numpy out, float32, no gradients.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np
import torch
from torch import Tensor, nn

from autoencoder.architecture import Layer, ModelSettings
from autoencoder.measures import as_floats

BATCH_SIZE = 512  # images at a time through a trained model: bounds memory, costs no speed


class PointCode(nn.Module):
    """The code of an image is a point (ae and dae)."""

    def __init__(self, layer: Layer):
        super().__init__()
        self.mean = nn.Linear(*layer.input_shape, *layer.output_shape)

    def forward(self, features: Tensor) -> tuple[Tensor, None]:
        return self.mean(features), None


class GaussianCode(nn.Module):
    """The code of an image is a diagonal Gaussian (vae; Kingma & Welling 2014, section 3)."""

    def __init__(self, layer: Layer):
        super().__init__()
        self.mean = nn.Linear(*layer.input_shape, *layer.output_shape)
        self.log_variance = nn.Linear(*layer.input_shape, *layer.output_shape)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return self.mean(features), self.log_variance(features)


CODES = {"ae": PointCode, "dae": PointCode, "vae": GaussianCode}


class Network(nn.Module):
    """Encoder, code and the decoder that mirrors the encoder."""

    def __init__(self, settings: ModelSettings):
        super().__init__()
        self.encoder = _chain(settings.architecture.encoder_layers, ends_active=True)
        self.code = CODES[settings.kind](settings.code_layer)
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
    network = _network_without_weights(settings).to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            bound = 1 / sqrt(prod(module.weight.shape[1:]))
            with torch.no_grad():
                module.weight.uniform_(-bound, bound, generator=generator)
                module.bias.uniform_(-bound, bound, generator=generator)
    return network


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
        network = _network_without_weights(settings)
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
        """What the encoder says of each image."""
        pixels = torch.from_numpy(as_floats(images)[:, None])
        means, log_variances = zip(*_in_batches(self.network.encode, pixels), strict=True)
        return Posterior(_joined(means), _joined(log_variances) if self.is_variational else None)

    def logits(self, latents: np.ndarray) -> np.ndarray:
        """The logits of the pixels (N, 28, 28)."""
        codes = torch.from_numpy(np.array(latents, dtype=np.float32))
        return _joined(_in_batches(self.network.decode, codes))[:, 0]

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """The images (N, 28, 28) in [0, 1] that the codes stand for."""
        return as_probabilities(self.logits(latents))

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """The images (N, 28, 28) in [0, 1] as they come back from their codes."""
        return self.decode(self.encode(images))


def as_probabilities(logits: np.ndarray) -> np.ndarray:
    """Pixels in [0, 1] of logits of any shape."""
    return torch.from_numpy(logits).sigmoid().numpy()


def _network_without_weights(settings: ModelSettings) -> Network:
    # On the meta device nothing is allocated, and nothing drawn from the process-wide generator.
    with torch.device("meta"):
        return Network(settings)


def _chain(layers: list[Layer], ends_active: bool) -> nn.Sequential:
    modules = [module for layer in layers for module in (*_modules(layer), nn.SiLU())]
    return nn.Sequential(*(modules if ends_active else modules[:-1]))


def _modules(layer: Layer) -> list[nn.Module]:
    if layer.operation == "dense":
        return _dense(layer)
    padding = layer.kernel // 2
    channels = layer.input_shape[0], layer.output_shape[0]
    if layer.operation == "convolution":
        return [nn.Conv2d(*channels, layer.kernel, layer.stride, padding)]
    # What a strided convolution rounded away on this side comes back as output padding.
    smallest = (layer.input_shape[1] - 1) * layer.stride - 2 * padding + layer.kernel
    return [
        nn.ConvTranspose2d(*channels, layer.kernel, layer.stride, padding, layer.output_shape[1] - smallest)
    ]


def _dense(layer: Layer) -> list[nn.Module]:
    linear = nn.Linear(prod(layer.input_shape), prod(layer.output_shape))
    before = [nn.Flatten()] if len(layer.input_shape) > 1 else []
    after = [nn.Unflatten(1, layer.output_shape)] if len(layer.output_shape) > 1 else []
    return [*before, linear, *after]


def _in_batches(function: Callable, inputs: Tensor) -> Iterator:
    with torch.inference_mode():
        for batch in inputs.split(BATCH_SIZE):
            yield function(batch)


def _joined(batches: Iterable[Tensor]) -> np.ndarray:
    return torch.cat(list(batches)).numpy()
