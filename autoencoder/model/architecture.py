"""Architecture of a network, without weights: the encoder's layers and their mirror.

Only the encoder is described. The decoder is that description read backwards, each layer with its
input and output shapes swapped, so a decoder that is not its encoder's mirror cannot be written.
A shape is (C, H, W) for feature maps and (D,) for vectors.
"""

from dataclasses import dataclass, replace
from math import prod

IMAGE_SHAPE = (1, 28, 28)
KINDS = {"ae": "Autoencoder", "dae": "Denoising autoencoder", "vae": "Variational autoencoder"}
MAX_LATENT_DIM = 128
PRESETS = {
    "conv": {"channels": (16, 32), "widths": (128,)},
    "dense": {"channels": (), "widths": (512, 256)},
}


@dataclass(frozen=True)
class Layer:
    """One layer with weights: ``operation`` is convolution, transposed convolution or dense."""

    operation: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    kernel: int = 1
    stride: int = 1

    def mirror(self) -> "Layer":
        """The layer that undoes this one shape for shape."""
        operation = _MIRRORED.get(self.operation, self.operation)
        return Layer(operation, self.output_shape, self.input_shape, self.kernel, self.stride)

    @property
    def n_parameters(self) -> int:
        """Weights and biases."""
        if self.operation == "dense":
            return (prod(self.input_shape) + 1) * prod(self.output_shape)
        weights = self.input_shape[0] * self.output_shape[0] * self.kernel**2
        return weights + self.output_shape[0]


_MIRRORED = {"convolution": "transposed convolution", "transposed convolution": "convolution"}


def _check_sizes(name: str, sizes: tuple, most_layers: int, most: int) -> None:
    if len(sizes) > most_layers or any(type(size) is not int or not 1 <= size <= most for size in sizes):
        raise ValueError(f"{name} must be at most {most_layers} whole numbers from 1 to {most}, got {sizes}")


@dataclass(frozen=True)
class Architecture:
    """The encoder: strided convolutions (``channels``), then dense layers (``widths``).

    Raises ValueError for a size that is out of range.
    """

    name: str = "conv"
    channels: tuple[int, ...] = (16, 32)
    widths: tuple[int, ...] = (128,)
    kernel: int = 3
    stride: int = 2

    def __post_init__(self):
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "widths", tuple(self.widths))
        _check_sizes("channels", self.channels, most_layers=4, most=256)
        _check_sizes("widths", self.widths, most_layers=4, most=2048)
        if not self.widths:
            raise ValueError("widths must name at least one dense layer")
        if self.kernel not in (3, 5) or self.stride not in (1, 2):
            raise ValueError(f"kernel must be 3 or 5 and stride 1 or 2, got {self.kernel} and {self.stride}")

    @classmethod
    def preset(cls, name: str) -> "Architecture":
        """The architecture called ``name``: conv or dense."""
        if name not in PRESETS:
            raise ValueError(f"architecture must be one of {', '.join(PRESETS)}, got {name!r}")
        return cls(name, **PRESETS[name])

    @property
    def encoder_layers(self) -> list[Layer]:
        """From the image to the features that the code is read from."""
        layers, shape = [], IMAGE_SHAPE
        for n_channels in self.channels:
            height, width = (-(-side // self.stride) for side in shape[1:])
            output_shape = (n_channels, height, width)
            layers.append(Layer("convolution", shape, output_shape, self.kernel, self.stride))
            shape = output_shape
        for width in self.widths:
            layers.append(Layer("dense", shape, (width,)))
            shape = (width,)
        return layers


@dataclass(frozen=True)
class ModelSettings:
    """Kind, code size and architecture of a network.

    ``beta`` weighs the KL term of a vae (Higgins et al. 2017, equation 4); other kinds ignore it.
    Raises ValueError for a value that is out of range.
    """

    kind: str = "ae"
    latent_dim: int = 16
    beta: float = 1.0
    architecture: Architecture = Architecture()

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if type(self.latent_dim) is not int or not 1 <= self.latent_dim <= MAX_LATENT_DIM:
            allowed = f"a whole number from 1 to {MAX_LATENT_DIM}"
            raise ValueError(f"latent_dim must be {allowed}, got {self.latent_dim}")
        if not 0 <= self.beta <= 1000:
            raise ValueError(f"beta must be from 0 to 1000, got {self.beta}")

    @property
    def code_layer(self) -> Layer:
        """From the last features to the code (a vae has two of them: mean and log variance)."""
        return Layer("dense", self.architecture.encoder_layers[-1].output_shape, (self.latent_dim,))

    @property
    def decoder_layers(self) -> list[Layer]:
        """From the code back to the image."""
        return [layer.mirror() for layer in reversed([*self.architecture.encoder_layers, self.code_layer])]


@dataclass(frozen=True)
class TableRow:
    """A line of the mirror table: an encoder layer beside the decoder layer that undoes it."""

    layer: str
    output_shape: tuple[int, ...]
    n_parameters: int
    mirror: str
    mirror_output_shape: tuple[int, ...]
    mirror_n_parameters: int


def mirror_table(settings: ModelSettings) -> list[TableRow]:
    """The network, outermost layer first and the code last; each row with its own mirror."""
    layers = [*settings.architecture.encoder_layers, settings.code_layer]
    rows = [TableRow(*_cells(layer), *_cells(layer.mirror())) for layer in layers]
    if settings.kind == "vae":
        n_parameters = 2 * rows[-1].n_parameters
        rows[-1] = replace(rows[-1], layer="dense (mean, log variance)", n_parameters=n_parameters)
    return rows


def _cells(layer: Layer) -> tuple[str, tuple[int, ...], int]:
    """Description, output shape and number of parameters of a layer."""
    form = "" if layer.operation == "dense" else f" {layer.kernel}×{layer.kernel}, stride {layer.stride}"
    return layer.operation + form, layer.output_shape, layer.n_parameters
