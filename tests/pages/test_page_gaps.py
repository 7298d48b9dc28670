"""The page on gaps: every number on it is the one that the domain computes."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.checkpoint.titles import model_title
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.gaps.empty_space import empty_space
from autoencoder.experiments.gaps.statistic import gap_steps, matrix_steps
from autoencoder.experiments.gaps.study import SHIPPED_STUDY, read_study, table
from autoencoder.experiments.gaps.study_words import beside_the_gaps, findings
from autoencoder.experiments.gaps.words import sentence
from autoencoder.experiments.statistics import interval
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.projection import project
from autoencoder.latent.sources import draw
from autoencoder.latent.support import Support
from autoencoder.steps import result_of
from tests.tools.app import living_map, press, tables, until, visit, visit_as, visit_unlabelled, words
from ui.state.session import visitor_of
from ui.storage.workspace import Workspace

MODELS = ("digits-ae-16", "digits-vae-16")


def statistic(name: str, n_pairs: int, seed: int):
    dataset, checkpoint = load_dataset("digits", "test"), load_checkpoint(name)
    pairs = random_pairs(dataset.labels, dataset.n_images, n_pairs, seed)
    pictures = PictureDistance(checkpoint.model, dataset.images)
    latents = checkpoint.model.encode(dataset.images)
    found = result_of(gap_steps(name, checkpoint.support, latents, pairs, pictures))
    return found


def test_the_page_says_what_the_statistic_says():
    app = visit("gaps", model=MODELS[0], pairs=30, pairs_seed=5)
    assert not app.exception and app.multiselect(key="with").value == [MODELS[1]]
    press(app, "Measure the paths")
    until(app, lambda app: "Across classes" in words(app))
    assert not app.exception and not app.error
    expected = [statistic(name, 30, 5) for name in MODELS]
    titles = [model_title(load_checkpoint(name)) for name in MODELS]
    called = [replace(each, name=f"“{title}”") for each, title in zip(expected, titles, strict=True)]
    assert sentence(called) in words(app)
    table = next(frame.value for frame in app.dataframe if "95 % from" in frame.value)
    for number, current in enumerate(expected):
        for offset, kind in enumerate(("same", "cross")):
            row, value = table.iloc[2 * number + offset], interval(current.score(kind))
            assert row["model"] == titles[number]
            assert [row["mean"], row["95 % from"], row["to"]] == pytest.approx(
                [value.mean, value.low, value.high]
            )
            assert row["median"] == np.median(current.score(kind))
            assert row["steps unlike any image"] == pytest.approx(getattr(current, kind).picture_share.mean())


def measured_matrix(app: AppTest, seed: int):
    """The matrix that is asked for, which is shown as it is computed."""
    press(app, "Measure every two classes")
    until(app, lambda app: any("9" in frame.value.columns for frame in app.dataframe))
    dataset, checkpoint = load_dataset("digits", "test"), load_checkpoint(MODELS[0])
    latents = checkpoint.model.encode(dataset.images)
    matrix = result_of(matrix_steps(checkpoint.support, latents, dataset.labels, 12, seed))
    shown = next(frame.value for frame in app.dataframe if "9" in frame.value.columns)
    np.testing.assert_array_equal(shown.to_numpy(), matrix.score)
    return matrix


def test_a_cell_of_the_matrix_loads_its_pairs():
    app = visit("gaps", model=MODELS[0])
    dataset, matrix = load_dataset("digits", "test"), measured_matrix(app, seed=0)
    app.session_state["gaps.matrix"] = {"selection": {"cells": [[4, "9"]], "rows": [], "columns": []}}
    app.run()
    press(app, "Walk its worst pair")
    a, b = (int(app.session_state[f"address.{letter}"]) for letter in "ab")
    assert {dataset.labels[a], dataset.labels[b]} == {4, 9}
    assert [a, b] == list(matrix.worst[4, 9])


def test_empty_space_is_that_of_its_source():
    app = visit("gaps", part="space", model=MODELS[0], source="prior", space_seed=3)
    images = load_dataset("digits", "test").images
    shown = next(frame.value for frame in app.dataframe if "unlike any image" in frame.value)
    for number, name in enumerate(MODELS):
        checkpoint = load_checkpoint(name)
        pictures = PictureDistance(checkpoint.model, images)
        space = empty_space("prior", checkpoint.support, checkpoint.atlas.latents, pictures, 1_000, 3)
        assert shown.iloc[number]["off the data"] == pytest.approx(space.off_support_share)
        assert shown.iloc[number]["unlike any image"] == pytest.approx(space.unlike_share)
        captions = re.findall("<figcaption>(.*?)</figcaption>", tables(app)[number])
        assert [("off" in each, "unlike" in each) for each in captions] == [
            (far > 1, odd > 1)
            for far, odd in zip(space.oddity[:24], space.picture_distance[:24], strict=True)
        ]


def test_the_places_lie_on_the_map_where_they_are():
    app = visit("gaps", part="space", model=MODELS[0], source="gaussian")
    checkpoint = load_checkpoint(MODELS[0])
    codes = checkpoint.model.encode(load_dataset("digits", "test").images)
    training = checkpoint.model.encode(load_dataset("digits", "train").images)
    expected = project(codes).place(draw("gaussian", training, 1_000, 0))
    np.testing.assert_allclose(living_map(app)["crosses"], expected, rtol=1e-5)


def test_the_box_is_the_one_that_is_generated_from():
    from autoencoder.experiments.generate.samples import sample
    from autoencoder.latent.sources import SOURCES

    app = visit("gaps", part="space", model="digits-vae-2")
    assert "those of 1,437 training images" in words(app)
    shown = next(frame.value for frame in app.dataframe if "off the data" in frame.value)
    checkpoint = load_checkpoint("digits-vae-2")
    box = SOURCES["box"].fit(checkpoint.model.encode(load_dataset("digits", "train").images))
    drawn = sample(box, checkpoint.support, 1_000, 0)  # as many as are judged, from the same seed
    assert shown.iloc[0]["off the data"] == pytest.approx((drawn.oddity > 1).mean())


def test_without_training_images_it_says_which_codes_the_box_is_around():
    app = visit("gaps", part="space", data="mnist", model="mnist-vae-2")
    assert "those of the 10,000 images that came with the model" in words(app)


def test_the_matrix_follows_the_seed_of_the_statistic():
    app = visit("gaps", model=MODELS[0], pairs_seed=7)
    assert "drawn from the seed behind “More” (7)" in words(app)
    measured_matrix(app, seed=7)
    assert "12 for every two, drawn from seed 7" in words(app)
    app.number_input(key="pairs_seed").set_value(8).run()
    assert "drawn from the seed behind “More” (8)" in words(app), "another seed is another matrix"


PARTS = {  # what each part of the page shows, and no other
    "paths": lambda app: "Between which classes?" in [head.value for head in app.subheader],
    "space": lambda app: "of 1,000 places" in words(app),
    "study": lambda app: "Measured on mnist" in words(app),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_stands_alone_and_in_its_link(part):
    app = visit("gaps", model=MODELS[0], part=part)
    assert not app.exception and not app.error
    assert [name for name, shows in PARTS.items() if shows(app)] == [part]
    assert app.query_params.get("part", "paths") == part


def test_another_part_is_one_click_and_another_entry_of_the_address():
    app = visit("gaps", model=MODELS[0])
    app.button_group(key="part").set_value("study").run()
    assert PARTS["study"](app) and app.query_params["part"] == "study"
    app.button_group(key="part").set_value("paths").run()
    assert PARTS["paths"](app) and "part" not in app.query_params


def test_a_path_of_the_pair_stands_above_the_hundreds():
    app = visit("gaps", model=MODELS[0], a=3, b=8)
    strips = [table for table in tables(app) if "lse-strip" in table.split("</style>")[-1]]
    for strip, name in zip(strips, MODELS, strict=True):
        checkpoint = load_checkpoint(name)
        ends = checkpoint.model.encode(load_dataset("digits", "test").images[[3, 8]])
        measured = checkpoint.support.measure(linear(*ends, 11))
        assert strip.count("class=hatched") == measured.off_support.sum()
        assert f"**{measured.off_support.sum()} of 11** steps" in words(app)


def test_the_study_is_shown_as_it_was_measured():
    app = visit("gaps", part="study")
    study = read_study(SHIPPED_STUDY)
    verdicts = {}
    for finding in findings(study):
        assert f"{finding.against}." in words(app)
        assert f"**{finding.verdict}.** {finding.figures}" in words(app)
        verdicts.setdefault(finding.against, []).append(finding.verdict[0].lower() + finding.verdict[1:])
    for against, said in verdicts.items():  # in short, above the figures
        assert f"{against}: {'; '.join(said)}." in words(app)
    assert beside_the_gaps(study) in words(app)
    shown = next(frame.value for frame in app.dataframe if "reconstruction error" in frame.value)
    pd.testing.assert_frame_equal(shown, pd.DataFrame(table(study)))
    assert len(shown) == len(study.plan.settings) == 18 and set(shown["seeds"]) == {3}
    for fact in ("20,000 images", "5 epochs", "seeds 0, 1, 2", "200 pairs", "5,000 held-out", "threads: 1"):
        assert fact in words(app)


def test_unlabelled_images_are_not_said_to_have_classes():
    app = visit_unlabelled("gaps", model=MODELS[0], pairs=31)
    press(app, "Measure the paths")
    until(app, lambda app: "Between random images" in words(app))
    assert not app.exception and "cross classes" not in words(app)
    assert "More pairs than the 30 images" in words(app)


def test_without_images_the_paths_are_measured_all_the_same():
    app = visit("gaps", data="mnist", model="mnist-vae-2", pairs=10)
    press(app, "Measure the paths")
    until(app, lambda app: any("95 % from" in frame.value for frame in app.dataframe))
    assert not app.exception and not app.error


def test_the_matrix_is_symmetric_and_its_worst_pair_is_worse(checkpoints, digits):
    checkpoint = checkpoints["ae"]
    latents = checkpoint.model.encode(digits.images)
    matrix = result_of(matrix_steps(checkpoint.support, latents, digits.labels, 5, 1))
    np.testing.assert_array_equal(matrix.score, matrix.score.T)
    for row, first in enumerate(matrix.classes):
        for column, second in enumerate(matrix.classes):
            for pair in (matrix.typical[row, column], matrix.worst[row, column]):
                if pair[0] >= 0:
                    assert [*digits.labels[pair]] == [first, second]  # from the row's class to the column's


def test_a_class_of_one_image_has_no_paths_within():
    latents = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    support = Support(load_checkpoint("digits-ae-2").model, np.zeros((2, 2), np.float32))
    labels = np.array([0, 0, 0, 0, 1])
    matrix = result_of(matrix_steps(support, latents[:, :2], labels, 4, 0))
    assert np.isnan(matrix.score[1, 1]) and matrix.worst[1, 1, 0] == -1


def test_of_a_single_image_no_words_say_that_it_is_not_here(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))
    own = Workspace(tmp_path, visitor_of("one image"))
    own.images.save(Dataset("one", "all", np.full((1, 28, 28), 9, np.uint8), None, ()), "one")
    app = visit_as("one image", "gaps", data="one", part="space")
    said = words(app)
    assert not app.exception and "One image is too few" in said
    app = visit_as("one image", "gaps", data="one")
    assert not app.exception and "A path needs two images" in words(app)
    said += words(app)
    assert "not on this machine" not in said and "1 images" not in said
