"""The page on outliers: every number on it is the one that the domain computes."""

import base64
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.outliers import trials
from autoencoder.experiments.outliers.outcome import (
    auroc_intervals,
    galleries,
    threshold_at_percentile,
    threshold_for,
)
from autoencoder.experiments.outliers.scores import SCORES
from autoencoder.experiments.outliers.trials import (
    Experiment,
    class_trial,
    experiment_steps,
    outcome_steps,
    ready_detector,
)
from autoencoder.experiments.outliers.words import sentence, threshold_sentence
from autoencoder.steps import result_of
from autoencoder.wording import percent
from tests.tools.app import new_app, press, tables, until, visit, words
from tests.tools.waiting import SOON
from ui.jobs.work import StepsWork
from ui.state.queues import quick_queue
from ui.state.session import visitor_of
from ui.storage.disk import state_root
from ui.storage.workspace import Workspace
from ui.views.outliers import choose as pad_module
from ui.views.outliers.choose import AS_IT_IS, DRAWING, SCENES
from ui.views.outliers.show import scores_table
from ui.widgets.pictures import _img

ONE_CLASS, HELD_OUT = "one class is normal", "one class is held out"


@pytest.fixture(scope="module")
def split_digits() -> tuple[Dataset, Dataset]:
    return load_dataset("digits", "train"), load_dataset("digits", "test")


@pytest.fixture
def short(monkeypatch):
    """Trainings of some steps only, and none of them remembered."""
    monkeypatch.setattr(trials, "N_STEPS", 12)
    yield
    quick_queue.clear()


def judged(name: str, kind: str, foreign: Dataset | None = None, seed: int = 0):
    splits = (load_dataset("digits", split) for split in ("train", "test"))
    return ready_detector(load_checkpoint(name), *splits, seed).judge(kind, foreign, seed)


def trained(split_digits, protocol: str, label: int, latent_dim: int, seed: int):
    outcome = result_of(outcome_steps(class_trial(*split_digits, protocol, label, seed), latent_dim, seed))
    return outcome


def auroc_table(app: AppTest):
    return next(frame.value for frame in app.dataframe if "AUROC" in frame.value)


def source(image: np.ndarray) -> str:
    return _img(image, "").split('"')[1]


def visitor(**query) -> tuple[AppTest, Workspace]:
    """A visit that has a workspace of its own, to be filled before the page runs."""
    token = "a visitor of this test"
    return new_app(token, **query), Workspace(state_root(), visitor_of(token))


def test_a_first_visit_shows_the_scores_of_the_model_as_it_is():
    app = visit("outliers")
    assert not app.exception and not app.error
    outcome = judged("digits-vae-2", "rotated")
    intervals = auroc_intervals([outcome])
    assert sentence(intervals) in words(app)
    table = auroc_table(app)
    assert list(table["score"]) == [score.title for score in SCORES.values()]
    for column, end in (("AUROC", "mean"), ("95 % from", "low"), ("to", "high")):
        np.testing.assert_allclose(table[column], [getattr(found, end) for found in intervals.values()])
    found = outcome.alarms("combined", threshold_for(outcome.held_back["combined"], 0.05))
    assert threshold_sentence(found, 0.05, 144) in words(app)
    assert "360 normal images and 360 outliers" in words(app) and "comes from 144 that it held back" in words(
        app
    )
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics == {
        "Threshold": f"{found.threshold:.3g}",
        "False alarms": f"{found.n_false_alarms / 360:.1%}",
        "Recall": f"{found.n_caught / 360:.1%}",
        "Precision": f"{found.n_caught / (found.n_caught + found.n_false_alarms):.1%}",
    }
    confusion = next(frame.value for frame in app.dataframe if "above: an alarm" in frame.value)
    above, is_outlier = outcome.scores["combined"] > found.threshold, outcome.test.is_outlier
    for row, members in zip(("normal", "outliers"), (~is_outlier, is_outlier), strict=True):
        assert list(confusion.loc[row]) == [(~above & members).sum(), (above & members).sum()]


def test_score_and_threshold_are_those_of_the_link():
    app = visit(
        "outliers",
        model="digits-ae-16",
        outliers="lower half erased",
        outlier_seed=3,
        score=SCORES["bce"].title,
        threshold_by="a percentile",
        percentile=80,
    )
    outcome = judged("digits-ae-16", "half-erased", seed=3)
    threshold = threshold_at_percentile(outcome.held_back["bce"], 80)
    assert threshold_sentence(outcome.alarms("bce", threshold), 0.2, 144) in words(app)
    app.selectbox(key="score").set_value(SCORES["pixel_knn"].title).run()
    threshold = threshold_at_percentile(outcome.held_back["pixel_knn"], 80)
    assert threshold_sentence(outcome.alarms("pixel_knn", threshold), 0.2, 144) in words(app)


def test_a_gallery_shows_its_images_with_their_errors():
    app = visit("outliers", model="digits-ae-2", score=SCORES["mse"].title)
    outcome, model = judged("digits-ae-2", "rotated"), load_checkpoint("digits-ae-2").model
    threshold = threshold_for(outcome.held_back["mse"], 0.05)
    found = galleries(outcome.scores["mse"], outcome.test.is_outlier, threshold, 8)
    filled = [(name, rows) for name, rows in found.items() if len(rows)]
    shown = [table for table in tables(app) if ">Reconstruction</th>" in table]
    assert len(shown) == len(filled) >= 3
    for table, (_, rows) in zip(shown, filled, strict=True):
        images = outcome.test.images[rows] / np.float32(255)
        rebuilt = model.reconstruct(outcome.test.images[rows])
        for picture in (*images, *rebuilt, *np.abs(rebuilt - images)):
            assert source(picture) in table
        for row in rows:
            assert f">{outcome.test.titles[row]}</th>" in table
            assert f">{outcome.scores['mse'][row]:.3g}<" in table
        assert table.count("class=hatched") == 5 * (outcome.scores["mse"][rows] > threshold).sum()


def test_the_empty_image_is_set_up_with_a_button():
    app = press(visit("outliers"), "The empty image")
    assert not app.exception and app.selectbox(key="judge").value == "mnist-ae-32"
    assert app.query_params["judge"] == "mnist-ae-32", "its link opens it again"
    assert app.selectbox(key="model").value == "digits-vae-2", "the choice of the other pages stays"
    table = auroc_table(app).set_index("score")["AUROC"]
    assert table[SCORES["bce"].title] < 0.01 and table[SCORES["mse"].title] < 0.01
    assert table[SCORES["combined"].title] == 1
    assert "Look for an AUROC near 0" in words(app)
    outcome = judged("mnist-ae-32", "empty")
    assert_verdicts(app, outcome, "empty · 0", 0.05)


@pytest.mark.parametrize(
    "scene", [scene for scene in SCENES if not scene.model], ids=lambda scene: scene.title
)
def test_a_scene_sets_what_it_says(scene):
    app = press(visit("outliers"), scene.title)
    assert not app.exception and not app.error
    assert f"**{scene.title}**. Look for {scene.look_for}" in words(app)
    for key, value in scene.choices.items():
        assert app.session_state[key] == value
    assert "Train and try" in [button.label for button in app.button]


def test_a_scene_has_its_link_and_nothing_of_the_scene_before():
    app = press(visit("outliers"), "A code too small")
    assert app.query_params["code_size"] == "1"
    press(app, "Digit 1 held out")
    assert app.session_state["code_size"] == 16 and app.session_state["outlier_class"] == "1"
    again = visit("outliers", **{name: app.query_params[name] for name in app.query_params})
    for key in ("protocol", "code_size", "outlier_class", "score"):
        assert again.session_state[key] == app.session_state[key]
    assert again.session_state["score"] == SCORES["bce"].title


@pytest.mark.parametrize(("protocol", "words_of_it"), [("one-class", ONE_CLASS), ("leave-one-out", HELD_OUT)])
def test_a_protocol_trains_and_shows_its_outcome(short, split_digits, protocol, words_of_it):
    app = visit("outliers", protocol=words_of_it, outlier_class=7, code_size=4, outlier_seed=2)
    assert not app.dataframe  # nothing is claimed before it is measured
    press(app, "Train and try")
    until(app, lambda app: app.dataframe)
    assert not app.exception and not app.error
    outcome = trained(split_digits, protocol, 7, 4, 2)
    assert outcome.aurocs["mse"] == pytest.approx(
        auroc_table(app).set_index("score")["AUROC"][SCORES["mse"].title]
    )
    assert sentence(auroc_intervals([outcome])) in words(app)
    n_normal = (split_digits[1].labels == 7).sum() if protocol == "one-class" else 360 - 36
    assert f"{n_normal} normal images and {360 - n_normal} outliers" in words(app)
    assert "not over seeds" in words(app)


def test_more_seeds_go_on_from_the_first(short, split_digits):
    app = visit("outliers", protocol=ONE_CLASS, outlier_class=3, code_size=2)
    press(app, "Train and try")
    until(app, lambda app: app.dataframe)
    app.session_state["n_seeds"] = 3
    app.run()
    experiment = Experiment(*split_digits, "one-class", 3, 2, 0)
    first = quick_queue().find(experiment.key(1)).result[0]
    press(app, "Train and try")
    until(app, lambda app: "seeds 0, 1, 2" in words(app))
    outcomes = quick_queue().find(experiment.key(3)).result
    assert outcomes[0] is first and [outcome.seed for outcome in outcomes] == [0, 1, 2]
    assert outcomes[2].aurocs == trained(split_digits, "one-class", 3, 2, seed=2).aurocs
    found = auroc_intervals(outcomes)["combined"]
    row = auroc_table(app).iloc[0]
    assert [row["AUROC"], row["95 % from"], row["to"]] == pytest.approx([found.mean, found.low, found.high])


def test_a_stopped_training_is_said_and_can_be_had_anew(split_digits):
    experiment = Experiment(*split_digits, "one-class", 5, 64, 9)
    job = quick_queue().submit(experiment.key(1), StepsWork(experiment_steps, experiment, 1))
    job.stop()
    assert job.wait(SOON)
    app = visit("outliers", protocol=ONE_CLASS, outlier_class=5, code_size=64, outlier_seed=9)
    assert "The job was stopped" in words(app) and not app.dataframe
    press(app, "Restart")
    assert quick_queue().find(experiment.key(1)) is not job
    quick_queue().find(experiment.key(1)).stop()


def test_the_first_seed_is_shown_before_the_last_is_done(short, split_digits):
    experiment = Experiment(*split_digits, "one-class", 2, 2, 0)
    known = [trained(split_digits, "one-class", 2, 2, seed=0)]
    job = quick_queue().submit(
        experiment.key(3), StepsWork(experiment_steps, experiment, 3, known, partial=known)
    )
    job.pause()
    app = visit("outliers", protocol=ONE_CLASS, outlier_class=2, code_size=2, n_seeds=3)
    assert sentence(auroc_intervals(known)) in words(app) and "not over seeds" in words(app)
    job.stop()


def test_every_choice_makes_a_job_of_its_own(split_digits):
    asked = Experiment(*split_digits, "one-class", 3, 2, 0)
    others = [
        replace(asked, **{name: value})
        for name, value in (
            ("protocol", "leave-one-out"),
            ("label", 4),
            ("latent_dim", 4),
            ("first_seed", 1),
            ("train", split_digits[1]),
            ("test", None),
        )
    ]
    assert len({each.key(1) for each in (asked, *others)} | {asked.key(3)}) == 8


def test_images_without_classes_have_the_model_as_it_is():
    app, workspace = visitor(data="scribbles", protocol=ONE_CLASS)
    whole = load_dataset("digits", "test")
    workspace.images.save(Dataset("scribbles", "all", whole.images[:40], None, ()), "scribbles")
    app.switch_page("../pages/outliers.py").run()
    assert not app.exception and not app.error
    assert "have no labels" in words(app) and app.session_state["protocol"] == AS_IT_IS
    assert "8 normal images and 8 outliers" in words(app)

    scenes = {button.label: button.disabled for button in app.button}
    assert scenes["Digit 1 held out"] and not scenes["The empty image"], "there is no 1 among these images"


def test_too_few_images_are_a_sentence():
    app, workspace = visitor(data="scribbles")
    whole = load_dataset("digits", "test")
    workspace.images.save(Dataset("scribbles", "all", whole.images[:4], None, ()), "scribbles")
    app.switch_page("../pages/outliers.py").run()
    assert not app.exception and "4 images, and 10 are needed" in app.error[0].value


def test_any_model_judges_the_images_and_those_of_the_other_pages_stay():
    app = visit("outliers", model="digits-ae-2", outliers="the empty image", judge="digits-ae-16")
    assert [app.selectbox(key=key).value for key in ("model", "judge")] == ["digits-ae-2", "digits-ae-16"]
    assert_verdicts(app, judged("digits-ae-16", "empty"), "empty · 0", 0.05)
    app.selectbox(key="judge").set_value("digits-ae-2").run()
    assert_verdicts(app, judged("digits-ae-2", "empty"), "empty · 0", 0.05)
    assert "judge" not in app.query_params, "the first of the list is that of the side"


def test_ones_own_images_are_foreign():
    app, workspace = visitor(outliers="scribbles")
    whole = load_dataset("digits", "test")
    foreign = Dataset("scribbles", "all", 255 - whole.images[:12], None, ())
    workspace.images.save(foreign, "scribbles")
    app.switch_page("../pages/outliers.py").run()
    assert not app.exception and "360 normal images and 12 outliers" in words(app)
    assert sentence(auroc_intervals([judged("digits-vae-2", "", foreign)])) in words(app)


def assert_verdicts(app: AppTest, outcome, title: str, rate: float) -> None:
    """The last image's verdicts stand on the page, of every score against its own threshold."""
    table = next(frame.value for frame in app.dataframe if "says" in frame.value).set_index("score")
    n_alarms = 0
    for name, found in outcome.scores.items():
        value, normal = found[-1], found[:-1]
        threshold = threshold_for(outcome.held_back[name], rate)
        n_alarms += value > threshold
        assert list(table.loc[SCORES[name].title]) == [
            "an outlier" if value > threshold else "normal",
            f"{value:.3g}",
            f"{threshold:.3g}",
            percent((normal < value).mean()),
        ]
    assert f"**{n_alarms} of 8 scores call it an outlier**: {title}." in words(app)


def pad(app: AppTest) -> dict:
    """Arguments of the drawing pad."""
    given = [json.loads(component.proto.json) for component in app.get("bidi_component")]
    return next(data for data in given if "drawing" in data)


def test_one_outlier_has_no_best_score_and_no_interval():
    app = visit("outliers", model="digits-ae-16", outliers="the empty image")
    assert list(auroc_table(app)) == ["score", "AUROC", "kind"]
    assert "Best here" not in words(app) and "it tells nothing of others" in words(app)
    assert "Look for an AUROC near 0" not in words(app)  # that is so for the scene's own model


def test_a_drawing_has_its_own_verdict():
    app = visit("outliers", outliers=DRAWING)
    assert not app.exception and "every score judges it at once" in words(app) and not app.dataframe
    assert pad(app)["drawing"] == ""
    image = np.zeros((28, 28), np.uint8)
    image[5:20, 8:11] = 230
    drawn = "d:" + base64.urlsafe_b64encode(image.tobytes()).decode().rstrip("=")
    app = visit("outliers", outliers=DRAWING, a=drawn, rate=20)
    assert pad(app)["drawing"] == drawn
    outcome = judged("digits-vae-2", "", Dataset(DRAWING, "all", image[None], None, ()))
    assert_verdicts(app, outcome, DRAWING, 0.2)
    assert source(image / np.float32(255)) in "".join(tables(app))


def test_a_sample_is_said_to_be_one(monkeypatch):
    monkeypatch.setattr(trials, "MOST_TESTED", 50)
    app = visit("outliers", outlier_seed=4, model="digits-dae-16")
    assert "50, drawn with the seed from 360, are judged" in words(app)
    assert "50 normal images and 50 outliers" in words(app)
    whole = visit("outliers", outlier_seed=5, model="digits-dae-16", outliers="the empty image")
    assert "compare them with 1,293 normal ones" in words(whole)
    assert "50 normal images and 1 outlier." in words(whole)


def test_a_pad_tells_of_drawings_and_of_nothing_else(monkeypatch):
    chosen, state = {}, {"pad": SimpleNamespace(commit=None)}
    monkeypatch.setattr(pad_module.address, "set_choice", chosen.__setitem__)
    monkeypatch.setattr(pad_module.st, "session_state", state)
    drawn = "d:" + "A" * 1046
    for number, (drawing, kept) in enumerate(
        [(drawn, drawn), ("", ""), ("17", ""), ("d:A", ""), (None, ""), (5, "")]
    ):
        state["pad"].commit = {"drawing": drawing, "seq": number}
        pad_module._keep()
        assert chosen["a"] == kept and state["pad.seq"] == number
    state["pad"].commit = "nonsense"
    pad_module._keep()
    assert chosen == {"a": ""}


def test_absent_images_are_offered_not_an_error():
    app = visit("outliers", data="mnist")
    assert not app.exception and not app.dataframe
    assert {"Use MNIST 5k", "Fetch the images"} <= {button.label for button in app.button}


def test_the_scores_can_be_kept():
    outcome = judged("digits-ae-2", "empty")
    table = scores_table(outcome)
    assert len(table) == 361 + 144 and list(table["part"].value_counts()) == [361, 144]
    assert list(table[table["outlier"]]["image"]) == ["empty · 0"]
    for name in SCORES:
        np.testing.assert_array_equal(table[name][:361], outcome.scores[name])
        np.testing.assert_array_equal(table[name][361:], outcome.held_back[name])
