"""Script of every page: the shared choice at the side, then the page of the address.

A respawned worker re-imports this file as `__main__`; importing it must have no effect.
"""

from pathlib import Path

import streamlit as st

from ui.state import address
from ui.state.pages import LESSON
from ui.state.session import refusal
from ui.widgets.choice import choose, set_aside
from ui.widgets.frame import lead_to_start, offer_large_type, pages, show_menu

ICON = Path(__file__).with_name("icon.png")  # a material icon would be fetched from a foreign host

if __name__ == "__main__":
    st.set_page_config(page_title="Latent Space Explorer", page_icon=ICON, layout="wide")
    found = pages()
    # Streamlit's own menu would drop the choices.
    page = st.navigation(list(found.values()), position="hidden")
    with refusal():
        lead_to_start(page, found)
        address.follow(page.url_path)
        address.show()
        show_menu(found)
        if page.url_path == LESSON:
            set_aside()
        else:
            choose()
        offer_large_type()
        page.run()
