"""Colours and layout that all figures share; each colour is for a light page, and for a dark one."""

import plotly.graph_objects as go

HEX = "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd"
CLASS_COLOURS = tuple(f"#{colour}" for colour in HEX.split())  # colour-blind safe: Petroff, arXiv 2107.02270
INK = {False: "#1d1f23", True: "#eceae5"}
FAINT = {False: "rgba(29,31,35,.15)", True: "rgba(236,234,229,.18)"}
PAPER = {False: "rgba(251,250,247,.8)", True: "rgba(20,22,26,.8)"}
CLEAR = "rgba(0,0,0,0)"
DASHES = ("solid", "dash", "dot", "dashdot")  # of lines, in turn
LOG_AXIS = {"type": "log", "tickformat": ",~g"}  # without a format Plotly writes 20 as 2


def dress(figure: go.Figure, dark: bool, **layout) -> go.Figure:
    """The figure with the ground, ink and grid of all charts, its legend below, and its own ``layout``."""
    font, margin = {"color": INK[dark], "size": 14}, {"l": 8, "r": 8, "t": 36, "b": 8}
    figure.update_layout(margin=margin, font=font, paper_bgcolor=CLEAR, plot_bgcolor=CLEAR)
    figure.update_layout(legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"})
    for update_axes in (figure.update_xaxes, figure.update_yaxes):
        update_axes(gridcolor=FAINT[dark], zerolinecolor=FAINT[dark], automargin=True)
    return figure.update_layout(**layout)


def bars(dark: bool, ground: str | None = None) -> dict:
    """Marker of bars with an outline; ``ground`` fills them, a faint one by default."""
    return {"color": ground or FAINT[dark], "line": {"color": INK[dark], "width": 1}}
