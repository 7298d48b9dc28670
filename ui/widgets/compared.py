"""Choice of the models in a comparison: the chosen one first, and up to three more."""

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import NO_CODES, has_codes_of
from ui.state.choice import checkpoint_named, model_names
from ui.state.defaults import counterparts
from ui.widgets.controls import keep_among, several

MOST_OTHERS = 3


def compared_models(first: Checkpoint, codes: Codes) -> list[Checkpoint]:
    """The model of ``codes``, and those to compare it with that have codes of the same images."""
    options = [name for name in model_names() if name != first.name]
    keep_among("with", options)
    looks = {"max_selections": MOST_OTHERS, "placeholder": "no other model"}
    names = several("with", "Compare with", options, default=counterparts(first, options), **looks)
    models = [first]
    for other in map(checkpoint_named, names[:MOST_OTHERS]):
        if has_codes_of(other, codes):
            models.append(other)
        else:
            st.caption(f"{other.name} is left out: {NO_CODES[0].lower()}{NO_CODES[1:]}")
    return models
