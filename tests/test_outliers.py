"""Scores are what their names say, thresholds keep their word, no image is both learnt from and judged."""

import numpy as np
import pytest
from conftest import make_small_checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from tools.steps import driven

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from autoencoder.experiments.outliers import trials
from autoencoder.experiments.outliers.figure import on_axis, roc_figure, score_figure
from autoencoder.experiments.outliers.outcome import (
    Alarms,
    Outcome,
    TestSet,
    alarms,
    auroc_intervals,
    galleries,
    interval_over_images,
    interval_over_seeds,
    promised_rate,
    threshold_at_percentile,
    threshold_for,
    verdicts,
)
from autoencoder.experiments.outliers.scores import SCORES, Detector, relative_error
from autoencoder.experiments.outliers.trials import (
    FOREIGN,
    PROTOCOLS,
    anomalies_steps,
    class_label,
    class_trial,
    judge_steps,
    outcome_steps,
    ready_detector,
    training_settings,
)
from autoencoder.experiments.outliers.words import sentence, threshold_sentence
from autoencoder.experiments.statistics import Interval
from autoencoder.steps import result_of
from autoencoder.training.trainer import Trainer
from autoencoder.wording import percent

distinct = st.lists(st.integers(-1000, 1000), min_size=2, max_size=60, unique=True)
few = st.lists(st.integers(0, 5), min_size=1, max_size=15)


class Quarters:
    """A planted model: the code is the mean of each quarter, and every quarter comes back as its mean."""

    def encode(self, images):
        floats = images / 255 if images.dtype == np.uint8 else images
        return floats.reshape(len(images), 2, 14, 2, 14).mean(axis=(2, 4)).reshape(len(images), 4)

    def logits(self, latents):
        means = np.clip(latents, 1e-7, 1 - 1e-7).reshape(-1, 2, 1, 2, 1)
        pixels = np.broadcast_to(means, (len(latents), 2, 14, 2, 14))
        return logit(pixels).reshape(-1, 28, 28)

    def reconstruct(self, images):
        return 1 / (1 + np.exp(-self.logits(self.encode(images))))


def pictures(n: int, seed: int) -> np.ndarray:
    """Four grey quarters with a little noise."""
    rng = np.random.default_rng(seed)
    quarters = rng.uniform(100, 200, size=(n, 2, 1, 2, 1)) + rng.normal(0, 12, size=(n, 2, 14, 2, 14))
    return quarters.reshape(n, 28, 28).round().astype(np.uint8)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(Quarters(), pictures(80, 0), pictures(60, 1))


def planted(scores: dict[str, list[float]], is_outlier: list[int], seed: int = 0) -> Outcome:
    """An outcome with these scores; where there are none, the combined ones."""
    values = {name: np.array(scores.get(name, scores["combined"]), float) for name in SCORES}
    test = TestSet(
        pictures(len(is_outlier), 2), np.array(is_outlier, bool), tuple(map(str, range(len(is_outlier))))
    )
    return Outcome(seed, Quarters(), values, test, values)


def numbered(n: int, n_classes: int = 4, split: str = "train", first: int = 0) -> Dataset:
    """Images that hold their own number, so that each can be told from every other."""
    numbers = np.arange(first, first + n)
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = numbers // 256, numbers % 256
    return Dataset("numbered", split, images, numbers % n_classes, tuple("abcdefg"[:n_classes]))


def numbers_of(images: np.ndarray) -> set[int]:
    return set((images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]).tolist())


# Scores


def test_every_score_is_what_its_name_says(detector):
    images = np.concatenate([pictures(9, 3), 255 - pictures(4, 4), np.zeros((1, 28, 28), np.uint8)])
    found, x, model = detector.scores(images), images / 255.0, Quarters()
    assert list(found) == list(SCORES) and all(values.shape == (14,) for values in found.values())
    rebuilt, normal = model.reconstruct(images), pictures(80, 0)
    np.testing.assert_allclose(found["mse"], ((x - rebuilt) ** 2).mean(axis=(1, 2)), rtol=1e-5, atol=1e-12)
    energies = (x[:13] ** 2).sum(axis=(1, 2))
    expected = ((x - rebuilt)[:13] ** 2).sum(axis=(1, 2)) / energies
    np.testing.assert_allclose(found["relative_mse"][:13], expected, rtol=1e-3)
    expected = -(x * np.log(rebuilt) + (1 - x) * np.log(1 - rebuilt)).sum(axis=(1, 2))
    np.testing.assert_allclose(found["bce"], expected, rtol=1e-4, atol=1e-3)
    for name, mapped in (("knn", model.encode), ("pixel_knn", lambda a: a.reshape(len(a), -1) / 255.0)):
        index = NearestNeighbors(n_neighbors=5).fit(mapped(normal))
        np.testing.assert_allclose(found[name], index.kneighbors(mapped(images))[0].mean(axis=1), rtol=1e-3)
    rows = normal.reshape(80, -1) / 255.0
    axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:32]
    centred = x.reshape(14, -1) - rows.mean(axis=0)
    lost = ((centred - centred @ axes.T @ axes) ** 2).mean(axis=1)
    np.testing.assert_allclose(found["pca_mse"], lost, rtol=1e-3)
    np.testing.assert_allclose(found["pca_relative_mse"][:13], lost[:13] * 784 / energies, rtol=1e-3)


def test_the_combined_score_is_two_z_scores_over_the_held_back_images(detector):
    assert detector.held_back["combined"].mean() == pytest.approx(0, abs=1e-9)
    expected, found = 0, detector.scores(255 - pictures(6, 5))
    for name in ("relative_mse", "knn"):
        logarithms = np.log(detector.held_back[name])
        expected = expected + (np.log(found[name]) - logarithms.mean()) / logarithms.std()
    np.testing.assert_allclose(found["combined"], expected)


def test_an_image_is_judged_by_itself_alone(detector):
    images = pictures(7, 6)
    together = detector.scores(images)
    for name, values in together.items():
        alone = [detector.scores(image[None])[name][0] for image in images]
        np.testing.assert_allclose(alone, values, rtol=1e-4, err_msg=name)


def test_black_is_the_most_normal_of_all_by_bce_and_mse_and_an_outlier_by_what_it_lacks(detector):
    black, normal = np.zeros((1, 28, 28), np.uint8), pictures(50, 7)
    found, others = detector.scores(black), detector.scores(normal)
    for name in ("bce", "mse"):
        assert (found[name] < others[name]).all()
    for name in ("relative_mse", "combined"):
        assert (found[name] > others[name]).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_relative_error_of_black_is_one_at_least(error, grey):
    image = np.full((1, 28, 28), grey)
    assert relative_error(np.array([error]), np.zeros((1, 28, 28)))[0] >= 1
    if grey > 0.1:
        assert relative_error(np.array([error]), image)[0] == pytest.approx(
            error / grey**2, rel=1e-4, abs=1e-4
        )
        assert relative_error(np.array([grey**2]), image)[0] == pytest.approx(1)


def test_images_that_are_all_alike_have_scores_too():
    same = np.repeat(pictures(1, 0), 12, axis=0)
    found = Detector(Quarters(), same, same[:3]).scores(np.concatenate([same[:1], 255 - same[:1]]))
    assert all(np.isfinite(values).all() for values in found.values())
    assert found["combined"][1] > found["combined"][0]


@pytest.mark.parametrize("counts", [(0, 3), (3, 0)])
def test_nothing_to_learn_from_is_refused(counts):
    with pytest.raises(ValueError, match="held back"):
        Detector(Quarters(), pictures(counts[0], 0), pictures(counts[1], 0))


# Thresholds


@given(distinct, st.floats(0.02, 0.9))
def test_a_threshold_keeps_its_word_over_every_choice_of_the_new_image(values, rate):
    """Of exchangeable images each is the new one once: the share of alarms is the wanted rate at most."""
    values = np.array(values, float)
    promised = promised_rate(len(values) - 1, rate)
    n_alarms = sum(value > threshold_for(np.delete(values, row), rate) for row, value in enumerate(values))
    assert n_alarms <= promised * len(values) + 1e-9
    assert n_alarms > promised * len(values) - 1  # and not more careful than it has to be


def test_thresholds_by_hand():
    values = np.random.default_rng(0).permutation(np.arange(1.0, 20))
    assert threshold_for(values, 0.05) == 19 and threshold_for(values, 0.1) == 18
    assert threshold_for(values, 0.01) == 19 and promised_rate(19, 0.01) == 0.05
    assert threshold_at_percentile(values, 50) == 10 and threshold_at_percentile(values, 75) == 14.5
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold_for(values, 0)


def test_the_wanted_rate_is_that_of_new_images():
    rng, rates = np.random.default_rng(0), []
    for _ in range(400):
        threshold = threshold_for(rng.normal(size=99), 0.1)
        rates.append(alarms(rng.normal(size=200), np.zeros(200, bool), threshold).n_false_alarms / 200)
    assert np.mean(rates) == pytest.approx(0.1, abs=0.008)


def test_alarms_are_counted():
    found = alarms(np.array([1, 2, 3, 4, 5.0]), np.array([0, 1, 0, 1, 1], bool), 3)
    assert found == Alarms(3.0, 2, 3, 0, 2)
    found = alarms(np.array([1, 2, 3, 4, 5.0]), np.array([0, 1, 1, 0, 1], bool), 2)
    assert (found.false_alarm_rate, found.recall, found.precision) == (1 / 2, 2 / 3, 2 / 3)
    assert alarms(np.zeros(2), np.array([True, False]), 1).precision is None


@settings(max_examples=25)
@given(few, few)
def test_the_auroc_counts_pairs(outliers, normal):
    outcome = planted({"combined": [*outliers, *normal]}, [1] * len(outliers) + [0] * len(normal))
    wins = [(a > b) + 0.5 * (a == b) for a in outliers for b in normal]
    assert outcome.aurocs["combined"] == pytest.approx(np.mean(wins))
    over_images = interval_over_images(outcome.scores["combined"], outcome.test.is_outlier)
    assert over_images.mean == pytest.approx(np.mean(wins))
    assert 0 <= over_images.low <= over_images.mean + 1e-9 and over_images.mean <= over_images.high + 1e-9


def test_the_interval_over_images_is_as_wide_as_that_of_new_draws():
    rng, found = np.random.default_rng(0), []
    is_outlier = np.repeat([True, False], [60, 90])
    draws = [np.concatenate([rng.normal(1, 1, 60), rng.normal(0, 1, 90)]) for _ in range(400)]
    found = [interval_over_images(draw, is_outlier) for draw in draws]
    spread = np.std([each.mean for each in found])
    assert np.mean([each.high - each.low for each in found]) == pytest.approx(2 * 1.96 * spread, rel=0.1)


def test_the_interval_over_seeds_is_students():
    found = interval_over_seeds([0.90, 0.92, 0.97])
    half_width = 4.302653 * np.std([0.90, 0.92, 0.97], ddof=1) / np.sqrt(3)
    assert (found.mean, found.low) == pytest.approx((0.93, 0.93 - half_width))
    assert found.high == 1.0  # an AUROC is no more than that
    assert np.isnan(interval_over_seeds([0.9]).low)


def test_several_seeds_are_over_seeds_and_one_is_over_images():
    outcomes = [planted({"combined": values}, [0, 0, 1, 1], seed) for seed, values in enumerate(
        [[1, 2, 3, 4], [1, 3, 2, 4], [1, 4, 3, 2]]
    )]  # fmt: skip
    assert auroc_intervals(outcomes)["mse"] == interval_over_seeds([1.0, 0.75, 0.5])
    alone = auroc_intervals(outcomes[1:2])["mse"]
    assert alone == interval_over_images(outcomes[1].scores["mse"], outcomes[1].test.is_outlier)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40), st.integers(0, 9))
def test_galleries_show_what_they_are_called(images, threshold):
    scores, is_outlier = (np.array(column) for column in zip(*images, strict=True))
    found = galleries(scores.astype(float), is_outlier, threshold, 4)
    assert all(len(rows) <= 4 and len(set(rows)) == len(rows) for rows in found.values())
    assert sorted(scores[found["worst"]]) == sorted(scores)[-4:]
    missed = is_outlier & (scores <= threshold)
    assert len(found["missed"]) == min(4, missed.sum()) and missed[found["missed"]].all()
    assert list(scores[found["missed"]]) == sorted(scores[missed])[:4]
    raised = ~is_outlier & (scores > threshold)
    assert list(scores[found["false alarms"]]) == sorted(scores[raised])[::-1][:4]
    shown, n_below = scores[found["borderline"]], (scores <= threshold).sum()
    if 2 <= n_below <= len(scores) - 2:
        order = sorted(scores)
        assert sorted(shown) == order[n_below - 2 : n_below + 2]


# What is said


def level(**means: float) -> dict[str, Interval]:
    """Intervals a hundredth wide on either side, around 60 % where nothing else is said."""
    return {
        name: Interval(mean, mean - 0.01, mean + 0.01)
        for name, mean in {**dict.fromkeys(SCORES, 0.6), **means}.items()
    }


def test_the_sentence_follows_the_numbers():
    words = sentence(level(combined=0.97, bce=0.3, pca_relative_mse=0.9))
    assert "Best here: “Combined: error and k-NN” with an AUROC of 97.0%" in words
    assert "worst: “BCE” with an AUROC of 30.0%" in words
    assert "combined score beats PCA's better one: 97.0% against 90.0%" in words
    assert "does not beat PCA's better one: 60.0% against 90.0%" in sentence(level(pca_mse=0.9))
    assert "is not clearly apart from PCA's better one: 89.0%" in sentence(level(combined=0.89, pca_mse=0.9))
    assert "“MSE over the image's energy” and 6 others, a tie, with an" in sentence(level(combined=0.97))


def test_what_is_nearly_a_tie_is_none():
    nearly = sentence(level(bce=0.9999, pixel_knn=1.0))
    assert "Best here: “k-NN distance of the pixels” with an AUROC of 100.0%;" in nearly
    tied = sentence(level(bce=1.0, pixel_knn=1.0 - 1e-13))
    assert "Best here: “BCE” and “k-NN distance of the pixels”, a tie, with an AUROC of 100.0%;" in tied
    assert "“BCE” with an AUROC of 99.99%;" in sentence(level(bce=0.9999))
    assert (
        sentence(level(combined=0.6)) == "No score is better than another here: all have an AUROC of 60.0%."
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [(1, "100.0%"), (0, "0.0%"), (0.9994, "99.9%"), (0.9996, "99.96%"), (0.99999, "above 99.99%"),
     (0.0004, "0.04%"), (1e-6, "below 0.01%"), (0.5, "50.0%")],
)  # fmt: skip
def test_nearly_all_is_not_all(share, text):
    assert percent(share) == text


def test_every_score_has_a_verdict_on_an_image():
    outcome = planted({"combined": [1, 2, 3, 4, 5], "mse": [9, 8, 7, 6, 5]}, [0, 0, 0, 0, 1])
    found = {each.score: each for each in verdicts(outcome, 3, np.max)}
    assert list(found) == list(SCORES)
    assert (found["combined"].value, found["combined"].threshold) == (4, 5)
    assert found["combined"].share_below == 0.75 and not found["combined"].is_alarm
    assert found["mse"].share_below == 0 and found["mse"].threshold == 9
    assert verdicts(outcome, 4, np.min)[0].is_alarm


def test_the_sentence_on_the_threshold_follows_the_numbers():
    words = threshold_sentence(Alarms(3.0, 200, 50, 14, 40), 0.05, 400)
    assert "Wanted: 5.0% false alarms. On the test set 7.0% of 200 normal images" in words
    assert "80.0% of 50 outliers; 74.1% of the alarms are right" in words
    assert "9 held-back images can promise no less than 10.0%" in threshold_sentence(
        Alarms(3.0, 200, 50, 0, 0), 0.05, 9
    )
    assert "no image lies above" in threshold_sentence(Alarms(3.0, 200, 50, 0, 0), 0.05, 9)


# Which images


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
    report = result_of(anomalies_steps(train, test, "one-class", "6", latent_dim=4, seed=2))
    outcome = result_of(outcome_steps(class_trial(train, test, "one-class", 6, 2), 4, 2))
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
    if kind == "black":
        assert made.shape == (1, 28, 28) and not made.any()


def test_the_black_image_is_a_trap(split_digits):
    outcome = ready_detector(load_checkpoint("mnist-ae-32"), *split_digits, 0).judge("black", None, 0)
    assert outcome.aurocs["bce"] < 0.01 and outcome.aurocs["mse"] < 0.01
    assert outcome.aurocs["combined"] > 0.99 and outcome.aurocs["relative_mse"] > 0.99
    assert outcome.test.titles[-1] == "black · 0"


def test_another_data_set_is_foreign(split_digits):
    foreign = numbered(30)
    outcome = ready_detector(load_checkpoint("digits-ae-2"), *split_digits, 0).judge("", foreign, 0)
    assert outcome.test.is_outlier.sum() == 30
    np.testing.assert_array_equal(outcome.test.images[outcome.test.is_outlier], foreign.images)
    assert outcome.test.titles[-30:] == tuple(f"{'abcd'[n % 4]} · {n}" for n in range(30))


# Figures


def test_the_histogram_counts_every_image_once():
    rng = np.random.default_rng(0)
    outcome = planted({"combined": rng.gamma(2, size=90)}, [0] * 60 + [1] * 30)
    for score in ("combined", "mse"):
        figure = score_figure(outcome, score, 2.0)
        for bars, count in zip(figure.data, (60, 30), strict=True):
            assert sum(bars.customdata) == count and sum(bars.y) == pytest.approx(1)
        assert figure.layout.shapes[0].x0 == pytest.approx(2.0 if score == "combined" else np.log10(2.0))
        assert figure.data[1].marker.pattern.shape and not figure.data[0].marker.pattern.shape
    assert on_axis(np.array([0.0, 100.0]), "mse")[1] == 2 and np.isfinite(on_axis(np.zeros(1), "mse")).all()


def test_the_roc_has_the_area_it_is_said_to_have():
    rng = np.random.default_rng(1)
    is_outlier = [0] * 60 + [1] * 30
    outcomes = [
        planted({"combined": rng.normal(size=90) + is_outlier, "pca_relative_mse": rng.normal(size=90),
                 "pca_mse": -np.arange(90)},
                is_outlier, seed) for seed in (0, 1)
    ]  # fmt: skip
    figure = roc_figure(outcomes, "mse", 0.5)
    areas = [np.trapezoid(line.y, line.x) for line in figure.data[:3]]
    expected = [outcome.aurocs["mse"] for outcome in outcomes] + [outcomes[0].aurocs["pca_relative_mse"]]
    assert areas == pytest.approx(expected)
    assert figure.data[2].name == SCORES["pca_relative_mse"].title
    ring, found = figure.data[3], outcomes[0].alarms("mse", 0.5)
    assert (ring.x[0], ring.y[0]) == (found.false_alarm_rate, found.recall)


def test_the_dotted_line_is_of_the_pca_that_the_sentence_quotes():
    outcome = planted({"combined": [1, 2, 3, 4], "pca_relative_mse": [2, 1, 4, 3], "pca_mse": [1, 3, 2, 4]},
                      [0, 0, 1, 1])  # fmt: skip
    assert roc_figure([outcome], "mse", 0.5).data[1].name == SCORES["pca_relative_mse"].title
    outcome.scores["pca_relative_mse"][:] = [4, 1, 2, 3]
    assert roc_figure([outcome], "mse", 0.5).data[1].name == SCORES["pca_mse"].title
    assert "100.0% against 75.0%" in sentence(auroc_intervals([outcome]))


# Real data


def test_a_digit_of_mnist_is_told_from_the_others(real_mnist, monkeypatch):
    monkeypatch.setattr(trials, "N_STEPS", 80)
    train, test = (load_dataset("mnist", split, real_mnist) for split in ("train", "test"))
    trial = class_trial(train, test.subset(np.arange(1_500)), "one-class", 0, 0)
    outcome = result_of(outcome_steps(trial, 16, 0))
    assert outcome.aurocs["combined"] > 0.97 > outcome.aurocs["bce"]
    black = Detector(outcome.model, trial.normal, trial.held_back).scores(np.zeros((1, 28, 28), np.uint8))
    normal = ~trial.test.is_outlier
    assert (black["combined"] > outcome.scores["combined"][normal]).all()
    found = outcome.alarms("combined", threshold_for(outcome.held_back["combined"], 0.05))
    assert found.false_alarm_rate < 0.15


def test_the_benchmark_runs(short, capsys):
    from benchmarks import outliers as benchmark

    figures = benchmark.main(
        ["--dataset", "digits", "--classes", "3", "--seeds", "0", "1", "--latent-dim", "3"]
    )
    assert set(figures) == {*SCORES, "black", "seconds"} and figures["seconds"] > 0
    assert "mean over the classes by seed" in capsys.readouterr().out
