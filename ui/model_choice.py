"""The models that a comparison is about: the chosen one first, and up to three more."""

import streamlit as st

from autoencoder.checkpoints import Checkpoint
from ui.choice import checkpoint_named, model_names

MOST_OTHERS = 3


def compared_models(first: Checkpoint) -> list[Checkpoint]:
    """The chosen model and those that it is compared with; they stand in the address."""
    options = [name for name in model_names() if name != first.name]
    given = st.session_state.get("with", [])
    if "with" in st.session_state and not set(given) <= set(options):
        st.session_state["with"] = [name for name in given if name in options]
    names = st.multiselect(
        "Compare with", options, default=counterparts(first, options), key="with", bind="query-params",
        max_selections=MOST_OTHERS, placeholder="no other model",
    )  # fmt: skip
    return [first, *(checkpoint_named(name) for name in names[:MOST_OTHERS])]


def counterparts(first: Checkpoint, options: list[str]) -> list[str]:
    """The shipped models of the same images and size but another kind: those that show the difference."""
    model, source = first.config.model, first.config.source.name
    kinds = ("ae", "dae") if model.kind == "vae" else ("vae",)
    wanted = [f"{source}-{kind}-{model.latent_dim}" for kind in kinds]
    return [name for name in wanted if name in options][:1]
