"""A trained network as functions over arrays."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.model import autoencoder
from autoencoder.model.architecture import KINDS, Architecture, ModelSettings
from autoencoder.model.autoencoder import Autoencoder, Posterior, build_network
from tests.tools.models import SMALL

TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}  # float32 sums in another order


def fresh(kind: str = "vae", architecture: Architecture = SMALL, seed: int = 4) -> Autoencoder:
    """A network whose weights are large enough that different images have very different codes."""
    settings = ModelSettings(kind, 3, 1.0, architecture)
    network = build_network(settings, seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(4)
    return Autoencoder(settings, network)


def pictures(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("preset", ["conv", "dense", None])
def test_shapes_types_and_ranges(kind, preset):
    model = fresh(kind, Architecture.preset(preset) if preset else SMALL)
    latents, images = model.encode(pictures(5)), model.reconstruct(pictures(5))
    assert latents.shape == (5, 3) and latents.dtype == np.float32
    assert images.shape == (5, 28, 28) and images.dtype == np.float32
    assert 0 <= images.min() <= images.max() <= 1
    assert model.latent_dim == 3 and model.is_variational == (kind == "vae")


@given(st.integers(0, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_the_code_of_an_image_does_not_depend_on_its_neighbours(place, seed):
    model, images = fresh(), pictures(7, seed)
    alone, together = model.posterior(images[place : place + 1]), model.posterior(images)
    np.testing.assert_allclose(alone.mean[0], together.mean[place], **TOLERANCE)
    np.testing.assert_allclose(alone.log_variance[0], together.log_variance[place], **TOLERANCE)
    np.testing.assert_allclose(model.decode(together.mean)[place], model.decode(alone.mean)[0], **TOLERANCE)


def test_images_keep_their_order_over_batches(monkeypatch):
    model, images = fresh(), pictures(11)
    whole, drawn = model.encode(images), model.reconstruct(images)
    monkeypatch.setattr(autoencoder, "BATCH_SIZE", 4)
    np.testing.assert_allclose(model.encode(images), whole, **TOLERANCE)
    np.testing.assert_allclose(model.reconstruct(images), drawn, **TOLERANCE)
    assert np.abs(np.diff(whole, axis=0)).max(axis=1).min() > 0.1, "rows that are alike prove nothing"


def test_an_image_is_the_sigmoid_of_its_logits():
    model = fresh()
    latents = 30 * np.random.default_rng(1).standard_normal((6, 3))
    expected = 1 / (1 + np.exp(-model.logits(latents).astype(np.float64)))
    np.testing.assert_allclose(model.decode(latents), expected, atol=1e-6)


def test_bytes_and_floats_are_the_same_image():
    model, images = fresh(), pictures(4)
    np.testing.assert_array_equal(model.encode(images), model.encode(images / np.float32(255)))


def test_floats_that_are_no_image_are_refused():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        fresh().encode(np.full((1, 28, 28), 1.5, np.float32))


@pytest.mark.parametrize("kind", KINDS)
def test_weights_read_back_to_the_same_bits(kind):
    model = fresh(kind)
    again = Autoencoder.from_weights(model.settings, model.weights)
    np.testing.assert_array_equal(again.encode(pictures(3)), model.encode(pictures(3)))
    for name, array in model.weights.items():
        np.testing.assert_array_equal(again.weights[name], array)


def test_weights_are_copied_not_shared():
    model = fresh()
    weights = {name: array.copy() for name, array in model.weights.items()}
    again, codes = Autoencoder.from_weights(model.settings, weights), model.encode(pictures(2))
    for array in weights.values():
        array[:] = 0
    np.testing.assert_array_equal(again.encode(pictures(2)), codes)


def test_weights_of_another_network_are_refused():
    weights = fresh("ae").weights
    for settings_ in (ModelSettings("vae", 3, 1.0, SMALL), ModelSettings("ae", 4, 1.0, SMALL)):
        with pytest.raises(ValueError, match="do not fit"):
            Autoencoder.from_weights(settings_, weights)


def test_a_seed_decides_the_weights_within_their_bound():
    settings = ModelSettings("vae", 3, 1.0, SMALL)
    one, same, other = (Autoencoder(settings, build_network(settings, seed)).weights for seed in (0, 0, 1))
    for name, array in one.items():
        np.testing.assert_array_equal(array, same[name])
        assert not np.array_equal(array, other[name])
    first = one["encoder.0.weight"]  # 9 pixels flow into each
    assert 0 < np.abs(first).max() <= 1 / 3


def test_building_a_network_leaves_the_process_wide_generators_alone():
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    fresh().reconstruct(pictures(2))
    assert torch.equal(before[0], torch.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])


def test_a_sample_has_the_posterior_s_mean_and_variance():
    mean, log_variance = np.float32([[1, -2, 0.5]]), np.float32([[0, -2, 1]])
    posterior = Posterior(mean.repeat(40_000, 0), log_variance.repeat(40_000, 0))
    draws = posterior.sample(np.random.default_rng(3))
    np.testing.assert_allclose(draws.mean(0), mean[0], atol=0.03)
    np.testing.assert_allclose(draws.var(0), np.exp(log_variance[0]), rtol=0.04)


def test_a_point_is_its_own_sample():
    mean = np.float32([[1, 2, 3]])
    np.testing.assert_array_equal(Posterior(mean, None).sample(np.random.default_rng(0)), mean)


def test_the_codes_in_use_are_the_codes_or_one_draw_about_each():
    for kind in KINDS:
        network = ModelSettings(kind, 3)
        model = Autoencoder(network, build_network(network, 0))
        latents = model.encode(pictures(400))
        used = model.codes_in_use(latents)
        np.testing.assert_array_equal(used, model.codes_in_use(latents))
        if kind != "vae":
            np.testing.assert_array_equal(used, latents)
            continue
        spread = np.exp(0.5 * model.posterior(model.decode(latents)).log_variance)
        standard = (used - latents) / spread
        assert used.dtype == np.float32 and abs(standard.mean()) < 0.1 and abs(standard.std() - 1) < 0.1
