"""Sentences and figures of few labels follow the numbers."""

import statistics

import numpy as np
import pytest
from scipy.stats import ttest_rel
from sklearn.metrics import confusion_matrix

from autoencoder.experiments.few_labels.figure import confusion_figure, learning_curves
from autoencoder.experiments.few_labels.measure import FewLabels, Result
from autoencoder.experiments.few_labels.words import (
    compare,
    comparisons,
    confusion,
    curve,
    learnt_at,
    sentence,
    usual_prediction,
)

# Sentences


def planted(accuracies: dict[tuple[str, int], list[float]], n_images: int = 1_000) -> FewLabels:
    """Results of these accuracies by draw; where two learners are as good, they err on the same images."""
    labels = np.arange(n_images) % 4
    results = []
    for (learner, n_labels), draws in accuracies.items():
        for draw, accuracy in enumerate(draws):
            n_wrong = round((1 - accuracy) * n_images)
            predictions = np.where(np.arange(n_images) < n_wrong, (labels + 1) % 4, labels).astype(np.int16)
            results.append(Result(learner, n_labels, draw, accuracy, 0.5, predictions))
    return FewLabels(labels, tuple(results))


TIE = {
    ("codes-spreading", 100): [0.951, 0.948, 0.954],
    ("pca-spreading", 100): [0.948, 0.952, 0.949],
    ("pixels-logistic", 100): [0.742, 0.740, 0.741],
}


def test_a_tie_names_what_the_gain_is_not_due_to():
    words = sentence(planted(TIE), 100)
    assert "label spreading on the codes reaches 95.1%" in words
    assert "label spreading on PCA of the pixels, 95.0%: a tie" in words
    assert "+0.1 points" in words
    assert "the gain of +21.0 points" in words and "is not due to the autoencoder" in words
    assert "the graph of unlabelled images does as much on the pixels" in words


def test_a_wide_tie_says_that_it_is_one():
    narrow, wide = TIE, TIE | {("pca-spreading", 100): [0.92, 0.98, 0.95]}
    assert "The interval is wide" in sentence(planted(wide), 100)
    assert "a tie" in sentence(planted(wide), 100)
    assert "wide" not in sentence(planted(narrow), 100)


def test_without_a_gain_nothing_is_due_to_the_autoencoder():
    words = sentence(planted(TIE | {("pixels-logistic", 100): [0.95, 0.952, 0.949]}), 100)
    assert "nothing here is due to the autoencoder" in words and "gain" not in words


def test_a_tie_of_regressions_is_due_to_pca():
    words = sentence(
        planted(
            {
                ("hidden-logistic", 30): [0.80, 0.81, 0.80],
                ("pca-logistic", 30): [0.81, 0.80, 0.80],
                ("pixels-logistic", 30): [0.70, 0.71, 0.70],
            }
        ),
        30,
    )
    assert "a tie" in words and "not due to the autoencoder: PCA of unlabelled images does as much" in words


def test_a_clear_difference_is_due_to_the_encoder():
    outcome = planted(
        {
            ("codes-logistic", 100): [0.83, 0.84, 0.83],
            ("pca-logistic", 100): [0.74, 0.75, 0.75],
            ("pixels-logistic", 100): [0.72, 0.72, 0.73],
        }
    )
    words = sentence(outcome, 100)
    assert "83.3%" in words and "logistic regression on PCA of the pixels, 74.7%" in words
    assert "this much is due to the encoder" in words and "not due" not in words
    (found,) = comparisons(outcome)
    assert (found.control, found.verdict) == ("pca-logistic", "better")
    assert found.difference == pytest.approx(0.26 / 3)


def test_a_better_control_is_said_to_be_better():
    words = sentence(planted({("codes-knn", 10): [0.5, 0.51], ("pixels-knn", 10): [0.71, 0.72]}), 10)
    assert "The control is better" in words and "-21.0 points" in words


def test_one_draw_and_no_control_are_no_verdict():
    one = {name: accuracies[:1] for name, accuracies in TIE.items()}
    assert "one draw cannot tell" in sentence(planted(one), 100)
    alone = planted({("codes-knn", 10): [0.5, 0.6]})
    assert "no control was measured" in sentence(alone, 10)
    assert sentence(planted({("pixels-knn", 10): [0.5, 0.6]}), 10) == ""
    assert comparisons(alone) == []


@pytest.mark.parametrize(
    ("tuned", "says"),
    [
        ([0.90, 0.91, 0.90], "not due to pre-training"),
        ([0.95, 0.96, 0.96], "pre-training is worth +5.3 points"),
        ([0.80, 0.81, 0.80], "pre-training does harm, -10.0 points"),
        ([0.90], "one draw cannot tell"),
    ],
)
def test_pre_training_is_judged_by_the_same_net_from_scratch(tuned, says):
    outcome = planted({("fine-tuned", 100): tuned, ("from-scratch", 100): [0.90, 0.90, 0.91]})
    assert says in sentence(outcome, 100)


def test_the_interval_is_of_paired_draws_and_images():
    rng, n_images = np.random.default_rng(0), 400
    labels = rng.integers(0, 3, n_images)
    results, right = [], {}
    for learner, rate in (("codes-knn", 0.8), ("pca-knn", 0.7)):
        right[learner] = rng.random((4, n_images)) < rate
        for draw, row in enumerate(right[learner]):
            predictions = np.where(row, labels, (labels + 1) % 3).astype(np.int16)
            results.append(Result(learner, 10, draw, float(row.mean()), 1.0, predictions))
    found = compare(FewLabels(labels, tuple(results)), "codes-knn", "pca-knn", 10)
    ones, others = (right[name].mean(axis=1) for name in ("codes-knn", "pca-knn"))
    interval = ttest_rel(ones, others).confidence_interval(0.95)
    of_draws = (interval.high - interval.low) / 2
    by_image = (right["codes-knn"].astype(float) - right["pca-knn"]).mean(axis=0)
    of_images = 1.96 * by_image.std() / np.sqrt(n_images)
    assert found.difference == pytest.approx((ones - others).mean())
    assert found.high - found.difference == pytest.approx(np.hypot(of_draws, of_images))
    assert found.high - found.difference == pytest.approx(found.difference - found.low)


def test_only_common_draws_are_compared():
    outcome = planted({("codes-knn", 10): [0.5, 0.6, 0.9], ("pca-knn", 10): [0.4, 0.5]})
    assert compare(outcome, "codes-knn", "pca-knn", 10).accuracy == pytest.approx(0.55)
    with pytest.raises(ValueError, match="in common"):
        compare(outcome, "codes-knn", "pixels-knn", 10)


def test_the_better_control_is_the_one_that_counts():
    outcome = planted(
        {("codes-knn", 10): [0.7, 0.7], ("pca-knn", 10): [0.5, 0.5], ("pixels-knn", 10): [0.6, 0.6]}
    )
    assert [found.control for found in comparisons(outcome)] == ["pixels-knn"]


def test_curves_are_means_and_spreads():
    point, single = curve(planted({("codes-knn", 10): [0.5, 0.6, 0.9], ("pca-knn", 10): [0.25]}))
    assert point.mean == pytest.approx(statistics.mean([0.5, 0.6, 0.9]))
    assert point.std == pytest.approx(statistics.stdev([0.5, 0.6, 0.9]))
    assert (point.n_draws, point.seconds) == (3, 0.5)
    assert (single.mean, single.n_draws) == (0.25, 1) and np.isnan(single.std)  # one draw has no spread


def with_predictions(labels: list[int], rows: dict[int, list[list[int]]]) -> FewLabels:
    results = [
        Result("codes-knn", count, draw, 0.0, 0.0, np.array(found, np.int16))
        for count, draws in rows.items()
        for draw, found in enumerate(draws)
    ]
    return FewLabels(np.array(labels), tuple(results))


def test_learnt_is_what_stays_right_in_most_draws():
    outcome = with_predictions(
        [0, 0, 0, 0],
        {
            10: [[0, 0, 1, 1], [0, 0, 1, 1], [1, 0, 1, 0]],
            30: [[0, 1, 0, 1], [0, 1, 0, 2], [0, 1, 1, 2]],
            100: [[0, 0, 0, 1], [0, 0, 0, 2], [1, 0, 0, 2]],
        },
    )
    # right from the start; right, wrong, right; right from 30 on; never
    assert learnt_at(outcome, "codes-knn").tolist() == [10, 100, 30, 0]
    assert usual_prediction(outcome, "codes-knn", 100).tolist() == [0, 0, 0, 2]


def test_half_of_the_draws_are_not_most():
    assert learnt_at(with_predictions([0], {10: [[0], [1]]}), "codes-knn").tolist() == [0]


def test_confusions_are_counted_over_all_draws():
    rng = np.random.default_rng(0)
    labels, found = rng.integers(0, 4, 50), rng.integers(0, 4, (3, 50))
    outcome = with_predictions(labels.tolist(), {10: found.tolist()})
    expected = sum(confusion_matrix(labels, row, labels=range(5)) for row in found)
    np.testing.assert_array_equal(confusion(outcome, "codes-knn", 10, 5), expected)


# The charts


def test_the_curves_hold_the_points_and_are_told_apart_without_colour():
    outcome = planted(TIE | {("codes-spreading", 30): [0.9, 0.92, 0.94], ("codes-knn", 30): [0.8, 0.8]})
    chart = learning_curves(curve(outcome))
    by_name = {line.name: line for line in chart.marks}
    spread = by_name["codes, spreading"]
    assert list(spread.x) == [30, 100]
    np.testing.assert_allclose(spread.y, [0.92, 0.951])
    np.testing.assert_allclose(spread.spread, [[0.02, 0.003]] * 2, atol=1e-9)
    looks = {(line.dash, line.symbol) for line in chart.marks}
    assert len(looks) == len(chart.marks) == len(by_name) == 4
    assert chart.x.is_log and list(chart.x.names) == [30, 100]


def test_what_uses_the_encoder_has_one_colour_and_the_controls_the_other():
    outcome = planted({(name, 30): [0.5] for name in ("codes-knn", "hidden-knn", "pixels-knn", "pca-knn")})
    colours = {line.name: line.colour for line in learning_curves(curve(outcome)).marks}
    assert colours == {"codes, k-NN": 0, "hidden, k-NN": 0, "pixels, k-NN": 1, "PCA, k-NN": 1}


def test_a_single_draw_is_on_the_curve_without_a_spread():
    several = (planted({("codes-knn", 10): found}) for found in ([0.5, 0.7], [0.6]))
    two, one = (learning_curves(curve(outcome)).marks[0] for outcome in several)
    assert two.about[0] == " ± 14.1%, 2 draws of 10 labels"
    assert one.about[0] == ", one draw of 10 labels"
    assert not one.spread.any() and one.y[0] == 0.6


def test_the_confusion_chart_shows_counts_and_shares():
    matrix = np.array([[8, 2], [0, 5]])
    chart = confusion_figure(matrix, ["a", "b"])
    np.testing.assert_array_equal(chart.texts, matrix)
    np.testing.assert_allclose(chart.values, [[0.8, 0.2], [0, 1]])
    assert (chart.x, chart.y, chart.names) == ("predicted", "true", ("a", "b"))
