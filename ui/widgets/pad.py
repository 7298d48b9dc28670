"""A pad to draw an image of one's own on, wherever a page wants one. The drawing is A, on every page."""

import streamlit as st

from autoencoder.checkpoint.places import Drawing
from ui.components.latent_map import drawing_pad
from ui.components.shared import places
from ui.state import address

KEY, SEQ = "pad", "pad.seq"


def show_pad() -> None:
    """The pad, with A on it where A is a drawing."""
    text = address.chosen("a")
    drawing = text if isinstance(places.place_of(text), Drawing) else ""
    drawing_pad(drawing, st.session_state.get(SEQ, 0), KEY, _keep)


def _keep() -> None:
    """Make A what the visitor has drawn; nothing, where the pad was cleared."""
    committed = st.session_state[KEY].commit
    if not isinstance(committed, dict):
        return
    drawing = committed.get("drawing")
    if isinstance(drawing, str) and (not drawing or isinstance(places.place_of(drawing), Drawing)):
        address.choose("a", drawing)
    if isinstance(committed.get("seq"), int):
        st.session_state[SEQ] = committed["seq"]
