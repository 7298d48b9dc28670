"""The two images A and B, shared by every page that shows a pair; they stand in the address."""

import numpy as np
import streamlit as st

from autoencoder.checkpoints import Checkpoint
from autoencoder.codes import Codes
from autoencoder.errors import DatasetError
from ui import caches
from ui.choice import chosen_checkpoint, chosen_dataset, dataset_at_hand, offer_download

ANY = "any class"
TWO_CLASSES, ONE_CLASS = "two classes", "one class"


def chosen_codes() -> Codes:
    """The codes of the chosen images by the chosen model; those of its atlas where the images are not here.

    Stops the page with an offer where there are neither.
    """
    checkpoint = chosen_checkpoint()
    if dataset_at_hand():
        return caches.codes(checkpoint, chosen_dataset())
    if checkpoint.config.atlas.dataset == st.session_state.data:
        st.caption(
            "The images themselves are not on this machine: the points are the codes that came with the "
            "model, and the image that the decoder draws from a code stands in for the real one."
        )
        return caches.codes(checkpoint, None)
    offer_download()
    st.stop()


def same_codes(other: Checkpoint, codes: Codes, indices: list[int]) -> np.ndarray:
    """The codes (len(indices), D) that another model gives to the same images."""
    if codes.images is not None:
        return other.model.encode(codes.images[indices])
    rows, info = codes.rows[indices], other.config.atlas
    found = [np.flatnonzero(other.atlas.rows == row) for row in rows]
    if info.dataset != codes.dataset or any(len(index) == 0 for index in found):
        raise DatasetError(
            "The other model has no codes of these images, and the images are not on this machine."
        )
    return other.atlas.latents[[index[0] for index in found]]


def picture_of(codes: Codes, checkpoint: Checkpoint, index: int) -> np.ndarray:
    """The image (28, 28) behind a code; the decoded one where the image is not here."""
    if codes.images is not None:
        return codes.images[index]
    return checkpoint.model.decode(codes.latents[[index]])[0]


def title_of(codes: Codes, index: int) -> str:
    """What an image is called in captions: its class, if it has one, and its number."""
    name = codes.class_of(index)
    return f"{name} · image {codes.rows[index]}" if name else f"image {codes.rows[index]}"


def index_input(label: str, key: str, codes: Codes, default: int) -> int:
    """The number of an image, in the address under ``key``; out of range falls back to the default."""
    last = len(codes.latents) - 1
    if not 0 <= st.session_state.get(key, 0) <= last:
        st.session_state[key] = min(default, last)
    return st.number_input(
        label, 0, last, min(default, last), step=1, key=key, bind="query-params",
        help=f"0 to {last:,}; arrow keys step through the images",
    )  # fmt: skip


def choose_pair(codes: Codes) -> tuple[int, int]:
    """The indices of A and B: typed, jumped to by class, or drawn at random."""
    first, second = default_pair(codes)
    a_column, b_column, draw_column = st.columns([1, 1, 1], vertical_alignment="bottom")
    with a_column:
        a = _choose_end("A", "a", codes, first)
    with b_column:
        b = _choose_end("B", "b", codes, second)
    with draw_column:
        _offer_draw(codes)
    return a, b


def default_pair(codes: Codes) -> tuple[int, int]:
    """The first image, and the first one of another class."""
    if codes.labels is None:
        return 0, min(1, len(codes.latents) - 1)
    other = np.flatnonzero(codes.labels != codes.labels[0])
    return 0, int(other[0]) if len(other) else min(1, len(codes.latents) - 1)


def random_pair(codes: Codes, seed: int, same_class: bool) -> tuple[int, int]:
    """Two different images, of one class or of two where the labels allow it; the same for the same seed."""
    rng = np.random.default_rng(seed)
    a = int(rng.integers(len(codes.latents)))
    candidates = np.arange(len(codes.latents))
    if codes.labels is not None:
        fitting = candidates[(codes.labels == codes.labels[a]) == same_class]
        candidates = fitting if len(fitting[fitting != a]) else candidates
    candidates = candidates[candidates != a]
    return a, int(rng.choice(candidates)) if len(candidates) else a


def _choose_end(letter: str, key: str, codes: Codes, default: int) -> int:
    if codes.class_names:
        st.selectbox(
            f"Class of {letter}", [ANY, *codes.class_names], key=f"class_{key}",
            on_change=_jump, args=(key, codes), help="Goes to the next image of this class.",
        )  # fmt: skip
    return index_input(f"{letter}, image", key, codes, default)


def _jump(key: str, codes: Codes) -> None:
    wanted = st.session_state[f"class_{key}"]
    if wanted == ANY:
        return
    members = np.flatnonzero(codes.labels == codes.class_names.index(wanted))
    if len(members):
        later = members[members > st.session_state.get(key, 0)]
        st.session_state[key] = int((later if len(later) else members)[0])


def _offer_draw(codes: Codes) -> None:
    """A pair at random: a new one from the next seed, or the one of a seed that is typed."""
    if codes.labels is not None:
        st.segmented_control("Random pair", [TWO_CLASSES, ONE_CLASS], default=TWO_CLASSES, key="draw_from")
    seed_column, button_column = st.columns([1, 1], vertical_alignment="bottom")
    seed_column.number_input(
        "Its seed", 0, 2**31 - 1, 0, key="pair_seed", bind="query-params", on_change=_draw, args=(codes, 0)
    )
    button_column.button("Draw a pair", on_click=_draw, args=(codes, 1), width="stretch")


def _draw(codes: Codes, seeds_on: int) -> None:
    st.session_state.pair_seed += seeds_on
    same_class = st.session_state.get("draw_from") == ONE_CLASS
    st.session_state.a, st.session_state.b = random_pair(codes, st.session_state.pair_seed, same_class)
