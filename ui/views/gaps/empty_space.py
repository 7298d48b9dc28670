"""Empty space: samples from the box around the codes, and their share off the data."""

import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.experiments.gaps.empty_space import EmptySpace
from autoencoder.latent.sources import SOURCES
from autoencoder.wording import counted
from ui.state import caches
from ui.state.defaults import N_PLACES
from ui.state.pair import fitting_codes, other_codes
from ui.state.session import is_dark
from ui.widgets.charts import show_chart, show_frame
from ui.widgets.controls import number, segments
from ui.widgets.map import show_map
from ui.widgets.pictures import show

N_SHOWN = 24  # places of each model


def show_empty_space(models: list[Checkpoint], codes: Codes) -> None:
    """Places without a code, decoded: the shares off the data and unlike any image."""
    st.subheader("Empty space", anchor=False)
    st.markdown(
        "Paths between codes are half of the story; the other half is where no code is. Look for pictures of "
        "nothing."
    )
    source_column, seed_column = st.columns(2)
    source = segments("source", "Places drawn from", SOURCES, source_column)
    seed = number("space_seed", "Their seed", seed_column)
    own = [other_codes(model, codes) for model in models]
    fitted_to = [fitting_codes(model, its) for model, its in zip(models, own, strict=True)]
    st.caption(f"Drawn from {SOURCES[source].title}. {_fitted_words(fitted_to[0])}")
    figure = caches.empty_chart(models, own, fitted_to, N_PLACES, seed, is_dark())
    alt = "The share of places off the data, and unlike any image, by model and source."
    show_chart(figure, "empty space", alt)
    chosen = [
        caches.space(model, its, fitted, source, N_PLACES, seed)
        for model, its, fitted in zip(models, own, fitted_to, strict=True)
    ]
    _show_shares(models, chosen, len(codes.latents) if codes.images is not None else 0)
    _show_places(models, chosen)
    with st.expander("These places on the map", icon=":material/scatter_plot:"):
        show_map(models[0], codes, compact=True, crosses=chosen[0].latents)


def _show_shares(models: list[Checkpoint], spaces: list[EmptySpace], n_images: int) -> None:
    """The two shares by model; ``n_images`` are on the server to compare with."""
    columns = {
        "model": [model.name for model in models],
        "off the data": [space.off_support_share for space in spaces],
        "unlike any image": [space.unlike_share for space in spaces],
    }
    table = pd.DataFrame(columns).dropna(axis="columns", how="all")
    show_frame(table, "The shares of places, by model.", {"percent": table.columns[1:]})
    if "unlike any image" not in table:
        reason = "One image is too few" if n_images else "The images are not on this machine"
        st.caption(f"{reason}: nothing can be said of what the pictures are like.")


def _show_places(models: list[Checkpoint], spaces: list[EmptySpace]) -> None:
    for model, space in zip(models, spaces, strict=True):
        st.markdown(f"**{model.name}**: the first {N_SHOWN} of {N_PLACES:,} places")
        show(space.images[:N_SHOWN], [_mark(*measures) for measures in _first_measures(space)], side=64)


def _first_measures(space: EmptySpace) -> list[tuple[float, float]]:
    return list(zip(space.round_trip, space.picture_distance, strict=True))[:N_SHOWN]


def _mark(round_trip: float, picture_distance: float) -> str:
    """Marks of an odd place."""
    marks = [*(["off"] if round_trip > 1 else []), *(["unlike"] if picture_distance > 1 else [])]
    return " · ".join(marks) or "–"


def _fitted_words(codes: Codes) -> str:
    """A sentence on the codes that box and Gaussian are fitted to."""
    if codes.images is None:
        which = f"those of the {counted(len(codes.latents), 'image')} that came with the model"
    else:
        split = {"train": "training ", "test": "test "}.get(codes.split, "")
        which = f"those of {counted(len(codes.latents), f'{split}image')}, as on the page that generates"
    return f"The codes that box and Gaussian are fitted to are {which}."
