"""Pages whose figures are of images that the chosen model has seen in training, and what they say of it."""

import pytest

from tests.tools.app import visit, visit_as, words

NOTE = "mnist-ae-16 was trained on MNIST's training images, and these are among them: its figures here are"
UNTRUE = ("trained on other", "never seen images", "trained on others", "none can be a copy")


@pytest.mark.parametrize("page", ["reconstruction", "gaps", "generate", "outliers", "few_labels"])
def test_a_model_of_mnist_has_seen_the_images_of_mnist_5k(page):
    app = visit_as("a visitor", page, data="mnist-5k", model="mnist-ae-16", **{"with": ""})
    assert not app.exception and not app.error
    assert words(app).count(NOTE) == 1
    assert not any(claim in words(app) for claim in UNTRUE)


def test_the_models_of_mnist_5k_have_not_seen_its_test_images():
    app = visit("reconstruction", data="mnist-5k", model="mnist-5k-ae-2")
    assert "than held-out ones" in words(app) and "not held-out" not in words(app)


def test_compared_models_are_named_each():
    app = visit(
        "generate", data="mnist-5k", model="mnist-5k-ae-2", **{"with": ["mnist-ae-16", "digits-ae-2"]}
    )
    assert words(app).count(NOTE) == 1 and "digits-ae-2 was trained on" not in words(app)
