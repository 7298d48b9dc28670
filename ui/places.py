"""What a link keeps of the map: places in latent space, and how the map is looked at.

A place is an image by its number, "17"; a code with the start of its model's fingerprint,
"z0a1b2c3d:0.5,-1.25"; or a drawing, "d:" and its 784 bytes in base64url. The map reads and writes the same
(ui/components/latent_map/places.js).
"""

import base64
import binascii
import re
from collections import deque
from dataclasses import dataclass

import numpy as np
import streamlit as st

from autoencoder.architecture import MAX_LATENT_DIM

NUMBER = r"-?[\d.e+-]{1,24}"
CODE = re.compile(f"z([0-9a-f]{{8}}):({NUMBER}(?:,{NUMBER}){{0,{MAX_LATENT_DIM - 1}}})")
IMAGE = re.compile(r"\d{1,9}")
DRAWING = re.compile(r"d:([\w-]{1046})")
CHOICES = {
    "a": re.compile(f"|{IMAGE.pattern}|{CODE.pattern}|{DRAWING.pattern}"),
    "b": re.compile(f"|{IMAGE.pattern}|{CODE.pattern}|{DRAWING.pattern}"),
    "classes": re.compile(r"|\d{1,4}(\.\d{1,4}){0,199}"),
    "layer": re.compile(r"none|density|gaps|grid"),
    "view": re.compile(r"|[\d.,e+-]{0,60}(;[\d.,e+-]{0,60})?"),
}
WRITTEN = "map written"  # what this session has put into the address, lately
SUBJECT = "map subject"  # the images and the map that the choices belong to
DEFAULTS = {"a": "", "b": "", "classes": "", "layer": "none", "view": ""}


@dataclass(frozen=True)
class ImageAt:
    """The image with this number."""

    index: int


@dataclass(frozen=True, eq=False)
class CodeAt:
    """A code (D,) of the model whose fingerprint starts with ``model``."""

    model: str
    code: np.ndarray


@dataclass(frozen=True, eq=False)
class Drawing:
    """An image uint8 (28, 28) that the visitor drew or took from a file."""

    image: np.ndarray


Place = ImageAt | CodeAt | Drawing


def place_of(text: str) -> Place | None:
    """The place that a text stands for; None for a text that stands for none, whoever wrote it."""
    if IMAGE.fullmatch(text):
        return ImageAt(int(text))
    if match := DRAWING.fullmatch(text):
        return _drawing(match[1])
    if match := CODE.fullmatch(text):
        return _code(match[1], match[2])
    return None


def chosen(name: str) -> str:
    """A choice of the map as it stands in the session; never a foreign text."""
    return st.session_state.setdefault(f"map {name}", DEFAULTS[name])


def follow_link() -> None:
    """Take over what the address says, where a link was followed: a text that this session did not write."""
    written = st.session_state.setdefault(WRITTEN, deque(maxlen=200))
    for name in DEFAULTS:
        given = st.query_params.get(name)
        if given is not None and (name, given) not in written:
            written.append((name, given))
            choose(name, given)


def choose(name: str, text: object) -> None:
    """Set a choice of the map; what is no such choice is passed over."""
    st.session_state[f"map {name}"] = _checked(name, text, chosen(name))


def show_in_address() -> None:
    """Make the address of this page the link that reopens the view."""
    for name, default in DEFAULTS.items():
        text = chosen(name)
        if text != st.query_params.get(name, default):
            st.session_state[WRITTEN].append((name, text))
            if text == default:
                del st.query_params[name]
            else:
                st.query_params[name] = text


def keep_to(dataset: str, view: str) -> None:
    """Let go of the classes once other images were chosen, and of the view once the map is another."""
    before = st.session_state.get(SUBJECT, (dataset, view))
    st.session_state[SUBJECT] = dataset, view
    if before[0] != dataset:
        choose("classes", "")
    if before != (dataset, view):
        choose("view", "")


def _checked(name: str, text: object, otherwise: str | None = None) -> str:
    if isinstance(text, str) and CHOICES[name].fullmatch(text):
        return text
    return DEFAULTS[name] if otherwise is None else otherwise


def _drawing(text: str) -> Drawing | None:
    try:
        pixels = base64.urlsafe_b64decode(text + "==")
    except binascii.Error:
        return None
    return Drawing(np.frombuffer(pixels, np.uint8).reshape(28, 28))


def _code(model: str, text: str) -> CodeAt | None:
    try:
        code = np.array([float(number) for number in text.split(",")], np.float32)
    except ValueError:
        return None
    return CodeAt(model, code) if np.isfinite(code).all() else None
