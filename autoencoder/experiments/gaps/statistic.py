"""Gap statistic: scores of random paths within classes and across them, for one model or several.

Random pairs are the same for every model; a path is straight, of 17 steps. Two scores measure a gap (see
gap_score.GapScore), and a third measure compares the pictures with real images: the two need not agree.

N images, P pairs, T steps of a path, D latent dimensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.latent.gap_score import GapScore, GapScores, Pairs, cell_pairs, gap_score, score_paths
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.support import Support
from autoencoder.steps import Step, Steps, part_of

PATHS_AT_ONCE = 20
MATRIX_PAIRS = 12  # for every two classes


@dataclass(frozen=True, eq=False)
class GapStatistic:
    """Scores of a model's paths, within classes and across them."""

    name: str
    latent_dim: int
    same: GapScores
    cross: GapScores
    has_classes: bool = True

    def words(self, kind: str) -> str:
        """Words for paths of a ``kind``, same or cross."""
        if kind == "same":
            return "within a class"
        return "across classes" if self.has_classes else "between random images"

    @property
    def gap_score(self) -> GapScore:
        """The score that suits the code size."""
        return gap_score(self.latent_dim)

    def score(self, kind: str) -> np.ndarray:
        """The gap scores (P,) of paths of a ``kind``, same or cross."""
        return self.gap_score.of(getattr(self, kind))


@dataclass(frozen=True, eq=False)
class GapMatrix:
    """Paths between every two of C classes: ``classes`` (C,) are their labels.

    score             (C, C), the median gap score; NaN for a class with a single image
    typical, worst    (C, C, 2), the pair of images with the median score and the greatest, the row's class
                      first; -1 without a pair
    """

    classes: np.ndarray
    score: np.ndarray
    typical: np.ndarray
    worst: np.ndarray


def gap_steps(
    name: str, support: Support, latents: np.ndarray, pairs: Pairs, pictures: PictureDistance | None = None
) -> Steps[GapStatistic]:
    """Score the straight paths between pairs of codes (N, D)."""
    both = np.concatenate([pairs.same, pairs.cross])
    parts = []
    for start in range(0, len(both), PATHS_AT_ONCE):
        yield Step(start / len(both))
        parts.append(score_paths(support, latents[both[start : start + PATHS_AT_ONCE]], pictures))
    columns = {name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    n_same = len(pairs.same)
    same = GapScores(**{name: column[:n_same] for name, column in columns.items()})
    cross = GapScores(**{name: column[n_same:] for name, column in columns.items()})
    return GapStatistic(name, latents.shape[1], same, cross, pairs.has_classes)


def matrix_steps(
    support: Support, latents: np.ndarray, labels: np.ndarray, n_pairs: int, seed: int
) -> Steps[GapMatrix]:
    """Score ``n_pairs`` paths for every two classes of codes (N, D)."""
    rng, present = np.random.default_rng(seed), np.unique(labels)
    cells = [(row, column) for row in range(len(present)) for column in range(row + 1)]
    shape = len(present), len(present)
    score = np.full(shape, np.nan)
    typical, worst = np.full((*shape, 2), -1), np.full((*shape, 2), -1)
    for number, (row, column) in enumerate(cells):
        yield Step(number / len(cells))
        pairs = cell_pairs(labels, present[row], present[column], n_pairs, rng)
        if len(pairs) == 0:
            continue
        values = gap_score(latents.shape[1]).of(score_paths(support, latents[pairs], None))
        ordered = np.argsort(values, kind="stable")
        for at, direction in (((row, column), 1), ((column, row), -1)):
            score[at] = np.median(values)
            typical[at] = pairs[ordered[len(ordered) // 2]][::direction]
            worst[at] = pairs[ordered[-1]][::direction]
    return GapMatrix(present, score, typical, worst)


def statistics_steps(
    models: Sequence[tuple[Checkpoint, np.ndarray]], images: np.ndarray | None, pairs: Pairs
) -> Steps[list[GapStatistic]]:
    """Statistics of several models, each with its codes (N, D) of the same images uint8 (N, 28, 28)."""
    found: list[GapStatistic] = []
    for number, (checkpoint, latents) in enumerate(models):
        pictures = None if images is None else PictureDistance(checkpoint.model, images)
        steps = gap_steps(checkpoint.name, checkpoint.support, latents, pairs, pictures)
        found = [*found, (yield from part_of(steps, number / len(models), 1 / len(models), found))]
    return found
