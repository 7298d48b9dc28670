"""Network (torch): encoder, code and mirrored decoder, built from settings."""

from math import prod, sqrt

import torch
from torch import Tensor, nn

from autoencoder.model.architecture import Layer, ModelSettings


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
