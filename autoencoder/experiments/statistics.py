"""Intervals by bootstrap, and the probability that one model scores worse than another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

N_RESAMPLES = 2_000


@dataclass(frozen=True)
class Interval:
    """A mean over paths with the ends of its 95 % interval (percentile bootstrap: Efron 1979)."""

    mean: float
    low: float
    high: float

    def written(self, form: Callable[[float], str]) -> str:
        """The mean with the ends, as "0.20 [0.10, 0.30]"."""
        return f"{form(self.mean)} [{form(self.low)}, {form(self.high)}]"


def interval(values: np.ndarray) -> Interval:
    """The mean of the finite values (P,) and its 95 % interval; NaN where there are none."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Interval(np.nan, np.nan, np.nan)
    rows = np.random.default_rng(0).integers(len(values), size=(N_RESAMPLES, len(values)))
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
