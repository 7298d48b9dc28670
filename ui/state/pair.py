"""Pair of places A and B, the same on every page; they stand in the address."""

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import NO_CODES, ImageAt, Place, code_of, default_pair, has_codes_of
from autoencoder.errors import DatasetError
from ui.components.shared import places
from ui.state import address, caches
from ui.state.choice import chosen_dataset
from ui.state.defaults import MOST_FITTED


def other_codes(other: Checkpoint, codes: Codes) -> Codes:
    """The codes that another model gives to the same images."""
    if codes.images is not None:
        return caches.codes(other, codes.dataset_of_images)
    if has_codes_of(other, codes):
        return caches.codes(other, None)
    raise DatasetError(NO_CODES)


def chosen_pair(checkpoint: Checkpoint, codes: Codes) -> tuple[Place, Place]:
    """A and B as chosen on any page; before that, two images of different classes."""
    pair = []
    for letter, default in zip("ab", default_pair(codes), strict=True):
        place = places.place_of(address.chosen(letter))
        is_usable = code_of(place, checkpoint, codes) is not None
        pair.append(place if is_usable else ImageAt(default))
    return pair[0], pair[1]


def set_pair(a: int, b: int) -> None:
    """Make two images, by their numbers, A and B on every page."""
    address.choose("a", str(a))
    address.choose("b", str(b))


def fitting_codes(checkpoint: Checkpoint, codes: Codes) -> Codes:
    """The codes that sources are fitted to: of training images, where these are on the server."""
    if codes.images is None:
        return codes
    return caches.codes(checkpoint, caches.spread_images(chosen_dataset("train"), MOST_FITTED))
