"""The figures of an evaluation, against formulas that are not ours."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy

from autoencoder.data.images import as_floats
from autoencoder.data.measures import mse, psnr, ssim
from autoencoder.data.noise import NOISE_KINDS, Noise, corrupt
from autoencoder.experiments.reconstruction import by_class, evaluate


@pytest.fixture(scope="module", params=["ae", "dae", "vae"])
def model(request, checkpoints):
    return checkpoints[request.param].model


def test_bce_and_kl_are_torch_s_own(model, digits):
    """Reconstruction and divergence of the very draw that the evaluation makes: the negative ELBO."""
    found = evaluate(model, digits.images, seed=9)
    posterior = model.posterior(digits.images)
    drawn = model.decode(posterior.sample(np.random.default_rng(9)))
    bce = binary_cross_entropy(
        torch.from_numpy(drawn), torch.from_numpy(as_floats(digits.images)), reduction="none"
    )
    np.testing.assert_allclose(found.bce, bce.sum((1, 2)).numpy(), rtol=1e-4)
    if model.is_variational:
        mean, log_variance = map(torch.from_numpy, (posterior.mean, posterior.log_variance))
        divergence = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum(1)
        np.testing.assert_allclose(found.kl, divergence.numpy(), rtol=1e-3, atol=1e-4)
    else:
        assert found.kl is None and found.means()["kl"] is None


def test_pictures_are_compared_from_the_code_itself(model, digits):
    found, clean = evaluate(model, digits.images, seed=1), as_floats(digits.images)
    reconstructions = model.reconstruct(digits.images)
    for name, measure in (("mse", mse), ("psnr", psnr), ("ssim", ssim)):
        np.testing.assert_array_equal(getattr(found, name), measure(clean, reconstructions))
    assert found.means()["psnr"] == pytest.approx(found.psnr.mean())
    assert found.means()["psnr"] != pytest.approx(-10 * np.log10(found.mse.mean()), abs=1e-3)


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_the_noise_that_is_shown_is_the_noise_that_is_encoded(model, digits, kind, monkeypatch):
    noise, given = Noise(kind, 0.4), []
    original = type(model).posterior
    monkeypatch.setattr(type(model), "posterior", lambda self, x: (given.append(x), original(self, x))[1])
    found = evaluate(model, digits.images, noise, seed=7)
    shown = corrupt(digits.images, noise, np.random.default_rng(7))
    assert len(given) == 1 and given[0].dtype == np.uint8
    np.testing.assert_array_equal(given[0], shown)
    clean = as_floats(digits.images)
    np.testing.assert_array_equal(found.noisy_psnr, psnr(clean, as_floats(shown)))
    np.testing.assert_array_equal(found.noisy_ssim, ssim(clean, as_floats(shown)))
    np.testing.assert_array_equal(found.mse, mse(clean, model.decode(original(model, shown).mean)))


def test_the_seed_decides_noise_and_draw(model, digits):
    noise = Noise("gaussian", 0.3)
    one, same, other = (evaluate(model, digits.images, noise, seed) for seed in (1, 1, 2))
    for name in ("mse", "bce", "noisy_psnr"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
        assert not np.array_equal(getattr(one, name), getattr(other, name))


def test_without_noise_nothing_is_said_of_it(model, digits):
    means = evaluate(model, digits.images).means()
    assert means["noisy_psnr"] is None and means["noisy_ssim"] is None


def test_classes_are_counted_and_averaged_on_their_own(model, digits):
    names = (*digits.class_names, "nobody")
    found = evaluate(model, digits.images)
    rows = by_class(found, digits.labels, names)
    assert [row["class"] for row in rows] == list(digits.class_names)
    assert [row["n_images"] for row in rows] == np.bincount(digits.labels).tolist()
    assert sum(row["n_images"] * row["mse"] for row in rows) / 40 == pytest.approx(found.mse.mean())
    third = rows[3]
    assert third["psnr"] == pytest.approx(found.psnr[digits.labels == 3].mean())
    assert third["kl"] is None or third["kl"] == pytest.approx(found.kl[digits.labels == 3].mean())
