"""Figures of measured paths: strips of pictures, and the profile."""

import numpy as np

from autoencoder.experiments.interpolation.words import decimals
from autoencoder.figures.chart import Area, Axis, Chart, Curve, Pictures, Row
from autoencoder.figures.style import dash
from autoencoder.latent.support import PathMeasures, oddity_name


def path_figure(profiles: dict[str, PathMeasures], title: str = "") -> Chart:
    """Oddity along the path, one line a model; what lies above 1 is off the data."""
    name = _oddity(profiles)
    hover = f"t = %{{x:.2f}}<br>{name} %{{y:.3g}}"
    curves = [_curve(number, *its, hover) for number, its in enumerate(profiles.items())]
    highest = max(1.5, *(float(np.max(measured.oddity)) * 1.1 for measured in profiles.values()))
    x = Axis("t, from A (0) to B (1)", range=(-0.03, 1.03))
    y = Axis(f"{name}, in the model's units", range=(0, highest))
    title = title or f"{name.capitalize()} along the path"
    return Chart(x, y, curves, title, 340, areas=[Area(1, highest, "off the data")])


def _curve(number: int, name: str, measured: PathMeasures, hover: str) -> Curve:
    t = np.linspace(0, 1, len(measured.oddity))
    return Curve(name, t, measured.oddity, number, dash(number), "circle", hover=hover)


def _oddity(profiles: dict[str, PathMeasures]) -> str:
    """Name of the measure by which the models' codes are off the data; of two where they differ."""
    return " or ".join(dict.fromkeys(oddity_name(measured.latent_dim) for measured in profiles.values()))


def strips_figure(strips: dict[str, PathMeasures], title: str) -> Pictures:
    """The decoded steps of a path of T steps, a row each model, with the oddity below each."""
    rows = [
        Row(name, measured.images, list(map(decimals, measured.oddity)), measured.off_support)
        for name, measured in strips.items()
    ]
    heads = [f"{t:.2f}" for t in np.linspace(0, 1, len(rows[0].images))]
    legend = f"Below each picture: its {_oddity(strips)}. Above 1 it is off the data, and hatched."
    return Pictures(rows, heads, title, "t, from A (0) to B (1)", legend)
