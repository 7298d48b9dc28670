"""Charts hold what they claim: every point its own row, every line its own numbers."""

import numpy as np
import pytest

from autoencoder.codes import codes_of_atlas, codes_of_images
from autoencoder.figures import CLASS_COLOURS, map_figure, path_figure
from autoencoder.paths import linear
from autoencoder.projection import project


@pytest.fixture
def codes(checkpoints, digits):
    return codes_of_images(checkpoints["vae"], digits)


def test_every_point_is_drawn_once_at_the_place_of_its_row(codes):
    latent_map = project(codes.latents)
    figure = map_figure(codes, latent_map, list(codes.class_names), {})
    drawn = np.concatenate([trace.customdata for trace in figure.data])
    assert sorted(drawn) == list(range(len(codes.latents)))
    for trace in figure.data:
        np.testing.assert_array_equal(
            np.column_stack([trace.x, trace.y]), latent_map.positions[trace.customdata]
        )
        assert {codes.class_of(index) for index in trace.customdata} == {trace.name}
        assert list(trace.text) == [str(row) for row in codes.rows[trace.customdata]]


def test_a_filter_leaves_the_rows_of_the_rest_as_they_are(codes):
    figure = map_figure(codes, project(codes.latents), ["3", "7"], {})
    assert [trace.name for trace in figure.data] == ["3", "7"]
    for trace in figure.data:
        assert set(trace.customdata) == set(np.flatnonzero(codes.labels == int(trace.name)))


def test_a_class_keeps_its_colour_under_a_filter(codes):
    figure = map_figure(codes, project(codes.latents), ["7"], {})
    assert figure.data[0].marker.color == CLASS_COLOURS[7]


def test_marks_lie_on_their_points(codes):
    latent_map = project(codes.latents)
    figure = map_figure(codes, latent_map, [], {"A": 4, "B": 9})
    marks = {note.text: (note.x, note.y) for note in figure.layout.annotations if note.showarrow is None}
    np.testing.assert_allclose(marks["<b>A</b>"], latent_map.positions[4])
    np.testing.assert_allclose(marks["<b>B</b>"], latent_map.positions[9])


def test_an_atlas_is_drawn_without_its_images(checkpoints):
    codes = codes_of_atlas(checkpoints["ae"])
    figure = map_figure(codes, project(codes.latents), list(codes.class_names), {})
    assert sum(len(trace.x) for trace in figure.data) == len(codes.latents)


def test_a_profile_is_the_round_trip_of_its_model(checkpoints, codes):
    profiles = {
        kind: checkpoints[kind].support.measure(linear(*codes.latents[:2], 6)) for kind in ("ae", "vae")
    }
    figure = path_figure(profiles)
    assert [trace.name for trace in figure.data] == ["ae", "vae"]
    for trace in figure.data:
        np.testing.assert_array_equal(trace.y, profiles[trace.name].round_trip)
        np.testing.assert_allclose(trace.x, np.linspace(0, 1, 6))
    assert len({trace.line.dash for trace in figure.data}) == 2
    assert figure.layout.yaxis.range[1] > max(measured.round_trip.max() for measured in profiles.values())


def test_few_classes_are_named_at_their_centre_and_many_are_not(codes, monkeypatch):
    latent_map = project(codes.latents)
    named = map_figure(codes, latent_map, ["3"], {}).layout.annotations
    assert [note.text for note in named] == ["<b>3</b>"]
    centre = np.median(latent_map.positions[codes.labels == 3], axis=0)
    np.testing.assert_allclose([named[0].x, named[0].y], centre)
    monkeypatch.setattr("autoencoder.figures.MOST_NAMED_CLASSES", 2)
    assert not map_figure(codes, latent_map, ["3", "4", "5"], {}).layout.annotations
