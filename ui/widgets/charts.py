"""Charts and tables on a page; ``alt`` is the text for screen readers."""

from collections.abc import Iterable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage", "zoom2d", "resetScale2d"]]}


def show_chart(figure: go.Figure, key: str, alt: str) -> None:
    """A chart with only the buttons that it needs."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)


def show_frame(rows: list[dict] | pd.DataFrame, alt: str, formats: dict[str, Iterable[str]] | None = None):
    """A table; ``formats`` are the columns by the format of their numbers, as "percent" or "%.3f"."""
    columns = {
        name: st.column_config.NumberColumn(format=form)
        for form, names in (formats or {}).items()
        for name in names
    }
    st.dataframe(rows, hide_index=True, column_config=columns, alt=alt, placeholder="–")
