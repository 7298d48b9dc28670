"""The noise that is laid over images, the same on every page; it stands in the address."""

import streamlit as st

from autoencoder.data.noise import NOISE_KINDS, Noise
from ui.state.defaults import KIND, LEVEL, SEED, STEP, rounded_level

NO_NOISE = "none"


def choose_noise() -> tuple[Noise | None, int]:
    """Kind and level, and the seed that it is drawn from."""
    kind_column, level_column, seed_column = st.columns([2, 3, 1])
    kinds = [NO_NOISE, *NOISE_KINDS]
    kind = kind_column.selectbox("Noise", kinds, index=kinds.index(KIND), key="noise", bind="query-params")
    level = level_column.slider(
        _level_label(kind),
        0.0,
        1.0,
        LEVEL,
        STEP,
        key="level",
        bind="query-params",
        disabled=kind == NO_NOISE,
    )
    seed = seed_column.number_input("Seed", 0, 2**31 - 1, SEED, key="seed", bind="query-params")
    return None if kind == NO_NOISE else Noise(kind, rounded_level(level)), seed


def _level_label(kind: str) -> str:
    return "Level" if kind == NO_NOISE else f"Level: {NOISE_KINDS[kind].unit}"
