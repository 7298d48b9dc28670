"""Charts on a page."""

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage", "zoom2d", "resetScale2d"]]}


def show_chart(figure: go.Figure, key: str, alt: str) -> None:
    """A chart with the few buttons that it needs; ``alt`` is for who cannot see it."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)
