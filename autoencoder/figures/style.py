"""Colours, type and layout that all figures share; each colour is for a light page, and for a dark one."""

import plotly.graph_objects as go

HEX = "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd"
CLASS_COLOURS = tuple(f"#{colour}" for colour in HEX.split())  # colour-blind safe: Petroff, arXiv 2107.02270
# Of the first model, the second, …: 3 to 1 or more against the page, and apart for colour-blind eyes.
MODEL_COLOURS = {
    False: ("#1f5fa8", "#c8500a", "#00928a", "#5a1a4e"),
    True: ("#6aa9f4", "#ff9d52", "#2a9d84", "#f0c8f0"),
}
INK = {False: "#1d1f23", True: "#eceae5"}
FAINT = {False: "rgba(29,31,35,.15)", True: "rgba(236,234,229,.18)"}
PAPER = {False: "rgba(251,250,247,.8)", True: "rgba(20,22,26,.8)"}
CLEAR = "rgba(0,0,0,0)"
DASHES = ("solid", "dash", "dot", "dashdot")  # of lines, in turn
FONT = '"Source Sans", sans-serif'  # that of the page; Streamlit brings it
FONT_SIZE = 14  # of all texts in a chart; the page's own is 16


def model_colour(number: int, dark: bool = False) -> str:
    """The colour of the model at a place in the choice, 0 the first; the fifth has the first one's again."""
    return MODEL_COLOURS[dark][number % len(MODEL_COLOURS[dark])]


def dash(number: int) -> str:
    """The dash of the model at a place in the choice: 16 models differ in colour or dash."""
    return DASHES[(number + number // len(DASHES)) % len(DASHES)]


def dress(figure: go.Figure, dark: bool, **layout) -> go.Figure:
    """The figure with the ground, ink, type and grid of all charts, a legend below, and its ``layout``."""
    font = {"color": INK[dark], "size": FONT_SIZE, "family": FONT}
    margin = {"l": 8, "r": 8, "t": 36, "b": 8}
    figure.update_layout(margin=margin, font=font, paper_bgcolor=CLEAR, plot_bgcolor=CLEAR)
    figure.update_layout(legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"})
    for update_axes in (figure.update_xaxes, figure.update_yaxes):
        update_axes(gridcolor=FAINT[dark], zerolinecolor=FAINT[dark], automargin=True)
        update_axes(title_font_size=FONT_SIZE)
    return figure.update_layout(**layout)
