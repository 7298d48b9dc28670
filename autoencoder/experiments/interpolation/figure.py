"""Figure of a measured path."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.figures.style import DASHES, FAINT, INK, dress
from autoencoder.latent.support import PathMeasures


def path_figure(profiles: dict[str, PathMeasures], dark: bool = False) -> go.Figure:
    """Round trip along the path, one line a model; what lies above 1 is off the data."""
    figure = go.Figure()
    for (name, measured), dash in zip(profiles.items(), DASHES, strict=False):
        t = np.linspace(0, 1, len(measured.round_trip))
        figure.add_scatter(x=t, y=measured.round_trip, name=name, mode="lines+markers", line_dash=dash)
    figure.update_traces(line_color=INK[dark], hovertemplate="t = %{x:.2f}<br>round trip %{y:.3g}")
    highest = max(1.5, *(float(np.max(measured.round_trip)) * 1.1 for measured in profiles.values()))
    area = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": highest}
    figure.add_shape(area, line_width=0, layer="below", fillcolor=FAINT[dark])
    corner = {"xref": "paper", "x": 0.01, "y": highest, "xanchor": "left", "yanchor": "top"}
    figure.add_annotation(corner, text="off the data", showarrow=False)
    figure.update_xaxes(title="t, from A (0) to B (1)", range=[-0.03, 1.03])
    figure.update_yaxes(title="round trip, in the model's units", range=[0, highest])
    return dress(figure, dark, height=340)
