"""Charts and tables on a page, and downloads; ``alt`` is the text for screen readers."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from autoencoder.figures.pictures import grid, png

CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage", "zoom2d", "resetScale2d"]]}
TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "npz": "application/zip",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}


def show_chart(figure: go.Figure, key: str, alt: str) -> None:
    """A chart with only the buttons that it needs."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)


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
    """The button of a file that is made when it is clicked."""
    container.download_button(label, make, name, TYPES[name.rpartition(".")[2]], **looks)


def offer_files(files: dict[str, tuple[str, Callable[[], bytes | str]]]) -> None:
    """Buttons side by side: the name of the file and its maker, by the label."""
    for column, (label, (name, make)) in zip(st.columns(len(files)), files.items(), strict=True):
        offer_file(label, name, make, column, width="stretch")


def csv(rows: list[dict] | dict | pd.DataFrame) -> str:
    return pd.DataFrame(rows).to_csv(index=False)


def sheet(images: np.ndarray, n_columns: int) -> bytes:
    """Images (N, 28, 28) in rows of ``n_columns``, four times as large, as PNG."""
    return png(grid(images, n_columns), 4)
