"""What the results of few labels say: curves, confusions, learner against control, and a sentence.

T test images, C classes, R draws.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.stats import t as student

from autoencoder.experiments.few_labels.learners import CONTROLS, ENCODED, LEARNERS
from autoencoder.experiments.few_labels.measure import FewLabels

BASELINE = "pixels-logistic"  # what few labels come to by themselves
WIDE = 0.03  # half an interval: a tie within it says little


# Each learner by itself


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
    """How often a test image of a class (row) was taken for another (column), all draws together: (C, C)."""
    matrix = np.zeros((n_classes, n_classes), np.int64)
    for result in outcome.of(learner, n_labels).values():
        np.add.at(matrix, (outcome.labels, result.predictions), 1)
    return matrix


def learnt_at(outcome: FewLabels, learner: str) -> np.ndarray:
    """The number of labels (T,) from which on each test image is right in most draws; 0 if it never is.

    Right at fewer labels and wrong again at more is not learnt yet.
    """
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
    """The label (T,) that most draws give to each test image; of equally frequent ones the lowest."""
    found = np.stack([result.predictions for result in outcome.of(learner, n_labels).values()])
    votes = np.stack([(found == label).sum(axis=0) for label in range(found.max() + 1)])
    return votes.argmax(axis=0)


# A learner beside its control


@dataclass(frozen=True)
class Comparison:
    """A learner beside its control: ``difference`` of their accuracies with its 95 % interval.

    Paired by draw and by test image. NaN ends for a single draw, whose spread nobody knows.
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
    """A learner beside its control, over the draws that both have had; ValueError where there is none.

    The interval adds up two spreads: that over draws (Student's t over the paired differences) and that over
    the test images, which are the same in all draws.
    """
    ones, others = outcome.of(learner, n_labels), outcome.of(control, n_labels)
    draws = sorted(ones.keys() & others.keys())
    if not draws:
        raise ValueError(f"{learner} and {control} have no draw of {n_labels} labels in common")
    gained = np.array(
        [
            1.0 * (ones[draw].predictions == outcome.labels) - (others[draw].predictions == outcome.labels)
            for draw in draws
        ]
    )
    half = _half_interval(gained)
    difference = float(gained.mean())
    accuracy, control_accuracy = (
        float(np.mean([found[draw].accuracy for draw in draws])) for found in (ones, others)
    )
    return Comparison(
        learner,
        control,
        n_labels,
        accuracy,
        control_accuracy,
        difference,
        difference - half,
        difference + half,
    )


def _half_interval(gained: np.ndarray) -> float:
    """Half of the 95 % interval of the mean of (R, T); NaN for a single draw."""
    n_draws, n_images = gained.shape
    if n_draws < 2:
        return float("nan")
    of_draws = student.ppf(0.975, n_draws - 1) * gained.mean(axis=1).std(ddof=1) / np.sqrt(n_draws)
    of_images = 1.96 * gained.mean(axis=0).std() / np.sqrt(n_images)
    return float(np.hypot(of_draws, of_images))


def comparisons(outcome: FewLabels) -> list[Comparison]:
    """At every number of labels each learner on the encoder's features beside its better control."""
    found = []
    for n_labels, name in product(outcome.counts, outcome.learners):
        control = _control(outcome, name, n_labels)
        if control:
            found.append(compare(outcome, name, control, n_labels))
    return found


def _control(outcome: FewLabels, name: str, n_labels: int) -> str | None:
    """The better of a learner's measured controls."""
    learner = LEARNERS[name]
    if not outcome.of(name, n_labels):
        return None
    if name == "fine-tuned":
        candidates = ["from-scratch"]
    elif learner.features in ENCODED:
        candidates = [f"{features}-{learner.method}" for features in CONTROLS]
    else:
        return None
    means = {
        control: compare(outcome, name, control, n_labels).control_accuracy
        for control in candidates
        if outcome.of(name, n_labels).keys() & outcome.of(control, n_labels).keys()
    }
    return max(means, key=means.get, default=None)


# In words


def sentence(outcome: FewLabels, n_labels: int) -> str:
    """What the numbers say of so many labels, and what a gain is not due to where the control ties."""
    parts = [_words_on_features(outcome, n_labels), _words_on_networks(outcome, n_labels)]
    return " ".join(part for part in parts if part)


def _words_on_features(outcome: FewLabels, n_labels: int) -> str:
    """The best learner on frozen features beside its control."""
    at_hand = [point for point in curve(outcome) if point.n_labels == n_labels]
    encoded = [point for point in at_hand if LEARNERS[point.learner].features in ENCODED]
    if not encoded:
        return ""
    best = max(encoded, key=lambda point: point.mean)
    reaches = f"With {n_labels:,} labels, {_named(best.learner)} reaches {best.mean:.1%}"
    control = _control(outcome, best.learner, n_labels)
    if control is None:
        return f"{reaches}; no control was measured beside it, so what it owes to the autoencoder is open."
    found = compare(outcome, best.learner, control, n_labels)
    reaches = f"With {n_labels:,} labels, {_named(best.learner)} reaches {found.accuracy:.1%}"
    figures = f"{reaches} and its control, {_named(control)}, {found.control_accuracy:.1%}"
    return f"{figures}: {_verdict(outcome, found)}"


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
    is_wide = found.high - found.difference > WIDE
    return f"{words} The interval is wide: more draws, or more test images, tell more." if is_wide else words


def _not_due(outcome: FewLabels, found: Comparison) -> str:
    """What a gain over the raw pixels is not due to, where the control ties."""
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
    """What the learner gains over the baseline; None where that is its control, not measured, or no gain."""
    ones, others = (outcome.of(name, found.n_labels) for name in (found.learner, BASELINE))
    if found.control == BASELINE or not ones.keys() & others.keys():
        return None
    gain = compare(outcome, found.learner, BASELINE, found.n_labels)
    return gain if gain.verdict == "better" else None


def _words_on_networks(outcome: FewLabels, n_labels: int) -> str:
    """The fine-tuned encoder beside the same net from scratch."""
    control = _control(outcome, "fine-tuned", n_labels)
    if control is None:
        return ""
    found = compare(outcome, "fine-tuned", control, n_labels)
    figures = (
        f"The fine-tuned encoder reaches {found.accuracy:.1%}, the same net from scratch "
        f"{found.control_accuracy:.1%}"
    )
    says = {
        "open": "one draw cannot tell whether they differ.",
        "better": f"pre-training is worth {_points(found)}.",
        "worse": f"pre-training does harm, {_points(found)}.",
        "a tie": f"a tie ({_points(found)}), so its accuracy is not due to pre-training.",
    }
    return f"{figures}: {says[found.verdict]}"


def _points(found: Comparison) -> str:
    """A difference in percentage points with its interval."""
    return f"{found.difference * 100:+.1f} points [{found.low * 100:+.1f}, {found.high * 100:+.1f}]"


def _named(name: str) -> str:
    title = LEARNERS[name].title
    return title if title.startswith("k-NN") else title[0].lower() + title[1:]
