"""Charts hold what they claim: every point its own row, every line its own numbers."""

import numpy as np
import pytest

from autoencoder.checkpoint.codes import codes_of_atlas, codes_of_images
from autoencoder.experiments.gaps.empty_space import empty_space
from autoencoder.experiments.gaps.figure import empty_figure, gap_figure, gap_panels, matrix_figure
from autoencoder.experiments.gaps.statistic import GapMatrix, GapStatistic, gap_steps
from autoencoder.experiments.generate.figure import frechet_figure, samples_figure
from autoencoder.experiments.generate.samples import Samples, SampleScores
from autoencoder.experiments.interpolation.figure import path_figure, strips_figure
from autoencoder.experiments.reconstruction import reconstruction_sheet
from autoencoder.figures.maps import map_figure, map_paper_figure
from autoencoder.figures.screen import on_screen
from autoencoder.figures.style import CLASS_COLOURS
from autoencoder.latent.gap_score import JUMP, SHARE, GapScores, random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.projection import project
from autoencoder.steps import result_of


@pytest.fixture
def codes(checkpoints, digits):
    return codes_of_images(checkpoints["vae"], digits)


def test_every_point_is_drawn_once_at_the_place_of_its_row(codes):
    latent_map = project(codes.latents)
    marks = map_paper_figure(codes, latent_map, "").marks
    assert sorted(int(row) for mark in marks for row in mark.about) == codes.rows.tolist()
    for mark in marks:
        rows = [int(row) for row in mark.about]
        np.testing.assert_array_equal(np.column_stack([mark.x, mark.y]), latent_map.positions[rows])
        assert {codes.class_of(row) for row in rows} == {mark.name}


def test_a_class_has_its_own_colour(codes):
    figure = map_figure(codes, project(codes.latents))
    assert {trace.name: trace.marker.color for trace in figure.data}["7"] == CLASS_COLOURS[7]


def test_a_map_has_its_path_and_pins_where_they_are(codes):
    latent_map = project(codes.latents)
    places = latent_map.positions[:4]
    chart = map_paper_figure(codes, latent_map, "a map", places, {"A": places[0], "B": places[3]})
    path, a, b = chart.marks[-3:]
    np.testing.assert_array_equal(np.column_stack([path.x, path.y]), places)
    assert [(*a.x, *a.y), *a.texts] == [tuple(places[0]), "A"]
    assert [(*b.x, *b.y), *b.texts] == [tuple(places[3]), "B"]


def test_an_atlas_is_drawn_without_its_images(checkpoints):
    codes = codes_of_atlas(checkpoints["ae"])
    figure = map_figure(codes, project(codes.latents))
    assert sum(len(trace.x) for trace in figure.data) == len(codes.latents)


def measured(checkpoint, codes):
    return checkpoint.support.measure(linear(*codes.latents[:2], 6))


def test_a_profile_is_the_oddity_of_its_model(checkpoints, codes):
    profiles = {kind: measured(checkpoints[kind], codes) for kind in ("ae", "vae")}
    chart = path_figure(profiles)
    assert [curve.name for curve in chart.marks] == ["ae", "vae"]
    for curve in chart.marks:
        np.testing.assert_array_equal(curve.y, profiles[curve.name].oddity)
        np.testing.assert_allclose(curve.x, np.linspace(0, 1, 6))
    assert len({curve.dash for curve in chart.marks}) == len({curve.colour for curve in chart.marks}) == 2
    assert chart.y.title == "distance to the data, in the model's units"
    assert chart.y.range[1] > max(each.oddity.max() for each in profiles.values())
    assert chart.areas[0].low == 1


def test_a_strip_has_every_step_with_its_oddity(checkpoints, codes):
    path = measured(checkpoints["ae"], codes)
    (row,) = strips_figure({"ae": path}, "from A to B").rows
    np.testing.assert_array_equal(row.images, path.images)
    np.testing.assert_allclose([float(note) for note in row.notes], path.oddity, atol=0.006)
    np.testing.assert_array_equal(row.marked, path.oddity > 1)


def test_few_classes_are_named_at_their_centre_and_many_are_not(codes, monkeypatch):
    latent_map = project(codes.latents)
    named = {note.text: (note.x, note.y) for note in map_paper_figure(codes, latent_map, "").notes}
    assert set(named) == set(codes.class_names)
    np.testing.assert_allclose(named["3"], np.median(latent_map.positions[codes.labels == 3], axis=0))
    monkeypatch.setattr("autoencoder.figures.maps.MOST_NAMED_CLASSES", 2)
    assert not map_paper_figure(codes, latent_map, "").notes


def test_every_bar_of_empty_space_is_its_own_share(checkpoints):
    spaces = {
        kind: [
            empty_space(source, checkpoints[kind].support, checkpoints[kind].atlas.latents, None, 30, 0)
            for source in ("box", "prior")
        ]
        for kind in ("ae", "vae")
    }
    chart = empty_figure(spaces)
    assert [bars.name for bars in chart.marks] == ["ae, off the data", "vae, off the data"]
    for bars, of_model in zip(chart.marks, spaces.values(), strict=True):
        assert [chart.x.names[round(x)] for x in bars.x] == ["box", "prior"]
        assert bars.y == [space.off_support_share for space in of_model] and bars.is_hatched
    assert len({bars.colour for bars in chart.marks}) == 2
    every_x = sorted(x for bars in chart.marks for x in bars.x)
    assert min(np.diff(every_x)) >= chart.marks[0].width, "no bar lies on another"


def statistic(name: str, checkpoint, digits):
    latents = checkpoint.model.encode(digits.images)
    pairs = random_pairs(digits.labels, 40, 12, 0)
    return result_of(gap_steps(name, checkpoint.support, latents, pairs))


def test_every_path_is_a_point_of_its_model_and_kind(checkpoints, digits):
    found = statistic("small", checkpoints["ae"], digits)
    chart = gap_figure([found], found.gap_score)
    same, cross = chart.marks
    np.testing.assert_array_equal(same.values, found.score("same"))
    np.testing.assert_array_equal(cross.values, found.score("cross"))
    assert same.name == cross.name == "small"
    assert (chart.x.names[same.x], chart.x.names[cross.x]) == ("within a class", "across classes")


def test_a_model_keeps_its_colour_on_the_chart_of_another_score():
    scores = GapScores(*np.random.default_rng(0).random((3, 9)))
    several = [GapStatistic(name, size, scores, scores) for name, size in (("large", 16), ("flat", 2))]
    assert [statistic.gap_score for statistic in several] == [SHARE, JUMP]
    shown = [chart.marks for chart in gap_panels(several).charts]
    assert [{box.name for box in boxes} for boxes in shown] == [{"large"}, {"flat"}]
    assert [{box.colour for box in boxes} for boxes in shown] == [{0}, {1}]


def test_the_matrix_says_its_scores_and_leaves_out_what_is_not_known():
    score, none = np.array([[1.0, 2.5], [2.5, np.nan]]), np.zeros((2, 2, 2), int)
    matrix = matrix_figure(GapMatrix(np.arange(2), score, none, none), ["a", "b"], JUMP, "a model")
    assert matrix.texts.tolist() == [["1.00", "2.50"], ["2.50", ""]]
    assert matrix.scale.range == (0, 2.5) and matrix.scale.title == "median jump ratio"


def judged(*distances: float) -> list[SampleScores]:
    return [SampleScores(f"source {value}", 10, value, 2.5, 0.0, 0.0, None) for value in distances]


def test_the_frechet_chart_says_its_values_and_has_ticks_that_can_be_read():
    chart = frechet_figure({"one": judged(180.4, 7.04), "two": judged(26.6)})
    one, two = chart.marks
    assert (one.y, two.y) == ([180.4, 7.04], [26.6])
    assert (one.texts, two.texts) == (["180", "7.04"], ["26.6"])
    assert [chart.x.names[round(x)] for x in (*one.x, *two.x)] == [
        "source 180.4",
        "source 7.04",
        "source 26.6",
    ]
    assert chart.rules[0].at == 2.5 and chart.rules[0].text == "real images: 2.5"
    assert not one.dash and one.colour != two.colour, "points: a bar has no foot on a logarithmic axis"
    low, high = chart.y.range
    assert chart.y.is_log and low < 2.5 and high > 180.4
    axis = on_screen(chart).layout.yaxis
    assert axis.type == "log" and axis.tickformat == ",~g"
    assert [10**end for end in axis.range] == pytest.approx([low, high])


def test_the_frechet_chart_of_distances_that_are_not_known_is_drawn():
    assert np.isfinite(frechet_figure({"one": judged(float("nan"), 0.0)}).y.range).all()


@pytest.mark.parametrize(("latent_dim", "decides"), [(2, "distance to the data"), (16, "round trip")])
def test_of_many_samples_the_first_are_shown_and_it_says_so(latent_dim, decides):
    images = np.zeros((500, 28, 28), np.float32)
    drawn = Samples(np.zeros((500, latent_dim), np.float32), images, np.linspace(0, 2, 500))
    figure = samples_figure(drawn, "Samples")
    (row,) = figure.rows
    assert figure.title == "Samples: the first 400 of 500" and len(row.images) == 400
    np.testing.assert_array_equal(row.marked, drawn.oddity[:400] > 1)
    assert figure.legend == f"Hatched: off the data ({decides} above 1)."


def test_the_sheet_of_reconstructions_is_what_the_model_makes(checkpoints, digits):
    sheet = reconstruction_sheet(checkpoints["ae"], digits, None, 0, 5)
    lines = {row.name: row.images for row in sheet.rows}
    assert list(lines) == ["Input", "Reconstruction", "Error"]
    back = checkpoints["ae"].model.reconstruct(digits.images[:5])
    np.testing.assert_allclose(lines["Reconstruction"], back, atol=1e-6)
    np.testing.assert_allclose(lines["Error"], np.abs(back - digits.images[:5] / 255), atol=1e-6)
