"""The lesson's scenes are alive and computed; the teaching links set up what they say."""

from types import SimpleNamespace

import numpy as np
import pytest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.experiments.gaps.statistic import gap_steps
from autoencoder.experiments.gaps.words import sentence
from autoencoder.experiments.interpolation.measured_path import MeasuredPath
from autoencoder.experiments.interpolation.words import outcome
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.support import PathMeasures
from autoencoder.steps import result_of
from tests.tools.app import living_map, press, tables, until, visit, words
from ui.state import address
from ui.views.interpolation import PRESETS
from ui.views.lesson import SCENES, worksheet

PLAIN, VARIATIONAL = "“Plain, 32 numbers, MNIST”", "“Variational, 32 numbers, MNIST”"


def heads(app) -> str:
    return "\n".join(element.value for element in [*app.header, *app.subheader])


def task_of(app) -> str:
    (task,) = [element.value for element in app.markdown if "Do this:" in element.value]
    return task


def test_next_and_back_lead_through_every_scene():
    app = visit("lesson")
    for number, scene in enumerate(SCENES):
        assert not app.exception and not app.error
        assert scene.sentence in heads(app)
        assert task_of(app) == f"**Scene {number + 1} of 5. Do this:** {scene.task}"
        assert app.query_params.get("scene", "1") == str(number + 1)
        if number < len(SCENES) - 1:
            press(app, "Next")
    press(app, "Back")
    assert SCENES[-2].sentence in heads(app)


@pytest.mark.parametrize(("text", "number"), [("4", 3), ("0", 0), ("99", 0), ("x", 0)])
def test_a_link_opens_its_scene(text, number):
    assert SCENES[number].sentence in heads(visit("lesson", scene=text))


def test_the_first_scene_is_a_map():
    assert living_map(visit("lesson"))["panes"][0]["name"] == "Variational, 2 numbers, MNIST"


@pytest.mark.parametrize(
    ("scene", "names", "images"),
    [
        (2, ("mnist-ae-32",), [51, 369]),
        (3, ("mnist-ae-32",), [4, 2]),
        (4, ("mnist-ae-32", "mnist-vae-32"), [4, 2]),
    ],
)
def test_the_scenes_between_are_paths(scene, names, images):
    app = visit("lesson", scene=scene)
    found = [table for table in tables(app) if "lse-strip" in table.split("</style>")[-1]]
    strips, numbers = found[: len(names)], found[len(names) :]
    for strip, table, name in zip(strips, numbers, names, strict=True):
        checkpoint = load_checkpoint(name)
        measured = checkpoint.support.measure(linear(*checkpoint.atlas.latents[images], 11))
        assert strip.count("<img") == 11 + 2  # between the images of A and B
        assert strip.count("class=hatched") == measured.off_support.sum()
        for value in measured.round_trip:
            assert f">{value:.2f}<" in table


def test_the_last_scene_says_what_its_numbers_say():
    app = visit("lesson", scene=5, pairs=15)
    press(app, "Measure the paths")
    until(app, lambda app: "Across classes" in words(app))
    statistics = []
    for name in ("mnist-ae-32", "mnist-vae-32"):
        checkpoint = load_checkpoint(name)
        pairs = random_pairs(checkpoint.atlas.labels, len(checkpoint.atlas.latents), 15, 0)
        statistic = result_of(
            gap_steps(in_sentence(checkpoint), checkpoint.support, checkpoint.atlas.latents, pairs)
        )
        statistics.append(statistic)
    assert sentence(statistics) in words(app)
    late = visit("lesson", scene=5, pairs=15)
    assert sentence(statistics) not in words(late), "the next visitor guesses too"
    press(late, "Measure the paths")
    assert sentence(statistics) in words(late)


def steps_off(name: str, images: list[int]) -> int:
    checkpoint = load_checkpoint(name)
    path = linear(*checkpoint.atlas.latents[images], 11)
    return int(checkpoint.support.measure(path).off_support.sum())


def test_a_scene_says_what_its_strips_show():
    within, plain, variational = (
        steps_off(name, images)
        for name, images in (("mnist-ae-32", [51, 369]), ("mnist-ae-32", [4, 2]), ("mnist-vae-32", [4, 2]))
    )
    assert within < plain and variational < plain  # or the words below would have to be others
    within = within or "none"
    assert f"{PLAIN} is off the data in {within} of 11 steps" in words(visit("lesson", scene=2))
    third, fourth = words(visit("lesson", scene=3)), words(visit("lesson", scene=4))
    assert f"{PLAIN} is off the data in {plain} of 11 steps" in third
    assert f"Between the two 3s of scene 2, {PLAIN} is off in {within} of 11 steps" in third
    assert f"{VARIATIONAL} is off the data in {variational or 'none'} of 11 steps" in fourth
    assert f"{PLAIN} leaves the data in more steps than {VARIATIONAL}" in fourth


def measured(latent_dim: int, round_trip: list[float], step: list[float], name: str = "m") -> MeasuredPath:
    """A path that only has measures."""
    model = SimpleNamespace(name=name, folder=None, model=SimpleNamespace(latent_dim=latent_dim))
    trips, steps = np.array(round_trip), np.array([np.nan, *step])
    measures = PathMeasures(trips, trips, steps, np.zeros((len(trips), 28, 28)), latent_dim)
    return MeasuredPath(model, np.zeros((len(trips), latent_dim)), measures, None)


def test_the_outcome_follows_from_the_measures():
    calm, wild = measured(16, [0.5, 0.9, 0.2], [1, 1], "calm"), measured(16, [0.5, 3.0, 1.2], [1, 1], "wild")
    assert outcome([calm]) == (
        "“calm” is off the data in none of 3 steps, with its greatest round trip, 0.90, at t = 0.50."
    )
    assert "“wild” is off the data in 2 of 3 steps" in outcome([calm, wild])
    assert outcome([calm, wild]).endswith("On this pair “wild” leaves the data in more steps than “calm”.")
    assert outcome([wild, calm]).endswith("On this pair “wild” leaves the data in more steps than “calm”.")
    assert outcome([calm, calm]).endswith("On this pair neither is better.")
    flat = measured(2, [9, 9, 9], [1, 3], "flat")
    assert outcome([flat]) == (
        "“flat” changes its picture most just before t = 1.00, 1.50 times as much as on average."
    )
    assert outcome([flat, measured(2, [9, 9, 9], [1, 1], "even")]).endswith("“flat” jumps more than “even”.")
    assert "On this pair" not in outcome([flat, calm]), "they are scored differently"
    assert outcome([measured(2, [1, 1], [0], "still")]) == "“still” draws the same picture all the way."


def styles(app) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def test_the_side_says_what_the_lesson_brings_and_keeps_the_choice():
    app = visit("lesson", data="mnist", model="mnist-ae-2", scene=2)
    assert "MNIST's test images, and its own models: Plain, 32 numbers, MNIST" in words(app)
    assert "Chosen for the other pages: MNIST; Plain, 2 numbers, MNIST." in words(app)
    assert ".st-key-choice { display: none }" in styles(app), "it is out of sight"
    app.switch_page("../pages/gaps.py").run()
    assert ".st-key-choice { display: none }" not in styles(app)
    assert (app.selectbox(key="data").value, app.selectbox(key="model").value) == ("mnist", "mnist-ae-2")


def test_the_worksheet_asks_for_the_number_that_the_page_gives():
    asked, page = SCENES[-1].question, visit("lesson", scene=5)
    assert "probability; a tie counts half" in asked and "A tie counts half" in task_of(page)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_scene_s_prompt_stands_above_its_strips(preset):
    app = visit("interpolation", **preset.query)
    (info,) = [element.value for element in app.info if preset.prompt in element.value]
    assert preset.look_for in info and "**Measured:**" in words(app)
    app.number_input(key="pair.image_b").set_value(preset.pair[1] + 1).run()
    assert not any(preset.prompt in element.value for element in app.info)


def test_the_worksheet_asks_every_every_question():
    page = worksheet()
    assert all(scene.question in page and scene.sentence in page for scene in SCENES)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_teaching_link_sets_up_its_scene(preset):
    app = visit("interpolation", **preset.query)
    assert not app.exception and not app.error and not app.warning
    assert app.selectbox(key="model").value == preset.models[0]
    assert app.multiselect(key="with").value == list(preset.models[1:])
    assert [app.number_input(key=f"pair.image_{letter}").value for letter in "ab"] == list(preset.pair)
    labels = load_checkpoint(preset.models[0]).atlas.labels
    classes = {str(labels[image]) for image in preset.pair}
    digits = {character for character in preset.title.replace("2-D", "") if character.isdigit()}
    assert classes == (digits or {"4", "2"})


def run_with(app, monkeypatch, by_history: bool, **query) -> None:
    """A run in which the browser tells this address, of its history or left from before."""
    with monkeypatch.context() as patch:
        patch.setattr(address, "_is_history_navigation", lambda: by_history)
        for name in address.TEXTS:
            app.query_params.pop(name, None)
        app.query_params.update({"data": "digits", **query})
        app.run()


def test_an_address_that_the_browser_sends_late_takes_no_choice_back(monkeypatch):
    app = visit("interpolation", a=5, b=9)
    app.number_input(key="pair.image_a").set_value(21).run()
    run_with(app, monkeypatch, by_history=False, a="5", b="9")
    assert app.number_input(key="pair.image_a").value == 21 and app.query_params["a"] == "21"


def test_back_brings_back_what_was_chosen_before_at_once(monkeypatch):
    app = visit("interpolation", a=5)
    app.number_input(key="pair.image_a").set_value(21).run()
    app.number_input(key="pair.image_b").set_value(9).run()
    run_with(app, monkeypatch, by_history=True, a="5")  # as it was before B was chosen
    assert app.number_input(key="pair.image_a").value == 5
    assert app.query_params["a"] == "5" and "b" not in app.query_params


def test_a_choice_that_equals_an_earlier_one_is_heard_at_once(monkeypatch):
    app = visit("interpolation", a=5)
    for index in (21, 5, 21):
        app.number_input(key="pair.image_a").set_value(index).run()
        assert app.number_input(key="pair.image_a").value == index
    run_with(app, monkeypatch, by_history=True, a="5")
    run_with(app, monkeypatch, by_history=True, a="21")
    assert app.number_input(key="pair.image_a").value == 21


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_scene_set_up_by_its_button_is_that_of_its_link(preset):
    app = visit("interpolation", data="digits", model="digits-ae-16", a=70, b=80, **{"with": "digits-vae-16"})
    next(button for button in app.button if button.label == preset.title).click().run()
    assert not app.exception and not app.error
    assert app.session_state.data == "mnist" and app.session_state.model == preset.models[0]
    assert app.multiselect(key="with").value == list(preset.models[1:])
    assert [app.number_input(key=f"pair.image_{letter}").value for letter in "ab"] == list(preset.pair)
    assert np.isfinite(app.number_input(key="pair.image_b").value)
