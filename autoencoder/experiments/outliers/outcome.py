"""Outcome of an outlier trial: test set, thresholds, alarms, AUROC with intervals, galleries."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score

from autoencoder.experiments.outliers.scores import SCORES, Model
from autoencoder.experiments.statistics import Interval

CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class TestSet:
    """Images uint8 (M, 28, 28) that are judged, which are outliers, bool (M,), and what each is called."""

    __test__ = False  # pytest, this is none of yours

    images: np.ndarray
    is_outlier: np.ndarray
    titles: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """A model's scores by name: of the held-back normal images, each (N,), and of a test set, each (M,).

    ``model`` is None where only the scores were kept.
    """

    seed: int
    model: Model | None
    held_back: dict[str, np.ndarray]
    test: TestSet
    scores: dict[str, np.ndarray]

    @cached_property
    def aurocs(self) -> dict[str, float]:
        """The area under each score's ROC curve: how often an outlier scores above a normal image."""
        return {
            name: float(roc_auc_score(self.test.is_outlier, found)) for name, found in self.scores.items()
        }

    def alarms(self, score: str, threshold: float) -> "Alarms":
        return alarms(self.scores[score], self.test.is_outlier, threshold)


@dataclass(frozen=True)
class Alarms:
    """What a threshold does on a test set: how many images of each kind there are, and lie above it."""

    threshold: float
    n_normal: int
    n_outliers: int
    n_false_alarms: int
    n_caught: int

    @property
    def false_alarm_rate(self) -> float:
        return self.n_false_alarms / self.n_normal

    @property
    def recall(self) -> float:
        return self.n_caught / self.n_outliers

    @property
    def precision(self) -> float | None:
        """The share of the alarms that are outliers; None where there is no alarm."""
        n_alarms = self.n_caught + self.n_false_alarms
        return self.n_caught / n_alarms if n_alarms else None


def alarms(scores: np.ndarray, is_outlier: np.ndarray, threshold: float) -> Alarms:
    """What lies above a threshold, of scores (M,) of which some are outliers', bool (M,)."""
    above, n_outliers = scores > threshold, int(is_outlier.sum())
    return Alarms(
        float(threshold),
        len(scores) - n_outliers,
        n_outliers,
        int((above & ~is_outlier).sum()),
        int((above & is_outlier).sum()),
    )


@dataclass(frozen=True)
class Verdict:
    """What a score says of a single image: its ``value`` beside a threshold, and normal images.

    share_below   of the normal images of the test set, which score lower
    """

    score: str
    value: float
    threshold: float
    share_below: float

    @property
    def is_alarm(self) -> bool:
        return self.value > self.threshold


def verdicts(outcome: Outcome, row: int, threshold_of: Callable[[np.ndarray], float]) -> list[Verdict]:
    """What every score says of an image of the test set; ``threshold_of`` held-back scores (N,)."""
    is_normal = ~outcome.test.is_outlier
    return [
        Verdict(
            name,
            float(found[row]),
            threshold_of(outcome.held_back[name]),
            float((found[is_normal] < found[row]).mean()),
        )
        for name, found in outcome.scores.items()
    ]


def threshold_for(held_back: np.ndarray, false_alarm_rate: float) -> float:
    """The threshold that a new normal image lies above with at most this probability.

    The ⌈(N + 1)(1 - rate)⌉-th smallest of the held-back scores (N,), which holds for images that are drawn
    alike (split conformal: Vovk et al. 2005; Laxhammar & Falkman 2010). So few images that this is more than
    all of them promise `promised_rate` only; the threshold is then the highest score.
    """
    if not 0 < false_alarm_rate < 1:
        raise ValueError(f"a false-alarm rate must lie between 0 and 1, got {false_alarm_rate}")
    count = len(held_back)
    rank = ceil((count + 1) * (1 - false_alarm_rate) - 1e-9)  # 20 · 0.95 shall be 19
    return float(np.sort(held_back)[min(max(rank, 1), count) - 1])


def threshold_at_percentile(held_back: np.ndarray, percentile: float) -> float:
    """The percentile of the held-back scores (N,), interpolated: plain, and a little low where N is small."""
    return float(np.percentile(held_back, percentile))


def promised_rate(n_held_back: int, false_alarm_rate: float) -> float:
    """The smallest rate from the one that is wanted on that so many held-back images can promise."""
    return max(false_alarm_rate, 1 / (n_held_back + 1))


def interval_over_seeds(values: list[float]) -> Interval:
    """The mean AUROC of several trainings and its 95 % t-interval, in [0, 1]; a single one has no ends."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, np.nan, np.nan)
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return _clipped(mean, student.ppf(0.5 + CONFIDENCE / 2, len(values) - 1) * error)


def interval_over_images(scores: np.ndarray, is_outlier: np.ndarray) -> Interval:
    """The AUROC of one training and its 95 % interval over test images (DeLong et al. 1988), within [0, 1].

    By mid-ranks (Sun & Xu 2014). A kind of image that there is one of adds nothing to the spread.
    """
    outliers, normal = scores[is_outlier], scores[~is_outlier]
    ranks = rankdata(np.concatenate([outliers, normal]))
    beaten = (ranks[: len(outliers)] - rankdata(outliers)) / len(normal)  # share of the normal images
    unbeaten = 1 - (ranks[len(outliers) :] - rankdata(normal)) / len(outliers)  # share of the outliers
    variance = sum(np.var(each, ddof=1) / len(each) for each in (beaten, unbeaten) if len(each) > 1)
    return _clipped(float(beaten.mean()), student.ppf(0.5 + CONFIDENCE / 2, np.inf) * variance**0.5)


def auroc_intervals(outcomes: list[Outcome]) -> dict[str, Interval]:
    """Every score's AUROC: over seeds where there are several, over test images where there is one."""
    first = outcomes[0]
    if len(outcomes) == 1:
        return {
            name: interval_over_images(found, first.test.is_outlier) for name, found in first.scores.items()
        }
    return {name: interval_over_seeds([outcome.aurocs[name] for outcome in outcomes]) for name in SCORES}


def galleries(scores: np.ndarray, is_outlier: np.ndarray, threshold: float, n: int) -> dict[str, np.ndarray]:
    """Rows to look at, up to ``n`` each, of scores (M,).

    worst          the highest scores of all, highest first
    borderline     those next to the threshold on either side, highest first
    missed         outliers that are not above it, lowest first
    false alarms   normal images above it, highest first
    """
    order = np.argsort(scores, kind="stable")
    n_below = int((scores <= threshold).sum())
    first = max(0, min(n_below - n // 2, len(scores) - n))
    missed, raised = order[:n_below], order[n_below:]
    return {
        "worst": order[::-1][:n],
        "borderline": order[first : first + n][::-1],
        "missed": missed[is_outlier[missed]][:n],
        "false alarms": raised[~is_outlier[raised]][::-1][:n],
    }


def _clipped(mean: float, half_width: float) -> Interval:
    return Interval(mean, max(0.0, mean - half_width), min(1.0, mean + half_width))
