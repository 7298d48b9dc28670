"""Measures of likeness between two pictures, and of the cost of a code: always one number per image.

Means over images or classes are left to the caller, because the mean of PSNRs is not the PSNR of a mean.
All sums run in float64.

Shapes: N images, H and W pixels, D latent dimensions.
"""

import numpy as np

C1, C2 = 0.01**2, 0.03**2  # for the data range 1


def mse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mean squared error (N,) between floats in [0, 1] (N, H, W), averaged over pixels."""
    _check_pairs(a, b)
    return ((a.astype(np.float64) - b) ** 2).mean(axis=(1, 2))


def psnr(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio (N,) in dB for the data range 1; inf where the images are identical."""
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse(a, b))


def ssim(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Structural similarity (N,), at most 1, between floats in [0, 1] (N, H, W) with sides of 11 or more.

    Wang et al. 2004 (doi:10.1109/TIP.2003.819861): Gaussian window of 11x11 with sigma 1.5, data range 1,
    averaged over the windows that lie inside the image.
    """
    _check_pairs(a, b)
    a, b = a.astype(np.float64), b.astype(np.float64)
    mean_a, mean_b = _windowed(a), _windowed(b)
    variances = _windowed(a * a) + _windowed(b * b) - mean_a**2 - mean_b**2
    covariance = _windowed(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    return (luminance * (2 * covariance + C2) / (variances + C2)).mean(axis=(1, 2))


def bce(images: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Binary cross-entropy (N,) in nats per image, summed over pixels.

    `images` are floats in [0, 1] (N, H, W), the targets; `logits` (N, H, W) are the decoder's outputs before
    the sigmoid, so that confident pixels neither overflow nor reach log 0.
    """
    _check_pairs(images, logits)
    logits = logits.astype(np.float64)
    return (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2))


def kl(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """KL divergence (N,) in nats from N(mean, exp(log_variance)) to N(0, I), both (N, D), summed over D.

    Closed form of Kingma & Welling 2014 (arXiv:1312.6114), appendix B.
    """
    _check_pairs(mean, log_variance, n_axes=2)
    mean, log_variance = mean.astype(np.float64), log_variance.astype(np.float64)
    return 0.5 * (mean**2 + np.expm1(log_variance) - log_variance).sum(axis=1)


def _windowed(images: np.ndarray) -> np.ndarray:
    """The weighted means of images (N, H, W) in all windows that lie inside: (N, H - 10, W - 10)."""
    # All images at once by two products: scikit-image filters one after the other, and pages wait for it.
    down, across = (_window_weights(side) for side in images.shape[1:])
    return down @ images @ across.T


def _window_weights(side: int) -> np.ndarray:
    """The weights of every window along a side: (side - 10, side)."""
    kernel = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    return np.stack([np.pad(kernel / kernel.sum(), (first, side - 11 - first)) for first in range(side - 10)])


def _check_pairs(a: np.ndarray, b: np.ndarray, n_axes: int = 3) -> None:
    if a.shape != b.shape or a.ndim != n_axes:
        raise ValueError(f"both arrays must have the same {n_axes} axes, got {a.shape} and {b.shape}")
    if not all(np.issubdtype(array.dtype, np.floating) for array in (a, b)):
        raise ValueError(f"both arrays must be floating (see as_floats), got {a.dtype} and {b.dtype}")
