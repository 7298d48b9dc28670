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

from autoencoder.latent.gap_score import SHARE, Pairs, Scores, cell_pairs, score_paths
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.support import Support, score_name

N_RESAMPLES = 2_000
PATHS_AT_ONCE = 20


@dataclass(frozen=True)
class Interval:
    """A mean over paths with the ends of its 95 % interval (percentile bootstrap: Efron 1979)."""

    mean: float
    low: float
    high: float


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
        parts.append(score_paths(support, latents[both[start : start + PATHS_AT_ONCE]], pictures))
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    n_same = len(pairs.same)
    same, cross = (
        Scores(*(column[rows] for column in joined)) for rows in (slice(n_same), slice(n_same, None))
    )
    yield 1.0, GapStatistic(name, latents.shape[1], same, cross, pairs.has_classes)


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
        pairs = cell_pairs(labels, present[row], present[column], n_pairs, rng)
        if len(pairs) == 0:
            continue
        shares, jumps, _ = score_paths(support, latents[pairs], None)
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


def _written(current: Interval, score: str) -> str:
    if score == SHARE:
        return f"{current.mean:.1%} [{current.low:.1%}, {current.high:.1%}]"
    return f"{current.mean:.2f} [{current.low:.2f}, {current.high:.2f}]"
