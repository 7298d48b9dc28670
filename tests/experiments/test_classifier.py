"""The second opinion is learnt from some images, and its accuracy measured on others."""

import numpy as np
import pytest

from autoencoder.data.loading import load_dataset
from autoencoder.experiments.interpolation.second_opinion import fit_classifier


def test_digits_are_told_apart_and_the_accuracy_is_that_on_the_test_set():
    train, test = (load_dataset("digits", split) for split in ("train", "test"))
    classifier = fit_classifier(train.images, train.labels, (test.images, test.labels))
    labels, shares = classifier.opinion(test.images)
    assert classifier.accuracy == (labels == test.labels).mean() > 0.95
    assert classifier.n_held_out == 360 and ((shares > 0) & (shares <= 1)).all()
    unsure = shares < 0.7
    assert (labels == test.labels)[unsure].mean() < (labels == test.labels)[~unsure].mean()


def test_without_a_test_set_a_fifth_is_held_out():
    """Labels at random cannot be learnt: only who has seen them answers right."""
    images = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
    labels = np.random.default_rng(1).integers(0, 2, 200)
    classifier = fit_classifier(images, labels)
    assert classifier.n_held_out == 40 and classifier.accuracy < 0.75
    again, _ = classifier.opinion(images)
    assert (again == labels).mean() > 0.8  # those it has seen
    assert fit_classifier(images, labels).accuracy == classifier.accuracy


def test_floats_and_bytes_are_the_same_pictures():
    train = load_dataset("digits", "train").subset(np.arange(100))
    classifier = fit_classifier(train.images, train.labels)
    opinions = classifier.opinion(train.images), classifier.opinion(train.images / 255)
    for first, second in zip(*opinions, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4)


def test_few_images_are_a_slip():
    with pytest.raises(ValueError, match="at least 5"):
        fit_classifier(np.zeros((4, 28, 28), np.uint8), np.arange(4))
