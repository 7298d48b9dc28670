"""Pair of places A and B, the same on every page and in the address: looked up, and chosen."""

import numpy as np
import streamlit as st

from autoencoder.checkpoint import places
from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt, Place, code_of, title_of
from autoencoder.errors import DatasetError
from ui.components.shared.places import place_of
from ui.state import address, caches
from ui.state.choice import chosen_checkpoint, chosen_dataset, dataset_at_hand, dataset_name
from ui.state.defaults import MOST_FITTED, default_pair
from ui.widgets.choice import offer_download
from ui.widgets.controls import number

Pair = tuple[Place, Place]  # A and B
ANY = "any class"
TWO_CLASSES, ONE_CLASS = "two classes", "one class"


def chosen_codes() -> Codes:
    """The codes of the chosen images by the chosen model, or of its atlas; stops the page without either."""
    checkpoint = chosen_checkpoint()
    if dataset_at_hand():
        return caches.codes(checkpoint, chosen_dataset())
    if checkpoint.config.atlas.dataset == dataset_name():
        st.caption(
            "The images themselves are not on this machine: the points are the codes that came with the "
            "model, and the image that the decoder draws from a code stands in for the real one."
        )
        return caches.codes(checkpoint, None)
    offer_download()
    st.stop()


def other_codes(other: Checkpoint, codes: Codes) -> Codes:
    """The codes that another model gives to the same images. Raises DatasetError where there are none."""
    if codes.images is not None:
        return caches.codes(other, codes.dataset_of_images)
    if places.has_codes_of(other, codes):
        return caches.codes(other, None)
    raise DatasetError(places.NO_CODES)


def fitting_codes(checkpoint: Checkpoint, codes: Codes) -> Codes:
    """The codes that sources are fitted to: of training images, where these are on the server."""
    if codes.images is None:
        return codes
    return caches.codes(checkpoint, caches.spread_images(chosen_dataset("train"), MOST_FITTED))


def chosen_pair(checkpoint: Checkpoint, codes: Codes) -> Pair:
    """A and B as chosen on any page; before that, the default pair of the images."""
    pair = []
    for letter, default in zip("ab", default_pair(codes), strict=True):
        place = place_of(address.chosen(letter))
        is_usable = code_of(place, checkpoint, codes) is not None
        pair.append(place if is_usable else ImageAt(default))
    return pair[0], pair[1]


def set_pair(a: int, b: int) -> None:
    """Make two images, by their numbers, A and B on every page."""
    address.set_choice("a", str(a))
    address.set_choice("b", str(b))


def choose_pair(checkpoint: Checkpoint, codes: Codes) -> Pair:
    """A and B: typed, or jumped to by class; and how a random pair is drawn."""
    pair = chosen_pair(checkpoint, codes)
    notes, columns = st.container(), st.columns(2, vertical_alignment="bottom")
    for column, letter, place in zip(columns, "ab", pair, strict=True):
        with notes:
            _note_stand_in(letter, place, checkpoint, codes)
        with column:
            choose_end(letter, place, codes)
    if codes.labels is not None:
        ways = [TWO_CLASSES, ONE_CLASS]
        st.segmented_control("A random pair is of", ways, default=TWO_CLASSES, key="pair.draw_from")
    number("pair_seed", "Seed of the pair", on_change=_draw, args=(codes, 0))
    return pair


def choose_end(letter: str, place: Place, codes: Codes) -> None:
    """A or B, by class or by number."""
    name = codes.class_of(place.index) if isinstance(place, ImageAt) else None
    if st.session_state.get(f"pair.class_{letter}", ANY) not in (ANY, name):
        st.session_state[f"pair.class_{letter}"] = ANY  # the image has been chosen in another way since
    if codes.class_names:
        options = [ANY, *codes.class_names]
        looks = {"help": "Goes to the next image of this class.", "on_change": _jump, "args": (letter, codes)}
        st.selectbox(f"Class of {letter.upper()}", options, key=f"pair.class_{letter}", **looks)
    key, last = f"pair.image_{letter}", len(codes.latents) - 1
    st.session_state[key] = place.index if isinstance(place, ImageAt) else None
    looks = {"placeholder": "no image", "help": f"0 to {last:,}; arrow keys step through the images"}
    looks |= {"on_change": _type, "args": (letter,)}
    st.number_input(f"{letter.upper()}, image", 0, last, step=1, key=key, **looks)


def _note_stand_in(letter: str, place: Place, checkpoint: Checkpoint, codes: Codes) -> None:
    """A note where the chosen place is not among these images, or not in this model's space."""
    asked = place_of(address.chosen(letter))
    if asked is None or code_of(asked, checkpoint, codes) is not None:
        return
    what = f"image {asked.index:,}" if isinstance(asked, ImageAt) else "a place in another model's space"
    st.caption(f"{letter.upper()} was {what}, which is not here: {title_of(place, codes)} stands in for it.")


def _type(letter: str) -> None:
    index = st.session_state[f"pair.image_{letter}"]
    address.set_choice(letter, "" if index is None else str(index))


def _jump(letter: str, codes: Codes) -> None:
    wanted = st.session_state[f"pair.class_{letter}"]
    if wanted == ANY:
        return
    members = np.flatnonzero(codes.labels == codes.class_names.index(wanted))
    if len(members):
        later = members[members > (st.session_state.get(f"pair.image_{letter}") or 0)]
        address.set_choice(letter, str((later if len(later) else members)[0]))


def offer_draw(codes: Codes) -> None:
    """The button that makes A and B a random pair, from the next seed."""
    st.button("Draw a pair", on_click=_draw, args=(codes, 1), icon=":material/casino:")


def _draw(codes: Codes, seeds_on: int) -> None:
    st.session_state.pair_seed = st.session_state.get("pair_seed", 0) + seeds_on
    same_class = st.session_state.get("pair.draw_from") == ONE_CLASS
    set_pair(*places.random_pair(codes, st.session_state.pair_seed, same_class))
