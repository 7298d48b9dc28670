"""Figures of measured paths: strips of pictures, and the profile."""

import numpy as np

from autoencoder.experiments.interpolation.words import decimals
from autoencoder.figures.chart import Area, Axis, Chart, Curve, Pictures, Row
from autoencoder.figures.style import dash
from autoencoder.latent.support import PathMeasures

HOVER = "t = %{x:.2f}<br>round trip %{y:.3g}"


def path_figure(profiles: dict[str, PathMeasures], title: str = "Round trip along the path") -> Chart:
    """Round trip along the path, one line a model; what lies above 1 is off the data."""
    curves = [_curve(number, *its) for number, its in enumerate(profiles.items())]
    highest = max(1.5, *(float(np.max(measured.round_trip)) * 1.1 for measured in profiles.values()))
    x = Axis("t, from A (0) to B (1)", range=(-0.03, 1.03))
    y = Axis("round trip, in the model's units", range=(0, highest))
    return Chart(x, y, curves, title, 340, areas=[Area(1, highest, "off the data")])


def _curve(number: int, name: str, measured: PathMeasures) -> Curve:
    t = np.linspace(0, 1, len(measured.round_trip))
    return Curve(name, t, measured.round_trip, number, dash(number), "circle", hover=HOVER)


def strips_figure(strips: dict[str, PathMeasures], title: str) -> Pictures:
    """The decoded steps of a path of T steps, a row each model, with the round trip below each."""
    rows = [
        Row(name, measured.images, list(map(decimals, measured.round_trip)), measured.off_support)
        for name, measured in strips.items()
    ]
    heads = [f"{t:.2f}" for t in np.linspace(0, 1, len(rows[0].images))]
    legend = "Below each picture: its round trip. Above 1 it is off the data, and hatched."
    return Pictures(rows, heads, title, "t, from A (0) to B (1)", legend)
