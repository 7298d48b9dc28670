"""Map of codes: on a page, and for a paper with a path and pins."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from autoencoder.checkpoint.codes import Codes
from autoencoder.figures.chart import Axis, Chart, Curve, Note
from autoencoder.figures.screen import on_screen
from autoencoder.figures.style import CLASS_COLOURS
from autoencoder.latent.projection import Map

MOST_NAMED_CLASSES = 30  # beyond, the names would hide the points


def map_figure(codes: Codes, latent_map: Map, dark: bool = False) -> go.Figure:
    """The codes on their map, coloured by class, with each class's name at its centre."""
    return on_screen(map_paper_figure(codes, latent_map, ""), dark)


def map_paper_figure(
    codes: Codes,
    latent_map: Map,
    title: str,
    path: np.ndarray | None = None,
    pins: Mapping[str, np.ndarray] | None = None,
) -> Chart:
    """The map of N codes, coloured by class and named at each class's centre, as `paper` takes it.

    ``path`` (T, 2) and ``pins`` (2,), by their letters, are places on the map, as `Map.place` gives them.
    """
    classes = _classes(codes)
    marks = [_points(name, members, codes, latent_map) for name, members in classes]
    notes = [_name(name, latent_map.positions[members]) for name, members in classes if name]
    if path is not None and len(path):
        marks.append(Curve("", *np.transpose(path), width=2.5))
    for letter, (x, y) in (pins or {}).items():
        looks = {"dash": "", "symbol": "circle", "size": 11, "texts": [letter], "sides": ["top right"]}
        marks.append(Curve("", [x], [y], **looks))
    x_name, y_name = latent_map.axis_names
    axes = Axis(x_name), Axis(y_name)
    notes = notes if len(classes) <= MOST_NAMED_CLASSES else []
    return Chart(*axes, marks, title, 600, notes=notes, is_square=True)


def _classes(codes: Codes) -> list[tuple[str, np.ndarray]]:
    """Each class's name with the indices of its codes; one nameless class where there are no labels."""
    if codes.labels is None:
        return [("", np.arange(len(codes.latents)))]
    return [
        (codes.class_names[label], np.flatnonzero(codes.labels == label)) for label in np.unique(codes.labels)
    ]


def _points(name: str, members: np.ndarray, codes: Codes, latent_map: Map) -> Curve:
    colour = CLASS_COLOURS[codes.class_names.index(name) % len(CLASS_COLOURS)] if name else CLASS_COLOURS[0]
    x, y = latent_map.positions[members].T
    size = 8 if len(codes.latents) < 2000 else 4
    hover = f"{name or 'image'} · image %{{customdata}}<extra></extra>"
    looks = {"dash": "", "symbol": "circle", "size": size, "opacity": 0.75, "hover": hover}
    return Curve(name, x, y, colour, **looks, about=list(map(str, codes.rows[members])))


def _name(name: str, positions: np.ndarray) -> Note:
    x, y = np.median(positions, axis=0)
    return Note(float(x), float(y), name, is_large=True)
