"""The page that generates: every number and picture on it is the one that the domain computes."""

import base64
import json
import re

import numpy as np
import pytest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.generate.samples import compare_steps, plane, sample, yardstick_steps
from autoencoder.experiments.generate.words import sentence
from autoencoder.figures.pictures import grid, png
from autoencoder.latent.picture_distance import nearest
from autoencoder.latent.sources import around, gaussian, mixture_steps, prior
from autoencoder.steps import result_of
from tests.tools.app import press, tables, until, visit, visit_unlabelled, words

MODEL = "digits-ae-16"


def strips(app) -> str:
    return "".join(tables(app))


def row(app, name: str) -> list[str]:
    """The texts of all table rows of this name, one after the other."""
    found = []
    for table in tables(app):
        for line in re.findall(rf"<th scope=row>{name}</th>(.*?)</tr>", table):
            found += re.findall(r"<td[^>]*>(.*?)</td>", line)
    return found


def test_the_samples_and_their_measures_are_those_of_the_source():
    app = visit("generate", model=MODEL, draw_seed=3, samples=12, temperature=0.5)
    assert not app.exception and not app.error
    checkpoint, training = load_checkpoint(MODEL), load_dataset("digits", "train")
    expected = sample(prior(16), checkpoint.support, 12, 3, 0.5)
    assert row(app, "Round trip") == [f"{value:.2f}" for value in expected.oddity]
    distances, _ = nearest(expected.images, training.images)
    test = load_dataset("digits", "test")
    unit = result_of(yardstick_steps(checkpoint.model, training.images, test.images, None)).copy_distance
    assert row(app, "Distance to a training image") == [f"{value / unit:.2f}" for value in distances]
    assert row(app, "Near-copy") == ["copy" if value < unit else "" for value in distances]
    assert f"**{(expected.oddity > 1).sum()} of 12** are off the data" in words(app)
    assert f"**{(distances < unit).sum()}** are near-copies" in words(app)
    assert len(row(app, "Nearest training image")) == 12 and len(row(app, "Sample")) == 2 * 12
    assert row(app, "Off the data") == ["off" if value > 1 else "" for value in expected.oddity]
    assert "Nothing in the training" in words(app)


@pytest.mark.parametrize("of_class", ["all classes", "7"])
def test_a_gaussian_is_fitted_to_the_codes_of_its_class(of_class):
    app = visit("generate", model=MODEL, draw="gaussian", samples=12, of_class=of_class)
    training, checkpoint = load_dataset("digits", "train"), load_checkpoint(MODEL)
    members = training.images if of_class != "7" else training.images[training.labels == 7]
    expected = sample(gaussian(checkpoint.model.encode(members)), checkpoint.support, 12, 0)
    shown = np.array(row(app, "Round trip"), float)
    np.testing.assert_allclose(shown, expected.oddity, atol=0.011)


def test_a_mixture_is_fitted_and_says_of_how_many_components():
    app = visit("generate", model=MODEL, draw="mixture", samples=12, components=5)
    until(app, lambda app: "5 components, fitted to 1,437 codes" in words(app))
    checkpoint = load_checkpoint(MODEL)
    latents = checkpoint.model.encode(load_dataset("digits", "train").images)
    expected = sample(result_of(mixture_steps(latents, 0, 5)), checkpoint.support, 12, 0)
    np.testing.assert_allclose(np.array(row(app, "Round trip"), float), expected.oddity, atol=0.011)


def test_the_neighbourhood_is_that_of_a():
    app = visit("generate", model=MODEL, draw="around A", radius=2, a=17, samples=12)
    assert app.number_input(key="pair.image_a").value == 17
    label = load_dataset("digits", "test").labels[17]
    assert f"A: {label} · image 17" in strips(app)
    checkpoint = load_checkpoint(MODEL)
    code = checkpoint.model.encode(load_dataset("digits", "test").images[[17]])[0]
    radius = 2 * checkpoint.support.units.neighbour_distance
    expected = sample(around(code, radius), checkpoint.support, 12, 0)
    np.testing.assert_allclose(np.array(row(app, "Round trip"), float), expected.oddity, atol=0.011)


def test_the_scores_are_those_of_the_domain():
    app = visit("generate", model=MODEL, judged=50, judged_seed=2, **{"with": ""})
    press(app, "Judge every source")
    until(app, lambda app: any(len(frame.value) == 4 for frame in app.dataframe))
    checkpoint = load_checkpoint(MODEL)
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    models = {MODEL: (checkpoint.support, checkpoint.model.encode(train.images))}
    expected = result_of(compare_steps(models, train, test, 50, 2))
    table = next(frame.value for frame in app.dataframe if "Fréchet distance" in frame.value)
    for number, each in enumerate(expected.scores[MODEL]):
        line = table.iloc[number]
        assert line["source"] == each.source
        assert [line["Fréchet distance"], line["of real images"]] == pytest.approx(
            [each.frechet, each.frechet_floor]
        )
        assert [line["off the data"], line["near-copies"]] == pytest.approx(
            [each.off_support_share, each.copy_share]
        )
    assert sentence(in_sentence(checkpoint), expected.scores[MODEL]) in words(app)
    assert f"right in {expected.classifier.accuracy:.1%} of 360" in words(app)
    shares = next(frame.value for frame in app.dataframe if "7" in frame.value)
    np.testing.assert_allclose(
        shares[[str(digit) for digit in range(10)]], [each.class_shares for each in expected.scores[MODEL]]
    )
    figure = json.loads(app.get("plotly_chart")[-1].proto.spec)
    assert len(figure["data"]) == 1


def test_the_plane_is_the_decoded_one():
    app = visit("generate", model="digits-vae-2")
    checkpoint = load_checkpoint("digits-vae-2")
    images = checkpoint.model.decode(plane(checkpoint.support, 12, True).reshape(-1, 2))
    assert "the prior, from 5 % to 95 %, along the code" in strips(app)
    assert base64.b64encode(png(grid(images, 12, 0), ink_on_paper=True)).decode() in strips(app)


def test_arithmetic_adds_and_subtracts_mean_codes():
    app = visit("generate", model=MODEL, term_a="2", term_b="4", term_c="9")
    checkpoint, test = load_checkpoint(MODEL), load_dataset("digits", "test")
    codes = checkpoint.model.encode(test.images)
    a, b, c = (codes[test.labels == digit].mean(axis=0) for digit in (2, 4, 9))
    (round_trip,) = checkpoint.support.round_trip_in_units((a - b + c)[None])
    assert f"= round trip {round_trip:.2f}: " in strips(app)
    app = visit("generate", model=MODEL, terms="images", term_image_a=5, term_image_b=6, term_image_c=6)
    (round_trip,) = checkpoint.support.round_trip_in_units(codes[[5]])
    assert f"= round trip {round_trip:.2f}: " in strips(app)


def test_unlabelled_images_have_no_classes_to_draw_from():
    app = visit_unlabelled("generate", model=MODEL, draw="gaussian")
    assert not app.exception and not app.error
    assert "term_a" not in app.session_state
    press(app, "Judge every source")
    until(app, lambda app: "Without labels there is no classifier" in words(app))
    table = next(frame.value for frame in app.dataframe if "off the data" in frame.value)
    assert "Fréchet distance" not in table
    assert "near-copies" not in table  # the model has learnt other images


def test_samples_of_a_model_of_other_images_are_no_copies_of_these():
    app = visit("generate", data="digits", model="mnist-vae-2", samples=12)
    assert len(row(app, "Nearest of these")) == 12 and not row(app, "Near-copy")
    assert "trained on other images" in words(app) and "near-copies" not in words(app)


def test_without_the_images_there_are_samples_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_DATA_ROOT", str(tmp_path))
    app = visit("generate", data="mnist", model="mnist-vae-2", samples=12)
    assert not app.exception and not app.error
    assert len(row(app, "Sample")) == 2 * 12 and not row(app, "Near-copy")
    assert "nothing to judge samples by" in words(app)


def test_images_that_are_all_alike_are_nothing_to_judge_by(monkeypatch):
    blank = np.zeros((20, 28, 28), np.uint8)
    monkeypatch.setattr(
        "ui.views.generate.chosen_dataset", lambda split: Dataset("blank", split, blank, None, ())
    )
    app = visit("generate", model=MODEL, samples=12)
    assert not app.exception and "do not differ from each other" in words(app)
    assert "Judge every source" not in [button.label for button in app.button]


def test_images_of_one_class_are_nothing_to_judge_by(monkeypatch):
    digits = load_dataset("digits", "train")
    threes = digits.subset(np.flatnonzero(digits.labels == 3))
    monkeypatch.setattr("ui.views.generate.chosen_dataset", lambda split: threes)
    app = visit("generate", model=MODEL, samples=12)
    assert not app.exception and "of one class" in words(app)
    assert "Judge every source" not in [button.label for button in app.button]
