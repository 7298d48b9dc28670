"""Choices that stand in the address without a widget of their own: a link reopens them, and so does Back."""

import re
import time
from collections import deque

import streamlit as st

from ui.components.shared import places

PLACE = f"|{places.IMAGE.pattern}|{places.CODE.pattern}|{places.DRAWING.pattern}"
CHOICES = {
    "a": re.compile(PLACE),
    "b": re.compile(PLACE),
    "classes": re.compile(r"|\d{1,4}(\.\d{1,4}){0,199}"),
    "layer": re.compile(r"none|density|gaps|grid"),
    "view": re.compile(r"|[\d.,e+-]{0,60}(;[\d.,e+-]{0,60})?"),
    "scene": re.compile(r"[1-5]"),
}
DEFAULTS = {"a": "", "b": "", "classes": "", "layer": "none", "view": "", "scene": "1"}
MAP_CHOICES = ("a", "b", "classes", "layer", "view")
ECHO = 3.0  # seconds in which the browser may still send what this session has just replaced
REPLACED = "replaced choices"
PAGE = "page before"
SUBJECT = "map subject"  # the images and the map that the choices belong to


def chosen(name: str) -> str:
    """A choice as it stands in the session; never a foreign text."""
    return st.session_state.setdefault(f"choice {name}", DEFAULTS[name])


def choose(name: str, text: object) -> None:
    """Set a choice; what is no such choice is passed over."""
    before = chosen(name)
    if isinstance(text, str) and text != before and CHOICES[name].fullmatch(text):
        _replaced().append((time.monotonic(), name, before))
        st.session_state[f"choice {name}"] = text


def follow(page: str) -> None:
    """Take over what the address says: of a link, or after the browser has gone back.

    On the page where the visitor was before, a choice that the address lacks is the default: Back can lead to
    where nothing was chosen yet.
    """
    stays = st.session_state.get(PAGE) == page
    st.session_state[PAGE] = page
    for name, default in DEFAULTS.items():
        given = st.query_params.get(name, default if stays else chosen(name))
        if not _is_echo(name, given):
            choose(name, given)


def show() -> None:
    """Make the address of this page the link that reopens the view, in one entry of the browser's history."""
    written = _written(_choices())
    if any(st.query_params.get(name) != text for name, text in written.items()):
        st.query_params.update(written)
    for name in DEFAULTS:
        if chosen(name) == DEFAULTS[name] and name in st.query_params:
            del st.query_params[name]


def link() -> dict[str, str]:
    """What a link to another page takes along; what widgets of all pages keep follows by itself."""
    return _written(_choices())


def keep_to(dataset: str, view: str) -> None:
    """Let go of the classes once other images were chosen, and of the view once the map is another."""
    before = st.session_state.get(SUBJECT, (dataset, view))
    st.session_state[SUBJECT] = dataset, view
    if before[0] != dataset:
        choose("classes", "")
    if before != (dataset, view):
        choose("view", "")


def _choices() -> dict[str, str]:
    return {name: chosen(name) for name in DEFAULTS}


def _written(choices: dict[str, str]) -> dict[str, str]:
    """Those that are not what a link without them means."""
    return {name: text for name, text in choices.items() if text != DEFAULTS[name]}


def _replaced() -> deque[tuple[float, str, str]]:
    return st.session_state.setdefault(REPLACED, deque(maxlen=200))


def _is_echo(name: str, text: str) -> bool:
    """Whether the browser, on its way to the newest address, may have sent this older one."""
    oldest = time.monotonic() - ECHO
    return any(entry[1:] == (name, text) and entry[0] > oldest for entry in _replaced())
