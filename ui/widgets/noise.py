"""The noise that is laid over images, the same on every page; it stands in the address."""

import streamlit as st

from autoencoder.data.noise import NOISE_KINDS, Noise
from ui.state.defaults import rounded_level
from ui.widgets.controls import number, pick, slider

NO_NOISE = "none"


def choose_noise() -> tuple[Noise | None, int]:
    """Kind and level, and the seed that it is drawn from."""
    kind_column, level_column, seed_column = st.columns([2, 3, 1])
    kind = pick("noise", "Noise", [NO_NOISE, *NOISE_KINDS], kind_column)
    level = slider("level", _level_label(kind), level_column, disabled=kind == NO_NOISE)
    seed = number("seed", "Seed", seed_column)
    return None if kind == NO_NOISE else Noise(kind, rounded_level(level)), seed


def _level_label(kind: str) -> str:
    return "Level" if kind == NO_NOISE else f"Level: {NOISE_KINDS[kind].unit}"
