"""Figure of a measured path."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.figures.style import DASHES, FAINT, INK, dress
from autoencoder.latent.support import PathMeasures, oddity_name


def path_figure(profiles: dict[str, PathMeasures], dark: bool = False) -> go.Figure:
    """Oddity along the path, one line a model; what lies above 1 is off the data."""
    figure = go.Figure()
    for (name, measured), dash in zip(profiles.items(), DASHES, strict=False):
        t = np.linspace(0, 1, len(measured.oddity))
        figure.add_scatter(x=t, y=measured.oddity, name=name, mode="lines+markers", line_dash=dash)
    name = " or ".join(dict.fromkeys(oddity_name(measured.latent_dim) for measured in profiles.values()))
    figure.update_traces(line_color=INK[dark], hovertemplate=f"t = %{{x:.2f}}<br>{name} %{{y:.3g}}")
    highest = max(1.5, *(float(np.max(measured.oddity)) * 1.1 for measured in profiles.values()))
    area = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": highest}
    figure.add_shape(area, line_width=0, layer="below", fillcolor=FAINT[dark])
    corner = {"xref": "paper", "x": 0.01, "y": highest, "xanchor": "left", "yanchor": "top"}
    figure.add_annotation(corner, text="off the data", showarrow=False)
    figure.update_xaxes(title="t, from A (0) to B (1)", range=[-0.03, 1.03])
    figure.update_yaxes(title=f"{name}, in the model's units", range=[0, highest])
    return dress(figure, dark, height=340)
