"""The home page around the map: what the app is, three ways on, and what is rarely needed behind More."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.widgets.frame import NAME, more, offer_page
from ui.widgets.map import offer_drawing

SENTENCE = (
    "An autoencoder squeezes an image into a few numbers, its **code**, and draws it again from the code "
    "alone. Each dot is one image at its code: move over the map."
)
STYLE = Path(__file__).with_name("home.css")


class Home(NamedTuple):
    """The parts of the page that are filled later."""

    map: DeltaGenerator
    more: DeltaGenerator
    notes: DeltaGenerator


def open_home() -> Home:
    """The name, the sentence and the ways on. On a phone the last two lie below the map (home.css)."""
    st.html(f"<style>{STYLE.read_text(encoding='utf-8')}</style>")
    with st.container(key="home"):
        st.container(key="home_name").title(NAME, anchor=False)
        with st.container(key="home_ways", horizontal=True, gap="xsmall", wrap=True):
            more = _offer_ways()
        st.container(key="home_sentence").markdown(SENTENCE)
        return Home(st.container(key="home_map"), more, st.container(key="home_notes"))


def _offer_ways() -> DeltaGenerator:
    offer_drawing("Draw a digit", icon=":material/draw:")
    offer_page("train", "Train one")
    offer_page("lesson", "Take the lesson")
    return more()
