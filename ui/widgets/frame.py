"""Frame of every page: menu, title, caption, the "Why?" text, large type, and links to other pages."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.state import address
from ui.state.choice import set_model
from ui.state.pages import HOME, PAGES, PATHS, TEACHER
from ui.state.session import refusal
from ui.storage import classroom

IS_LED = "menu.is_led"  # this session has been led to the start of the class
# All sizes follow the root's font size; a long title must still fit a phone.
LARGE = (
    "<style>html { font-size: 24px }@media (max-width: 640px) { h1 { font-size: 1.6rem !important } }</style>"
)


def pages() -> dict[str, StreamlitPage]:
    """Every page by its path; the teacher's where the server has one."""
    found = {}
    for path, page in PAGES.items():
        if path != TEACHER or classroom.has_teacher():
            looks = {"title": page.title, "icon": f":material/{page.icon}:", "default": path == HOME}
            found[path] = st.Page(page.file, url_path=path or None, **looks)
    return found


def show_menu(found: dict[str, StreamlitPage]) -> None:
    """Links to all pages, which carry the choices along."""
    for page in found.values():
        st.sidebar.page_link(page, query_params=address.link())


def lead_to_start(page: StreamlitPage, found: dict[str, StreamlitPage]) -> None:
    """Lead a new visitor of the home page, whose address chooses nothing, to the start of the class."""
    is_new = not st.session_state.get(IS_LED)
    st.session_state[IS_LED] = True
    start = classroom.classroom().start
    if not (is_new and start and page.url_path == HOME and not st.query_params):
        return
    with refusal():
        path, choices = classroom.starting_view(start, PATHS)
        st.switch_page(found[path], query_params=choices)


def offer_page(path: str, label: str, container=st) -> None:
    """A link to a page, in other words than the menu's."""
    container.page_link(PAGES[path].file, label=label, icon=f":material/{PAGES[path].icon}:")


def offer_map(name: str, key: str, **looks) -> None:
    """The button that chooses a model on every page, and opens its map."""
    if st.button("Look at its map", f"menu.map_of_{key}", on_click=set_model, args=(name,), **looks):
        go_to(HOME)


def go_to(path: str) -> None:
    """Open another page, with the choices of this one."""
    # Without parameters Streamlit would clear the address, which it refuses while widgets are bound to it.
    st.switch_page(PAGES[path].file, query_params=address.link())


def open_page(caption: str) -> None:
    """The title of the page in the address, and a caption that says what to look for."""
    st.title(PAGES[st.session_state[address.PAGE]].title, anchor=False)
    st.markdown(caption)


def why(text: str) -> None:
    """The formula, the source and the caveat, folded."""
    with st.expander("Why?"):
        st.markdown(text)


def offer_large_type() -> None:
    """A switch at the side that makes every page larger, for the back row."""
    if st.sidebar.toggle("Large type, for the projector", **address.bound("large")):
        st.html(LARGE)
