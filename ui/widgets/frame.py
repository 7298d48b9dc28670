"""Frame of every page: menu, title, "More", "How to read this", projector view, links to other pages."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.components.register import menu_closer
from ui.state import address
from ui.state.choice import set_model
from ui.state.pages import GROUPS, HOME, PAGES, PATHS, TEACHER, TRAIN
from ui.state.queues import job_queue
from ui.state.session import is_dark, refusal, visitor_id
from ui.storage import classroom

NAME = "Latent Space Explorer"
IS_LED = "frame.is_led"  # this session has been led to the start of the class
IS_PROJECTED = "frame.is_projected"  # this session shows pages for a projector
FRAME = Path(__file__).with_name("frame.css").read_text(encoding="utf-8")
HIDE_LEAVE = ".st-key-leave_projector { display: none; }"
PROJECTOR = Path(__file__).with_name("projector.css").read_text(encoding="utf-8")


def pages() -> dict[str, StreamlitPage]:
    """Every page by its path; the teacher's where the server has one."""
    found = {}
    for path, page in PAGES.items():
        if path != TEACHER or classroom.has_teacher():
            looks = {"title": page.title, "icon": f":material/{page.icon}:", "default": path == HOME}
            found[path] = st.Page(page.file, url_path=path or None, **looks)
    return found


def tab_title(path: str) -> str:
    """Title of the browser's tab: that of the page, then the app's name."""
    return NAME if path == HOME else f"{PAGES[path].title} · {NAME}"


def show_menu(found: dict[str, StreamlitPage]) -> None:
    """The app's name, and links to all pages, by groups, which carry the choices along."""
    theme = f"theme.{'dark' if is_dark() else 'light'}"
    chosen = st.get_option(f"{theme}.linkColor") or st.get_option(f"{theme}.primaryColor")
    st.html(f"<style>:root {{ --lse-chosen: {chosen}; }}\n{FRAME}</style>")
    with st.sidebar.container(key="menu"):
        st.markdown(f"**{NAME}**")
        for group in GROUPS:
            st.caption(group)
            for path, page in found.items():
                if PAGES[path].group == group:
                    st.page_link(page, query_params=address.link())
    with st.container(key="menu_closer"):
        menu_closer(key="closer")


def show_training(page: StreamlitPage) -> None:
    """A line at the side that the visitor's training is under way, on all pages but its own."""
    job = job_queue().find(visitor_id())
    if job is None or job.is_over or page.url_path == TRAIN:
        return
    latest = job.progress.latest
    how_far = f"epoch {latest.epoch} of {job.progress.settings.epochs}" if latest else "in line"
    words = f"Training {'paused' if job.status == 'paused' else 'under way'}: {how_far}"
    with st.sidebar:
        offer_page(TRAIN, words)


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
    icon = f":material/{PAGES[path].icon}:"
    container.page_link(PAGES[path].file, label=label, icon=icon, query_params=address.link())


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


def more(label: str = "More", icon: str = ":material/tune:"):
    """A container for what a first-time visitor does not need: it opens on a click, over the page."""
    return st.popover(label, icon=icon)


def how_to_read(lines: Sequence[str], details: str) -> None:
    """Lines on how to read the page; then, folded, formulas, sources and caveats."""
    st.subheader("How to read this", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in lines))
    with st.expander("Details and references"):
        st.markdown(details)


def offer_projector() -> None:
    """A button at the side for the view that fills a projector, and the one that leaves it.

    Both views have the same elements: a page that moved down by one would be built anew in the browser.
    """
    looks = {"icon": ":material/present_to_all:", "width": "stretch"}
    st.sidebar.button("Projector view", on_click=_project, args=(True,), key="frame.project", **looks)
    is_on = st.session_state.get(IS_PROJECTED, False)
    st.html(f"<style>{PROJECTOR if is_on else HIDE_LEAVE}</style>")
    with st.container(key="leave_projector"):
        looks = {"icon": ":material/close_fullscreen:", "disabled": not is_on}
        st.button("Leave the projector view", on_click=_project, args=(False,), key="frame.leave", **looks)


def _project(is_on: bool) -> None:
    st.session_state[IS_PROJECTED] = is_on
