"""Choice of the noise on the images."""

import streamlit as st

from autoencoder.data.noise import NOISE_KINDS, Noise
from ui.state.defaults import rounded_level
from ui.widgets.controls import number, pick, slider

NO_NOISE = "none"


def choose_noise() -> tuple[Noise | None, int]:
    """Kind and level of the noise, and its seed."""
    kind_column, level_column, seed_column = st.columns([2, 3, 1])
    kind = pick("noise", "Noise", [NO_NOISE, *NOISE_KINDS], kind_column)
    label = "Level" if kind == NO_NOISE else f"Level: {NOISE_KINDS[kind].unit}"
    level = slider("level", label, level_column, disabled=kind == NO_NOISE)
    seed = number("seed", "Seed", seed_column)
    return None if kind == NO_NOISE else Noise(kind, rounded_level(level)), seed
