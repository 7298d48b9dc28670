"""Pad to draw an image on; the drawing is A, on every page."""

import streamlit as st

from autoencoder.checkpoint.places import Drawing
from ui.components.register import drawing_pad
from ui.components.shared import places
from ui.state import address

KEY, SEQ = "pad", "pad.seq"


def show_pad() -> None:
    """The pad, with A on it where A is a drawing."""
    text = address.chosen("a")
    drawing = text if _is_drawing(text) else ""
    drawing_pad(drawing, st.session_state.get(SEQ, 0), KEY, _keep)


def _keep() -> None:
    """Make the drawing A; no place, where the pad was cleared."""
    committed = st.session_state[KEY].commit
    if not isinstance(committed, dict):
        return
    drawing = committed.get("drawing")
    if drawing == "" or _is_drawing(drawing):
        address.choose("a", drawing)
    if isinstance(committed.get("seq"), int):
        st.session_state[SEQ] = committed["seq"]


def _is_drawing(text: object) -> bool:
    return isinstance(text, str) and isinstance(places.place_of(text), Drawing)
