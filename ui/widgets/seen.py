"""Captions on models that have seen the chosen images in training, under another set's name."""

from collections.abc import Iterable

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.seen import note_on_seen


def show_seen(models: Iterable[Checkpoint], name: str, split: str) -> None:
    """A caption for each model whose figures on the images of a split are not held-out ones."""
    for model in models:
        if note := note_on_seen(model, name, split):
            st.caption(note)
