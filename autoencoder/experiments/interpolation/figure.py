"""Figure of a measured path."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.figures.style import FAINT, INK, dress
from autoencoder.latent.support import PathMeasures


def path_figure(profiles: dict[str, PathMeasures], dark: bool = False) -> go.Figure:
    """Round trip along the path, one line a model; what lies above 1 is off the data."""
    figure = go.Figure()
    dashes = ("solid", "dash", "dot", "dashdot")
    for (name, measured), dash in zip(profiles.items(), dashes, strict=False):
        t = np.linspace(0, 1, len(measured.round_trip))
        figure.add_scatter(
            x=t, y=measured.round_trip, name=name, mode="lines+markers",
            line={"dash": dash, "color": INK[dark]}, hovertemplate="t = %{x:.2f}<br>round trip %{y:.3g}",
        )  # fmt: skip
    highest = max(1.5, *(float(np.max(measured.round_trip)) * 1.1 for measured in profiles.values()))
    figure.add_shape(
        type="rect", xref="paper", x0=0, x1=1, y0=1, y1=highest, line_width=0, layer="below",
        fillcolor=FAINT[dark],
    )  # fmt: skip
    figure.add_annotation(
        text="off the data", xref="paper", x=0.01, y=highest, yanchor="top", xanchor="left", showarrow=False
    )
    dress(figure, dark)
    figure.update_xaxes(title="t, from A (0) to B (1)", range=[-0.03, 1.03])
    figure.update_yaxes(title="round trip, in the model's units", range=[0, highest])
    figure.update_layout(height=340)
    return figure
