"""Projections of codes to fixed two-dimensional maps.

A map is made once, from the codes of an atlas. Other codes are placed on it without moving it, or not at all,
with the reason; and where it is a plane of the code space, any point of it leads back to a code.

Shapes: N codes in the atlas, M codes or points asked about, D latent dimensions.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.decomposition import PCA

from autoencoder.latent.support import ENCODED_ROUNDING, SMALLEST_NORMAL, STORED_ROUNDING
from autoencoder.steps import Step, Steps, result_of

METHODS = ("auto", "code", "pca", "tsne")


class Map:
    """Base of the maps: ``positions`` are float32 (N, 2). A reason is empty where the map can."""

    name: ClassVar[str]
    positions: np.ndarray
    axis_names: tuple[str, str]
    why_not_place: ClassVar[str] = ""
    why_not_invert: ClassVar[str] = ""

    @property
    def can_place(self) -> bool:
        return not self.why_not_place

    @property
    def can_invert(self) -> bool:
        return not self.why_not_invert

    def place(self, latents: np.ndarray) -> np.ndarray:
        """Positions of codes (M, D), float32 (M, 2); ValueError with the reason if impossible."""
        raise ValueError(self.why_not_place)

    def invert(self, points: np.ndarray, base: np.ndarray) -> np.ndarray:
        """Codes float32 (M, D) at points (M, 2): base (D,) moved along the map; ValueError if impossible."""
        raise ValueError(self.why_not_invert)


@dataclass(frozen=True, eq=False)
class CodeMap(Map):
    """Codes of 2 dimensions as they are; a code of 1 dimension lies on the line y = 0."""

    latents: np.ndarray  # (N, 1) or (N, 2)

    name: ClassVar[str] = "code"

    def __post_init__(self) -> None:
        if self.latents.ndim != 2 or self.latents.shape[1] not in (1, 2):
            raise ValueError(f"a map of bare codes needs 1 or 2 dimensions, got shape {self.latents.shape}")

    @property
    def positions(self) -> np.ndarray:
        return self.place(self.latents)

    @property
    def axis_names(self) -> tuple[str, str]:
        return ("code 1", "code 2") if self._latent_dim == 2 else ("code 1", "")

    def place(self, latents: np.ndarray) -> np.ndarray:
        _check(latents, self._latent_dim, "codes")
        return np.pad(latents.astype(np.float32), ((0, 0), (0, 2 - self._latent_dim)))

    def invert(self, points: np.ndarray, base: np.ndarray) -> np.ndarray:
        """The points themselves, as nothing of base is left; on a line, a point's height means nothing."""
        _check(points, 2, "points")
        return points[:, : self._latent_dim].astype(np.float32)

    @property
    def _latent_dim(self) -> int:
        return self.latents.shape[1]


@dataclass(frozen=True, eq=False)
class PCAMap(Map):
    """The plane in which the codes vary most. Made by `fit`."""

    positions: np.ndarray
    mean: np.ndarray  # (D,), the middle of the codes, at the map's origin
    components: np.ndarray  # (2, D), orthonormal; the largest entry of each is positive, so no axis flips
    explained_variance_ratio: tuple[float, float]  # of each axis; 0 where the codes do not vary

    name: ClassVar[str] = "pca"

    @classmethod
    def fit(cls, latents: np.ndarray) -> "PCAMap":
        """The plane of codes (N, D), D >= 2; codes that do not vary are all put at the origin."""
        if latents.ndim != 2 or latents.shape[1] < 2:
            raise ValueError(f"a PCA plane needs codes of at least 2 dimensions, got shape {latents.shape}")
        latents = latents.astype(np.float64)
        if are_one_place(latents):
            mean = latents[0] if len(latents) else np.zeros(latents.shape[1])
            return cls(np.zeros((len(latents), 2), np.float32), mean, np.eye(2, len(mean)), (0.0, 0.0))
        # The full decomposition draws nothing at random, and its signs are the same each time.
        pca = PCA(n_components=2, svd_solver="full").fit(latents)
        positions = ((latents - pca.mean_) @ pca.components_.T).astype(np.float32)
        return cls(positions, pca.mean_, pca.components_, tuple(pca.explained_variance_ratio_.tolist()))

    @property
    def axis_names(self) -> tuple[str, str]:
        first, second = (f"{share:.0%}" for share in self.explained_variance_ratio)
        return f"PCA 1 ({first} of the variance)", f"PCA 2 ({second} of the variance)"

    def place(self, latents: np.ndarray) -> np.ndarray:
        _check(latents, len(self.mean), "codes")
        return self._project(latents).astype(np.float32)

    def invert(self, points: np.ndarray, base: np.ndarray) -> np.ndarray:
        _check(points, 2, "points")
        _check(base[None], len(self.mean), "the base, as a batch,")
        return (base + (points - self._project(base[None])) @ self.components).astype(np.float32)

    def _project(self, latents: np.ndarray) -> np.ndarray:
        return (latents.astype(np.float64) - self.mean) @ self.components.T


@dataclass(frozen=True, eq=False)
class TSNEMap(Map):
    """Positions (N, 2) that t-SNE found; `tsne_steps` finds them."""

    positions: np.ndarray

    name: ClassVar[str] = "tsne"
    axis_names: ClassVar[tuple[str, str]] = ("t-SNE 1", "t-SNE 2")
    why_not_place: ClassVar[str] = (
        "t-SNE arranges only the codes it was given: a new code has no place that would not move the others."
    )
    why_not_invert: ClassVar[str] = (
        "t-SNE has no inverse: it keeps neighbours together, and a point between them belongs to no code."
    )


def project(latents: np.ndarray, method: str = "auto") -> Map:
    """The map of codes (N, D) by one of `METHODS`; "auto" is the code itself for D <= 2, else PCA."""
    if method not in METHODS:
        raise ValueError(f"the method must be one of {', '.join(METHODS)}, got {method!r}")
    if method == "tsne":
        return result_of(tsne_steps(latents))
    is_code = method == "code" or (method == "auto" and latents.shape[1] <= 2)
    return CodeMap(latents) if is_code else PCAMap.fit(latents)


def are_one_place(latents: np.ndarray) -> bool:
    """True for codes (N, D) that are the same but for rounding: those of equal images, or a single one.

    An atlas rounds to float16, and another batch to float32: a map would spread nothing but that noise.
    """
    if len(latents) < 2:
        return True
    sizes = np.maximum(np.abs(latents).max(axis=0), SMALLEST_NORMAL)
    allowed = 2 * STORED_ROUNDING * sizes + ENCODED_ROUNDING * sizes.max()
    return bool((np.ptp(latents, axis=0) <= allowed).all())


def tsne_steps(
    latents: np.ndarray,
    *,
    n_iterations: int = 400,
    perplexity: float = 30,
    seed: int = 0,
    n_between: int = 10,
) -> Steps[TSNEMap]:
    """t-SNE of codes (N, D); the partial results are its maps, the result is the last one.

    The first map, at 0, is the PCA plane; the last is at 1, and between them is one every `n_between`
    iterations. For the first three eighths of the iterations neighbours attract each other 12 times as much
    (early exaggeration: van der Maaten & Hinton 2008; the factor is openTSNE's). A perplexity above
    (N - 1) / 3 is lowered to it. Codes that are one place stay one. Raises ValueError, at the first step, for
    fewer than 4 codes or 1 iteration.
    """
    if len(latents) < 4:
        raise ValueError(f"t-SNE needs at least 4 codes, got {len(latents)}")
    if n_iterations < 1:
        raise ValueError(f"n_iterations must be at least 1, got {n_iterations}")
    if are_one_place(latents):
        latent_map = TSNEMap(np.zeros((len(latents), 2), np.float32))
        yield Step(1.0, latent_map)
        return latent_map
    start = _tsne_start(latents, seed)
    latent_map = TSNEMap(start.astype(np.float32))
    yield Step(0.0, latent_map)
    embedding = _tsne_embedding(latents.astype(np.float64), start, perplexity, seed)
    n_early, done = n_iterations * 3 // 8, 0
    while done < n_iterations:
        stop, exaggeration = (n_early, 12) if done < n_early else (n_iterations, 1)
        n_iter = min(n_between, stop - done)
        embedding.optimize(
            n_iter, exaggeration=exaggeration, inplace=True
        )  # keeps its momentum between calls
        done += n_iter
        latent_map = TSNEMap(np.array(embedding, dtype=np.float32))
        yield Step(done / n_iterations, latent_map)
    return latent_map


def _tsne_embedding(latents: np.ndarray, start: np.ndarray, perplexity: float, seed: int):
    """An openTSNE `TSNEEmbedding` of codes (N, D), at its start (N, 2)."""
    from openTSNE import TSNEEmbedding, affinity  # slow to import, and no other map needs it

    perplexity = min(perplexity, (len(latents) - 1) / 3)
    affinities = affinity.PerplexityBasedNN(latents, perplexity, random_state=seed, n_jobs=1)
    return TSNEEmbedding(start, affinities, random_state=seed, n_jobs=1)


def _tsne_start(latents: np.ndarray, seed: int) -> np.ndarray:
    """Start of t-SNE: the PCA plane shrunk to a standard deviation of 1e-4, with a little noise."""
    positions = project(latents, "code" if latents.shape[1] == 1 else "pca").positions.astype(np.float64)
    noise = np.random.default_rng(seed).normal(scale=1e-6, size=positions.shape)
    width = positions[:, 0].std()
    return noise + (positions * (1e-4 / width) if width > 0 else 0)


def _check(rows: np.ndarray, n_columns: int, what: str) -> None:
    if rows.ndim != 2 or rows.shape[1] != n_columns:
        raise ValueError(f"{what} must be (M, {n_columns}), got shape {rows.shape}")
