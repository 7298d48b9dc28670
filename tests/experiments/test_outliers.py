"""Scores of outliers are what their names say, thresholds keep their word, and the words follow both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from sklearn.neighbors import NearestNeighbors

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
from autoencoder.experiments.outliers.words import sentence, threshold_sentence
from autoencoder.experiments.statistics import Interval
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


def test_an_empty_image_is_the_most_normal_of_all_by_bce_and_mse_and_an_outlier_by_what_it_lacks(detector):
    empty, normal = np.zeros((1, 28, 28), np.uint8), pictures(50, 7)
    found, others = detector.scores(empty), detector.scores(normal)
    for name in ("bce", "mse"):
        assert (found[name] < others[name]).all()
    for name in ("relative_mse", "combined"):
        assert (found[name] > others[name]).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_relative_error_of_an_empty_image_is_one_at_least(error, grey):
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
    outcomes = [
        planted({"combined": values}, [0, 0, 1, 1], seed)
        for seed, values in enumerate([[1, 2, 3, 4], [1, 3, 2, 4], [1, 4, 3, 2]])
    ]
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


# Sentences


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
    [
        (1, "100.0%"),
        (0, "0.0%"),
        (0.9994, "99.9%"),
        (0.9996, "99.96%"),
        (0.99999, "above 99.99%"),
        (0.0004, "0.04%"),
        (1e-6, "below 0.01%"),
        (0.5, "50.0%"),
    ],
)
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


# Figures


def test_the_histogram_counts_every_image_once():
    rng = np.random.default_rng(0)
    outcome = planted({"combined": rng.gamma(2, size=90)}, [0] * 60 + [1] * 30)
    for score in ("combined", "mse"):
        chart = score_figure(outcome, score, 2.0)
        for bars, count in zip(chart.marks, (60, 30), strict=True):
            assert sum(map(int, bars.about)) == count and sum(bars.y) == pytest.approx(1)
        (threshold,) = chart.rules
        assert threshold.at == pytest.approx(2.0 if score == "combined" else np.log10(2.0))
        assert [bars.is_hatched for bars in chart.marks] == [False, True]
    assert on_axis(np.array([0.0, 100.0]), "mse")[1] == 2 and np.isfinite(on_axis(np.zeros(1), "mse")).all()


def test_the_roc_has_the_area_it_is_said_to_have():
    rng = np.random.default_rng(1)
    is_outlier = [0] * 60 + [1] * 30
    outcomes = [
        planted(
            {
                "combined": rng.normal(size=90) + is_outlier,
                "pca_relative_mse": rng.normal(size=90),
                "pca_mse": -np.arange(90),
            },
            is_outlier,
            seed,
        )
        for seed in (0, 1)
    ]
    lines = roc_figure(outcomes, "mse", 0.5).marks
    areas = [np.trapezoid(line.y, line.x) for line in lines[:3]]
    expected = [outcome.aurocs["mse"] for outcome in outcomes] + [outcomes[0].aurocs["pca_relative_mse"]]
    assert areas == pytest.approx(expected)
    assert lines[2].name == SCORES["pca_relative_mse"].title
    ring, found = lines[3], outcomes[0].alarms("mse", 0.5)
    assert (ring.x[0], ring.y[0]) == (found.false_alarm_rate, found.recall)


def test_the_dotted_line_is_of_the_pca_that_the_sentence_quotes():
    outcome = planted(
        {"combined": [1, 2, 3, 4], "pca_relative_mse": [2, 1, 4, 3], "pca_mse": [1, 3, 2, 4]}, [0, 0, 1, 1]
    )
    assert roc_figure([outcome], "mse", 0.5).marks[1].name == SCORES["pca_relative_mse"].title
    outcome.scores["pca_relative_mse"][:] = [4, 1, 2, 3]
    assert roc_figure([outcome], "mse", 0.5).marks[1].name == SCORES["pca_mse"].title
    assert "100.0% against 75.0%" in sentence(auroc_intervals([outcome]))
