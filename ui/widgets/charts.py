"""Charts and tables on a page, and downloads; ``alt`` is the text for screen readers."""

from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd
import streamlit as st

from autoencoder.figures.chart import Chart, Drawing, Matrix
from autoencoder.figures.formats import FORMATS
from autoencoder.figures.screen import on_screen
from ui.state import caches
from ui.state.session import is_dark

CONFIG = {"displaylogo": False, "modeBarButtons": [["zoom2d", "resetScale2d"]]}
ON_PAPER = "With title and labels, ink on white paper whatever the theme. Text stays text in SVG and PDF."
TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "npz": "application/zip",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}


def show_chart(chart: Chart | Matrix, key: str, alt: str, file: str = "") -> None:
    """A chart with only the buttons that it needs.

    ``file`` is the name, without a suffix, by which it is offered as a figure. A chart that still grows has
    none: it is not kept, and holds its zoom.
    """
    figure = caches.drawn(chart, is_dark()) if file else on_screen(chart, is_dark(), uirevision=key)
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)
    if file:
        offer_figure("Figure", file, lambda: chart, type="tertiary")


def show_frame(rows: list[dict] | pd.DataFrame, alt: str, formats: dict[str, Iterable[str]] | None = None):
    """A table; ``formats`` are the columns by the format of their numbers, as "percent" or "%.3f"."""
    by_form = {form: st.column_config.NumberColumn(format=form) for form in formats or {}}
    columns = {name: by_form[form] for form in by_form for name in formats[form]}
    st.dataframe(rows, hide_index=True, column_config=columns, alt=alt, placeholder="–")


def show_metrics(metrics: dict[str, str]) -> None:
    """Figures side by side, by their labels."""
    with st.container(horizontal=True):
        for label, value in metrics.items():
            st.metric(label, value)


def offer_file(label: str, name: str, make: Callable[[], bytes | str], container=st, **looks) -> None:
    """The button of a file that is made when it is clicked.

    The click does not run the page again: a run would give every button a new file, and a second click, on a
    button that the browser still shows, would ask for one that is gone.
    """
    kind = TYPES[name.rpartition(".")[2]]
    container.download_button(label, make, name, kind, on_click="ignore", **looks)


def offer_figure(label: str, name: str, make: Callable[[], Drawing], **looks) -> None:
    """A figure for a paper in every format, behind one button; ``name`` is the file's, without a suffix."""
    with st.popover(label, icon=":material/download:", **looks):
        offer_formats(name, make)


def offer_formats(name: str, make: Callable[[], Drawing]) -> None:
    """Buttons of a figure for a paper, one a format."""
    st.caption(ON_PAPER)
    with st.container(horizontal=True):
        for format in FORMATS:
            file = f"{name}.{format}"
            offer_file(format.upper(), file, partial(_on_paper, make, format), key=f"figure {file}")


def _on_paper(make: Callable[[], Drawing], format: str) -> bytes:
    from autoencoder.figures.paper import paper  # slow to import, and no page waits for it

    return paper(make(), format)


Files = dict[str, tuple[str, Callable[[], bytes | str]]]


def offer_files(files: Files, figures: dict[str, tuple[str, Callable[[], Drawing]]] | None = None) -> None:
    """Buttons side by side: the name of the file and its maker, by the label; figures come first."""
    with st.container(horizontal=True):
        for label, (name, make) in (figures or {}).items():
            offer_figure(label, name, make)
        for label, (name, make) in files.items():
            offer_file(label, name, make)


def csv(rows: list[dict] | dict | pd.DataFrame) -> str:
    return pd.DataFrame(rows).to_csv(index=False)
