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
    """Images uint8 (M, 28, 28) to judge, bool (M,) for the outliers among them, and a title of each."""

    __test__ = False  # not a test of pytest's

    images: np.ndarray
    is_outlier: np.ndarray
    titles: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores by name: of held-back normal images, each (N,), and of a test set, each (M,).

    ``model`` is None where only the scores were kept.
    """

    seed: int
    model: Model | None
    held_back: dict[str, np.ndarray]
    test: TestSet
    scores: dict[str, np.ndarray]

    @cached_property
    def aurocs(self) -> dict[str, float]:
        """Area under each score's ROC curve: probability that an outlier scores above a normal image."""
        is_outlier = self.test.is_outlier
        return {name: float(roc_auc_score(is_outlier, found)) for name, found in self.scores.items()}

    def alarms(self, score: str, threshold: float) -> "Alarms":
        return alarms(self.scores[score], self.test.is_outlier, threshold)


@dataclass(frozen=True)
class Alarms:
    """Effect of a threshold on a test set: numbers of images of each kind, and of those above it."""

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
        """Share of the alarms that are outliers; None without an alarm."""
        n_alarms = self.n_caught + self.n_false_alarms
        return self.n_caught / n_alarms if n_alarms else None


def alarms(scores: np.ndarray, is_outlier: np.ndarray, threshold: float) -> Alarms:
    """Alarms of a threshold on scores (M,), those of outliers by bool (M,)."""
    above, n_outliers = scores > threshold, int(is_outlier.sum())
    n_false_alarms, n_caught = int((above & ~is_outlier).sum()), int((above & is_outlier).sum())
    return Alarms(float(threshold), len(scores) - n_outliers, n_outliers, n_false_alarms, n_caught)


@dataclass(frozen=True)
class Verdict:
    """A score's ``value`` for one image, its threshold, and the share of normal test images below it."""

    score: str
    value: float
    threshold: float
    share_below: float

    @property
    def is_alarm(self) -> bool:
        return self.value > self.threshold


def verdicts(outcome: Outcome, row: int, threshold_of: Callable[[np.ndarray], float]) -> list[Verdict]:
    """Verdict of every score on an image of the test set; ``threshold_of`` held-back scores (N,)."""
    found = []
    for name, scores in outcome.scores.items():
        share_below = float((scores[~outcome.test.is_outlier] < scores[row]).mean())
        found.append(Verdict(name, float(scores[row]), threshold_of(outcome.held_back[name]), share_below))
    return found


def threshold_for(held_back: np.ndarray, false_alarm_rate: float) -> float:
    """Threshold that a new normal image lies above with at most this probability; ValueError outside (0, 1).

    The ⌈(N + 1)(1 - rate)⌉-th smallest of the held-back scores (N,), valid for exchangeable images (split
    conformal: Vovk et al. 2005; Laxhammar & Falkman 2010). Where this exceeds N, it is the highest score, and
    promises `promised_rate` only.
    """
    if not 0 < false_alarm_rate < 1:
        raise ValueError(f"a false-alarm rate must lie between 0 and 1, got {false_alarm_rate}")
    count = len(held_back)
    rank = ceil((count + 1) * (1 - false_alarm_rate) - 1e-9)  # 20 · 0.95 is 19, without a rounding error
    return float(np.sort(held_back)[min(max(rank, 1), count) - 1])


def threshold_at_percentile(held_back: np.ndarray, percentile: float) -> float:
    """Interpolated percentile of the held-back scores (N,), a little low where N is small."""
    return float(np.percentile(held_back, percentile))


def promised_rate(n_held_back: int, false_alarm_rate: float) -> float:
    """Smallest rate, from the wanted one on, that ``n_held_back`` images can promise."""
    return max(false_alarm_rate, 1 / (n_held_back + 1))


def interval_over_seeds(values: list[float]) -> Interval:
    """Mean AUROC of several trainings with its 95 % t-interval, within [0, 1]; NaN ends for a single one."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, np.nan, np.nan)
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return _clipped(mean, student.ppf(0.5 + CONFIDENCE / 2, len(values) - 1) * error)


def interval_over_images(scores: np.ndarray, is_outlier: np.ndarray) -> Interval:
    """The AUROC of one training and its 95 % interval over test images (DeLong et al. 1988), within [0, 1].

    By mid-ranks (Sun & Xu 2014). A kind with a single image adds nothing to the spread.
    """
    outliers, normal = scores[is_outlier], scores[~is_outlier]
    ranks = rankdata(np.concatenate([outliers, normal]))
    beaten = (ranks[: len(outliers)] - rankdata(outliers)) / len(normal)  # share of the normal images
    unbeaten = 1 - (ranks[len(outliers) :] - rankdata(normal)) / len(outliers)  # share of the outliers
    variance = sum(np.var(each, ddof=1) / len(each) for each in (beaten, unbeaten) if len(each) > 1)
    return _clipped(float(beaten.mean()), student.ppf(0.5 + CONFIDENCE / 2, np.inf) * variance**0.5)


def auroc_intervals(outcomes: list[Outcome]) -> dict[str, Interval]:
    """AUROC of every score, its interval over several seeds, or over the test images of a single one."""
    if len(outcomes) == 1:
        is_outlier, scores = outcomes[0].test.is_outlier, outcomes[0].scores
        return {name: interval_over_images(found, is_outlier) for name, found in scores.items()}
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
