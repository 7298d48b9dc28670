"""Codes off the data: models with planted holes, oracles in loops, and the law that gives the unit."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.latent.gap_score import gap_score, is_weak
from autoencoder.latent.support import PathMeasures, Support, Units, is_off_support, oddity_name

few = settings(deadline=None, max_examples=25)


class LinearCodec:
    """Pictures are a linear image of the code; encoding one returns 1.01 times its code, and never fails."""

    def __init__(self, latent_dim=3):
        axes = np.random.default_rng(0).normal(size=(784, latent_dim))
        self.axes = np.linalg.qr(axes)[0].T  # (D, 784), orthonormal: distances of pictures are those of codes
        self.n_decoded = self.n_encoded = 0

    def codes_in_use(self, latents):
        return latents

    def decode(self, latents):
        self.n_decoded += len(latents)
        return (0.5 + 0.01 * latents @ self.axes).reshape(-1, 28, 28).astype(np.float32)

    def encode(self, images):
        self.n_encoded += len(images)
        return (1.01 * (images.reshape(-1, 784) - 0.5) @ self.axes.T / 0.01).astype(np.float32)


class HoledCodec(LinearCodec):
    """Knows pictures only where the first dimension is beyond 2 on either side; all else falls to -4 or 4."""

    def decode(self, latents):
        snapped = np.where(latents[:, :1] < 0, [-4, 0, 0], [4, 0, 0])
        in_hole = np.abs(latents[:, :1]) < 2
        return super().decode(np.where(in_hole, snapped, latents))


def two_clusters(n_left=40, n_right=25, seed=0):
    codes = np.random.default_rng(seed).normal(scale=0.5, size=(n_left + n_right, 3))
    codes[:, 0] += np.repeat([-4, 4], [n_left, n_right])
    return codes.astype(np.float32)


def some_codes(n, latent_dim, seed=0):
    return np.random.default_rng(seed).normal(size=(n, latent_dim)).astype(np.float32)


def straight(start, end, n_steps):
    return np.linspace(start, end, n_steps).astype(np.float32)


ACROSS = straight([-4, 0, 0], [4, 0, 0], 17)  # steps of 0.5: 7 of them lie strictly within the hole


def neighbour_distance_in_a_loop(code, codes, skip=None):
    distances = [np.linalg.norm(code - other) for row, other in enumerate(codes) if row != skip]
    return np.mean(sorted(distances)[:5])


def test_a_path_through_a_hole_comes_back_from_elsewhere_in_the_hole_alone():
    measures = Support(HoledCodec(), two_clusters()).measure(ACROSS)
    np.testing.assert_array_equal(measures.round_trip > 1, np.abs(ACROSS[:, 0]) < 2)


def test_without_a_hole_the_same_path_comes_back_and_is_even():
    measures = Support(LinearCodec(), two_clusters()).measure(ACROSS)
    assert measures.round_trip.max() <= 1
    assert measures.jump_ratio == pytest.approx(1, abs=1e-3)


def test_the_jump_over_a_hole_is_seen_in_the_pictures():
    """The picture goes from -4 to -2 by halves, falls back to -4, jumps to 4, back to 2, and on by halves."""
    measures = Support(HoledCodec(), two_clusters()).measure(ACROSS)
    steps = np.array([0.5] * 4 + [2, 0, 0, 8, 0, 0, 0, 2] + [0.5] * 4)
    in_pictures = np.linalg.norm(np.diff(measures.images.reshape(17, 784), axis=0), axis=1) / 0.01
    np.testing.assert_allclose(in_pictures, steps, atol=1e-3)
    assert measures.jump_ratio == pytest.approx(steps.max() / steps.mean(), rel=1e-3)


def test_far_from_all_codes_the_neighbours_are_far():
    measures = Support(LinearCodec(), two_clusters()).measure(ACROSS)
    assert measures.neighbour_distance[8] > 3 > 1.5 > measures.neighbour_distance[[0, -1]].max()


@few
@given(st.integers(1, 40), st.integers(3, 80), st.integers(0, 10**6))
def test_the_95th_percentile_over_the_own_atlas_is_1(latent_dim, n, seed):
    codes = some_codes(n, latent_dim, seed).astype(np.float16)
    measures = Support(LinearCodec(latent_dim), codes).measure(codes.astype(np.float32))
    assert np.percentile(measures.round_trip, 95) == pytest.approx(1)
    assert np.percentile(measures.neighbour_distance, 95) == pytest.approx(1)


@pytest.mark.parametrize(("n", "latent_dim"), [(3, 3), (5, 1), (6, 2), (60, 3), (60, 40)])
def test_the_units_are_what_they_say(n, latent_dim):
    codes = some_codes(n, latent_dim)
    distances = [neighbour_distance_in_a_loop(code, codes, skip=row) for row, code in enumerate(codes)]
    nearest = [sorted(np.linalg.norm(codes - code, axis=1))[1] for code in codes]
    units = Support(LinearCodec(latent_dim), codes).units
    assert units.neighbour_distance == pytest.approx(np.percentile(distances, 95), rel=1e-5)
    assert units.decoded_step == pytest.approx(0.01 * np.percentile(nearest, 95), rel=1e-3)
    assert units.round_trip == pytest.approx(
        0.01 * np.percentile(np.linalg.norm(codes, axis=1), 95), rel=1e-3
    )


class DrawnCodec(LinearCodec):
    """Its decoder is given codes that lie about those of the atlas, as a variational one's is."""

    def codes_in_use(self, latents):
        return latents + np.random.default_rng(1).normal(size=latents.shape).astype(np.float32)


@pytest.mark.parametrize("latent_dim", [2, 16])
def test_the_units_are_of_the_codes_in_use(latent_dim):
    codec, codes = DrawnCodec(latent_dim), some_codes(80, latent_dim)
    support, used = Support(codec, codes), codec.codes_in_use(codes)
    to_others = [neighbour_distance_in_a_loop(code, codes, skip=row) for row, code in enumerate(used)]
    assert support.units.neighbour_distance == pytest.approx(np.percentile(to_others, 95), rel=1e-5)
    trips = np.linalg.norm(codec.encode(codec.decode(used)) - used, axis=1)
    assert support.units.round_trip == pytest.approx(np.percentile(trips, 95), rel=1e-5)
    plain = Support(LinearCodec(latent_dim), codes).units
    assert support.units.decoded_step == plain.decoded_step, "a change of the picture has no noise of a draw"
    assert support.units.round_trip > plain.round_trip
    assert is_off_support(support.oddity(used)).mean() == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize("latent_dim", [2, 7, 8])
def test_the_quick_limit_is_the_unit_of_what_decides(latent_dim):
    support = Support(DrawnCodec(latent_dim), some_codes(60, latent_dim))
    expected = support.units.round_trip if latent_dim >= 8 else support.units.neighbour_distance
    assert support.oddity_limit() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("latent_dim", [1, 7, 8, 40])
def test_one_measure_decides_on_paths_places_and_fields_alike(latent_dim):
    support, codes = (
        Support(LinearCodec(latent_dim), some_codes(60, latent_dim)),
        some_codes(9, latent_dim, 5),
    )
    measures = support.measure(codes)
    assert oddity_name(latent_dim) == ("round trip" if latent_dim >= 8 else "distance to the data")
    decides = measures.round_trip if latent_dim >= 8 else measures.neighbour_distance
    np.testing.assert_array_equal(measures.oddity, decides)
    np.testing.assert_array_equal(support.oddity(codes), decides)
    np.testing.assert_array_equal(support.oddity(codes, measures.images), decides)


@few
@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 10**6))
def test_a_stranger_has_all_codes_for_neighbours(n, latent_dim, seed):
    codes, strangers = some_codes(n, latent_dim, seed), some_codes(4, latent_dim, seed + 1)
    support = Support(LinearCodec(latent_dim), codes, Units(1, 1, 1))
    expected = [neighbour_distance_in_a_loop(stranger, codes) for stranger in strangers]
    np.testing.assert_allclose(support.neighbour_distance(strangers), expected, rtol=1e-5)
    np.testing.assert_allclose(support.neighbour_distance(strangers, exclude_self=True), expected, rtol=1e-5)


@few
@given(st.integers(2, 30), st.integers(0, 10**6), st.sampled_from([1e-3, 1, 300]))
def test_a_code_knows_itself_in_a_rounded_atlas(n, seed, scale):
    exact = scale * some_codes(n, 3, seed)
    stored = exact.astype(np.float16)
    nudged = exact * np.float32(1 + 1e-7)  # the same image, encoded in another batch
    support = Support(LinearCodec(), stored, Units(1, 1, 1))
    expected = [neighbour_distance_in_a_loop(c, stored.astype(float), skip=i) for i, c in enumerate(exact)]
    np.testing.assert_allclose(support.neighbour_distance(nudged, exclude_self=True), expected, rtol=1e-3)


def test_a_zero_encoded_a_little_differently_is_still_the_same_code():
    support = Support(LinearCodec(), np.array([[0, 3, 0], [5, 3, 0]]), Units(1, 1, 1))
    encoded_again = np.array([[1e-6, 3, 0]], np.float32)
    np.testing.assert_allclose(support.neighbour_distance(encoded_again, exclude_self=True), [5], rtol=1e-5)


def test_only_one_of_two_equal_codes_is_the_code_itself():
    codes = np.array([[1, 2, 3], [1, 2, 3], [1, 2, 4]], np.float32)
    support = Support(LinearCodec(), codes, Units(1, 1, 1))
    np.testing.assert_allclose(support.neighbour_distance(codes, exclude_self=True), [0.5, 0.5, 1])


def test_lengths_are_counted_in_the_units_given():
    codec, codes = LinearCodec(), two_clusters()
    plain = Support(codec, codes, Units(1, 1, 1)).measure(ACROSS)
    counted = Support(codec, codes, Units(2, 4, 8)).measure(ACROSS)
    np.testing.assert_allclose(counted.round_trip, plain.round_trip / 2)
    np.testing.assert_allclose(counted.neighbour_distance, plain.neighbour_distance / 4)
    np.testing.assert_allclose(counted.decoded_step, plain.decoded_step / 8)
    np.testing.assert_allclose(plain.round_trip, 0.01 * np.abs(ACROSS[:, 0]), atol=1e-4)
    np.testing.assert_allclose(plain.decoded_step[1:], 0.01 * 0.5, atol=1e-6)


def test_a_path_is_decoded_once_and_ready_units_cost_nothing():
    codec = LinearCodec()
    units = Support(codec, two_clusters()).units
    codec.n_decoded = codec.n_encoded = 0
    measures = Support(codec, two_clusters(), Units(**asdict(units))).measure(ACROSS)
    assert codec.n_decoded == codec.n_encoded == len(ACROSS)
    np.testing.assert_array_equal(measures.images, codec.decode(ACROSS))


def test_the_first_step_has_no_step_before_it():
    measures = Support(LinearCodec(), two_clusters()).measure(ACROSS)
    assert np.isnan(measures.decoded_step[0]) and np.isfinite(measures.decoded_step[1:]).all()


@pytest.mark.parametrize("n", [1, 7])
def test_an_atlas_without_variety_divides_nothing_by_zero(n):
    codes = np.zeros((n, 3), np.float32)
    support = Support(LinearCodec(), codes)
    assert support.units == Units(0, 0, 0)
    measures = support.measure(straight([0, 0, 0], [4, 0, 0], 2))
    np.testing.assert_array_equal(measures.round_trip, [0, np.inf])
    np.testing.assert_array_equal(measures.neighbour_distance, [0, np.inf])
    np.testing.assert_array_equal(measures.off_support, [False, True])
    assert measures.jump_ratio is None


def test_a_path_that_stays_or_has_one_step_has_no_jump():
    support = Support(LinearCodec(), two_clusters())
    assert support.measure(ACROSS[[0, 0, 0]]).jump_ratio is None
    assert support.measure(ACROSS[:1]).jump_ratio is None


def test_exactly_1_is_still_on_support():
    decides, other = np.array([0.5, 1.0, 1.001, 3]), np.array([9, 0, 9, 0])
    for round_trip, distance, dim in ((decides, other, 8), (other, decides, 7)):
        measures = PathMeasures(round_trip, distance, np.zeros(4), np.zeros((4, 28, 28)), dim)
        assert measures.off_support.tolist() == [False, False, True, True]
        assert measures.off_support_share == 0.5


def test_the_score_follows_the_code_size():
    names = [gap_score(dim).title for dim in (1, 2, 3, 7, 8, 128)]
    assert names == ["jump ratio"] * 2 + ["share off the data"] * 4
    assert [is_weak(dim) for dim in (1, 2, 3, 7, 8, 128)] == [False, False, True, True, False, False]
    trips, steps = np.array([0, 2, 0.0]), np.array([np.nan, 1, 3])
    measures = PathMeasures(trips, np.zeros(3), steps, np.zeros((3, 28, 28)), 8)
    assert gap_score(2).of(measures) == 1.5
    assert gap_score(8).of(measures) == pytest.approx(1 / 3)


@pytest.mark.parametrize("codes", [np.zeros((0, 3)), np.zeros(3), np.full((4, 3), np.nan)])
def test_an_unusable_atlas_is_refused(codes):
    with pytest.raises(ValueError, match="finite codes"):
        Support(LinearCodec(), codes)


@pytest.mark.parametrize("codes", [np.zeros((0, 3)), np.zeros(3), np.zeros((4, 2))])
def test_codes_of_another_size_are_refused(codes):
    with pytest.raises(ValueError, match=r"\(M, 3\)"):
        Support(LinearCodec(), two_clusters()).measure(codes)


@pytest.mark.parametrize("value", [-1, np.nan, np.inf])
def test_impossible_units_are_refused(value):
    with pytest.raises(ValueError, match="neighbour_distance must be finite"):
        Units(1, value, 1)
