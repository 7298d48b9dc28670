"""Gap scores of paths: off-support share, jump ratio and picture share, for pairs of codes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autoencoder.latent.paths import linear
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.support import (
    PICTURE_ROUNDING,
    Codec,
    Support,
    Units,
    is_off_support,
    jump_ratios,
)

N_STEPS = 17


@dataclass(frozen=True)
class GapScore:
    """A measure of the gap on a path: ``name`` is its field in `GapScores` and `PathMeasures`.

    ``digits`` is the format of a value in a sentence, as "12.5%" or "1.25", ``ticks`` that of an axis.
    """

    name: str
    title: str
    unit: str
    digits: str
    ticks: str
    meaning: str

    def of(self, measures: Any) -> Any:
        return getattr(measures, self.name)

    def format(self, value: float) -> str:
        return f"{value:{self.digits}}"


_SHARE_MEANING = f"steps that are off the data, of the {N_STEPS} of a path"
SHARE = GapScore("off_support_share", "share off the data", "%", ".1%", ".0%", _SHARE_MEANING)
_JUMP_MEANING = "the largest change of the picture along a path over the mean one"
JUMP = GapScore("jump_ratio", "jump ratio", "", ".2f", "", _JUMP_MEANING)


def gap_score(latent_dim: int) -> GapScore:
    """The score that suits a code size: one or two dimensions are crowded rather than holed."""
    return JUMP if latent_dim <= 2 else SHARE


def is_weak(latent_dim: int) -> bool:
    """True for code sizes whose score hardly separates good paths from bad ones: a page has to say so."""
    return 3 <= latent_dim < 8


@dataclass(frozen=True, eq=False)
class Pairs:
    """Indices (P, 2) of pairs of images, of one class and of two; without classes all are in ``cross``."""

    same: np.ndarray
    cross: np.ndarray
    seed: int
    has_classes: bool = True


@dataclass(frozen=True, eq=False)
class GapScores:
    """Scores of P paths, each (P,); NaN where a path has none."""

    off_support_share: np.ndarray  # share of the steps that are off support
    jump_ratio: np.ndarray  # the largest change of the picture over the mean one
    # Share of the steps whose picture is farther from every real image than 95 % of the model's own
    # reconstructions are; NaN without real images.
    picture_share: np.ndarray


def random_pairs(labels: np.ndarray | None, n_images: int, n_pairs: int, seed: int) -> Pairs:
    """``n_pairs`` pairs of images of one class and as many of two; without labels all count as of two.

    Drawn evenly over the images, of which no pair has the same one twice. Raises ValueError for fewer than
    2 images or 1 pair.
    """
    if n_images < 2 or n_pairs < 1:
        raise ValueError(f"pairs need at least 2 images and 1 pair, got {n_images} and {n_pairs}")
    rng = np.random.default_rng(seed)
    classes = np.arange(n_images) if labels is None else labels
    same, cross = (_draw(classes, n_pairs, rng, same_class) for same_class in (True, False))
    return Pairs(same, cross, seed, labels is not None)


def mean_score(codec: Codec, latents: np.ndarray, pairs: np.ndarray) -> float:
    """The mean gap score of straight paths between ``pairs`` (P, 2) of codes (N, D); NaN where none has one.

    The codes are their own atlas: quick enough for every epoch of a training.
    """
    if len(pairs) == 0:
        return float("nan")
    score, support = gap_score(latents.shape[1]), Support(codec, latents, Units(1.0, 1.0, 1.0))
    if score is SHARE:
        limit = support.oddity_limit()
        support = Support(codec, latents, Units(limit, limit, 1.0))
    values = score.of(score_paths(support, latents[pairs], None))
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")


def _draw(labels: np.ndarray, n_pairs: int, rng: np.random.Generator, same_class: bool) -> np.ndarray:
    """Pairs (P, 2) whose classes are the same or not: an image at random, then a fitting other one."""
    sizes = np.bincount(labels)
    partners = sizes[labels] - 1 if same_class else len(labels) - sizes[labels]
    possible = np.flatnonzero(partners > 0)
    if len(possible) == 0:
        return np.empty((0, 2), np.int64)
    firsts = rng.choice(possible, n_pairs)
    order = np.argsort(labels, kind="stable")
    starts = np.cumsum(sizes) - sizes
    place = np.empty(len(labels), np.int64)
    place[order] = np.arange(len(labels))
    begin, size = starts[labels[firsts]], sizes[labels[firsts]]
    drawn = (rng.random(n_pairs) * partners[firsts]).astype(np.int64)
    if same_class:
        at = begin + drawn + (begin + drawn >= place[firsts])  # the image itself is passed over
    else:
        at = np.where(drawn < begin, drawn, drawn + size)  # its whole class is
    return np.stack([firsts, order[at]], axis=1)


def cell_pairs(
    labels: np.ndarray, first: int, second: int, n_pairs: int, rng: np.random.Generator
) -> np.ndarray:
    """Pairs (P, 2) of an image of one class and a different one of another, or of the same."""
    ones, others = np.flatnonzero(labels == first), np.flatnonzero(labels == second)
    pairs = np.stack([rng.choice(ones, 2 * n_pairs), rng.choice(others, 2 * n_pairs)], axis=1)
    return pairs[pairs[:, 0] != pairs[:, 1]][:n_pairs]


def score_paths(support: Support, ends: np.ndarray, pictures: PictureDistance | None) -> GapScores:
    """The scores of straight paths between ends (P, 2, D)."""
    n_paths = len(ends)
    path = np.concatenate([linear(start, end, N_STEPS) for start, end in ends])
    images = support.codec.decode(path)
    oddities = support.oddity(path, images).reshape(n_paths, N_STEPS)
    steps = np.linalg.norm(np.diff(images.reshape(n_paths, N_STEPS, -1), axis=1), axis=2)
    steps[steps < PICTURE_ROUNDING] = 0
    far = np.full((n_paths, N_STEPS), np.nan)
    if pictures is not None:
        far = (pictures.measure(images) > 1).reshape(n_paths, N_STEPS).astype(np.float64)
    return GapScores(is_off_support(oddities).mean(axis=1), jump_ratios(steps), far.mean(axis=1))
