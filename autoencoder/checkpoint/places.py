"""Places in a latent space (an image, a code, a drawing), their codes, pictures and titles."""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.errors import DatasetError

NO_CODES = "The other model has no codes of these images, and the images are not on this machine."


@dataclass(frozen=True)
class ImageAt:
    """The image with this number."""

    index: int


@dataclass(frozen=True, eq=False)
class CodeAt:
    """A code (D,) of the model whose fingerprint starts with ``model``."""

    model: str
    code: np.ndarray


@dataclass(frozen=True, eq=False)
class Drawing:
    """An image uint8 (28, 28) that the visitor drew or took from a file."""

    image: np.ndarray


Place = ImageAt | CodeAt | Drawing


def has_codes_of(other: Checkpoint, codes: Codes) -> bool:
    """True where another model has, or can make, the codes of the same images."""
    return codes.images is not None or other.config.atlas.dataset == codes.dataset


def code_of(place: Place | None, checkpoint: Checkpoint, codes: Codes) -> np.ndarray | None:
    """The code (D,) of a place in the space of the model that made the codes; None where it has none."""
    if isinstance(place, ImageAt):
        return codes.latents[place.index] if place.index < len(codes.latents) else None
    if isinstance(place, Drawing):
        return checkpoint.model.encode(place.image[None])[0]
    is_own = isinstance(place, CodeAt) and checkpoint.fingerprint.startswith(place.model)
    return place.code if is_own and len(place.code) == checkpoint.model.latent_dim else None


def code_in(other: Checkpoint, place: Place, first: Checkpoint, codes: Codes) -> np.ndarray:
    """The code (D,) of a place of the chosen model in any model.

    A code means nothing to another model: there it is the code of the image that the first one decodes.
    Raises DatasetError for an image that is not here and not in the other atlas.
    """
    if other.fingerprint == first.fingerprint:
        return code_of(place, first, codes)
    if isinstance(place, ImageAt) and codes.images is None:
        found = np.flatnonzero(other.atlas.rows == codes.rows[place.index])
        if other.config.atlas.dataset != codes.dataset or len(found) == 0:
            raise DatasetError(NO_CODES)
        return other.atlas.latents[found[0]]
    return other.model.encode(picture_of(place, first, codes)[None])[0]


def picture_of(place: Place, checkpoint: Checkpoint, codes: Codes) -> np.ndarray:
    """The image (28, 28) of a place; the decoded one where there is no other."""
    if isinstance(place, Drawing):
        return place.image
    if isinstance(place, ImageAt) and codes.images is not None:
        return codes.images[place.index]
    return checkpoint.model.decode(code_of(place, checkpoint, codes)[None])[0]


def title_of(place: Place, codes: Codes) -> str:
    """Title of a place in captions: an image has its class, if there is one, and its number."""
    if isinstance(place, Drawing):
        return "your drawing"
    if isinstance(place, CodeAt):
        return "a place between, decoded"
    name = codes.class_of(place.index)
    return f"{name} · image {codes.rows[place.index]}" if name else f"image {codes.rows[place.index]}"


def default_pair(codes: Codes) -> tuple[int, int]:
    """The first image, and the first one of another class."""
    other = [] if codes.labels is None else np.flatnonzero(codes.labels != codes.labels[0])
    return 0, int(other[0]) if len(other) else min(1, len(codes.latents) - 1)


def random_pair(codes: Codes, seed: int, same_class: bool) -> tuple[int, int]:
    """Two different images, of one class or of two where the labels allow it; the same for the same seed."""
    rng = np.random.default_rng(seed)
    a = int(rng.integers(len(codes.latents)))
    others = np.arange(len(codes.latents)) != a
    fitting = others if codes.labels is None else others & ((codes.labels == codes.labels[a]) == same_class)
    candidates = np.flatnonzero(fitting if fitting.any() else others)
    return a, int(rng.choice(candidates)) if len(candidates) else a
