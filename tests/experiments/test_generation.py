"""Samples and their scores: planted cases, an independent computation, and the sentence about them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.linalg import sqrtm

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.images import as_floats
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.generate.samples import (
    SampleScores,
    Yardstick,
    compare_steps,
    frechet,
    plane,
    sample,
    score_steps,
    yardstick_steps,
)
from autoencoder.experiments.generate.words import sentence
from autoencoder.latent.picture_distance import nearest
from autoencoder.latent.sources import gaussian, mixture_steps, prior
from autoencoder.steps import result_of
from autoencoder.training.classifier import classifier_steps
from tests.tools.steps import driven

RNG = np.random.default_rng


@pytest.fixture(scope="module")
def train():
    return load_dataset("digits", "train")


@pytest.fixture(scope="module")
def test():
    return load_dataset("digits", "test")


@pytest.fixture(scope="module")
def classifier(train, test):
    return result_of(classifier_steps(train, test))


def scores(source: str, distance: float, floor: float = 2.0) -> SampleScores:
    return SampleScores(source, 10, distance, floor, 0.0, 0.0, None)


def test_the_frechet_distance_agrees_with_the_formula():
    one, other = RNG(0).normal(size=(50, 4)), 2 * RNG(1).normal(size=(70, 4)) + [1, 0, 3, 0]
    c1, c2 = np.cov(one.T), np.cov(other.T)
    means = ((one.mean(0) - other.mean(0)) ** 2).sum()
    assert frechet(one, other) == pytest.approx(means + np.trace(c1 + c2 - 2 * sqrtm(c1 @ c2).real))


def test_the_frechet_distance_of_known_gaussians():
    """N(0, 1) and N(3, 2²) are 3² + (2 − 1)² apart (Dowson & Landau 1982)."""
    normal = RNG(0).normal(size=(200_000, 1))
    assert frechet(normal, 3 + 2 * normal[::-1]) == pytest.approx(10, rel=0.01)


@given(arrays(np.float64, (6, 3), elements=st.floats(-5, 5)))
def test_a_set_is_no_distance_from_itself_and_order_does_not_count(features):
    assert frechet(features, features) == pytest.approx(0, abs=1e-5)
    other = features[::-1] * [1, 2, -1] + 1
    assert frechet(features, other) == pytest.approx(frechet(other, features), abs=1e-5)


def test_the_nearest_image_is_the_nearest(train, monkeypatch):
    monkeypatch.setattr("autoencoder.latent.picture_distance.BLOCK", 37)
    pictures = as_floats(train.images[[5, 300, 1400]]) * 0.9
    distances, rows = nearest(pictures, train.images)
    every = np.linalg.norm(as_floats(train.images)[None] - pictures[:, None], axis=(2, 3))
    np.testing.assert_array_equal(rows, every.argmin(axis=1))
    np.testing.assert_allclose(distances, every.min(axis=1), rtol=1e-3)


def test_a_training_image_is_a_copy_and_a_new_one_is_not(train, test):
    held_against = Yardstick(train.images, 0.5, None, None, None)
    whole = np.concatenate([as_floats(train.images[:3]), as_floats(test.images[:1])])
    made = sample(prior(16), load_checkpoint("digits-ae-16").support, 4, 0)
    found = result_of(score_steps("prior", replace(made, images=whole), held_against))
    assert found.copy_share == 0.75
    assert np.isnan(found.frechet) and found.class_shares is None


def test_the_copy_distance_is_the_one_below_which_5_percent_of_reconstructions_are(train, test):
    model = load_checkpoint("digits-ae-16").model
    held_against = result_of(yardstick_steps(model, train.images, test.images, None))
    distances, _ = nearest(model.reconstruct(test.images), train.images)
    assert (distances < held_against.copy_distance).mean() == pytest.approx(0.05, abs=0.005)


def test_the_scores_are_those_of_an_independent_computation(train, test, classifier):
    checkpoint = load_checkpoint("digits-ae-16")
    held_against = result_of(yardstick_steps(checkpoint.model, train.images, test.images, classifier))
    made = sample(gaussian(checkpoint.model.encode(train.images)), checkpoint.support, 200, 3)
    found = result_of(score_steps("gaussian", made, held_against))
    features = classifier.features(made.images)
    assert found.frechet == frechet(features, classifier.features(test.images))
    assert found.off_support_share == (checkpoint.support.oddity(made.latents) > 1).mean()
    labels = classifier.predict(features)
    np.testing.assert_allclose(found.class_shares, np.bincount(labels, minlength=10) / 200)
    rows = RNG(0).permutation(train.n_images)[:200]
    floor = frechet(classifier.features(train.images[rows]), classifier.features(test.images))
    assert found.frechet_floor == pytest.approx(floor)


def test_the_same_seed_makes_the_same_samples():
    support = load_checkpoint("digits-vae-2").support
    one, same, other = (sample(prior(2), support, 7, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.images, same.images)
    assert (one.latents != other.latents).all()
    np.testing.assert_array_equal(one.images, support.codec.decode(one.latents))


def test_the_classifier_is_right_mostly_and_its_accuracy_is_its_own(classifier, test):
    found = classifier.predict(classifier.features(test.images))
    assert classifier.accuracy == (found == test.labels).mean() > 0.9
    assert classifier.n_held_out == test.n_images


def test_without_a_test_set_a_fifth_is_held_out(train):
    few = train.subset(np.arange(100))
    taught = result_of(classifier_steps(few, None))
    assert taught.n_held_out == 20
    again = result_of(classifier_steps(few, None))
    np.testing.assert_array_equal(taught.features(few.images), again.features(few.images))


def test_a_classifier_needs_labels(train):
    with pytest.raises(ValueError, match="two classes, got no labels"):
        result_of(classifier_steps(replace(train, labels=None, class_names=()), None))
    with pytest.raises(ValueError, match="two classes, got a single class"):
        result_of(classifier_steps(train.subset(np.flatnonzero(train.labels == 3)), None))


def test_samples_of_one_class_are_judged_without_a_classifier(train):
    model, threes = load_checkpoint("digits-ae-2"), train.subset(np.flatnonzero(train.labels == 3)[:30])
    found = result_of(compare_steps({"one": (model.support, model.atlas.latents)}, threes, threes, 20, 0))
    assert found.classifier is None
    assert all(np.isnan(each.frechet) and 0 <= each.copy_share <= 1 for each in found.scores["one"])


def test_every_source_of_every_model_is_judged_and_the_share_only_grows(train, test):
    names = ("digits-ae-2", "digits-vae-2")
    models = {name: (load_checkpoint(name).support, load_checkpoint(name).atlas.latents) for name in names}
    _, judged = driven(compare_steps(models, train, test, 60, 1))
    for name in names:
        found = judged.scores[name]
        assert [each.source for each in found] == ["prior", "gaussian", "box", "mixture"]
        assert len({each.frechet_floor for each in found}) == 1
        assert all(each.n == 60 and each.frechet > 0 for each in found)


def test_a_model_of_fewer_codes_than_a_mixture_needs_has_the_other_sources(train, test):
    support = load_checkpoint("digits-ae-2").support
    unlabelled = replace(train.subset(np.arange(9)), labels=None, class_names=())
    found = result_of(compare_steps({"few": (support, support.latents[:9])}, unlabelled, unlabelled, 20, 0))
    assert [each.source for each in found.scores["few"]] == ["prior", "gaussian", "box"]
    assert found.classifier is None


def test_the_plane_of_a_prior_is_spaced_by_its_quantiles():
    codes = plane(load_checkpoint("digits-vae-2").support, 5, True)
    assert codes.shape == (5, 5, 2) and np.abs(codes[2, 2]).max() < 1e-6
    np.testing.assert_allclose(codes[0, 4], [1.6449, 1.6449], atol=1e-3)  # 95 % of N(0, 1) lie below
    np.testing.assert_allclose(codes[2, 3], [0.5978, 0], atol=1e-3)  # and 72.5 % below this


def test_the_plane_of_other_codes_holds_their_spread():
    latents = load_checkpoint("digits-ae-16").support.latents
    codes = plane(load_checkpoint("digits-ae-16").support, 9, False).reshape(-1, 16)
    np.testing.assert_allclose(codes.mean(axis=0), latents.mean(axis=0), atol=1e-5)
    _, _, directions = np.linalg.svd(latents - latents.mean(axis=0), full_matrices=False)
    ends = (codes[0] - codes[-1]) @ directions[:2].T
    np.testing.assert_allclose(
        np.abs(ends), 2 * 1.6449 * (latents @ directions[:2].T).std(axis=0, ddof=1), rtol=1e-3
    )
    assert np.abs((codes - codes[0]) @ directions[2:].T).max() < 1e-4


def test_a_line_of_codes_has_a_plane_of_equal_rows():
    from autoencoder.latent.support import Support

    model = load_checkpoint("digits-ae-2")
    support = Support(model.model, model.atlas.latents)
    support.latents = support.latents[:, :1]
    codes = plane(support, 4, False)
    assert codes.shape == (4, 4, 1) and (codes[0] == codes[3]).all() and codes[0, 0] < codes[0, 3]


def test_the_sentence_says_what_the_scores_say():
    words = sentence("x", [scores("prior", 30), scores("mixture", 6), scores("box", 240)])
    assert (
        "from the mixture are most like real images: Fréchet distance 6, where real ones come to 2" in words
    )
    assert "from the box are least like them: 240, 40.0 times as far" in words
    assert "from the prior are most" in sentence("x", [scores("prior", 3), scores("mixture", 6)])
    assert sentence("x", [scores("prior", np.nan), scores("mixture", 6)]) == ""


def test_a_mixture_makes_a_generator_of_a_plain_autoencoder(real_mnist):
    """At most a fifth of the fitted Gaussian's distance from real images."""
    mnist_train, mnist_test = (load_dataset("mnist", split, real_mnist) for split in ("train", "test"))
    checkpoint = load_checkpoint("mnist-ae-32")
    latents = checkpoint.model.encode(mnist_train.images[:4_000])
    classifier = result_of(classifier_steps(mnist_train, mnist_test))
    steps = yardstick_steps(
        checkpoint.model, mnist_train.images[:4_000], mnist_test.images[:2_000], classifier
    )
    yardstick = result_of(steps)
    gauss, mixture = (
        result_of(score_steps(name, sample(sampler, checkpoint.support, 1_000, 0), yardstick))
        for name, sampler in (
            ("gaussian", gaussian(latents)),
            ("mixture", result_of(mixture_steps(latents, 0, 20))),
        )
    )
    assert mixture.frechet < gauss.frechet / 5
