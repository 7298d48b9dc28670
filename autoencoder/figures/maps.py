"""Map of codes as a plotly figure."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.checkpoint.codes import Codes
from autoencoder.figures.style import CLASS_COLOURS, INK, PAPER, dress
from autoencoder.latent.projection import Map

MOST_NAMED_CLASSES = 30  # beyond, the names would hide the points


def map_figure(codes: Codes, latent_map: Map, dark: bool = False) -> go.Figure:
    """The codes on their map, coloured by class, with each class's name at its centre.

    A point's ``customdata`` is its index among all codes: a trace counts the points of its class only.
    """
    figure, classes = go.Figure(), _classes(codes)
    for name, members in classes:
        figure.add_trace(_points(name, members, codes, latent_map))
        if name and len(classes) <= MOST_NAMED_CLASSES:
            x, y = np.median(latent_map.positions[members], axis=0)
            font = {"size": 18, "color": INK[dark]}
            figure.add_annotation(
                x=x, y=y, text=f"<b>{name}</b>", showarrow=False, font=font, bgcolor=PAPER[dark]
            )
    x_name, y_name = latent_map.axis_names
    figure.update_xaxes(title=x_name)
    figure.update_yaxes(title=y_name, scaleanchor="x")
    return dress(figure, dark, height=600, showlegend=bool(codes.class_names), dragmode="pan")


def _classes(codes: Codes) -> list[tuple[str, np.ndarray]]:
    """Each class's name with the indices of its codes; one nameless class where there are no labels."""
    if codes.labels is None:
        return [("", np.arange(len(codes.latents)))]
    return [
        (codes.class_names[label], np.flatnonzero(codes.labels == label)) for label in np.unique(codes.labels)
    ]


def _points(name: str, members: np.ndarray, codes: Codes, latent_map: Map) -> go.Scattergl:
    colour = CLASS_COLOURS[codes.class_names.index(name) % len(CLASS_COLOURS)] if name else CLASS_COLOURS[0]
    x, y = latent_map.positions[members].T
    marker = {"color": colour, "size": 8 if len(codes.latents) < 2000 else 4, "opacity": 0.75}
    points = go.Scattergl(x=x, y=y, name=name, mode="markers", marker=marker, customdata=members)
    hover = f"{name or 'image'} · image %{{text}}<extra></extra>"
    return points.update(text=[str(row) for row in codes.rows[members]], hovertemplate=hover)
