"""Labels are drawn fairly, and no learner sees more than it may."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.dataset import Dataset, stratified_order
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from autoencoder.experiments.few_labels import measure as domain
from autoencoder.experiments.few_labels.learners import (
    FEATURES,
    LEARNERS,
    Features,
    classify,
    feature_steps,
    graph_steps,
    spread_labels,
)
from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import few_label_task, labelled_rows
from autoencoder.experiments.few_labels.words import (
    curve,
)
from autoencoder.steps import Step, result_of
from autoencoder.training.classifier import hidden_features, network_steps
from tests.tools.steps import driven

labellings = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)
FAST = ("codes-knn", "pca-logistic", "hidden-spreading")


def numbered(labels: list[int]) -> Dataset:
    """Images that hold their own row, so that one can be told from another."""
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(len(labels)), 256)
    return Dataset("numbered", "all", images, np.array(labels, np.int64), tuple("abcde"))


def rows_of(dataset: Dataset) -> set[int]:
    return set((dataset.images[:, 0, 0].astype(int) * 256 + dataset.images[:, 0, 1]).tolist())


@pytest.fixture(scope="module")
def task():
    return few_label_task(load_dataset("digits", "train"), load_dataset("digits", "test"), 3, 300, 80)


# Labelled images


@given(labellings, st.integers(0, 99))
def test_every_beginning_of_the_order_is_stratified(labels, seed):
    order = stratified_order(labels, np.random.default_rng(seed))
    assert sorted(order) == list(range(len(labels)))
    np.testing.assert_array_equal(order, stratified_order(labels, np.random.default_rng(seed)))
    sizes = np.unique(labels, return_counts=True)[1]
    for n in range(len(sizes), len(labels) + 1):
        drawn = np.unique(labels[order[:n]], return_counts=True)[1]
        assert len(drawn) == len(sizes)
        # Apart from the first of each class, a class has its share of the rest, rounded.
        in_proportion = drawn > 1
        shares = drawn[in_proportion] / sizes[in_proportion]
        if in_proportion.sum() > 1:
            assert np.ptp(shares) <= (1 / sizes[in_proportion]).max() + 1e-9


def test_of_equal_classes_equally_many_are_drawn():
    labels = np.arange(60) % 3
    order = stratified_order(labels, np.random.default_rng(1))
    for n in range(3, 61):
        assert np.ptp(np.bincount(labels[order[:n]])) <= 1


def test_draws_are_nested_seeded_and_different(task):
    for draw in range(3):
        rows = labelled_rows(task, 100, draw, 5)
        assert len(set(rows)) == 100
        np.testing.assert_array_equal(rows[:10], labelled_rows(task, 10, draw, 5))
        assert set(task.pool.labels[rows[:10]]) == set(range(10))
    assert set(labelled_rows(task, 50, 0, 5)) != set(labelled_rows(task, 50, 1, 5))
    assert set(labelled_rows(task, 50, 0, 5)) != set(labelled_rows(task, 50, 0, 6))


@given(st.integers(0, 20))
def test_without_a_test_set_a_fifth_is_put_aside(seed):
    dataset = numbered([0] * 40 + [1] * 20 + [2] * 5)
    task = few_label_task(dataset, None, seed)
    assert not rows_of(task.pool) & rows_of(task.test)
    assert rows_of(task.pool) | rows_of(task.test) == set(range(65))
    assert task.test.n_images == 13 and set(task.test.labels) == {0, 1, 2} == set(task.pool.labels)
    assert list(task.test_rows) == sorted(rows_of(task.test))
    assert rows_of(few_label_task(dataset, None, seed).test) == rows_of(task.test)


def test_a_large_set_is_thinned_out_in_proportion():
    train, test = numbered([0] * 600 + [1] * 300), numbered([0] * 60 + [1] * 30)
    task = few_label_task(train, test, 0, most_pool=90, most_test=30)
    assert np.abs(np.bincount(task.pool.labels) - [60, 30]).max() <= 1
    assert np.abs(np.bincount(task.test.labels) - [20, 10]).max() <= 1
    assert task.counts == [10, 30]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "no labels"),
        ([1] * 9, "one class"),
        ([0] * 9 + [3], "Class “d” of numbered has too few images"),
    ],
)
def test_what_cannot_be_learnt_is_a_sentence(labels, words):
    dataset = numbered(labels or [0])
    if labels is None:
        dataset = replace(dataset, labels=None, class_names=())
    with pytest.raises(DatasetError, match=words):
        few_label_task(dataset, None)


@pytest.mark.parametrize("count", [0, 9, 301])
def test_impossible_numbers_of_labels_are_refused(task, checkpoints, count):
    with pytest.raises(DatasetError, match="choose from 10"):
        next(few_label_steps(checkpoints["ae"].model, task, FAST, [30, count], 1))


def test_slips_are_refused(task, checkpoints):
    for learners, n_draws in ((["psychic"], 1), ([], 1), (FAST, 0), (FAST, 21)):
        with pytest.raises(ValueError, match=r"learners must|draws must"):
            next(few_label_steps(checkpoints["ae"].model, task, learners, [30], n_draws))


# Features of a learner


def test_features_are_those_of_each_image(task, checkpoints):
    model, images = checkpoints["vae"].model, (task.pool.images, task.test.images)
    codes = result_of(feature_steps("codes", model, *images))
    np.testing.assert_allclose(codes.test, model.encode(task.test.images), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(codes.pool, model.encode(task.pool.images), rtol=1e-4, atol=1e-5)
    hidden = result_of(feature_steps("hidden", model, *images))
    weights, test = model.weights, hidden.test.astype(np.float64)
    # The code is read from them, by the layer of the code's mean.
    np.testing.assert_allclose(
        test @ weights["code.mean.weight"].T + weights["code.mean.bias"], codes.test, rtol=1e-3, atol=1e-4
    )
    np.testing.assert_array_equal(hidden_features(model, task.test.images).shape, (80, 7))
    pixels = result_of(feature_steps("pixels", model, *images))
    np.testing.assert_array_equal(pixels.pool[5], task.pool.images[5].ravel() / np.float32(255))
    pca = result_of(feature_steps("pca", model, *images))
    assert pca.pool.shape == (300, 50)
    values = np.linalg.svd(pixels.pool - pixels.pool.mean(axis=0), compute_uv=False)[:50]
    np.testing.assert_allclose(np.linalg.norm(pca.pool, axis=0), values, rtol=1e-3)
    anew = result_of(feature_steps("pca", model, images[0], images[1][:5]))
    np.testing.assert_array_equal(anew.pool, pca.pool)  # no test image had a part in it


def clusters(n_pool: int, n_test: int, seed: int = 0) -> tuple[Features, np.ndarray, np.ndarray]:
    """Three classes in the plane, far apart."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n_pool + n_test) % 3)
    places = (np.array([[0, 0], [9, 0], [0, 9]])[labels] + rng.normal(size=(len(labels), 2))).astype("f4")
    return Features(places[:n_pool], places[n_pool:]), labels[:n_pool], labels[n_pool:]


@pytest.mark.parametrize("method", ["logistic", "knn", "spreading"])
def test_planted_classes_are_all_found(method):
    features, labels, test_labels = clusters(120, 60)
    rows = stratified_order(labels, np.random.default_rng(0))[:6]
    if method == "spreading":
        found = spread_labels(result_of(graph_steps(features)), rows, labels[rows] * 2)
    else:
        found = classify(method, features, rows, labels[rows] * 2)
    np.testing.assert_array_equal(found, test_labels * 2)


def test_logistic_regression_measures_each_feature_as_it_should():
    rng = np.random.default_rng(0)
    pool, test = (rng.normal(3, [1, 100], (n, 2)).astype("f4") for n in (400, 200))
    labels, rows = (pool[:, 0] > 3).astype(int), np.arange(40)
    expected = LogisticRegression(C=0.1).fit(StandardScaler().fit(pool).transform(pool[rows]), labels[rows])
    found = classify("logistic", Features(pool, test, is_uneven=True), rows, labels[rows])
    np.testing.assert_array_equal(found, expected.predict(StandardScaler().fit(pool).transform(test)))
    evenly = classify("logistic", Features(pool, test), rows, labels[rows])
    assert ((test[:, 0] > 3) == found).mean() > 0.95 > 0.7 > ((test[:, 0] > 3) == evenly).mean()
    still = Features(np.ones((9, 2), "f4"), np.ones((3, 2), "f4"), is_uneven=True)
    np.testing.assert_array_equal(still.scale, [1, 1])


def test_labels_spread_as_the_formula_says():
    """Computed anew from all distances, without a sparse matrix."""
    rng = np.random.default_rng(4)
    features = Features(rng.normal(size=(70, 3)).astype("f4"), rng.normal(size=(40, 3)).astype("f4"))
    rows, labels = np.array([3, 9, 20, 41, 66]), np.array([2, 0, 1, 0, 2])
    distances = cdist(features.pool, features.pool)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :5]
    last = np.sort(distances, axis=1)[:, 4]
    weights = np.zeros((70, 70))
    for one, others in enumerate(nearest):
        for other in others:
            weight = np.exp(-(distances[one, other] ** 2) / (last[one] * last[other]))
            weights[one, other] = weights[other, one] = weight
    degrees = weights.sum(axis=1)
    step = weights / np.sqrt(np.outer(degrees, degrees))
    given = np.zeros((70, 3))
    given[rows, labels] = 1
    scores = given
    for _ in range(50):
        scores = 0.99 * step @ scores + 0.01 * given
    shares = scores / scores.sum(axis=1, keepdims=True)
    voters = np.argsort(cdist(features.test, features.pool), axis=1)[:, :5]
    expected = shares[voters].mean(axis=1).argmax(axis=1)
    np.testing.assert_array_equal(spread_labels(result_of(graph_steps(features)), rows, labels), expected)


def test_twins_are_joined_and_nobody_to_himself():
    places = np.repeat(np.random.default_rng(0).normal(size=(4, 2)), 8, axis=0).astype("f4")
    graph = result_of(graph_steps(Features(places, places[:3])))
    assert np.isfinite(graph.links.data).all() and (graph.links.diagonal() == 0).all()
    assert abs(graph.links - graph.links.T).max() < 1e-6
    same = result_of(graph_steps(Features(np.zeros((9, 2), "f4"), np.zeros((2, 2), "f4"))))
    assert set(spread_labels(same, np.array([0]), np.array([7]))) == {7}


def test_the_other_labels_of_the_pool_are_not_used(task, checkpoints, monkeypatch):
    rows = labelled_rows(task, 30, 0)
    monkeypatch.setattr(domain, "labelled_rows", lambda task, n_labels, draw, seed: rows[:n_labels])
    others = np.setdiff1d(np.arange(task.pool.n_images), rows)
    labels = task.pool.labels.copy()
    labels[others] = np.random.default_rng(0).permutation(labels[others])
    shuffled = replace(task, pool=replace(task.pool, labels=labels))
    assert (labels != task.pool.labels).any()
    learners = [*FAST, "pixels-logistic", "pca-spreading", "fine-tuned"]
    found = [measured(checkpoints["ae"].model, each, learners, [30], 1) for each in (task, shuffled)]
    for one, other in zip(found[0].results, found[1].results, strict=True):
        np.testing.assert_array_equal(one.predictions, other.predictions)


# The networks


def test_fine_tuning_leaves_the_model_and_every_shared_generator_alone(task, checkpoints):
    model = checkpoints["vae"].model
    before = {name: array.copy() for name, array in model.weights.items()}
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    images, labels, test = task.pool.images[:20], task.pool.labels[:20], task.test.images
    for is_fresh in (False, True):
        found = [result_of(network_steps(model, images, labels, test, seed, is_fresh)) for seed in (1, 1, 2)]
        np.testing.assert_array_equal(found[0], found[1])
        assert (found[0] != found[2]).any()
    for name, array in model.weights.items():
        np.testing.assert_array_equal(array, before[name])
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)


def test_a_network_learns_what_it_is_shown(checkpoints):
    """Bright images are of class 4, dark ones of class 2."""
    rng = np.random.default_rng(0)
    labels = np.array([2, 4] * 20)
    images = rng.integers(0, 90, size=(40, 28, 28)) + 160 * (labels == 4)[:, None, None]
    images = images.astype(np.uint8)
    for is_fresh in (False, True):
        steps = network_steps(checkpoints["ae"].model, images[:10], labels[:10], images[10:], 0, is_fresh)
        np.testing.assert_array_equal(result_of(steps), labels[10:])


def test_from_scratch_owes_nothing_to_the_weights(task, checkpoints):
    """Two models of one form: fresh networks are equal, fine-tuned ones are not."""
    one, other = checkpoints["ae"].model, checkpoints["dae"].model
    images, labels, test = task.pool.images[:30], task.pool.labels[:30], task.test.images
    fresh, tuned = (
        [result_of(network_steps(model, images, labels, test, 0, is_fresh)) for model in (one, other)]
        for is_fresh in (True, False)
    )
    np.testing.assert_array_equal(*fresh)
    assert (tuned[0] != tuned[1]).any()


# All of it


def measured(model, task, learners, counts, n_draws, seed=0) -> FewLabels:
    return result_of(few_label_steps(model, task, learners, counts, n_draws, seed))


def test_every_learner_meets_every_number_of_labels_and_draw(task, checkpoints, monkeypatch):
    monkeypatch.setattr("autoencoder.training.classifier.N_FINE_TUNING_STEPS", 3)
    seen, outcome = driven(few_label_steps(checkpoints["ae"].model, task, list(LEARNERS), [30, 10], 2, 4))
    assert seen[-1].share == 1 and seen[-1].partial is outcome
    assert outcome.learners == list(LEARNERS) and outcome.counts == [10, 30]
    assert (
        len(outcome.results)
        == len(LEARNERS) * 2 * 2
        == len({(result.learner, result.n_labels, result.draw) for result in outcome.results})
    )
    for result in outcome.results:
        assert result.accuracy == accuracy_score(task.test.labels, result.predictions)
        assert result.seconds > 0
    assert set(outcome.preparations) == {*FEATURES, *(f"graph of {name}" for name in FEATURES)}
    first_whole_draw = next(partial for _, partial in seen if len(partial.results) == 24)
    assert {result.draw for result in first_whole_draw.results} == {0}
    by_hand = classify(
        "knn",
        result_of(feature_steps("codes", checkpoints["ae"].model, task.pool.images, task.test.images)),
        labelled_rows(task, 30, 1, 4),
        task.pool.labels[labelled_rows(task, 30, 1, 4)],
    )
    np.testing.assert_array_equal(outcome.of("codes-knn", 30)[1].predictions, by_hand)


def test_only_its_own_seconds_are_counted(monkeypatch):
    now = 0.0

    def work():
        nonlocal now
        for share in (0.0, 0.5):
            now += 1
            yield Step(share)
        now += 1
        return "predictions"

    monkeypatch.setattr(domain, "time", SimpleNamespace(perf_counter=lambda: now))
    steps, seen = domain._timed(work(), 0.2, 0.4, "results so far"), []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert end.value == ("predictions", 3)
            break
        now += 100  # somebody else's turn
    assert seen == [(pytest.approx(0.2), "results so far"), (pytest.approx(0.4), "results so far")]


# Real images


def test_few_labels_of_mnist_reach_what_was_fixed_in_advance(real_mnist):
    train, test = (load_dataset("mnist", split, real_mnist) for split in ("train", "test"))
    task, model = few_label_task(train, test), load_checkpoint("mnist-ae-32").model
    assert curve(measured(model, task, ["hidden-logistic"], [550], 3))[0].mean >= 0.90
    task = few_label_task(train, test, most_test=2_000)  # of 10,000, for speed
    spread = curve(measured(model, task, ["codes-spreading"], [100], 10))
    assert spread[0].mean >= 0.94
