"""Summaries of results with few labels: curves, confusions, learner against control, and a sentence.

T test images, C classes, R draws.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.stats import mode
from scipy.stats import t as student

from autoencoder.experiments.few_labels.learners import ENCODED, LEARNERS
from autoencoder.experiments.few_labels.measure import FewLabels

BASELINE = "pixels-logistic"  # uses neither the encoder nor unlabelled images
WIDE = 0.03  # half an interval: a tie within it says little


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy over the draws: mean, and standard deviation (of n - 1; NaN for one draw). Mean seconds."""

    learner: str
    n_labels: int
    n_draws: int
    mean: float
    std: float
    seconds: float


def curve(outcome: FewLabels) -> list[CurvePoint]:
    """Every learner's accuracy by the number of labels."""
    points = []
    for learner, n_labels in product(outcome.learners, outcome.counts):
        found = outcome.of(learner, n_labels).values()
        if found:
            accuracies = np.array([result.accuracy for result in found])
            std = float(accuracies.std(ddof=1)) if len(found) > 1 else float("nan")
            seconds = float(np.mean([result.seconds for result in found]))
            points.append(CurvePoint(learner, n_labels, len(found), float(accuracies.mean()), std, seconds))
    return points


def confusion(outcome: FewLabels, learner: str, n_labels: int, n_classes: int) -> np.ndarray:
    """Confusion matrix (C, C), true class by predicted one: counts over all draws."""
    matrix = np.zeros((n_classes, n_classes), np.int64)
    for result in outcome.of(learner, n_labels).values():
        np.add.at(matrix, (outcome.labels, result.predictions), 1)
    return matrix


def learnt_at(outcome: FewLabels, learner: str) -> np.ndarray:
    """Least number of labels (T,) from which on most draws classify each test image right; 0 for never."""
    learnt = np.zeros(len(outcome.labels), np.int64)
    is_right_on = np.ones(len(outcome.labels), bool)
    for n_labels in reversed(outcome.counts):
        found = outcome.of(learner, n_labels).values()
        if found:
            right = np.mean([result.predictions == outcome.labels for result in found], axis=0)
            is_right_on &= right > 0.5
            learnt[is_right_on] = n_labels
    return learnt


def usual_prediction(outcome: FewLabels, learner: str, n_labels: int) -> np.ndarray:
    """The most frequent label (T,) of each test image over the draws; of equally frequent ones the lowest."""
    found = [result.predictions for result in outcome.of(learner, n_labels).values()]
    return mode(np.stack(found), axis=0).mode.astype(np.int64)


@dataclass(frozen=True)
class Comparison:
    """A learner against its control: ``difference`` of their accuracies with its 95 % interval.

    Paired by draw and by test image. The ends are NaN for a single draw, whose spread is unknown.
    """

    learner: str
    control: str
    n_labels: int
    accuracy: float
    control_accuracy: float
    difference: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """better, worse, a tie, or open."""
        if np.isnan(self.low):
            return "open"
        return "better" if self.low > 0 else "worse" if self.high < 0 else "a tie"


def compare(outcome: FewLabels, learner: str, control: str, n_labels: int) -> Comparison:
    """A learner against its control over the draws of both; ValueError where they have none in common.

    The interval adds up two spreads: over draws (Student's t over the paired differences) and over the test
    images, which are the same in all draws.
    """
    ones, others = outcome.of(learner, n_labels), outcome.of(control, n_labels)
    draws = _common_draws(outcome, learner, control, n_labels)
    if not draws:
        raise ValueError(f"{learner} and {control} have no draw of {n_labels} labels in common")
    right, control_right = (
        np.array([found[draw].predictions == outcome.labels for draw in draws], float)
        for found in (ones, others)
    )
    accuracies = [float(np.mean([found[draw].accuracy for draw in draws])) for found in (ones, others)]
    gained = right - control_right
    difference, half = float(gained.mean()), _half_interval(gained)
    ends = difference - half, difference + half
    return Comparison(learner, control, n_labels, *accuracies, difference, *ends)


def _common_draws(outcome: FewLabels, learner: str, control: str, n_labels: int) -> list[int]:
    return sorted(outcome.of(learner, n_labels).keys() & outcome.of(control, n_labels).keys())


def _half_interval(gained: np.ndarray) -> float:
    """Half of the 95 % interval of the mean of (R, T); NaN for a single draw."""
    n_draws, n_images = gained.shape
    if n_draws < 2:
        return float("nan")
    of_draws = student.ppf(0.975, n_draws - 1) * gained.mean(axis=1).std(ddof=1) / np.sqrt(n_draws)
    of_images = 1.96 * gained.mean(axis=0).std() / np.sqrt(n_images)
    return float(np.hypot(of_draws, of_images))


def comparisons(outcome: FewLabels) -> list[Comparison]:
    """Each learner against the better of its measured controls, at every number of labels."""
    pairs = product(outcome.counts, outcome.learners)
    found = [_against_control(outcome, name, n_labels) for n_labels, name in pairs]
    return [comparison for comparison in found if comparison]


def _against_control(outcome: FewLabels, name: str, n_labels: int) -> Comparison | None:
    controls = LEARNERS[name].controls
    controls = [control for control in controls if _common_draws(outcome, name, control, n_labels)]
    found = [compare(outcome, name, control, n_labels) for control in controls]
    return max(found, key=lambda comparison: comparison.control_accuracy, default=None)


def sentence(outcome: FewLabels, n_labels: int) -> str:
    """Sentence on the results with ``n_labels``, also on what a gain is not due to where the control ties."""
    parts = _words_on_features(outcome, n_labels), _words_on_networks(outcome, n_labels)
    return " ".join(filter(None, parts))


def _words_on_features(outcome: FewLabels, n_labels: int) -> str:
    """The best learner on frozen features against its control."""
    measured = [point for point in curve(outcome) if point.n_labels == n_labels]
    encoded = [point for point in measured if LEARNERS[point.learner].features in ENCODED]
    if not encoded:
        return ""
    best = max(encoded, key=lambda point: point.mean)
    reaches = f"With {n_labels:,} labels, {_named(best.learner)} reaches"
    found = _against_control(outcome, best.learner, n_labels)
    if found is None:
        open_cause = "no control was measured beside it, so what it owes to the autoencoder is open."
        return f"{reaches} {best.mean:.1%}; {open_cause}"
    control = f"its control, {_named(found.control)}, {found.control_accuracy:.1%}"
    return f"{reaches} {found.accuracy:.1%} and {control}: {_verdict(outcome, found)}"


def _verdict(outcome: FewLabels, found: Comparison) -> str:
    if found.verdict == "open":
        return "one draw cannot tell whether they differ."
    if found.verdict == "better":
        return (
            f"{_points(found)}. Labels, pool and method are the same, so this much is due to the encoder and "
            "to what it was trained on."
        )
    if found.verdict == "worse":
        return f"{_points(found)}. The control is better: here the encoder costs accuracy."
    words = f"a tie, {_points(found)}. As far as these draws can tell, {_not_due(outcome, found)}"
    if found.high - found.difference <= WIDE:
        return words
    return f"{words} The interval is wide: more draws, or more test images, tell more."


def _not_due(outcome: FewLabels, found: Comparison) -> str:
    """Rejected cause of a gain over the raw pixels, where the control ties."""
    method, control = LEARNERS[found.learner].method, LEARNERS[found.control].features
    cause = "the same method does as much on the pixels"
    if method == "spreading":
        cause = "the graph of unlabelled images does as much on the pixels"
    elif control == "pca":
        cause = "PCA of unlabelled images does as much"
    gain = _gain(outcome, found)
    if gain is None:
        return f"nothing here is due to the autoencoder: {cause}."
    return f"the gain of {_points(gain)} over {_named(BASELINE)} is not due to the autoencoder: {cause}."


def _gain(outcome: FewLabels, found: Comparison) -> Comparison | None:
    """The learner's gain over the baseline; None where that is its control, not measured, or not beaten."""
    pair = found.learner, BASELINE, found.n_labels
    if found.control == BASELINE or not _common_draws(outcome, *pair):
        return None
    gain = compare(outcome, *pair)
    return gain if gain.verdict == "better" else None


def _words_on_networks(outcome: FewLabels, n_labels: int) -> str:
    """The fine-tuned encoder against the same net from scratch."""
    found = _against_control(outcome, "fine-tuned", n_labels)
    if found is None:
        return ""
    says = {
        "open": "one draw cannot tell whether they differ.",
        "better": f"pre-training is worth {_points(found)}.",
        "worse": f"pre-training does harm, {_points(found)}.",
        "a tie": f"a tie ({_points(found)}), so its accuracy is not due to pre-training.",
    }
    reaches = f"The fine-tuned encoder reaches {found.accuracy:.1%}"
    return f"{reaches}, the same net from scratch {found.control_accuracy:.1%}: {says[found.verdict]}"


def _points(found: Comparison) -> str:
    """A difference in percentage points with its interval."""
    return f"{found.difference * 100:+.1f} points [{found.low * 100:+.1f}, {found.high * 100:+.1f}]"


def _named(name: str) -> str:
    title = LEARNERS[name].title
    return title if title.startswith("k-NN") else title[0].lower() + title[1:]
