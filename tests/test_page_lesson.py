"""The lesson's scenes are alive and computed; the teaching links set up what they say."""

import time

import numpy as np
import pytest
from test_page_gaps import press
from test_pages import living_map, tables, visit, words

from autoencoder.checkpoints import load_checkpoint
from autoencoder.gaps import gap_steps, random_pairs, sentence
from autoencoder.paths import linear
from ui.lesson_view import SCENES, worksheet
from ui.presets import PRESETS


def heads(app) -> str:
    return "\n".join(element.value for element in [*app.header, *app.subheader])


def test_next_and_back_lead_through_every_scene():
    app = visit("lesson")
    for number, scene in enumerate(SCENES):
        assert not app.exception and not app.error
        assert scene.sentence in heads(app) and scene.task in heads(app)
        assert app.query_params.get("scene", "1") == str(number + 1)
        if number < len(SCENES) - 1:
            press(app, "Next")
    press(app, "Back")
    assert SCENES[-2].sentence in heads(app)


@pytest.mark.parametrize(("text", "number"), [("4", 3), ("0", 0), ("99", 0), ("x", 0)])
def test_a_link_opens_its_scene(text, number):
    assert SCENES[number].sentence in heads(visit("lesson", scene=text))


def test_the_first_scene_is_a_map():
    assert living_map(visit("lesson"))["panes"][0]["name"] == "mnist-vae-2"


@pytest.mark.parametrize(
    ("scene", "names", "images"),
    [
        (2, ("mnist-ae-32",), [18, 30]),
        (3, ("mnist-ae-32",), [4, 2]),
        (4, ("mnist-ae-32", "mnist-vae-32"), [4, 2]),
    ],
)
def test_the_scenes_between_are_paths(scene, names, images):
    app = visit("lesson", scene=scene)
    strips = [table for table in tables(app) if "lse-strip" in table.split("</style>")[-1]]
    for table, name in zip(strips, names, strict=True):
        checkpoint = load_checkpoint(name)
        path = linear(*checkpoint.atlas.latents[images], 11)
        for value in checkpoint.support.measure(path).round_trip:
            assert f">{value:.2f}<" in table


def test_the_last_scene_says_what_its_numbers_say():
    app = visit("lesson", scene=5, pairs=15)
    press(app, "Measure the paths")
    deadline = time.monotonic() + 60
    while "Across classes" not in words(app):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    statistics = []
    for name in ("mnist-ae-32", "mnist-vae-32"):
        checkpoint = load_checkpoint(name)
        pairs = random_pairs(checkpoint.atlas.labels, len(checkpoint.atlas.latents), 15, 0)
        *_, (_, statistic) = gap_steps(name, checkpoint.support, checkpoint.atlas.latents, pairs)
        statistics.append(statistic)
    assert sentence(statistics) in words(app)


def test_the_worksheet_asks_every_question():
    page = worksheet()
    assert all(scene.question in page and scene.sentence in page for scene in SCENES)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_teaching_link_sets_up_its_scene(preset):
    app = visit("interpolation", **preset.query)
    assert not app.exception and not app.error and not app.warning
    assert app.selectbox(key="model").value == preset.models[0]
    assert app.multiselect(key="with").value == list(preset.models[1:])
    assert [app.number_input(key=f"image_{letter}").value for letter in "ab"] == [preset.a, preset.b]
    labels = load_checkpoint(preset.models[0]).atlas.labels
    classes = {str(labels[preset.a]), str(labels[preset.b])}
    digits = {character for character in preset.title.replace("2-D", "") if character.isdigit()}
    assert classes == (digits or {"4", "2"})


def test_a_link_is_followed_in_a_session_that_has_chosen_otherwise():
    app = visit("interpolation", a=5, b=9)
    assert app.number_input(key="image_a").value == 5
    app.query_params["a"] = "17"
    app.run()
    assert app.number_input(key="image_a").value == 17
    app.number_input(key="image_a").set_value(21).run()
    app.query_params["a"] = "5"  # a late word of what this session wrote itself
    app.run()
    assert app.number_input(key="image_a").value == 21


def test_back_brings_back_what_was_chosen_before(monkeypatch):
    app = visit("interpolation", a=5)
    app.number_input(key="image_a").set_value(21).run()
    app.number_input(key="image_b").set_value(9).run()
    later = time.monotonic() + 60
    monkeypatch.setattr("ui.address.time.monotonic", lambda: later)
    app.query_params["a"] = "5"
    del app.query_params["b"]  # as it was before B was chosen
    app.run()
    assert app.number_input(key="image_a").value == 5
    assert app.query_params["a"] == "5" and "b" not in app.query_params


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_scene_set_up_by_its_button_is_that_of_its_link(preset):
    app = visit("interpolation", data="digits", model="digits-ae-16", a=70, b=80, **{"with": "digits-vae-16"})
    next(button for button in app.button if button.label == preset.title).click().run()
    assert not app.exception and not app.error
    assert app.session_state.data == "mnist" and app.session_state.model == preset.models[0]
    assert app.multiselect(key="with").value == list(preset.models[1:])
    assert [app.number_input(key=f"image_{letter}").value for letter in "ab"] == [preset.a, preset.b]
    assert np.isfinite(app.number_input(key="image_b").value)
