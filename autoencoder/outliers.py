"""What has a model never seen? Scores of how odd an image is, thresholds for them, and what these do.

N normal images, M images that are judged, D latent dimensions. A score is one number an image, the higher the
odder. Nothing here learns from an outlier: scores and thresholds come from normal images alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Protocol

import numpy as np
from scipy.special import expit
from scipy.stats import rankdata
from scipy.stats import t as student
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from autoencoder.data.images import as_floats
from autoencoder.data.measures import bce, mse
from autoencoder.gaps import Interval
from autoencoder.wording import counted, percent

N_NEIGHBOURS = 5
N_COMPONENTS = 32
MOST_REFERENCES = 7_000  # normal images that are compared with, one by one
BLOCK = 200  # images that are compared with them at once: 11 MB of distances
N_PIXELS = 28 * 28
GREY_LEVEL = 255.0**-2  # the energy of the faintest image: one pixel of one grey level
SMALLEST_DISTANCE = 1e-6  # a code that lies on another one has a logarithm too
CONFIDENCE = 0.95
ROUNDING = 1e-9  # AUROCs that differ by less are the same: a pair of images counts for more
MOST_NAMED = 2  # of scores that tie


NETWORK, TRAP, BASELINE = "network", "network, a trap", "baseline, no network"


@dataclass(frozen=True)
class Score:
    """How a score is called, and what it is: of the network, a trap, or a baseline."""

    title: str
    kind: str = NETWORK


SCORES = {
    "combined": Score("Combined: error and k-NN"),
    "relative_mse": Score("MSE over the image's energy"),
    "knn": Score("k-NN distance of the code"),
    "mse": Score("MSE"),
    "bce": Score("BCE", TRAP),
    "pca_mse": Score("PCA: MSE", BASELINE),
    "pca_relative_mse": Score("PCA: MSE over energy", BASELINE),
    "pixel_knn": Score("k-NN distance of the pixels", BASELINE),
}
CHOSEN = "combined"  # in advance, and not for how well it does on a test set
PARTS = ("relative_mse", "knn")  # of the combined score
PCA_SCORES = ("pca_mse", "pca_relative_mse")


class Model(Protocol):
    """A model as this module sees it: numpy in, numpy out, any number of rows."""

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images uint8 or float in [0, 1] (M, 28, 28) to codes (M, D)."""

    def logits(self, latents: np.ndarray) -> np.ndarray:
        """Codes (M, D) to the logits of the pixels (M, 28, 28)."""


class Detector:
    """The scores of a model, against normal images and their codes.

    mse                the network's mean squared error, over pixels from 0 to 1
    relative_mse       squared error over the image's own energy Σx²; an image without energy has lost all
    bce                binary cross-entropy, nats per image
    knn                mean Euclidean distance of the code to the 5 nearest codes of ``normal``
    combined           log relative_mse plus log knn, each as a z-score over ``held_back``
    pca_mse, pca_relative_mse   the errors of 32 principal components of ``normal`` instead of the network
    pixel_knn          mean Euclidean distance of the pixels to the 5 nearest images of ``normal``

    ``normal`` uint8 (N, 28, 28) may be what the model was trained on, ``held_back`` may not; more than 7,000
    are thinned out evenly. Raises ValueError where either is empty.
    """

    def __init__(self, model: Model, normal: np.ndarray, held_back: np.ndarray):
        if not len(normal) or not len(held_back):
            raise ValueError("a detector needs normal images, and some more that are held back")
        normal = normal[:: ceil(len(normal) / MOST_REFERENCES)]
        self.model = model
        self._codes = _Neighbours(model.encode(normal).astype(np.float64))
        rows = _rows(normal)
        self._pixels = _Neighbours(rows)
        self._pca = PCA(min(N_COMPONENTS, len(normal)), svd_solver="covariance_eigh").fit(rows)
        held_back_scores = self._single_scores(held_back)
        self._scales = {name: _scale(np.log(held_back_scores[name])) for name in PARTS}
        self.held_back = self._with_combined(held_back_scores)

    def scores(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Every score (M,) of images (M, 28, 28), by its name in `SCORES`."""
        return self._with_combined(self._single_scores(images))

    def _single_scores(self, images: np.ndarray) -> dict[str, np.ndarray]:
        floats, rows = as_floats(images), _rows(images)
        latents = self.model.encode(images)
        logits = self.model.logits(latents)
        errors = mse(floats, expit(logits))
        pca_errors = ((self._pca.inverse_transform(self._pca.transform(rows)) - rows) ** 2).mean(axis=1)
        return {
            "relative_mse": relative_error(errors, floats),
            "knn": np.maximum(self._codes.mean_distance(latents.astype(np.float64)), SMALLEST_DISTANCE),
            "mse": errors,
            "bce": bce(floats, logits),
            "pca_mse": pca_errors.astype(np.float64),
            "pca_relative_mse": relative_error(pca_errors, floats),
            "pixel_knn": self._pixels.mean_distance(rows).astype(np.float64),
        }

    def _with_combined(self, scores: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        z_scores = [(np.log(scores[name]) - mean) / spread for name, (mean, spread) in self._scales.items()]
        scores = {"combined": np.sum(z_scores, axis=0), **scores}
        return {name: scores[name] for name in SCORES}


class _Neighbours:
    """References (N, D), and how far other rows are from the nearest of them."""

    def __init__(self, references: np.ndarray):
        self._references = references
        self._squares = (references**2).sum(axis=1)
        self._count = min(N_NEIGHBOURS, len(references))

    def mean_distance(self, queries: np.ndarray) -> np.ndarray:
        """The mean distance (M,) of queries (M, D) to the nearest references, a bounded block at a time."""
        starts = range(0, len(queries), BLOCK)
        return np.concatenate([self._mean_distance(queries[start : start + BLOCK]) for start in starts])

    def _mean_distance(self, queries: np.ndarray) -> np.ndarray:
        squares = (queries**2).sum(axis=1)[:, None] + self._squares - 2 * queries @ self._references.T
        nearest = np.partition(squares, self._count - 1, axis=1)[:, : self._count]
        return np.sqrt(np.maximum(nearest, 0)).mean(axis=1)


def relative_error(errors: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Mean squared errors (M,) over the mean energy of their images (M, 28, 28) in [0, 1].

    Both have the energy of a single grey level added: that of a black image is then 1 where it comes back
    black, and more where it does not.
    """
    faintest = GREY_LEVEL / N_PIXELS
    energies = (images.astype(np.float64) ** 2).mean(axis=(1, 2))
    return (errors.astype(np.float64) + faintest) / (energies + faintest)


# What a set of scores is worth


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


def sentence(aurocs: dict[str, Interval]) -> str:
    """Which score is best and worst here, and whether the network's chosen one beats PCA."""
    means = {name: found.mean for name, found in aurocs.items()}
    best, worst = max(means.values()), min(means.values())
    if best - worst < ROUNDING:
        return f"No score is better than another here: all have an AUROC of {percent(best)}."
    pca = better_pca(aurocs)
    return (
        f"Best here: {_with_auroc(means, best)}; worst: {_with_auroc(means, worst)}. "
        f"The network's combined score {_comparison(aurocs[CHOSEN], aurocs[pca])} PCA's better one: "
        f"{percent(means[CHOSEN])} against {percent(means[pca])}."
    )


def better_pca(aurocs: dict[str, Interval]) -> str:
    """The score of PCA that is held against the network; of two that tie, the first."""
    return max(PCA_SCORES, key=lambda name: aurocs[name].mean)


def threshold_sentence(found: Alarms, wanted: float, n_held_back: int) -> str:
    """What false-alarm rate was wanted and what it is on the test set, and what is caught."""
    promised = promised_rate(n_held_back, wanted)
    limit = ""
    if promised > wanted:
        limit = f" ({n_held_back} held-back images can promise no less than {promised:.1%})"
    precision = (
        "no image lies above" if found.precision is None else f"{found.precision:.1%} of the alarms are right"
    )
    return (
        f"Wanted: {wanted:.1%} false alarms{limit}. On the test set {found.false_alarm_rate:.1%} of "
        f"{counted(found.n_normal, 'normal image')} lie above the threshold, and {found.recall:.1%} of "
        f"{counted(found.n_outliers, 'outlier')}; {precision}."
    )


def _with_auroc(means: dict[str, float], value: float) -> str:
    """The scores that have this very AUROC, not one that reads like it: several are a tie."""
    titles = [f"“{SCORES[name].title}”" for name, mean in means.items() if abs(mean - value) < ROUNDING]
    named = titles if len(titles) <= MOST_NAMED else [titles[0], f"{len(titles) - 1} others"]
    tie = ", a tie," if len(titles) > 1 else ""
    return f"{' and '.join(named)}{tie} with an AUROC of {percent(value)}"


def _comparison(net: Interval, pca: Interval) -> str:
    if net.low > pca.high:
        return "beats"
    if net.high < pca.low:
        return "does not beat"
    return "is not clearly apart from"


def _clipped(mean: float, half_width: float) -> Interval:
    return Interval(mean, max(0.0, mean - half_width), min(1.0, mean + half_width))


def _scale(values: np.ndarray) -> tuple[float, float]:
    """Mean and spread; a spread of 1 where all values are the same."""
    return float(values.mean()), float(values.std()) or 1.0


def _rows(images: np.ndarray) -> np.ndarray:
    return as_floats(images).reshape(len(images), N_PIXELS)
