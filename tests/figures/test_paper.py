"""Figures for a paper: valid files with their words, the same each time, from any thread."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from PIL import Image

from autoencoder.checkpoint.codes import codes_of_atlas
from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.experiments.few_labels.figure import confusion_figure, learning_curves
from autoencoder.experiments.few_labels.words import CurvePoint
from autoencoder.experiments.gaps.study import SHIPPED_STUDY, read_study
from autoencoder.experiments.gaps.study_figure import study_panels
from autoencoder.experiments.interpolation.figure import path_figure, strips_figure
from autoencoder.experiments.outliers.figure import outlier_panels
from autoencoder.experiments.outliers.outcome import Outcome, TestSet
from autoencoder.experiments.outliers.scores import SCORES
from autoencoder.figures.chart import Area, Axis, Bars, Box, Chart, Curve, Note, Panels, Pictures, Row, Rule
from autoencoder.figures.formats import FORMATS
from autoencoder.figures.maps import map_paper_figure
from autoencoder.figures.paper import paper
from autoencoder.figures.training import Run, errors_figure, loss_figure
from autoencoder.latent.gap_score import JUMP
from autoencoder.latent.paths import linear
from autoencoder.latent.projection import project
from autoencoder.model.architecture import ModelSettings
from autoencoder.training.plan import TrainingProgress

SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "svg": b"<?xml"}


def everything(title: str = "Every mark") -> Chart:
    """A chart with every kind of mark."""
    marks = [
        Curve("a curve", [0, 1, 2], [1, 3, 2], 0, "dash", "circle-open", spread=np.ones((2, 3)) / 4),
        Curve("named points", [0, 1], [2, 2], 1, "", "star", texts=["one", "two"], sides=["top right"] * 2),
        Bars("some bars", [0, 1, 2], [0.5, 0.6, 0.7], 0.3, 2, is_hatched=True),
        Box("a box", 1.5, np.arange(20) / 10, 0.4, 3),
    ]
    x, y = Axis("the x axis", names={0: "none", 1: "one", 2: "two"}), Axis("the y axis", ".0%", (0, 4))
    rules, areas = [Rule(1, "a rule"), Rule(0.5, "a mark", True)], [Area(3, 4, "shaded")]
    notes = [Note(1, 2.5, "a note", "top left"), Note(0.5, 3.5, "large", is_large=True)]
    return Chart(x, y, marks, title, rules=rules, areas=areas, notes=notes)


def pictures() -> Pictures:
    images = np.random.default_rng(0).random((7, 28, 28))
    rows = [
        Row("above", images, ["0.50"] * 7, [True, False] * 3 + [True]),
        Row("below", (images * 255).astype(np.uint8)),
    ]
    return Pictures(rows, list("abcdefg"), "Two rows", "the heads", "the legend", 5)


def of_map(checkpoints) -> Chart:
    codes = codes_of_atlas(checkpoints["vae"])
    latent_map = project(codes.latents)
    places = latent_map.positions
    return map_paper_figure(codes, latent_map, "A map", places[:3], {"A": places[0], "B": places[2]})


def of_path(checkpoints):
    checkpoint = checkpoints["ae"]
    return {"ae": checkpoint.support.measure(linear(*checkpoint.atlas.latents[:2], 5))}


def of_outliers(checkpoints) -> Panels:
    is_outlier = np.arange(40) % 4 == 0
    test = TestSet(np.zeros((40, 28, 28), np.uint8), is_outlier, tuple(map(str, range(40))))
    values = {name: 1 + is_outlier + np.linspace(0, 1, 40) for name in SCORES}
    return outlier_panels(Outcome(0, checkpoints["ae"].model, values, test, values), 2.0, "Outliers found")


def of_training(checkpoints) -> Chart:
    epochs = tuple(EpochResult(epoch, 90 / epoch, 95 / epoch + epoch, 20.0) for epoch in range(1, 6))
    losses = tuple((step / 4, 100 / (1 + step)) for step in range(1, 20))
    settings = ModelSettings("ae", 2), TrainingSettings()
    return loss_figure(TrainingProgress("digits", *settings, losses=losses, epochs=epochs))


def of_runs(checkpoints) -> Chart:
    x = np.arange(1, 40)
    return errors_figure([Run(name, "digits", "ae", JUMP, x, 80 + 9 / x, x, x) for name in ("one", "two")])


def of_few_labels(checkpoints) -> Chart:
    names = ("codes-knn", "pixels-knn")
    return learning_curves(
        [CurvePoint(name, n, 2, 0.5 + n / 1000, 0.02, 0.1) for name in names for n in (30, 100)]
    )


KINDS = {  # each with words that it shows
    "every mark": (
        lambda _: everything(),
        ["Every mark", "the x axis", "the y axis", "a curve", "a rule", "large"],
    ),
    "pictures": (lambda _: pictures(), ["Two rows", "above", "below", "the heads", "the legend", "0.50"]),
    "map": (of_map, ["A map", "A", "B", "7"]),
    "profile": (lambda its: path_figure(of_path(its)), ["t, from A (0) to B (1)", "off the data", "ae"]),
    "strips": (
        lambda its: strips_figure(of_path(its), "A path"),
        ["A path", "t, from A (0) to B (1)", "0.25"],
    ),
    "outliers": (of_outliers, ["Outliers found", "share of its kind", "caught among outliers", "threshold"]),
    "losses": (
        of_training,
        ["epochs", "loss, nats per image, logarithmic", "difference 6.0 nats"],
    ),
    "errors": (of_runs, ["epochs", "held-out error, nats, logarithmic", "one", "two"]),
    "few labels": (of_few_labels, ["test accuracy", "labelled images, logarithmic", "pixels, k-NN", "30"]),
    "confusion": (
        lambda _: confusion_figure(np.eye(3, dtype=int) * 7, ["a", "b", "c"], "C"),
        ["C", "true", "7"],
    ),
    "study": (
        lambda _: study_panels(read_study(SHIPPED_STUDY)),
        ["reconstruction error (MSE)", "jump ratio"],
    ),
}


def texts(svg: bytes) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_written_in_every_format_with_its_words(kind, checkpoints):
    make, words = KINDS[kind]
    drawing = make(checkpoints)
    files = {format: paper(drawing, format) for format in FORMATS}
    for format, data in files.items():
        assert data.startswith(SIGNATURES[format])
    assert set(words) <= set(texts(files["svg"])), "text stays text"
    assert b"/FontFile2" in files["pdf"] and b"/Type3" not in files["pdf"], "and in a PDF it is TrueType"
    with Image.open(io.BytesIO(files["png"])) as picture:
        grey = np.asarray(picture.convert("L"))
    assert grey[0, 0] == grey[-1, -1] == 255 and grey.mean() > 128, "ink on paper"


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_figure_has_the_same_bytes(format):
    assert paper(everything(), format) == paper(everything(), format)
    assert paper(everything("another"), format) != paper(everything(), format)


def test_many_threads_draw_what_one_draws():
    asked = [(make, format) for make in (everything, pictures) for format in FORMATS] * 2
    alone = [paper(make(), format) for make, format in asked]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda each: paper(each[0](), each[1]), asked))
    assert together == alone


def test_settings_of_matplotlib_are_left_as_they_were(monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 23.0)
    before = dict(matplotlib.rcParams)
    assert paper(everything(), "svg") == paper(everything(), "svg")
    assert dict(matplotlib.rcParams) == before


def test_an_images_pixels_stay_square_and_are_dark_where_there_is_ink():
    image = np.zeros((28, 28), np.uint8)
    image[10, 20] = 255
    data = paper(Pictures([Row("", image[None])]), "png")
    with Image.open(io.BytesIO(data)) as picture:
        grey = np.asarray(picture.convert("L"))
    rows, columns = np.nonzero(grey == 0)
    assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1), "a block without soft edges"
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 1 and np.ptp(rows) >= 8


def test_pixels_are_whole_in_a_vector_file():
    svg = paper(pictures(), "svg").decode()
    assert svg.count("<image") == 14
    assert svg.count("image-rendering:pixelated") == 14
    assert b"/Interpolate true" not in paper(pictures(), "pdf")


@pytest.mark.parametrize("name", ["_hidden", "a $cost$ of $", "<b>&amp;", "100 %", "\\alpha"])
def test_names_are_text_and_nothing_else(name):
    chart = Chart(Axis(name), Axis("y"), [Curve(name, [0, 1], [0, 1])], "a title")
    assert texts(paper(chart, "svg")).count(name) == 2, "on the axis and in the legend"
    pictures = Pictures([Row(name, np.zeros((2, 28, 28)))], title="a title")
    assert name in texts(paper(pictures, "svg"))


def test_a_long_name_leaves_room_for_the_pictures():
    shown = texts(paper(Pictures([Row("x" * 300, np.zeros((2, 28, 28)))]), "svg"))
    assert "x" * 27 + "…" in shown


def test_a_figure_of_many_points_stays_small():
    points = np.random.default_rng(0).random((2, 20_000))
    chart = Chart(Axis("x"), Axis("y"), [Curve("", *points, dash="", symbol="circle")], is_square=True)
    assert len(paper(chart, "svg")) < 1_000_000


@pytest.mark.parametrize(("low", "high"), [(0.5, 20_000), (50, 190), (65, 81)])
def test_a_logarithmic_axis_has_numbers_to_read(low, high):
    chart = Chart(Axis("x"), Axis("y", is_log=True), [Curve("", [0, 1], [low, high])])
    numbers = [text for text in texts(paper(chart, "svg")) if re.fullmatch(r"[\d,.]+", text)]
    ys = [float(text.replace(",", "")) for text in numbers]
    assert sum(0.8 * low <= y <= 1.2 * high for y in ys) >= 3


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="png, svg, pdf, got 'gif'"):
        paper(everything(), "gif")
