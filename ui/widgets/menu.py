"""The pages, by their addresses, and the menu that leads to them."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.state import address
from ui.state.choice import choose_model
from ui.state.session import refusal
from ui.storage import classroom

LESSON = "lesson"
ENTRIES = {
    "": ("latent_map", "Latent map", "scatter_plot"),
    "reconstruction": ("reconstruction", "Reconstruction", "compare"),
    "interpolation": ("interpolation", "Interpolation", "linear_scale"),
    "gaps": ("gaps", "Gaps", "blur_on"),
    "generate": ("generate", "Generate", "auto_awesome"),
    "outliers": ("outliers", "Outliers", "help_center"),
    "few-labels": ("few_labels", "Few labels", "label"),
    LESSON: ("lesson", "Lesson", "school"),
    "train": ("train", "Train", "model_training"),
    "your-images": ("your_images", "Your images", "upload"),
}
TEACHER = "teacher"
PATHS = tuple(ENTRIES)
IS_LED = "was led to the start"


def pages() -> dict[str, StreamlitPage]:
    """Every page by its address; the teacher's where the server has one."""
    entries = dict(ENTRIES)
    if classroom.has_teacher():
        entries[TEACHER] = ("teacher", "Teacher", "admin_panel_settings")
    return {path: _page(path, *entry) for path, entry in entries.items()}


def show_menu(found: dict[str, StreamlitPage]) -> None:
    """Links to all pages, which take along what is chosen."""
    for page in found.values():
        st.sidebar.page_link(page, query_params=address.link())


def lead_to_start(page: StreamlitPage, found: dict[str, StreamlitPage]) -> None:
    """Take a new visitor of the home page, who asks for nothing in particular, to where the class starts."""
    is_new = not st.session_state.get(IS_LED)
    st.session_state[IS_LED] = True
    start = classroom.classroom().start
    if not (is_new and start and page.url_path == "" and not st.query_params):
        return
    with refusal():
        path, choices = classroom.starting_view(start, PATHS)
        st.switch_page(found[path], query_params=choices)


def _page(path: str, file: str, title: str, icon: str) -> StreamlitPage:
    return st.Page(
        f"../pages/{file}.py", title=title, icon=f":material/{icon}:", url_path=path or None, default=not path
    )


def offer_map(name: str, place: str, **looks) -> None:
    """The button that makes a model that of every page, and opens its map; ``place`` tells buttons apart."""
    if st.button("Look at its map", f"open {place}", on_click=choose_model, args=(name,), **looks):
        # Left to itself it would clear the address, which it may not while widgets are bound to it.
        st.switch_page("../pages/latent_map.py", query_params={})
