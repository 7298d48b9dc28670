"""The measures against oracles written another way, and on pictures whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.signal import convolve2d
from scipy.special import expit
from scipy.stats import norm

from autoencoder.data.images import as_floats
from autoencoder.data.measures import bce, kl, mse, psnr, ssim

few = settings(deadline=None, max_examples=25)
dtypes = st.sampled_from([np.float32, np.float64])
PER_IMAGE = [mse, psnr, ssim, bce]


def some_images(n, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).random((n, 28, 28)).astype(dtype)


def ssim_by_convolution(a, b):
    """Wang et al. 2004, equation 13, one window at a time over the 18x18 valid ones."""
    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(taps, taps) / taps.sum() ** 2
    mean_a, mean_b, aa, bb, ab = (convolve2d(x, window, "valid") for x in (a, b, a * a, b * b, a * b))
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * (ab - mean_a * mean_b) + c2) / (aa - mean_a**2 + bb - mean_b**2 + c2)
    return (luminance * structure).mean()


@few
@given(st.integers(0, 10**6), dtypes)
def test_ssim_is_the_papers_over_valid_windows(seed, dtype):
    a = some_images(3, seed, dtype)
    b = np.clip(a + 0.3 * some_images(3, seed + 1, dtype) - 0.15, 0, 1).astype(dtype)
    expected = [ssim_by_convolution(*pair) for pair in zip(a.astype(float), b.astype(float), strict=True)]
    np.testing.assert_allclose(ssim(a, b), expected, rtol=1e-6)


def test_ssim_does_not_look_beyond_the_border():
    """Valid windows see the corner pixel, but only with a weight of a few millionths."""
    a = some_images(1)
    b = a.copy()
    b[0, 0, 0] = 1 - b[0, 0, 0]
    assert 1 - 1e-6 < ssim(a, b)[0] < 1


@few
@given(st.integers(0, 10**6), dtypes)
def test_identical_images_are_perfect_and_order_does_not_matter(seed, dtype):
    a, b = some_images(2, seed, dtype), some_images(2, seed + 1, dtype)
    assert (mse(a, a) == 0).all() and (psnr(a, a) == np.inf).all()
    np.testing.assert_allclose(ssim(a, a), 1)
    for measure in (mse, psnr, ssim):
        np.testing.assert_allclose(measure(a, b), measure(b, a))


@pytest.mark.parametrize("measure", PER_IMAGE)
def test_images_in_a_batch_do_not_mix(measure):
    a, b = some_images(5, 0), some_images(5, 1)
    alone = [measure(a[i : i + 1], b[i : i + 1])[0] for i in range(5)]
    np.testing.assert_array_equal(measure(a, b), alone)
    assert len(set(alone)) == 5


@pytest.mark.parametrize("measure", PER_IMAGE)
def test_every_measure_gives_float64_per_image_also_for_none(measure):
    for n in (0, 3):
        values = measure(some_images(n, 0, np.float32), some_images(n, 1, np.float32))
        assert values.shape == (n,) and values.dtype == np.float64


def test_a_known_difference_has_a_known_mse_and_psnr():
    black = np.zeros((2, 28, 28), np.float32)
    grey = black + np.array([0.1, 1.0], np.float32)[:, None, None]
    np.testing.assert_allclose(mse(black, grey), [0.01, 1], rtol=1e-6)
    np.testing.assert_allclose(psnr(black, grey), [20, 0], atol=1e-5)


@few
@given(st.integers(0, 10**6), dtypes)
def test_bce_is_the_sum_of_the_textbook_formula(seed, dtype):
    images = some_images(3, seed, dtype)
    logits = (8 * some_images(3, seed + 1, dtype) - 4).astype(dtype)
    p, t = expit(logits.astype(float)), images.astype(float)
    expected = -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum(axis=(1, 2))
    np.testing.assert_allclose(bce(images, logits), expected, rtol=1e-9)


def test_bce_stays_finite_for_certain_pixels():
    images = np.stack([np.ones((28, 28)), np.zeros((28, 28))])
    certain_and_wrong = np.where(images == 1, -1e4, 1e4)
    np.testing.assert_allclose(bce(images, certain_and_wrong), 784 * 1e4)
    np.testing.assert_allclose(bce(images, -certain_and_wrong), 0, atol=1e-12)
    np.testing.assert_allclose(bce(images, np.zeros_like(images)), 784 * np.log(2))


@few
@given(st.floats(-3, 3), st.floats(-4, 3))
def test_kl_is_the_integral_that_defines_it(mean, log_variance):
    own = norm(mean, np.exp(log_variance / 2))
    low, high = own.ppf([1e-14, 1 - 1e-14])
    expected, _ = quad(lambda x: own.pdf(x) * (own.logpdf(x) - norm.logpdf(x)), low, high)
    assert kl(np.array([[mean]]), np.array([[log_variance]]))[0] == pytest.approx(expected, abs=1e-6)


def test_kl_adds_over_dimensions_and_not_over_images():
    mean = np.array([[1.0, 0, 2], [0, 0, 0]], np.float32)
    np.testing.assert_allclose(kl(mean, np.zeros_like(mean)), [2.5, 0])


@pytest.mark.parametrize("measure", PER_IMAGE)
def test_other_types_and_shapes_are_refused(measure):
    images = some_images(2)
    with pytest.raises(ValueError, match="floating"):
        measure(images, (images * 255).astype(np.uint8))
    with pytest.raises(ValueError, match="same 3 axes"):
        measure(images, images[:1])
    with pytest.raises(ValueError, match="same 3 axes"):
        measure(images[0], images[0])


def test_kl_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match="same 2 axes"):
        kl(np.zeros((4, 3)), np.zeros((1, 3)))


def test_bytes_become_floats_and_floats_stay():
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    floats = as_floats(images)
    assert floats.dtype == np.float32 and floats.min() == 0 and floats.max() == 1
    np.testing.assert_array_equal(np.rint(floats * 255), images)
    np.testing.assert_array_equal(as_floats(floats), floats)
    assert as_floats(floats.astype(np.float64)).dtype == np.float32


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_floats_out_of_range_are_refused(value):
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        as_floats(np.full((1, 2, 2), value))


def test_other_integers_are_refused():
    with pytest.raises(ValueError, match="int64"):
        as_floats(np.zeros((1, 2, 2), np.int64))
