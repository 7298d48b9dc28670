"""Trials of outlier detection: normal images, outliers, and a network trained on the normal ones alone.

Two protocols train a network, and are never mixed: one class is normal and all others are outliers (Ruff et
al. 2018, Deep SVDD, section 4), or one class is the outlier and all others are normal. Without training, a
model as it is judges foreign images.

N normal images, M images that are judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import HELD_BACK_SHARE, TrainingSettings
from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.data.images import are_alike
from autoencoder.errors import DatasetError
from autoencoder.experiments.outliers.outcome import Outcome, TestSet, threshold_for
from autoencoder.experiments.outliers.scores import CHOSEN, SCORES, Detector
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.runtime import resolve_runtime
from autoencoder.steps import Step, Steps, part_of, result_of
from autoencoder.training.trainer import Trainer
from autoencoder.wording import counted

PROTOCOLS = {"one-class": "one class is normal", "leave-one-out": "one class is held out"}
LATENT_DIM = 16  # chosen among 8, 16 and 32 on training images alone
FALSE_ALARM_RATE = 0.05
FEWEST_NORMAL = 10
MANY, SHARE_OF_FEW = 1_000, 0.3  # fewer normal images than many: more of them are held back
TEST_SHARE, TEST_SEED = 0.2, 0  # of images without a split of their own; the same for every seed
N_STEPS, MOST_EPOCHS = 700, 100  # some 16 CPU-seconds
LARGE_BATCH, SMALL_BATCH = 128, 32
AT_ONCE = 250  # images judged in one step
TRAINING_SHARE = 0.85  # of the work
MOST_HELD_BACK = 1_000  # normal images: enough for a threshold
MOST_NORMAL, MOST_TESTED = 3_000, 1_000  # of a model as it is, which answers at once


@dataclass(frozen=True, eq=False)
class Trial:
    """Normal images uint8 (N, 28, 28) to train on, others ``held_back`` for the threshold, and a test set.

    No image is in two of these; outliers are in ``test`` alone.
    """

    normal: np.ndarray
    held_back: np.ndarray
    test: TestSet


def class_trial(train: Dataset, test: Dataset | None, protocol: str, label: int, seed: int) -> Trial:
    """The class ``label`` against the others, by one of `PROTOCOLS`; ValueError for another protocol.

    Without a test set a fifth of the images is held out. Raises DatasetError for too few labels or images.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol must be one of {', '.join(PROTOCOLS)}, got {protocol!r}")
    if train.labels is None:
        lack = "has no labels, and the protocol needs classes"
        raise DatasetError(f"{train.name} {lack}. Choose other images.")
    train, test, numbers = _with_test_set(train, test)
    is_normal, is_outlier = train.labels == label, test.labels != label
    if protocol == "leave-one-out":
        is_normal, is_outlier = ~is_normal, ~is_outlier
    rows = np.flatnonzero(is_normal)
    if len(rows) < FEWEST_NORMAL:
        has = f"{train.name} has {len(rows)} normal images to learn from, and {FEWEST_NORMAL} are needed"
        raise DatasetError(f"{has}. Choose another class, or other images.")
    if is_outlier.all() or not is_outlier.any():
        advice = "Choose another class, or other images."
        raise DatasetError(f"To test on, {test.name} needs images of the class and of others. {advice}")
    normal, held_back = _hold_back(len(rows), seed)
    _check_differ(train.name, train.images[rows[normal]])
    kept = train.images[rows[_some(held_back, MOST_HELD_BACK, seed)]]
    judged = TestSet(test.images, is_outlier, _titles(test, numbers))
    return Trial(train.images[rows[normal]], kept, judged)


def class_label(dataset: Dataset, name: str) -> int:
    """Label of the class with this name, or else this number; raises DatasetError where there is none."""
    if name in dataset.class_names:
        return dataset.class_names.index(name)
    if name.isdecimal() and int(name) < len(dataset.class_names):
        return int(name)
    classes = ", ".join(dataset.class_names) or "none, for it has no labels"
    raise DatasetError(f"{dataset.name} has no class {name!r}. Its classes are {classes}.")


def training_settings(n_images: int, seed: int) -> TrainingSettings:
    """Settings of some 700 steps, so that every class costs about the same."""
    batch_size = LARGE_BATCH if n_images >= MANY else SMALL_BATCH
    steps_per_epoch = ceil(n_images * (1 - HELD_BACK_SHARE) / batch_size)
    return TrainingSettings(min(MOST_EPOCHS, max(1, round(N_STEPS / steps_per_epoch))), batch_size, seed=seed)


def outcome_steps(trial: Trial, latent_dim: int, seed: int) -> Steps[Outcome]:
    """Train an autoencoder on the normal images and judge the test set, on one CPU thread."""
    settings, runtime = training_settings(len(trial.normal), seed), resolve_runtime(threads=1)
    trainer = Trainer(trial.normal, ModelSettings("ae", latent_dim), settings, runtime)
    yield from part_of(trainer.steps(), 0, TRAINING_SHARE)
    detector = Detector(trainer.autoencoder(), trial.normal, trial.held_back)
    judging = judge_steps(detector, trial.test, seed)
    return (yield from part_of(judging, TRAINING_SHARE, 1 - TRAINING_SHARE))


def judge_steps(detector: Detector, test: TestSet, seed: int) -> Steps[Outcome]:
    """Score a test set."""
    scores = yield from _score_steps(detector, test.images)
    return Outcome(seed, detector.model, detector.held_back, test, scores)


def anomalies_report(outcome: Outcome, false_alarm_rate: float = FALSE_ALARM_RATE) -> dict:
    """Report of the command line on a trial.

    ``auroc`` of every score, the combined score's ``threshold``, and its ``false_alarm_rate`` on the test
    set.
    """
    threshold = threshold_for(outcome.held_back[CHOSEN], false_alarm_rate)
    return {
        "auroc": outcome.aurocs,
        "score": CHOSEN,
        "threshold": threshold,
        "false_alarm_rate": outcome.alarms(CHOSEN, threshold).false_alarm_rate,
        "wanted_false_alarm_rate": false_alarm_rate,
    }


@dataclass(frozen=True)
class Foreign:
    """Title of a kind of foreign image, and the function that makes it of normal ones."""

    title: str
    make: Callable[[np.ndarray, np.random.Generator], np.ndarray]


UPPER_HALF = np.arange(28)[:, None] < 14
FOREIGN = {
    "rotated": Foreign("rotated by 90°", lambda images, rng: np.rot90(images, axes=(1, 2))),
    "inverted": Foreign("inverted", lambda images, rng: 255 - images),
    "half-erased": Foreign("lower half erased", lambda images, rng: images * UPPER_HALF),
    "noise": Foreign("noise", lambda images, rng: rng.integers(256, size=images.shape, dtype=np.uint8)),
    "empty": Foreign("the empty image", lambda images, rng: np.zeros_like(images[:1])),
}


@dataclass(frozen=True, eq=False)
class Ready:
    """A detector for a model as it is, and normal test images with their ``titles`` and ``scores``.

    The images are drawn from ``n_all``, and compared with ``n_compared`` normal ones. ``is_own``: the model
    was trained on this very data set.
    """

    detector: Detector
    images: np.ndarray
    titles: tuple[str, ...]
    scores: dict[str, np.ndarray]
    n_all: int
    n_compared: int
    is_own: bool

    def judge(self, kind: str, foreign: Dataset | None, seed: int) -> Outcome:
        """The normal images against a kind of `FOREIGN`, or else against another data set."""
        if foreign is None:
            made = np.ascontiguousarray(FOREIGN[kind].make(self.images, np.random.default_rng(seed)))
            titles = tuple(f"{kind} · {number}" for number in range(len(made)))
        else:
            numbers = _some(np.arange(foreign.n_images), MOST_TESTED, seed)
            made = foreign.images[numbers]
            titles = (foreign.name,) if len(made) == 1 else _titles(foreign.subset(numbers), numbers)
        is_outlier = np.repeat([False, True], [len(self.images), len(made)])
        test = TestSet(np.concatenate([self.images, made]), is_outlier, self.titles + titles)
        scores = _joined([self.scores, result_of(_score_steps(self.detector, made))])
        return Outcome(seed, self.detector.model, self.detector.held_back, test, scores)


def ready_detector(checkpoint: Checkpoint, train: Dataset, test: Dataset | None, seed: int) -> Ready:
    """A detector for which the chosen images are normal; raises DatasetError for fewer than 10.

    Held back are the images that the model's own training held back, or else a seeded part.
    """
    if train.n_images < FEWEST_NORMAL:
        has = f"{train.name} has {counted(train.n_images, 'image')}"
        raise DatasetError(f"{has}, and {FEWEST_NORMAL} are needed. Choose other images.")
    source, numbers = checkpoint.config.source, None
    is_own = _was_trained_on(train, source.n_images, source.fingerprint)
    if is_own:
        split_seed = checkpoint.config.training.settings.seed
        normal, held_back = hold_back(source.n_images, HELD_BACK_SHARE, split_seed)
    else:
        train, test, numbers = _with_test_set(train, test)
        normal, held_back = _hold_back(train.n_images, seed)
    if test is None:  # only the images held back are new to the model
        kept, tested = hold_back(len(held_back), 0.5, seed)
        test, held_back, numbers = train.subset(held_back[tested]), held_back[kept], held_back[tested]
    numbers = np.arange(test.n_images) if numbers is None else numbers
    judged = _some(np.arange(test.n_images), MOST_TESTED, seed)
    compared = train.images[_some(normal, MOST_NORMAL, seed)]
    _check_differ(train.name, compared)
    detector = Detector(checkpoint.model, compared, train.images[_some(held_back, MOST_HELD_BACK, seed)])
    images, titles = test.images[judged], _titles(test.subset(judged), numbers[judged])
    scores = result_of(_score_steps(detector, images))
    return Ready(detector, images, titles, scores, test.n_images, len(compared), is_own)


def _score_steps(detector: Detector, images: np.ndarray) -> Steps[dict[str, np.ndarray]]:
    """Every score of images (M, 28, 28), by name."""
    parts = []
    for first in range(0, len(images), AT_ONCE):
        yield Step(first / len(images))
        parts.append(detector.scores(images[first : first + AT_ONCE]))
    return _joined(parts)


def _joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in SCORES}


def _check_differ(name: str, images: np.ndarray) -> None:
    if are_alike(images):
        raise DatasetError(
            f"The normal images of {name} do not differ from each other: there is nothing to learn of "
            "how they do. Choose other images, or another class."
        )


def _was_trained_on(dataset: Dataset, n_images: int, fingerprint: str) -> bool:
    if n_images > dataset.n_images:
        return False
    part = dataset if n_images == dataset.n_images else dataset.subset(np.arange(n_images))
    return part.fingerprint == fingerprint


def _hold_back(n_images: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from and rows to hold back: of few images a greater share, enough for a threshold."""
    return hold_back(n_images, SHARE_OF_FEW if n_images < MANY else HELD_BACK_SHARE, seed)


def _some(rows: np.ndarray, most: int, seed: int) -> np.ndarray:
    """At most ``most`` of the rows, drawn from the seed, in order."""
    return np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def _with_test_set(train: Dataset, test: Dataset | None) -> tuple[Dataset, Dataset, np.ndarray]:
    """Training images, test images, and the numbers of the latter in their own set."""
    if test is not None:
        return train, test, np.arange(test.n_images)
    kept, tested = hold_back(train.n_images, TEST_SHARE, TEST_SEED)
    return train.subset(kept), train.subset(tested), tested


def _titles(dataset: Dataset, numbers: np.ndarray) -> tuple[str, ...]:
    """Titles of images: data set or class, and number."""
    if dataset.labels is None:
        return tuple(f"{dataset.name} · {number}" for number in numbers)
    named = zip(dataset.labels, numbers, strict=True)
    return tuple(f"{dataset.class_names[label]} · {number}" for label, number in named)


@dataclass(frozen=True, eq=False)
class Experiment:
    """Settings of trials of one class; ``test`` is None for images without a split."""

    train: Dataset
    test: Dataset | None
    protocol: str
    label: int
    latent_dim: int
    first_seed: int

    def trial(self, seed: int) -> Trial:
        return class_trial(self.train, self.test, self.protocol, self.label, seed)

    def key(self, n_seeds: int) -> str:
        """All that decides the outcome, as a job's owner."""
        images = self.train.fingerprint + ("" if self.test is None else self.test.fingerprint)
        choices = f"{self.protocol} {self.label} {self.latent_dim} {self.first_seed} {n_seeds}"
        return f"outliers {images} {choices}"


def experiment_steps(
    experiment: Experiment, n_seeds: int, known: Sequence[Outcome] = ()
) -> Steps[list[Outcome]]:
    """Outcomes of an experiment, seed by seed; ``known`` are those of the first seeds.

    Only the first outcome keeps its model and images. Raises DatasetError for too few images.
    """
    outcomes = list(known)
    for number in range(len(outcomes), n_seeds):
        seed = experiment.first_seed + number
        steps = outcome_steps(experiment.trial(seed), experiment.latent_dim, seed)
        outcome = yield from part_of(steps, number / n_seeds, 1 / n_seeds, outcomes)
        slim = replace(outcome, model=None, test=outcomes[0].test) if outcomes else outcome
        outcomes = [*outcomes, slim]
    return outcomes
