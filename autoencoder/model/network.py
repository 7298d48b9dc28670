"""Network (torch): encoder, code and mirrored decoder, built from settings."""

from math import prod, sqrt

import torch
from torch import Tensor, nn

from autoencoder.model.architecture import Layer, ModelSettings


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
