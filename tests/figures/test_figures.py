"""Charts hold what they claim: every point its own row, every line its own numbers."""

import numpy as np
import pytest

from autoencoder.checkpoint.codes import codes_of_atlas, codes_of_images
from autoencoder.experiments.gaps.empty_space import empty_space
from autoencoder.experiments.gaps.figure import empty_figure, gap_figure
from autoencoder.experiments.gaps.statistic import gap_steps
from autoencoder.experiments.generate.figure import frechet_figure
from autoencoder.experiments.generate.samples import SampleScores
from autoencoder.experiments.interpolation.figure import path_figure
from autoencoder.figures.maps import map_figure
from autoencoder.figures.style import CLASS_COLOURS
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.projection import project
from autoencoder.steps import result_of


@pytest.fixture
def codes(checkpoints, digits):
    return codes_of_images(checkpoints["vae"], digits)


def test_every_point_is_drawn_once_at_the_place_of_its_row(codes):
    latent_map = project(codes.latents)
    figure = map_figure(codes, latent_map)
    drawn = np.concatenate([trace.customdata for trace in figure.data])
    assert sorted(drawn) == list(range(len(codes.latents)))
    for trace in figure.data:
        np.testing.assert_array_equal(
            np.column_stack([trace.x, trace.y]), latent_map.positions[trace.customdata]
        )
        assert {codes.class_of(index) for index in trace.customdata} == {trace.name}
        assert list(trace.text) == [str(row) for row in codes.rows[trace.customdata]]


def test_a_class_has_its_own_colour(codes):
    figure = map_figure(codes, project(codes.latents))
    assert {trace.name: trace.marker.color for trace in figure.data}["7"] == CLASS_COLOURS[7]


def test_an_atlas_is_drawn_without_its_images(checkpoints):
    codes = codes_of_atlas(checkpoints["ae"])
    figure = map_figure(codes, project(codes.latents))
    assert sum(len(trace.x) for trace in figure.data) == len(codes.latents)


def test_a_profile_is_the_oddity_of_its_model(checkpoints, codes):
    profiles = {
        kind: checkpoints[kind].support.measure(linear(*codes.latents[:2], 6)) for kind in ("ae", "vae")
    }
    figure = path_figure(profiles)
    assert [trace.name for trace in figure.data] == ["ae", "vae"]
    for trace in figure.data:
        np.testing.assert_array_equal(trace.y, profiles[trace.name].oddity)
        np.testing.assert_allclose(trace.x, np.linspace(0, 1, 6))
    assert len({trace.line.dash for trace in figure.data}) == 2
    assert figure.layout.yaxis.title.text == "distance to the data, in the model's units"
    assert figure.layout.yaxis.range[1] > max(measured.oddity.max() for measured in profiles.values())


def test_few_classes_are_named_at_their_centre_and_many_are_not(codes, monkeypatch):
    latent_map = project(codes.latents)
    named = {note.text: (note.x, note.y) for note in map_figure(codes, latent_map).layout.annotations}
    assert set(named) == {f"<b>{name}</b>" for name in codes.class_names}
    np.testing.assert_allclose(named["<b>3</b>"], np.median(latent_map.positions[codes.labels == 3], axis=0))
    monkeypatch.setattr("autoencoder.figures.maps.MOST_NAMED_CLASSES", 2)
    assert not map_figure(codes, latent_map).layout.annotations


def test_every_bar_of_empty_space_is_its_own_share(checkpoints):
    spaces = {
        kind: [
            empty_space(source, checkpoints[kind].support, checkpoints[kind].atlas.latents, None, 30, 0)
            for source in ("box", "prior")
        ]
        for kind in ("ae", "vae")
    }
    off, unlike = empty_figure(spaces).data
    assert off.name == "off the data" and unlike.name == "unlike any image"
    drawn = dict(zip(zip(*off.x, strict=True), off.y, strict=True))
    expected = {(kind, space.source): space.off_support_share for kind in spaces for space in spaces[kind]}
    assert drawn == expected


def test_every_path_is_a_point_of_its_model_and_kind(checkpoints, digits):
    checkpoint = checkpoints["ae"]
    latents = checkpoint.model.encode(digits.images)
    pairs = random_pairs(digits.labels, 40, 12, 0)
    statistic = result_of(gap_steps("small", checkpoint.support, latents, pairs))
    same, cross = gap_figure([statistic]).data
    np.testing.assert_array_equal(same.y, statistic.score("same"))
    np.testing.assert_array_equal(cross.y, statistic.score("cross"))
    assert set(cross.x[0]) == {"small"} and set(cross.x[1]) == {"across classes"}


def judged(*distances: float) -> list[SampleScores]:
    return [SampleScores(f"source {value}", 10, value, 2.5, 0.0, 0.0, None) for value in distances]


def test_the_frechet_chart_says_its_values_and_has_ticks_that_can_be_read():
    figure = frechet_figure({"one": judged(180.4, 7.04), "two": judged(26.6)})
    (bars,) = figure.data
    assert list(bars.y) == [180.4, 7.04, 26.6] and list(bars.text) == ["180", "7.04", "26.6"]
    axis = figure.layout.yaxis
    assert figure.layout.shapes[0].y0 == 2.5 and "real images, 2.5)" in axis.title.text
    low, high = (10**end for end in axis.range)
    assert axis.type == "log" and low < 2.5 and high > 180.4
    assert axis.tickformat == ",~g"


def test_the_frechet_chart_of_distances_that_are_not_known_is_drawn():
    figure = frechet_figure({"one": judged(float("nan"), 0.0)})
    assert np.isfinite(figure.layout.yaxis.range).all()
