"""Trials on outliers: no image is learnt from and judged, and a seed decides all the rest."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from autoencoder.experiments.outliers import trials
from autoencoder.experiments.outliers.outcome import threshold_for
from autoencoder.experiments.outliers.scores import SCORES, Detector
from autoencoder.experiments.outliers.trials import (
    FOREIGN,
    PROTOCOLS,
    anomalies_report,
    class_label,
    class_trial,
    judge_steps,
    outcome_steps,
    ready_detector,
    training_settings,
)
from autoencoder.steps import result_of
from autoencoder.training.trainer import Trainer
from tests.tools.models import make_small_checkpoint
from tests.tools.steps import driven


def numbered(n: int, n_classes: int = 4, split: str = "train", first: int = 0) -> Dataset:
    """Images that hold their own number, so that each can be told from every other."""
    numbers = np.arange(first, first + n)
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = numbers // 256, numbers % 256
    return Dataset("numbered", split, images, numbers % n_classes, tuple("abcdefg"[:n_classes]))


def numbers_of(images: np.ndarray) -> set[int]:
    return set((images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]).tolist())


# Images of a trial


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("has_split", [True, False])
@pytest.mark.parametrize("seed", [0, 5])
def test_no_image_is_learnt_from_and_judged(protocol, has_split, seed):
    train = numbered(400, split="train" if has_split else "all")
    test = numbered(60, split="test", first=400) if has_split else None
    trial = class_trial(train, test, protocol, 2, seed)
    parts = [numbers_of(images) for images in (trial.normal, trial.held_back, trial.test.images)]
    assert (
        sum(map(len, parts))
        == len(set.union(*parts))
        == sum(len(images) for images in (trial.normal, trial.held_back, trial.test.images))
    )
    is_normal = (lambda n: n % 4 == 2) if protocol == "one-class" else (lambda n: n % 4 != 2)
    assert all(map(is_normal, parts[0] | parts[1]))
    ordered = trial.test.images[:, 0, 0].astype(int) * 256 + trial.test.images[:, 0, 1]
    np.testing.assert_array_equal(trial.test.is_outlier, [not is_normal(n) for n in ordered])
    offset = 400 if has_split else 0
    assert trial.test.titles == tuple(f"{'abcd'[n % 4]} · {n - offset}" for n in ordered)
    assert len(trial.test.images) == (60 if has_split else 80)


def test_a_seed_decides_what_is_held_back_and_nothing_else():
    trials = [class_trial(numbered(400), numbered(60, split="test"), "one-class", 1, s) for s in (3, 3, 4)]
    kept = [numbers_of(trial.held_back) for trial in trials]
    assert kept[0] == kept[1] != kept[2]
    assert numbers_of(trials[0].test.images) == numbers_of(trials[2].test.images)


def test_test_images_have_no_say_in_the_threshold():
    train, tests = numbered(200), [numbered(40, split="test", first=n) for n in (500, 900)]
    model = load_checkpoint("digits-ae-2").model
    held_back = []
    for test in tests:
        trial = class_trial(train, test, "one-class", 0, 1)
        outcome = result_of(judge_steps(Detector(model, trial.normal, trial.held_back), trial.test, 1))
        held_back.append(outcome.held_back)
    for name in SCORES:
        np.testing.assert_array_equal(*(found[name] for found in held_back))


@pytest.mark.parametrize(
    ("dataset", "label", "words"),
    [
        (Dataset("bare", "all", np.zeros((30, 28, 28), np.uint8), None, ()), 0, "no labels"),
        (numbered(20), 0, "5 normal images"),
        (
            Dataset("blank", "all", np.zeros((60, 28, 28), np.uint8), np.arange(60) % 2, ("a", "b")),
            0,
            "do not differ",
        ),
        (Dataset("one", "all", np.zeros((60, 28, 28), np.uint8), np.zeros(60, int), ("a",)), 0, "of others"),
    ],
)
def test_what_does_not_suffice_is_a_sentence(dataset, label, words):
    with pytest.raises(DatasetError, match=words):
        class_trial(dataset, dataset if words == "5 normal images" else None, "one-class", label, 0)
    with pytest.raises(ValueError, match="protocol"):
        class_trial(numbered(400), None, "two-class", 0, 0)


def test_a_class_goes_by_its_name_or_its_number():
    dataset = numbered(8)
    assert class_label(dataset, "c") == 2 == class_label(dataset, "2")
    for name in ("z", "4", "-1"):
        with pytest.raises(DatasetError, match="a, b, c, d"):
            class_label(dataset, name)


@pytest.mark.parametrize("n_images", [12, 100, 1_300, 4_900, 48_600])
def test_every_class_costs_about_the_same(n_images):
    settings = training_settings(n_images, 3)
    n_steps = settings.epochs * np.ceil(0.9 * n_images / settings.batch_size)
    assert n_steps <= 1_000 and settings.seed == 3
    assert n_steps >= 500 or settings.epochs == 100


# A training


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(trials, "N_STEPS", 20)


@pytest.fixture(scope="module")
def split_digits() -> tuple[Dataset, Dataset]:
    return load_dataset("digits", "train"), load_dataset("digits", "test")


def test_the_same_seed_gives_the_same_numbers(short, split_digits):
    found = []
    for seed in (4, 4, 5):
        steps, outcome = driven(outcome_steps(class_trial(*split_digits, "one-class", 3, seed), 3, seed))
        assert all(step.partial is None for step in steps)
        found.append(outcome)
    for name in SCORES:
        np.testing.assert_array_equal(found[0].scores[name], found[1].scores[name])
    assert (found[0].scores["mse"] != found[2].scores["mse"]).any()


def test_the_network_learns_from_the_normal_images_only(short, split_digits, monkeypatch):
    given = []

    class Watched(Trainer):
        def __init__(self, images, *arguments):
            given.append(images)
            super().__init__(images, *arguments)

    monkeypatch.setattr(trials, "Trainer", Watched)
    trial = class_trial(*split_digits, "one-class", 3, 0)
    result_of(outcome_steps(trial, 3, 0))
    assert len(given) == 1 and given[0] is trial.normal


def test_the_report_is_that_of_the_outcome(short, split_digits):
    train, test = split_digits
    outcome = result_of(outcome_steps(class_trial(train, test, "one-class", 6, 2), 4, 2))
    report = anomalies_report(outcome)
    assert set(report["auroc"]) == set(SCORES)
    for name, value in report["auroc"].items():
        assert value == pytest.approx(roc_auc_score(test.labels != 6, outcome.scores[name]))
    threshold = threshold_for(outcome.held_back["combined"], 0.05)
    assert report["threshold"] == threshold
    normal = outcome.scores["combined"][test.labels == 6]
    assert report["false_alarm_rate"] == (normal > threshold).mean()
    assert (report["score"], report["wanted_false_alarm_rate"]) == ("combined", 0.05)


# A model as it is


def test_a_shipped_model_is_judged_by_what_it_held_back(split_digits):
    train, test = split_digits
    checkpoint = load_checkpoint("digits-ae-16")
    ready = ready_detector(checkpoint, train, test, 0)
    learnt, kept = hold_back(train.n_images, 0.1, checkpoint.config.training.settings.seed)
    expected = Detector(checkpoint.model, train.images[learnt], train.images[kept])
    assert ready.is_own and len(ready.images) == 360
    np.testing.assert_array_equal(ready.detector.held_back["combined"], expected.held_back["combined"])
    assert not ready_detector(load_checkpoint("mnist-ae-2"), train, test, 0).is_own


def test_a_model_of_images_without_a_split_is_tested_on_what_it_has_not_seen(digits):
    whole = Dataset("mine", "all", digits.images, digits.labels, digits.class_names)
    checkpoint = make_small_checkpoint(whole, "ae")
    ready = ready_detector(checkpoint, whole, None, 0)
    _, kept = hold_back(40, 0.1, checkpoint.config.training.settings.seed)
    assert ready.is_own and len(ready.images) + len(ready.detector.held_back["mse"]) == len(kept)
    numbers = [int(title.split(" · ")[1]) for title in ready.titles]
    assert set(numbers) < set(kept)
    np.testing.assert_array_equal(ready.images, digits.images[numbers])
    other = ready_detector(load_checkpoint("digits-ae-2"), whole, None, 0)
    numbers = [int(title.split(" · ")[1]) for title in other.titles]
    assert not other.is_own and len(numbers) == 8
    np.testing.assert_array_equal(other.images, digits.images[numbers])


def test_images_that_are_all_alike_are_a_sentence(recwarn):
    blank = Dataset("blank", "all", np.full((40, 28, 28), 7, np.uint8), None, ())
    with pytest.raises(DatasetError, match="do not differ from each other"):
        ready_detector(load_checkpoint("digits-ae-2"), blank, None, 0)
    assert not recwarn.list


def test_a_model_as_it_is_says_how_many_images_it_judges(split_digits, monkeypatch):
    monkeypatch.setattr(trials, "MOST_TESTED", 50)
    monkeypatch.setattr(trials, "MOST_NORMAL", 70)
    ready = ready_detector(load_checkpoint("digits-ae-2"), *split_digits, 0)
    assert (len(ready.images), ready.n_all, ready.n_compared) == (50, 360, 70)
    outcome = ready.judge("inverted", None, 0)
    for name, found in ready.detector.scores(outcome.test.images).items():
        np.testing.assert_allclose(outcome.scores[name], found, rtol=1e-4)


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_image_is_made_as_it_is_called(kind):
    images = np.random.default_rng(0).integers(1, 256, size=(6, 28, 28), dtype=np.uint8)
    made = FOREIGN[kind].make(images, np.random.default_rng(1))
    assert made.dtype == np.uint8
    if kind == "rotated":
        np.testing.assert_array_equal(made[:, 0, 0], images[:, 0, -1])
    if kind == "inverted":
        np.testing.assert_array_equal(made.astype(int) + images, 255)
    if kind == "half-erased":
        np.testing.assert_array_equal(made[:, :14], images[:, :14])
        assert not made[:, 14:].any()
    if kind == "noise":
        assert abs(made.mean() - 127.5) < 5 and (made != images).mean() > 0.9
    if kind == "empty":
        assert made.shape == (1, 28, 28) and not made.any()


def test_the_empty_image_is_a_trap(split_digits):
    outcome = ready_detector(load_checkpoint("mnist-ae-32"), *split_digits, 0).judge("empty", None, 0)
    assert outcome.aurocs["bce"] < 0.01 and outcome.aurocs["mse"] < 0.01
    assert outcome.aurocs["combined"] > 0.99 and outcome.aurocs["relative_mse"] > 0.99
    assert outcome.test.titles[-1] == "empty · 0"


def test_another_data_set_is_foreign(split_digits):
    foreign = numbered(30)
    outcome = ready_detector(load_checkpoint("digits-ae-2"), *split_digits, 0).judge("", foreign, 0)
    assert outcome.test.is_outlier.sum() == 30
    np.testing.assert_array_equal(outcome.test.images[outcome.test.is_outlier], foreign.images)
    assert outcome.test.titles[-30:] == tuple(f"{'abcd'[n % 4]} · {n}" for n in range(30))


# Real data


def test_a_digit_of_mnist_is_told_from_the_others(real_mnist, monkeypatch):
    monkeypatch.setattr(trials, "N_STEPS", 80)
    train, test = (load_dataset("mnist", split, real_mnist) for split in ("train", "test"))
    trial = class_trial(train, test.subset(np.arange(1_500)), "one-class", 0, 0)
    outcome = result_of(outcome_steps(trial, 16, 0))
    assert outcome.aurocs["combined"] > 0.97 > outcome.aurocs["bce"]
    empty = Detector(outcome.model, trial.normal, trial.held_back).scores(np.zeros((1, 28, 28), np.uint8))
    normal = ~trial.test.is_outlier
    assert (empty["combined"] > outcome.scores["combined"][normal]).all()
    found = outcome.alarms("combined", threshold_for(outcome.held_back["combined"], 0.05))
    assert found.false_alarm_rate < 0.15


def test_the_benchmark_runs(short, capsys):
    from benchmarks import outliers as benchmark

    figures = benchmark.main(
        ["--dataset", "digits", "--classes", "3", "--seeds", "0", "1", "--latent-dim", "3"]
    )
    assert set(figures) == {*SCORES, "empty", "seconds"} and figures["seconds"] > 0
    assert "mean over the classes by seed" in capsys.readouterr().out
