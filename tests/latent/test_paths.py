"""Laws of the paths: both ends exactly, the way back is the way there, and nothing surprising between."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autoencoder.latent.paths import linear, spherical

few = settings(deadline=None, max_examples=60)
values = st.floats(-100, 100, width=32)
BETWEEN = {"linear": linear, "spherical": spherical}
kinds = st.sampled_from(sorted(BETWEEN))
counts = st.integers(2, 40)
pairs = st.integers(1, 6).flatmap(lambda dim: hnp.arrays(np.float32, (2, dim), elements=values))

A, B = np.array([3.0, 0, 0], np.float32), np.array([0, 1.0, 0], np.float32)  # a right angle, unequal norms


def bits(array):
    return array.astype(np.float32).view(np.uint32)


@few
@given(kinds, pairs, counts)
def test_a_path_has_both_its_ends_exactly(kind, ends, n_steps):
    path = BETWEEN[kind](*ends, n_steps)
    assert path.shape == (n_steps, ends.shape[1]) and path.dtype == np.float32
    np.testing.assert_array_equal(bits(path[[0, -1]]), bits(ends))  # bits: even the sign of a zero
    assert np.isfinite(path).all()


@few
@given(kinds, pairs, counts)
def test_the_way_back_is_the_way_there(kind, ends, n_steps):
    between = BETWEEN[kind]
    np.testing.assert_array_equal(between(*ends, n_steps), between(*ends[::-1], n_steps)[::-1])


@few
@given(kinds, pairs)
def test_a_path_to_itself_stays(kind, ends):
    np.testing.assert_allclose(BETWEEN[kind](ends[0], ends[0], 5), np.tile(ends[0], (5, 1)), rtol=1e-6)


@few
@given(pairs, counts)
def test_linear_agrees_with_numpys_linspace(ends, n_steps):
    expected = np.linspace(*ends.astype(np.float64), n_steps)
    np.testing.assert_allclose(linear(*ends, n_steps), expected, rtol=1e-6, atol=1e-5)


@few
@given(pairs, counts)
def test_spherical_changes_its_norm_and_its_angle_evenly(ends, n_steps):
    a, b = ends.astype(np.float64)
    norms = np.linalg.norm(ends.astype(np.float64), axis=1)
    assume(norms.min() > 1e-3)
    cosine = a @ b / norms.prod()
    assume(abs(cosine) < 0.999)
    path = spherical(*ends, n_steps).astype(np.float64)
    lengths = np.linalg.norm(path, axis=1)
    np.testing.assert_allclose(lengths, np.linspace(*norms, n_steps), rtol=1e-5)
    turned = np.arccos(np.clip(path @ a / (lengths * norms[0]), -1, 1))
    np.testing.assert_allclose(turned, np.linspace(0, np.arccos(cosine), n_steps), atol=2e-3)


@few
@given(pairs, counts)
def test_spherical_stays_in_the_plane_of_its_ends(ends, n_steps):
    basis = np.linalg.svd(ends.astype(np.float64), full_matrices=False)[2]
    path = spherical(*ends, n_steps)
    np.testing.assert_allclose(path @ basis.T @ basis, path, atol=1e-3)


def test_the_middle_of_a_right_angle():
    np.testing.assert_allclose(linear(A, B, 3)[1], [1.5, 0.5, 0])
    np.testing.assert_allclose(spherical(A, B, 3)[1], 2 * np.sqrt([0.5, 0.5, 0]), rtol=1e-6)


@pytest.mark.parametrize("end", [2 * A, -2 * A, 0 * A], ids=["parallel", "opposite", "origin"])
def test_without_one_great_circle_spherical_is_the_straight_line(end):
    np.testing.assert_array_equal(spherical(A, end, 7), linear(A, end, 7))


def test_in_one_dimension_spherical_is_the_straight_line():
    for start, end in ([2, 5], [-2, 5], [0, 5], [0, 0]):
        ends = np.array([start], np.float32), np.array([end], np.float32)
        np.testing.assert_allclose(spherical(*ends, 4)[:, 0], np.linspace(start, end, 4), rtol=1e-6)


def test_nearly_parallel_and_nearly_opposite_codes_keep_their_arc():
    for sign in (1, -1):
        path = spherical(A, sign * A + np.float32(0.001) * B, 9)
        np.testing.assert_allclose(np.linalg.norm(path, axis=1), 3, rtol=1e-5)


def test_float16_codes_of_an_atlas_are_ends_too():
    a, b = A.astype(np.float16), B.astype(np.float16)
    np.testing.assert_array_equal(spherical(a, b, 3)[[0, -1]], [A, B])


@pytest.mark.parametrize("kind", BETWEEN)
def test_impossible_paths_are_refused(kind):
    between = BETWEEN[kind]
    with pytest.raises(ValueError, match="at least 2 steps"):
        between(A, B, 1)
    with pytest.raises(ValueError, match="one shape"):
        between(A, B[:2], 5)
    with pytest.raises(ValueError, match="one shape"):
        between(A[None], B[None], 5)
    with pytest.raises(ValueError, match="finite"):
        between(A, B * np.nan, 5)
