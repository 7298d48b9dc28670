"""Laws of the maps: a placed code lands where it was drawn, a point leads back, and a map never moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness

from autoencoder.latent.projection import (
    METHODS,
    CodeMap,
    PCAMap,
    TSNEMap,
    are_one_place,
    project,
    tsne_steps,
)
from autoencoder.steps import result_of

few = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 10**6)
latent_dims = st.integers(1, 8)


def some_codes(n, latent_dim, seed=0):
    """Codes that vary differently along each dimension, away from the origin."""
    spread = np.linspace(3, 0.5, latent_dim)
    return (np.random.default_rng(seed).normal(size=(n, latent_dim)) * spread + 5).astype(np.float32)


def three_clusters():
    codes = np.random.default_rng(0).normal(scale=0.3, size=(120, 3))
    return codes + np.repeat(8 * np.eye(3), [60, 40, 20], axis=0)


@few
@given(latent_dims, st.integers(2, 40), seeds)
def test_a_code_of_the_atlas_is_placed_where_it_was_drawn(latent_dim, n, seed):
    codes = some_codes(n, latent_dim, seed)
    made = project(codes)
    assert made.positions.shape == (n, 2) and made.positions.dtype == np.float32
    np.testing.assert_allclose(made.place(codes), made.positions, atol=1e-5)
    np.testing.assert_allclose(made.place(codes[1:2]), made.positions[1:2], atol=1e-5)


@few
@given(st.integers(2, 8), seeds)
def test_a_point_leads_to_a_code_that_lies_there(latent_dim, seed):
    made, base = project(some_codes(30, latent_dim)), some_codes(1, latent_dim, seed)[0]
    points = np.random.default_rng(seed).normal(scale=10, size=(5, 2)).astype(np.float32)
    np.testing.assert_allclose(made.place(made.invert(points, base)), points, atol=1e-4)


@few
@given(latent_dims, seeds)
def test_the_place_of_a_code_leads_back_to_it(latent_dim, seed):
    made, codes = project(some_codes(30, latent_dim)), some_codes(4, latent_dim, seed)
    for code, place in zip(codes, made.place(codes), strict=True):
        np.testing.assert_allclose(made.invert(place[None], code)[0], code, atol=1e-5)


@few
@given(st.integers(3, 8), seeds)
def test_what_the_map_does_not_show_of_the_base_is_kept(latent_dim, seed):
    made, base = PCAMap.fit(some_codes(30, latent_dim)), some_codes(1, latent_dim, seed)[0]
    moved = made.invert(np.array([[7, -3]], np.float32), base)[0] - base
    in_the_plane = made.components.T @ made.components @ moved
    np.testing.assert_allclose(moved, in_the_plane, atol=1e-5)
    assert np.linalg.norm(moved) > 0


@few
@given(st.integers(2, 8), seeds)
def test_pca_is_the_eigenvectors_of_the_covariance(latent_dim, seed):
    codes = some_codes(50, latent_dim, seed).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(codes.T))
    made = PCAMap.fit(codes)
    np.testing.assert_allclose(np.abs(made.components @ vectors[:, :-3:-1]), np.eye(2), atol=1e-5)
    np.testing.assert_allclose(made.explained_variance_ratio, values[:-3:-1] / values.sum(), rtol=1e-6)


@few
@given(st.integers(2, 8), seeds)
def test_no_axis_flips(latent_dim, seed):
    codes = some_codes(40, latent_dim, seed)
    made, mirrored = PCAMap.fit(codes), PCAMap.fit(-codes[::-1])
    rows = np.abs(made.components).argmax(axis=1)
    assert (made.components[[0, 1], rows] > 0).all()
    np.testing.assert_allclose(mirrored.components, made.components, atol=1e-6)


def test_the_axes_say_how_much_they_explain():
    codes = np.array([[3, 0, 0], [-3, 0, 0], [0, 1, 0], [0, -1, 0]], np.float32)
    assert PCAMap.fit(codes).axis_names == ("PCA 1 (90% of the variance)", "PCA 2 (10% of the variance)")
    np.testing.assert_allclose(PCAMap.fit(codes).positions, codes[:, :2], atol=1e-6)


@pytest.mark.parametrize("n", [0, 1, 7])
def test_codes_that_do_not_vary_lie_at_the_origin(n):
    made = PCAMap.fit(np.full((n, 3), 2.5, np.float32))
    np.testing.assert_array_equal(made.positions, np.zeros((n, 2)))
    assert made.explained_variance_ratio == (0, 0)
    point, base = np.array([[1, 2]], np.float32), np.array([4, 5, 6], np.float32)
    np.testing.assert_allclose(made.place(made.invert(point, base)), point)


def test_two_codes_have_a_plane():
    made = PCAMap.fit(np.array([[0, 0, 0], [2, 0, 0]], np.float32))
    np.testing.assert_allclose(made.positions, [[-1, 0], [1, 0]], atol=1e-6)


def test_codes_of_two_dimensions_are_their_own_map():
    codes = some_codes(5, 2)
    np.testing.assert_array_equal(CodeMap(codes).positions, codes)
    np.testing.assert_array_equal(CodeMap(codes).invert(codes, codes[0]), codes)


def test_codes_of_one_dimension_lie_on_a_line():
    made = CodeMap(some_codes(5, 1))
    np.testing.assert_array_equal(made.positions[:, 1], 0)
    np.testing.assert_array_equal(made.invert(np.array([[3, 9]]), np.zeros(1)), [[3]])
    assert made.axis_names == ("code 1", "")


def test_the_method_follows_the_code_size_unless_it_is_named():
    assert [project(some_codes(9, dim)).name for dim in (1, 2, 3)] == ["code", "code", "pca"]
    assert project(some_codes(9, 2), "pca").name == "pca"
    for latent_dim, method in [(3, "code"), (1, "pca"), (3, "umap")]:
        with pytest.raises(ValueError):
            project(some_codes(9, latent_dim), method)


def test_every_map_says_what_it_cannot_do_and_why():
    for made in (project(some_codes(9, 2)), project(some_codes(9, 3)), TSNEMap(np.zeros((9, 2)))):
        assert made.name in METHODS and len(made.axis_names) == 2
        assert made.can_place == (made.why_not_place == "")
        assert made.can_invert == (made.why_not_invert == "")


def test_tsne_places_nothing_and_gives_the_reason():
    made = TSNEMap(np.zeros((9, 2), np.float32))
    with pytest.raises(ValueError, match="move the others"):
        made.place(some_codes(1, 3))
    with pytest.raises(ValueError, match="no inverse"):
        made.invert(np.zeros((1, 2)), np.zeros(3))


@pytest.mark.parametrize("latent_dim", [2, 3])
def test_codes_and_points_of_another_size_are_refused(latent_dim):
    made = project(some_codes(9, latent_dim))
    with pytest.raises(ValueError, match="codes must be"):
        made.place(np.zeros((4, latent_dim + 1)))
    with pytest.raises(ValueError, match="points must be"):
        made.invert(np.zeros((4, 3)), np.zeros(latent_dim))


def test_tsne_starts_at_once_from_the_pca_plane_and_counts_up_to_1():
    codes = three_clusters()
    frames = list(tsne_steps(codes, n_iterations=25, n_between=10))
    shares = [share for share, _ in frames]
    assert shares == [0, 9 / 25, 19 / 25, 1]  # 9 early iterations, then 16
    start = frames[0].partial.positions / 1e-4
    expected = PCAMap.fit(codes).positions / PCAMap.fit(codes).positions[:, 0].std()
    np.testing.assert_allclose(start, expected, atol=0.1)
    assert all(
        positions.dtype == np.float32 and positions.shape == (120, 2) and np.isfinite(positions).all()
        for positions in (step.partial.positions for step in frames)
    )


def test_tsne_keeps_neighbours_together_and_its_seed_repeats_it():
    codes = three_clusters()
    positions = result_of(tsne_steps(codes, n_iterations=150, perplexity=10, seed=3)).positions
    assert trustworthiness(codes, positions, n_neighbors=8) > 0.9
    again = result_of(tsne_steps(codes, n_iterations=150, perplexity=10, seed=3)).positions
    np.testing.assert_array_equal(positions, again)


def test_frames_in_between_do_not_change_where_tsne_ends():
    codes = three_clusters()
    often, seldom = (result_of(tsne_steps(codes, n_iterations=30, n_between=k)).positions for k in (3, 30))
    np.testing.assert_allclose(often, seldom, rtol=1e-3, atol=1e-6)


def test_a_frame_once_given_does_not_move():
    steps = tsne_steps(three_clusters(), n_iterations=30)
    next(steps)
    frame = next(steps).partial.positions
    before = frame.copy()
    next(steps)
    np.testing.assert_array_equal(frame, before)
    steps.close()
    assert next(steps, None) is None


@pytest.mark.parametrize("codes", [np.ones((4, 3)), some_codes(4, 1), some_codes(5, 3), some_codes(12, 2)])
def test_tsne_of_few_or_equal_codes_is_finite(codes):
    assert np.isfinite(result_of(tsne_steps(codes, n_iterations=20)).positions).all()


def test_tsne_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="at least 4 codes, got 3"):
        next(tsne_steps(some_codes(3, 3)))
    with pytest.raises(ValueError, match="at least 1, got 0"):
        next(tsne_steps(some_codes(9, 3), n_iterations=0))


def test_project_runs_tsne_to_its_end():
    assert project(some_codes(20, 3), "tsne").positions.shape == (20, 2)


@pytest.mark.parametrize("latent_dim", [2, 3, 16])
@pytest.mark.parametrize("size", [1e-3, 1, 300])
def test_codes_that_differ_by_rounding_are_one_place(latent_dim, size):
    """Equal images in several batches, stored in half precision: their codes differ in the last bit."""
    rng = np.random.default_rng(0)
    code = size * rng.normal(size=latent_dim)
    noisy = (code * (1 + 1e-6 * rng.normal(size=(50, latent_dim)))).astype(np.float32)
    for latents in (noisy, np.nextafter(noisy.astype(np.float16), np.float16(np.inf)).astype(np.float32)):
        latents = np.concatenate([latents, noisy.astype(np.float16).astype(np.float32)])
        assert are_one_place(latents)
        fitted = PCAMap.fit(latents)
        assert not fitted.positions.any() and fitted.explained_variance_ratio == (0, 0)
        np.testing.assert_allclose(fitted.mean, code, rtol=2e-3, atol=1e-6)
        assert not project(latents, "tsne").positions.any()


def test_codes_that_differ_by_more_are_not_one_place():
    code = np.array([3.0, -2.0, 0.5])
    assert not are_one_place(np.stack([code, code * 1.01]))
    assert not are_one_place(np.stack([code, [3.0, -2.0, 0.51]]))
    assert are_one_place(code[None]) and are_one_place(np.zeros((4, 2)))
