"""Colours and layout that all figures share."""

import plotly.graph_objects as go

# Petroff's cycle of ten (arXiv 2107.02270), made for colour-blind eyes.
CLASS_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
INK = {False: "#1d1f23", True: "#eceae5"}
FAINT = {False: "rgba(29,31,35,.15)", True: "rgba(236,234,229,.18)"}
PAPER = {False: "rgba(251,250,247,.8)", True: "rgba(20,22,26,.8)"}


def dress(figure: go.Figure, dark: bool) -> None:
    """Give a chart the ground, ink and grid of all charts, with its legend below."""
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 36, "b": 8}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK[dark], "size": 14},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    )  # fmt: skip
    figure.update_xaxes(gridcolor=FAINT[dark], zerolinecolor=FAINT[dark], automargin=True)
    figure.update_yaxes(gridcolor=FAINT[dark], zerolinecolor=FAINT[dark], automargin=True)
