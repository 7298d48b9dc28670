"""Sources of codes: what is drawn from them is distributed as they say."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.steps import driven

from autoencoder.latent.sources import (
    MIXTURE,
    SOURCES,
    Mixture,
    around,
    box,
    gaussian,
    mixture_steps,
    prior,
    sampler_steps,
)
from autoencoder.steps import result_of

RNG = np.random.default_rng
THREE = np.array([[0.0, 0, 9], [7, 0, 0], [0, -8, 0]])  # centres of planted groups


def groups(n: int, spread: float = 0.3) -> np.ndarray:
    return np.repeat(THREE, n, axis=0) + spread * RNG(0).normal(size=(3 * n, 3))


def test_the_prior_is_standard_normal():
    drawn = prior(3).draw(20_000, RNG(0))
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(drawn.T), np.eye(3), atol=0.04)


def test_the_gaussian_has_the_codes_mean_and_covariance():
    latents = groups(200)
    drawn = gaussian(latents).draw(40_000, RNG(0))
    np.testing.assert_allclose(drawn.mean(axis=0), latents.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(latents.T), atol=0.5)


def test_the_number_of_components_is_the_likeliest_and_each_group_is_found():
    mixture = result_of(mixture_steps(groups(120), 0))
    assert mixture.n_components in (5, 10)  # of 1, 2, 5, 10 and more: those that can hold three groups
    assert mixture.weights.sum() == pytest.approx(1)
    distances = np.linalg.norm(mixture.draw(2_000, RNG(1))[:, None] - THREE, axis=2)
    assert (distances.min(axis=1) < 2).all()
    np.testing.assert_allclose(np.bincount(distances.argmin(axis=1)) / 2_000, 1 / 3, atol=0.06)


def test_as_many_components_as_asked_for():
    assert result_of(mixture_steps(groups(50), 0, 3)).n_components == 3
    np.testing.assert_allclose(
        sorted(result_of(mixture_steps(groups(50), 0, 3)).means.round().tolist()), sorted(THREE.tolist())
    )


def test_the_same_seed_fits_the_same_mixture():
    one, other = (result_of(mixture_steps(groups(50), 4, 3)) for _ in range(2))
    np.testing.assert_array_equal(one.draw(5, RNG(2)), other.draw(5, RNG(2)))


def test_codes_that_do_not_vary_have_a_mixture_without_a_warning():
    latents = np.zeros((40, 3))
    latents[:, 0] = np.linspace(0, 1, 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mixture = result_of(mixture_steps(latents, 0))
    assert np.isfinite(mixture.draw(10, RNG(0))).all()


@pytest.mark.parametrize(("n", "k"), [(9, None), (20, 0), (20, 11)])
def test_what_cannot_be_fitted_is_refused(n, k):
    with pytest.raises(ValueError, match=r"mixture needs|n_components"):
        result_of(mixture_steps(RNG(0).normal(size=(n, 2)), 0, k))


@given(st.floats(0, 3), st.integers(0, 10))
def test_temperature_scales_the_distance_from_the_middle(temperature, seed):
    latents = groups(20)
    for sampler, middle in (
        (gaussian(latents), latents.mean(axis=0)),
        (box(latents), (latents.min(axis=0) + latents.max(axis=0)) / 2),
        (prior(3), np.zeros(3)),
    ):
        plain, heated = (sampler.draw(6, RNG(seed), heat) for heat in (1.0, temperature))
        np.testing.assert_allclose(heated - middle, temperature * (plain - middle), atol=1e-9)


@given(st.floats(0, 5), st.integers(1, 40))
def test_a_neighbourhood_is_as_wide_as_its_radius(radius, latent_dim):
    code = RNG(0).normal(size=latent_dim)
    distances = np.linalg.norm(around(code, radius).draw(4_000, RNG(1)) - code, axis=1)
    assert np.sqrt((distances**2).mean()) == pytest.approx(radius, rel=0.1, abs=1e-9)


def test_a_sampler_for_every_source():
    latents = groups(20)
    for source in (*SOURCES, MIXTURE):
        assert result_of(sampler_steps(source, latents, 0)).draw(3, RNG(0)).shape == (3, 3)


def test_the_share_done_only_grows():
    steps, mixture = driven(mixture_steps(groups(40), 0))
    assert steps[0].share == 0 and len(steps) > 5 and isinstance(mixture, Mixture)
