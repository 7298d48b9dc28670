"""Script of every page: the shared choice at the side, then the page of the address.

A respawned worker re-imports this file as `__main__`; importing it must have no effect.
"""

from pathlib import Path

import streamlit as st

from ui.state import address
from ui.state.choice import settle
from ui.state.pages import LESSON
from ui.state.session import refusal
from ui.widgets.choice import choose, set_aside
from ui.widgets.frame import lead_to_start, offer_projector, pages, show_menu, show_training, tab_title

MENU_WIDTH = 244  # pixels
ICON = Path(__file__).with_name("icon.png")

if __name__ == "__main__":
    # Before the menu, whose material icons a browser would fetch from a foreign host as the page's.
    st.set_page_config(page_icon=ICON, layout="wide", initial_sidebar_state=MENU_WIDTH)
    found = pages()
    # Streamlit's own menu would drop the choices.
    page = st.navigation(list(found.values()), position="hidden")
    st.set_page_config(page_title=tab_title(page.url_path))
    with refusal():
        lead_to_start(page, found)
        address.follow(page.url_path)
        settle()
        address.show()
        show_menu(found)
        if page.url_path == LESSON:
            set_aside()
        else:
            choose()
        show_training(page)
        offer_projector()
        page.run()
