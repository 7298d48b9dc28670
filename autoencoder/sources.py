"""Where codes can be drawn from that belong to no image.

N codes, M draws, D latent dimensions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Source:
    """How a source of codes is called, and what it draws from: codes (N, D), a number M, a generator."""

    title: str
    draw: Callable[[np.ndarray, int, np.random.Generator], np.ndarray]


def draw(source: str, latents: np.ndarray, n: int, seed: int) -> np.ndarray:
    """``n`` codes float32 (n, D) from a source of `SOURCES` that may look at codes (N, D); seeded."""
    if source not in SOURCES:
        raise ValueError(f"the source must be one of {', '.join(SOURCES)}, got {source!r}")
    return SOURCES[source].draw(latents, n, np.random.default_rng(seed)).astype(np.float32)


def _prior(latents: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((n, latents.shape[1]))


def _gaussian(latents: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    covariance = np.atleast_2d(np.cov(latents, rowvar=False)) if len(latents) > 1 else 0
    covariance = np.broadcast_to(covariance, (latents.shape[1],) * 2)
    return rng.multivariate_normal(latents.mean(axis=0), covariance, n, method="eigh")


def _box(latents: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(latents.min(axis=0), latents.max(axis=0), (n, latents.shape[1]))


SOURCES = {
    "prior": Source("the prior N(0, I)", _prior),
    "gaussian": Source("a Gaussian fitted to the codes", _gaussian),
    "box": Source("the box around the codes, evenly", _box),
}
