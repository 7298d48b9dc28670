"""Do paths between classes fall into gaps? The statistic behind the picture, for one model or several.

Pairs are drawn at random from a seed and are the same for every model. A path is straight, of 17 steps. Two
scores tell a gap (see support.score_name); beside them stands a measure on the side of the pictures, because
the two need not agree.

N images, P pairs, T steps of a path, D latent dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from autoencoder.measures import as_floats
from autoencoder.paths import linear
from autoencoder.support import (
    PERCENTILE,
    PICTURE_ROUNDING,
    Codec,
    Support,
    Units,
    is_off_support,
    score_name,
)

SHARE = score_name(16)
N_STEPS = 17
N_RESAMPLES = 2_000
MOST_REFERENCES = 3_000  # real images that a picture is compared with
PATHS_AT_ONCE = 20
SCORES = ("off_support_share", "jump_ratio", "picture_share")


@dataclass(frozen=True)
class Interval:
    """A mean over paths with the ends of its 95 % interval (percentile bootstrap: Efron 1979)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Pairs:
    """Indices (P, 2) of pairs of images, of one class and of two; either may be empty.

    Without classes all pairs stand in ``cross``.
    """

    same: np.ndarray
    cross: np.ndarray
    seed: int
    has_classes: bool = True


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of P paths, each (P,); NaN where a path has none.

    off_support_share   share of the steps whose round trip is above 1
    jump_ratio          the largest change of the picture over the mean one
    picture_share       share of the steps whose picture is farther from every real image than 95 % of the
                        model's own reconstructions are; NaN without real images
    """

    off_support_share: np.ndarray
    jump_ratio: np.ndarray
    picture_share: np.ndarray


@dataclass(frozen=True, eq=False)
class GapStatistic:
    """What a model's paths are like, within classes and across them."""

    name: str
    latent_dim: int
    same: Scores
    cross: Scores
    has_classes: bool = True

    def words(self, kind: str) -> str:
        """What paths of a ``kind``, same or cross, are called."""
        across = "across classes" if self.has_classes else "between random images"
        return "within a class" if kind == "same" else across

    def score(self, kind: str) -> np.ndarray:
        """The gap scores (P,) of paths of a ``kind``, same or cross: those that suit the dimension."""
        scores = getattr(self, kind)
        is_share = score_name(self.latent_dim) == SHARE
        return scores.off_support_share if is_share else scores.jump_ratio


@dataclass(frozen=True, eq=False)
class GapMatrix:
    """Paths between every two of C classes: ``classes`` (C,) are their labels.

    score             (C, C), the median gap score; NaN where a class has a single image
    typical, worst    (C, C, 2), the pair of images with the median score and the greatest, that of the row's
                      class first; -1 where none is
    """

    classes: np.ndarray
    score: np.ndarray
    typical: np.ndarray
    worst: np.ndarray


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


def gap_steps(
    name: str,
    support: Support,
    latents: np.ndarray,
    pairs: Pairs,
    pictures: "PictureDistance | None" = None,
) -> Iterator[tuple[float, GapStatistic | None]]:
    """Score the straight paths between pairs of codes (N, D); yields the share done, and at 1 the result."""
    both = np.concatenate([pairs.same, pairs.cross])
    parts = []
    for start in range(0, len(both), PATHS_AT_ONCE):
        yield start / len(both), None
        parts.append(_score_paths(support, latents[both[start : start + PATHS_AT_ONCE]], pictures))
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    n_same = len(pairs.same)
    same, cross = (
        Scores(*(column[rows] for column in joined)) for rows in (slice(n_same), slice(n_same, None))
    )
    yield 1.0, GapStatistic(name, latents.shape[1], same, cross, pairs.has_classes)


def mean_score(codec: Codec, latents: np.ndarray, pairs: np.ndarray) -> float:
    """The mean gap score of straight paths between ``pairs`` (P, 2) of codes (N, D); NaN where none has one.

    The codes are their own atlas: quick enough for every epoch of a training.
    """
    if len(pairs) == 0:
        return float("nan")
    is_share = score_name(latents.shape[1]) == SHARE
    lengths = np.linalg.norm(codec.encode(codec.decode(latents)) - latents, axis=1) if is_share else [0.0]
    support = Support(codec, latents, Units(float(np.percentile(lengths, PERCENTILE)), 0.0, 0.0))
    shares, jumps, _ = _score_paths(support, latents[pairs], None)
    values = shares if is_share else jumps[np.isfinite(jumps)]
    return float(values.mean()) if len(values) else float("nan")


def matrix_steps(
    support: Support, latents: np.ndarray, labels: np.ndarray, n_pairs: int, seed: int
) -> Iterator[tuple[float, "GapMatrix | None"]]:
    """Score ``n_pairs`` paths for every two classes of codes (N, D): the share done, and at 1 the result."""
    rng, present = np.random.default_rng(seed), np.unique(labels)
    cells = [(row, column) for row in range(len(present)) for column in range(row + 1)]
    shape = len(present), len(present)
    score = np.full(shape, np.nan)
    typical, worst = np.full((*shape, 2), -1), np.full((*shape, 2), -1)
    for number, (row, column) in enumerate(cells):
        yield number / len(cells), None
        pairs = _cell_pairs(labels, present[row], present[column], n_pairs, rng)
        if len(pairs) == 0:
            continue
        shares, jumps, _ = _score_paths(support, latents[pairs], None)
        values = shares if score_name(latents.shape[1]) == SHARE else jumps
        ordered = np.argsort(values, kind="stable")
        for at, direction in (((row, column), 1), ((column, row), -1)):
            score[at] = np.median(values)
            typical[at] = pairs[ordered[len(ordered) // 2]][::direction]
            worst[at] = pairs[ordered[-1]][::direction]
    yield 1.0, GapMatrix(present, score, typical, worst)


def interval(values: np.ndarray, seed: int = 0) -> Interval:
    """The mean of the finite values (P,) and its 95 % interval; NaN where there are none."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Interval(np.nan, np.nan, np.nan)
    rows = np.random.default_rng(seed).integers(len(values), size=(N_RESAMPLES, len(values)))
    low, high = np.percentile(values[rows].mean(axis=1), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def probability_of_worse(first: np.ndarray, second: np.ndarray) -> float:
    """The probability that a random path of the first scores worse than one of the second; ties count half.

    The area under the ROC curve (Hanley & McNeil 1982); NaN where either has no finite score.
    """
    first, second = first[np.isfinite(first)], second[np.isfinite(second)]
    if len(first) == 0 or len(second) == 0:
        return float("nan")
    is_first = np.repeat([1, 0], [len(first), len(second)])
    return float(roc_auc_score(is_first, np.concatenate([first, second])))


def comparisons(statistics: list[GapStatistic], kind: str = "cross") -> list[dict[str, str | float]]:
    """For every two models with one score in common: ``worse``, ``better`` and the probability, ``value``."""
    found = []
    for number, first in enumerate(statistics):
        for second in statistics[number + 1 :]:
            if score_name(first.latent_dim) != score_name(second.latent_dim):
                continue
            value = probability_of_worse(first.score(kind), second.score(kind))
            worse, better = (first, second) if not value < 0.5 else (second, first)
            found.append({"worse": worse.name, "better": better.name, "value": max(value, 1 - value)})
    return found


def sentence(statistics: list[GapStatistic]) -> str:
    """What the numbers say of the first two models' paths across classes, also where they do not differ."""
    first, second = statistics[:2]
    score = score_name(first.latent_dim)
    if score != score_name(second.latent_dim):
        return f"{first.name} and {second.name} are scored differently: their numbers do not compare."
    intervals = [interval(statistic.score("cross")) for statistic in (first, second)]
    where = first.words("cross")
    if not all(np.isfinite(current.mean) for current in intervals):
        return f"For {first.name} and {second.name} there are no paths {where} to compare."
    (worse, better), (high, low) = (first, second), intervals
    if high.mean < low.mean:
        (worse, better), (high, low) = (second, first), intervals[::-1]
    value = probability_of_worse(worse.score("cross"), better.score("cross"))
    chance = (
        f"The probability that a random path of {worse.name} is the worse one is {value:.0%}, ties counted "
        "half."
    )
    figures = f"on average {_written(high, score)} against {_written(low, score)}"
    if high.low <= low.high:
        return (
            f"{where.capitalize()}, {worse.name} and {better.name} do not differ clearly in {score}: "
            f"{figures}, and the intervals overlap. {chance}"
        )
    return (
        f"{where.capitalize()}, the paths of {worse.name} are worse in {score} than those of {better.name}: "
        f"{figures}. {chance}"
    )


class PictureDistance:
    """How far pictures are from every real image, in units of the model's own reconstructions.

    1.0 is the 95th percentile of the distance from a reconstruction to the nearest real image but its own.
    Euclidean over all pixels. ``images`` uint8 (N, 28, 28) are real ones; more than 3,000 are thinned out.
    """

    def __init__(self, codec: Codec, images: np.ndarray):
        self._stride = stride = -(-len(images) // MOST_REFERENCES)
        self._references = as_floats(images[::stride]).reshape(-1, 28 * 28)
        self._squares = (self._references**2).sum(axis=1)
        rebuilt = codec.decode(codec.encode(images[::stride])).reshape(len(self._references), -1)
        distances = self._squared(rebuilt)
        np.fill_diagonal(distances, np.inf)
        nearest = np.sqrt(distances.min(axis=1))
        self.unit = float(np.percentile(nearest[np.isfinite(nearest)], 95)) if len(images) > 1 else np.nan

    def measure(self, pictures: np.ndarray) -> np.ndarray:
        """The distance (M,) from pictures (M, 28, 28) to the nearest real image, in units of the model."""
        return np.sqrt(self._squared(pictures.reshape(len(pictures), -1)).min(axis=1)) / self.unit

    def nearest(self, pictures: np.ndarray) -> np.ndarray:
        """The rows (M,) of the nearest real images, of those that are compared."""
        return self._squared(pictures.reshape(len(pictures), -1)).argmin(axis=1) * self._stride

    def _squared(self, pictures: np.ndarray) -> np.ndarray:
        squares = (pictures**2).sum(axis=1)[:, None] + self._squares - 2 * pictures @ self._references.T
        return np.maximum(squares, 0)


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


def _cell_pairs(
    labels: np.ndarray, first: int, second: int, n_pairs: int, rng: np.random.Generator
) -> np.ndarray:
    """Pairs (P, 2) of an image of one class and a different one of another, or of the same."""
    ones, others = np.flatnonzero(labels == first), np.flatnonzero(labels == second)
    pairs = np.stack([rng.choice(ones, 2 * n_pairs), rng.choice(others, 2 * n_pairs)], axis=1)
    return pairs[pairs[:, 0] != pairs[:, 1]][:n_pairs]


def _score_paths(
    support: Support, ends: np.ndarray, pictures: PictureDistance | None
) -> tuple[np.ndarray, ...]:
    """The three scores of straight paths between ends (P, 2, D), each (P,)."""
    n_paths = len(ends)
    path = np.concatenate([linear(start, end, N_STEPS) for start, end in ends])
    images = support.codec.decode(path)
    round_trips = support.round_trip_in_units(path, images).reshape(n_paths, N_STEPS)
    steps = np.linalg.norm(np.diff(images.reshape(n_paths, N_STEPS, -1), axis=1), axis=2)
    steps[steps < PICTURE_ROUNDING] = 0
    means = steps.mean(axis=1)
    jumps = np.divide(steps.max(axis=1), means, out=np.full(n_paths, np.nan), where=means > 0)
    far = np.full((n_paths, N_STEPS), np.nan)
    if pictures is not None:
        far = (pictures.measure(images) > 1).reshape(n_paths, N_STEPS).astype(np.float64)
    return is_off_support(round_trips).mean(axis=1), jumps, far.mean(axis=1)


def _written(current: Interval, score: str) -> str:
    if score == SHARE:
        return f"{current.mean:.1%} [{current.low:.1%}, {current.high:.1%}]"
    return f"{current.mean:.2f} [{current.low:.2f}, {current.high:.2f}]"
