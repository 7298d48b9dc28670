"""Shared models and images that the visitor has opened by a link."""

import streamlit as st

from autoencoder.checkpoint.checkpoint import CheckpointInfo
from ui.state import caches
from ui.storage.shares import KINDS, place_of_copy, shelf_of

MOST_OPENED = 20  # in one session


def open_linked() -> None:
    """Add the shared model or images of a link to the session's choices."""
    for kind in KINDS:
        name = st.query_params.get(kind, "")
        if name not in opened(kind) and place_of_copy(kind, name) and place_of_copy(kind, name).exists():
            place_of_copy(kind, name).touch()
            st.session_state[f"opened.{kind}"] = [*opened(kind), name][-MOST_OPENED:]


def opened(kind: str) -> list[str]:
    """The names of the shared models ("model") or images ("data") that this session has opened."""
    return [name for name in st.session_state.get(f"opened.{kind}", []) if place_of_copy(kind, name).exists()]


def opened_models() -> list[CheckpointInfo]:
    shared = caches.models_in(shelf_of("model")) if opened("model") else []
    return [info for info in shared if info.name in opened("model")]
