"""The figures of an evaluation, against formulas that are not ours."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.images import as_floats
from autoencoder.data.measures import mse, psnr, ssim
from autoencoder.data.noise import NOISE_KINDS, Noise, corrupt
from autoencoder.experiments.reconstruction import by_class, evaluate, far_words


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


@pytest.mark.parametrize("name", ["digits-vae-16", "mnist-vae-16", "mnist-vae-32"])
def test_the_kl_of_images_far_from_a_model_s_own_is_a_bound(name, digits):
    """White, inverted and framed images: without the bound their KL came to 1e49."""
    framed = digits.images[:20].copy()
    framed[:, :3] = framed[:, -3:] = framed[:, :, :3] = framed[:, :, -3:] = 255
    strange = np.concatenate([np.full((1, 28, 28), 255, np.uint8), 255 - digits.images[:20], framed])
    found = evaluate(load_checkpoint(name).model, strange)
    assert found.is_far.any() and found.n_far == found.is_far.sum()
    assert found.kl.max() < 1e7 and np.isfinite(found.bce).all()
    assert "is_far" not in found.means()


def test_no_image_of_its_own_is_far_from_a_model(digits):
    found = evaluate(load_checkpoint("digits-vae-16").model, digits.images)
    assert found.n_far == 0 and far_words(found.n_far, 9) == ""


def test_how_many_are_far_is_said():
    assert far_words(1, 2_000) == (
        "1 of the 2,000 images lies far from those that the model was trained on: its KL is at least what is "
        "counted here."
    )
    assert far_words(7, 9).startswith("7 of the 9 images lie far from those") and "their KL" in far_words(
        7, 9
    )


def test_a_point_has_no_bound(checkpoints, digits):
    found = evaluate(checkpoints["ae"].model, digits.images[:3])
    assert found.is_far is None and found.n_far == 0
