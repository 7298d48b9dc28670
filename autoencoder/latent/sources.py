"""Sources of codes that belong to no image: samplers fitted to the codes of images.

A *sampler* is a mixture of Gaussians, of one component or more, or a box. N codes, M draws, K components, D
latent dimensions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.mixture import GaussianMixture

from autoencoder.steps import Step, Steps, part_of

MIXTURE = "mixture"
CANDIDATES = (1, 2, 5, 10, 20, 50)  # numbers of components that are tried
FEWEST_CODES = 10  # to fit a mixture to
HELD_OUT_SHARE = 0.2  # of the codes, by whose likelihood the number of components is chosen
MAX_ROUNDS = 30  # of expectation and maximization
MIN_GAIN = 1e-3  # nats a code: a round that gains less is the last
VARIANCE_FLOOR = 1e-4  # of the codes' mean variance, added to every variance: no component shrinks to a point


@dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians with weights (K,), means (K, D) and covariances F Fᵀ, ``factors`` F (K, D, D)."""

    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    @property
    def n_components(self) -> int:
        return len(self.weights)

    def draw(self, n: int, rng: np.random.Generator, temperature: float = 1.0) -> np.ndarray:
        """``n`` codes float64 (n, D); ``temperature`` scales their distances from their component's mean."""
        standard = rng.standard_normal((n, self.means.shape[1]))
        chosen = rng.choice(len(self.weights), n, p=self.weights)
        return self.means[chosen] + temperature * np.einsum("nij,nj->ni", self.factors[chosen], standard)


@dataclass(frozen=True, eq=False)
class Box:
    """The box between the corners ``low`` and ``high``, each (D,)."""

    low: np.ndarray
    high: np.ndarray

    def draw(self, n: int, rng: np.random.Generator, temperature: float = 1.0) -> np.ndarray:
        """``n`` codes float64 (n, D), evenly; ``temperature`` scales the box about its middle."""
        middle, half = (self.low + self.high) / 2, temperature * (self.high - self.low) / 2
        return rng.uniform(middle - half, middle + half, (n, len(self.low)))


Sampler = Mixture | Box


@dataclass(frozen=True)
class Source:
    """A source's title, and its sampler for codes (N, D)."""

    title: str
    fit: Callable[[np.ndarray], Sampler]


def draw(source: str, latents: np.ndarray, n: int, seed: int) -> np.ndarray:
    """``n`` codes float32 (n, D) from a source of `SOURCES` that may look at codes (N, D); seeded."""
    if source not in SOURCES:
        raise ValueError(f"the source must be one of {', '.join(SOURCES)}, got {source!r}")
    return SOURCES[source].fit(latents).draw(n, np.random.default_rng(seed)).astype(np.float32)


def prior(latent_dim: int) -> Mixture:
    """N(0, I), which a variational autoencoder's codes are trained towards."""
    return _one_gaussian(np.zeros(latent_dim), np.eye(latent_dim))


def gaussian(latents: np.ndarray) -> Mixture:
    """The Gaussian with the mean and the covariance of codes (N, D)."""
    latents = latents.astype(np.float64)
    covariance = np.atleast_2d(np.cov(latents, rowvar=False)) if len(latents) > 1 else np.zeros((1, 1))
    values, vectors = np.linalg.eigh(np.broadcast_to(covariance, (latents.shape[1],) * 2))
    # Singular covariances have no Cholesky factor.
    return _one_gaussian(latents.mean(axis=0), vectors * np.sqrt(np.maximum(values, 0)))


def box(latents: np.ndarray) -> Box:
    """The smallest box that holds the codes (N, D)."""
    return Box(latents.min(axis=0).astype(np.float64), latents.max(axis=0).astype(np.float64))


def around(code: np.ndarray, radius: float) -> Mixture:
    """The neighbourhood of a code (D,): draws are about ``radius`` away from it, in every direction."""
    return _one_gaussian(code.astype(np.float64), radius / np.sqrt(len(code)) * np.eye(len(code)))


def _one_gaussian(mean: np.ndarray, factor: np.ndarray) -> Mixture:
    return Mixture(np.ones(1), mean[None], factor[None])


def mixture_steps(latents: np.ndarray, seed: int, n_components: int | None = None) -> Steps[Mixture]:
    """Fit a mixture of Gaussians with full covariances to codes (N, D).

    Without ``n_components`` (1 to N / 2) it is the one of `CANDIDATES` under which a held-out fifth of the
    codes is likeliest; the mixture is always fitted to the other four fifths. Raises ValueError for fewer
    than 10 codes, or a number of components out of range. Expectation and maximization, from k-means
    (Dempster, Laird & Rubin 1977).
    """
    if len(latents) < FEWEST_CODES:
        raise ValueError(f"a mixture needs at least {FEWEST_CODES} codes, got {len(latents)}")
    if n_components is not None and not 1 <= n_components <= len(latents) // 2:
        raise ValueError(f"n_components must be from 1 to {len(latents) // 2}, got {n_components}")
    order = np.random.default_rng(seed).permutation(len(latents))
    n_held_out = max(1, round(HELD_OUT_SHARE * len(latents)))
    held_out, rest = (latents[rows].astype(np.float64) for rows in np.split(order, [n_held_out]))
    candidates = [n_components] if n_components else [k for k in CANDIDATES if k <= len(latents) // 4]
    best, best_likelihood = None, -np.inf
    for number, k in enumerate(candidates):
        done, whole = sum(candidates[:number]), sum(candidates)
        floor = VARIANCE_FLOOR * rest.var(axis=0).mean() + 1e-12
        # The first call of fit runs two rounds, every other call one.
        by_round = {"warm_start": True, "tol": 1e300, "max_iter": 2}
        fitted = GaussianMixture(k, reg_covar=floor, random_state=seed, **by_round)
        yield from part_of(_em_steps(fitted, rest), done / whole, k / whole)
        likelihood = fitted.score(held_out)
        if likelihood > best_likelihood:
            best, best_likelihood = fitted, likelihood
    return Mixture(best.weights_, best.means_, np.linalg.cholesky(best.covariances_))


def sampler_steps(
    source: str, latents: np.ndarray, seed: int, n_components: int | None = None
) -> Steps[Sampler]:
    """Sampler of a source of `SOURCES`, or of a mixture, for codes (N, D)."""
    if source == MIXTURE:
        return (yield from mixture_steps(latents, seed, n_components))
    yield Step(0.0)
    return SOURCES[source].fit(latents)


def _em_steps(fitted: GaussianMixture, latents: np.ndarray) -> Steps[None]:
    """Rounds of expectation and maximization until the likelihood hardly grows, `MAX_ROUNDS` at most."""
    before = -np.inf
    for number in range(MAX_ROUNDS):
        yield Step(number / MAX_ROUNDS)
        fitted.fit(latents)
        fitted.max_iter = 1
        if fitted.lower_bound_ - before < MIN_GAIN:
            return
        before = fitted.lower_bound_


SOURCES = {
    "prior": Source("the prior N(0, I)", lambda latents: prior(latents.shape[1])),
    "gaussian": Source("a Gaussian fitted to the codes", gaussian),
    "box": Source("the box around the codes, evenly", box),
}
