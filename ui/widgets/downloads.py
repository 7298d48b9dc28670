"""Download buttons; a file is made when its button is clicked."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.figures.pictures import grid, png

TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "npz": "application/zip",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}


def offer_file(label: str, name: str, make: Callable[[], bytes | str], place=st, **looks) -> None:
    place.download_button(label, make, name, TYPES[name.rpartition(".")[2]], **looks)


def offer_files(files: dict[str, tuple[str, Callable[[], bytes | str]]]) -> None:
    """Buttons side by side: the name of the file and its maker, by the label."""
    for column, (label, (name, make)) in zip(st.columns(len(files)), files.items(), strict=True):
        offer_file(label, name, make, column, width="stretch")


def csv(rows: list[dict] | dict | pd.DataFrame) -> str:
    return pd.DataFrame(rows).to_csv(index=False)


def sheet(images: np.ndarray, n_columns: int) -> bytes:
    """Images (N, 28, 28) in rows of ``n_columns``, four times as large, as PNG."""
    return png(grid(images, n_columns), 4)
