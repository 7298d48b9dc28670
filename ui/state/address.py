"""Address of a view: the one table of its query parameters, and the choices that have no widget.

A link reopens the view, and so does the browser's Back. A widget that is bound to the address has the name of
its parameter as key in the session state: Streamlit takes no other. All other keys of the session state name
their part of the program first, as "pair.image_a".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from autoencoder.experiments.few_labels.measure import MOST_DRAWS
from ui.components.shared import places
from ui.state import defaults
from ui.state.pages import HOME, LESSON, PAGES

EVERY = tuple(PAGES)
COMPARING = ("interpolation", "gaps", "generate")


@dataclass(frozen=True)
class Parameter:
    """A query parameter that a bound widget reads, on ``pages``: one of the widget's options, or a switch.

    ``default`` is the value that a link without it means; None where that depends on images and model, or is
    the first option.
    """

    pages: tuple[str, ...]
    default: Any = None


@dataclass(frozen=True)
class Number(Parameter):
    """A parameter whose value is a number in a range."""

    low: float = 0
    high: float = 2**31 - 1
    step: float = 1


@dataclass(frozen=True)
class Text(Parameter):
    """A parameter that no widget is bound to; the whole text matches ``pattern``."""

    pattern: str = ""


@dataclass(frozen=True)
class Listed(Text):
    """The choice of a list, "" for its first option: an entry of the browser's history for every change.

    A bound widget replaces the entry, so that Back would skip the change.
    """

    default: str = ""
    pattern: str = r"(?s:.{0,200})"


COUNTERPART = "*"  # compared with the shipped model that shows the difference
BETWEEN = "|"  # names of several models
NO_PLACE = "none"  # of a pin that was cleared: without any text the default pair is shown
PLACE = f"|{NO_PLACE}|{places.IMAGE.pattern}|{places.CODE.pattern}|{places.DRAWING.pattern}"
VIEW = r"[\d.,e+-]{0,60}"

ADDRESS: dict[str, Parameter] = {
    # Every page
    "data": Listed(EVERY),
    "model": Listed(EVERY),
    "a": Text(EVERY, "", PLACE),
    "b": Text(EVERY, "", PLACE),
    "classes": Text(EVERY, "", r"|\d{1,4}(\.\d{1,4}){0,199}"),
    "layer": Text(EVERY, "grid", "none|density|gaps|grid"),
    "view": Text(EVERY, "", f"|{VIEW}(;{VIEW})?"),
    "scene": Text(EVERY, "1", "[1-5]"),
    # Several pages
    "with": Text(COMPARING, COUNTERPART, r"[^\r\n]{0,400}"),
    "pairs": Number(("gaps", LESSON), 400, 10, 2_000, 50),
    "pairs_seed": Number(("gaps", LESSON), defaults.SEED),
    # Latent map
    "projection": Listed((HOME,)),
    "beside": Listed((HOME,)),
    # Reconstruction
    "noise": Parameter(("reconstruction",), defaults.NO_NOISE),
    "level": Number(("reconstruction",), defaults.LEVEL, 0.0, 1.0, defaults.LEVEL_STEP),
    "seed": Number(("reconstruction",), defaults.SEED),
    "way": Parameter(("reconstruction",)),
    "count": Number(("reconstruction",), defaults.N_SHOWN, 1, 24),
    "class": Parameter(("reconstruction",)),
    # Interpolation
    "path": Parameter(("interpolation",), defaults.PATH),
    "steps": Number(("interpolation",), defaults.N_STEPS, 3, 25),
    "pair_seed": Number(("interpolation",), defaults.SEED),
    # Gaps
    "part": Listed(("gaps",)),
    "source": Parameter(("gaps",), defaults.EMPTY_SOURCE),
    "space_seed": Number(("gaps",), defaults.SEED),
    # Generate
    "draw": Parameter(("generate",), defaults.SOURCE),
    "samples": Number(("generate",), 24, 12, 96, 12),
    "draw_seed": Number(("generate",), defaults.SEED),
    "radius": Number(("generate",), 1.0, 0.0, 4.0, 0.1),
    "temperature": Number(("generate",), 1.0, 0.0, 2.0, 0.05),
    "of_class": Parameter(("generate",)),
    "components": Parameter(("generate",)),
    "judged": Number(("generate",), defaults.N_PLACES, 50, 5_000, 50),
    "judged_seed": Number(("generate",), defaults.SEED),
    "terms": Parameter(("generate",)),
    **{f"term_{letter}": Parameter(("generate",)) for letter in "abc"},
    **{f"term_image_{letter}": Number(("generate",)) for letter in "abc"},
    # Outliers
    "protocol": Parameter(("outliers",)),
    "outliers": Parameter(("outliers",)),
    "judge": Listed(("outliers",)),
    "outlier_seed": Number(("outliers",), defaults.SEED),
    "outlier_class": Parameter(("outliers",)),
    "code_size": Parameter(("outliers",)),
    "n_seeds": Parameter(("outliers",)),
    "score": Parameter(("outliers",)),
    "threshold_by": Parameter(("outliers",)),
    "percentile": Number(("outliers",), 95.0, 1.0, 99.9, 0.5),
    "rate": Number(("outliers",), 5.0, 0.1, 99.0, 0.5),
    # Few labels
    "encoder": Listed(("few-labels",)),
    "draws": Number(("few-labels",), 3, 1, MOST_DRAWS),
    "labels_seed": Number(("few-labels",), defaults.SEED),
    "labels": Parameter(("few-labels",)),
    "learners": Parameter(("few-labels",)),
    "verdict_at": Parameter(("few-labels",), 100),  # labels at which methods are compared elsewhere
    "point_learner": Parameter(("few-labels",)),
    "point_labels": Parameter(("few-labels",)),
    # Train
    "train_images": Parameter(("train",), "all"),
    "runs": Parameter(("train",)),
}
TEXTS = {name: row for name, row in ADDRESS.items() if isinstance(row, Text)}
MAP_CHOICES = ("a", "b", "classes", "layer", "view")
PAGE, SUBJECT = "address.page", "address.subject"  # the page before; images and map of the choices


def bound(name: str) -> dict[str, str]:
    """The arguments that bind a widget to a parameter."""
    assert not isinstance(ADDRESS[name], Text)
    return {"key": name, "bind": "query-params"}


def value(name: str) -> Any:
    """The value of a bound widget, also before it is drawn."""
    return st.session_state.get(name, ADDRESS[name].default)


def chosen(name: str) -> str:
    """A choice without a widget, as it is in the session; it has been checked."""
    return st.session_state.setdefault(f"address.{name}", TEXTS[name].default)


def one_of(name: str, options: Sequence[str]) -> str:
    """The chosen option of a list; the first where there is none, or none of these."""
    return chosen(name) if chosen(name) in options else options[0]


def set_choice(name: str, text: object) -> None:
    """Set a choice without a widget; anything that does not match its pattern is ignored."""
    if isinstance(text, str) and re.fullmatch(TEXTS[name].pattern, text):
        st.session_state[f"address.{name}"] = text


def follow(page: str) -> None:
    """Take over the address of the link that opened the session, and that of the browser's Back or Forward.

    In all other runs the session is newer than the address: the browser sends the one that it had when the
    visitor acted, and the program's own links are made from the session. After Back on the same page, a
    choice that the address lacks is the default: Back can lead to a view in which nothing was chosen yet.

    A link with another choice of the map but no layer is from a time when links wrote only layers that were
    chosen: it means none.
    """
    before = st.session_state.get(PAGE)
    st.session_state[PAGE] = page
    if before is None or _is_history_navigation():
        for name, row in TEXTS.items():
            given = st.query_params.get_all(name)
            otherwise = row.default if before == page else chosen(name)
            set_choice(name, BETWEEN.join(given) if given else otherwise)
        if "layer" not in st.query_params and any(name in st.query_params for name in MAP_CHOICES):
            set_choice("layer", "none")


def show() -> None:
    """Make the address of this page the link that reopens the view, in one entry of the browser's history."""
    written = link(st.session_state[PAGE])
    if any(st.query_params.get(name) != text for name, text in written.items()):
        st.query_params.update(written)
    for name in TEXTS:
        if name not in written and name in st.query_params:
            del st.query_params[name]


def link(page: str | None = None) -> dict[str, str]:
    """The choices that a link to a page carries, or to any; those of bound widgets follow by themselves.

    With any choice of the map stands its layer, also the default one.
    """
    carried = {name: row for name, row in TEXTS.items() if row.pages == EVERY or page in row.pages}
    written = {name: chosen(name) for name, row in carried.items() if chosen(name) != row.default}
    return {**written, "layer": chosen("layer")} if written.keys() & {*MAP_CHOICES} else written


def keep_to(dataset: str, view: str) -> None:
    """Reset the classes when other images are chosen, and the view when the map is another."""
    before = st.session_state.get(SUBJECT, (dataset, view))
    st.session_state[SUBJECT] = dataset, view
    if before[0] != dataset:
        set_choice("classes", "")
    if before != (dataset, view):
        set_choice("view", "")


def _is_history_navigation() -> bool:
    """True in the run that the browser's Back or Forward has asked for."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
