"""Models have the same colours everywhere, which can be seen in either theme and by colour-blind eyes."""

import tomllib
from itertools import combinations

import numpy as np
import pytest

from autoencoder.figures.chart import Axis, Chart, Curve
from autoencoder.figures.screen import on_screen
from autoencoder.figures.style import FONT, FONT_SIZE, INK, MODEL_COLOURS, dash, model_colour
from tests.tools.project import PROJECT

# Machado, Oliveira & Fernandes 2009, at full severity, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted(float(linear(colour) @ XYZ[1]) + 0.05 for colour in (one, other))
    return high / low


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0, 1) / (XYZ @ np.ones(3)))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def grounds(dark: bool) -> list[str]:
    theme = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["theme"]
    return [theme["dark" if dark else "light"]["backgroundColor"], *([] if dark else ["#ffffff"])]


@pytest.mark.parametrize("dark", [False, True])
def test_a_models_colour_stands_out_from_the_page(dark):
    for ground in grounds(dark):
        assert all(contrast(colour, ground) >= 3 for colour in MODEL_COLOURS[dark])
        assert contrast(INK[dark], ground) >= 7


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("sight", SIGHT)
def test_two_models_are_told_apart(sight, dark):
    """CIE 1976: a difference of 2.3 is just seen; the first two models are far apart."""
    seen = [lab(np.array(SIGHT[sight]) @ linear(colour)) for colour in MODEL_COLOURS[dark]]
    assert np.linalg.norm(seen[0] - seen[1]) > 60
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 20


def test_sixteen_models_differ_in_colour_or_dash():
    assert len({(model_colour(number), dash(number)) for number in range(16)}) == 16


@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_is_set_in_the_type_of_the_page(dark):
    curve = Curve("model", [0, 1], [0, 1], 1)
    figure = on_screen(Chart(Axis("x"), Axis("y"), [curve]), dark)
    layout = figure.layout
    assert layout.font.family == FONT and FONT.startswith('"Source Sans"')
    assert layout.font.size == layout.xaxis.title.font.size == layout.yaxis.title.font.size == FONT_SIZE <= 16
    assert figure.data[0].line.color == model_colour(1, dark) and layout.font.color == INK[dark]
