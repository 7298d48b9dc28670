"""The page on few labels: every number and every word on it is what the domain computes."""

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels.figure import curve_name
from autoencoder.experiments.few_labels.learners import LEARNERS
from autoencoder.experiments.few_labels.measure import few_label_steps
from autoencoder.experiments.few_labels.task import FewLabelPlan, few_label_task, labelled_rows
from autoencoder.experiments.few_labels.words import (
    comparisons,
    confusion,
    curve,
    learnt_at,
    sentence,
    usual_prediction,
)
from autoencoder.steps import result_of
from tests.tools.app import buttons, new_app, press, tables, until, words
from ui.state.session import visitor_of
from ui.storage.disk import state_root
from ui.storage.workspace import Workspace
from ui.widgets.pictures import _img

TOKEN = "a visitor with few labels"
FAST = ["codes-knn", "pca-knn", "codes-spreading", "pca-spreading"]


def visit(**query) -> AppTest:
    app = new_app(TOKEN).run()  # the page's address is not its file's name: only a run tells which is which
    for name, value in query.items():
        app.query_params[name] = value if isinstance(value, list) else str(value)
    for key in ("data", "model"):
        if key in query:
            app.selectbox(key=key).set_value(query[key])
    return app.switch_page("../pages/few_labels.py").run()


def own(dataset: Dataset, name: str) -> str:
    Workspace(state_root(), visitor_of(TOKEN)).images.save(dataset, name)
    return name


def measure(app: AppTest, learners: list[str], counts: list[int]) -> AppTest:
    app.multiselect(key="learners").set_value(learners)
    app.multiselect(key="labels").set_value(counts).run()
    press(app, "Measure")
    return until(app, lambda app: any("accuracy" in frame.value for frame in app.dataframe))


def expected(model: str, counts: list[int], n_draws: int = 2, seed: int = 0):
    task = few_label_task(load_dataset("digits", "train"), load_dataset("digits", "test"), seed)
    outcome = result_of(few_label_steps(load_checkpoint(model).model, task, FAST, counts, n_draws, seed))
    return task, outcome


def test_the_page_says_what_was_measured():
    app = visit(model="digits-ae-16", draws=2, labels_seed=3)
    assert not app.exception and not app.error
    assert "**Pre-trained on Digits, labels of Digits.**" in words(app)
    assert "1,437 images in the pool, 360 to test on" in words(app)
    measure(app, FAST, [10, 100])
    task, outcome = expected("digits-ae-16", [10, 100], 2, 3)
    table = next(frame.value for frame in app.dataframe if "accuracy" in frame.value)
    for (_, row), point in zip(table.iterrows(), curve(outcome), strict=True):
        assert (row["learner"], row["labels"]) == (LEARNERS[point.learner].title, point.n_labels)
        assert [row["accuracy"], row["± over draws"]] == pytest.approx([point.mean, point.std])
        assert row["draws"] == 2 and row["seconds"] > 0
    table = next(frame.value for frame in app.dataframe if "verdict" in frame.value)
    for (_, row), found in zip(table.iterrows(), comparisons(outcome), strict=True):
        assert [row["difference, points"], row["95 % from"], row["to"]] == pytest.approx(
            [100 * found.difference, 100 * found.low, 100 * found.high]
        )
        assert (row["labels"], row["verdict"]) == (found.n_labels, found.verdict)
        assert (row["learner"], row["control"]) == (curve_name(found.learner), curve_name(found.control))
    assert f"**{sentence(outcome, 100)}**" in words(app)
    app.button_group(key="verdict_at").set_value(10).run()
    assert f"**{sentence(outcome, 10)}**" in words(app)
    check_images(app, task, outcome)


def check_images(app: AppTest, task, outcome) -> None:
    """The confusions, and the images that are learnt first and last."""
    app.selectbox(key="point_learner").set_value("pca-knn")
    app.selectbox(key="point_labels").set_value(10).run()
    matrix = confusion(outcome, "pca-knn", 10, 10)
    assert f"{matrix.trace():,} of {matrix.sum():,} right: 360 test images in 2 draws." in words(app)
    learnt = learnt_at(outcome, "pca-knn")
    assert f"{(learnt == 10).sum()} of 360 test images" in words(app)
    assert f"{(learnt == 0).sum()} of 360 test images" in words(app)
    last = np.flatnonzero(learnt == 0)[:12]
    predicted = usual_prediction(outcome, "pca-knn", 100)
    shown = tables(app)[-1]
    assert shown.count("<figure") == len(last)
    for row in last:
        true, image = task.test.labels[row], task.test_rows[row]
        says = f"{true}, taken for {predicted[row]}" if predicted[row] != true else f"{true}"
        assert f"<figcaption>{says} · image {image}</figcaption>" in shown


def test_a_model_of_other_images_is_the_transfer_case():
    app = visit(model="mnist-ae-16", draws=2)
    assert "**Pre-trained on MNIST, labels of Digits.**" in words(app) and "transfer case" in words(app)
    measure(app, FAST, [30])
    _, outcome = expected("mnist-ae-16", [30])
    assert f"**{sentence(outcome, 30)}**" in words(app)


def test_the_encoder_has_a_code_that_is_large_enough_and_any_can_be_taken():
    app = visit(model="digits-vae-2")
    encoder = app.selectbox(key="encoder")
    checkpoint = load_checkpoint(encoder.value)
    config = checkpoint.config
    assert config.model.latent_dim >= 8 and config.source.name == "digits"
    assert f"The encoder of {in_sentence(checkpoint)} was trained" in words(
        app
    ) and "So small a code" not in words(app)
    encoder.set_value("digits-vae-2").run()
    assert "The encoder of “Variational, 2 numbers, Digits” was trained" in words(
        app
    ) and "So small a code" in words(app)
    assert app.query_params["encoder"] == "digits-vae-2"
    assert visit(model="digits-ae-16").selectbox(key="encoder").value == "digits-ae-16"


def test_the_images_with_a_label_are_shown_before_anything_is_measured():
    app = visit(model="digits-ae-16", labels=["10", "30"], labels_seed=4)
    task = few_label_task(load_dataset("digits", "train"), load_dataset("digits", "test"), 4)
    rows = labelled_rows(task, 10, 0, 4)
    assert "10 of 1,437 images have a label" in words(app) and "Measure" in buttons(app)
    captions = re.findall("<figcaption>(.*?)</figcaption>", tables(app)[0])
    assert captions == [str(label) for label in task.pool.labels[rows]]
    for image in task.pool.images[rows]:
        assert _img(image, "").split('"')[1] in tables(app)[0]


def test_own_images_with_labels_work_and_unlabelled_ones_say_what_to_do():
    digits = load_dataset("digits", "train")
    mine = digits.subset(np.flatnonzero(digits.labels < 3)[:60])
    app = visit(data=own(mine, "mine"), model="digits-ae-16", draws=2)
    assert "labels of mine" in words(app) and "48 images in the pool, 12 to test on, 3 classes" in words(app)
    assert app.multiselect(key="labels").options == ["10", "30"]
    measure(app, ["codes-knn", "pca-knn"], [10])
    bare = digits.subset(np.arange(30))
    object.__setattr__(bare, "labels", None)
    object.__setattr__(bare, "class_names", ())
    app = visit(data=own(bare, "scribbles"))
    assert "have no labels" in words(app) and not app.exception
    press(app, "Use MNIST 5k")
    assert app.selectbox(key="data").value == "mnist-5k" and "Measure" in buttons(app)


@pytest.mark.parametrize(
    ("labels", "says"), [([0] * 12, "all of one class"), ([0] * 11 + [1], "too few images")]
)
def test_images_that_cannot_serve_are_a_sentence(labels, says):
    images = load_dataset("digits", "train").images[:12]
    app = visit(data=own(Dataset("mine", "all", images, np.array(labels, np.int64), ("a", "b")), "mine"))
    assert not app.exception and says in words(app)


def test_absent_images_are_offered():
    app = visit(data="kmnist")
    assert not app.exception and {"Use MNIST 5k", "Fetch the images"} <= set(buttons(app))


def test_a_stopped_measurement_keeps_what_there_is_and_begins_anew_at_once():
    app = visit(model="digits-ae-16", draws=20, labels_seed=9)
    app.multiselect(key="learners").set_value(["codes-knn", "from-scratch"])
    app.multiselect(key="labels").set_value([10, 30]).run()
    press(app, "Measure")
    assert "Stop" in buttons(app) and not app.exception
    until(app, lambda app: bool(app.get("plotly_chart")))  # the curve of what is there
    press(app, "Stop")
    until(app, lambda app: "Restart" in buttons(app))
    assert "The job was stopped" in words(app)
    table = next(frame.value for frame in app.dataframe if "accuracy" in frame.value)
    assert "k-NN on the codes" in set(table["learner"])
    press(app, "Restart").run()
    assert "Restart" not in buttons(app) and "Stop" in buttons(app)
    press(app, "Stop")
    until(app, lambda app: "Restart" in buttons(app))


def test_a_link_reopens_what_was_chosen():
    titles = [LEARNERS[name].title for name in FAST[:2]]
    app = visit(model="digits-ae-16", labels=["30", "1,000"], learners=titles, draws=2, labels_seed=5)
    assert app.multiselect(key="labels").value == [30, 1_000]
    assert app.multiselect(key="learners").value == FAST[:2]
    assert (app.number_input(key="draws").value, app.number_input(key="labels_seed").value) == (2, 5)
    assert "4 fits" not in words(app) and "8 fits" in words(app)


def test_numbers_of_labels_that_the_pool_has_not_are_passed_over():
    few = load_dataset("digits", "train").subset(np.arange(200))
    app = visit(labels=["30", "1,000"])
    app.multiselect(key="labels").set_value([100, 1_000]).run()
    own(few, "mine")
    app.run()
    app.selectbox(key="data").set_value("mine").run()
    assert not app.exception and app.multiselect(key="labels").value == [100]
    app.multiselect(key="labels").set_value([30]).run()
    assert "18 fits" in words(app)


def test_nothing_chosen_is_nothing_measured():
    app = visit()
    app.multiselect(key="learners").set_value([]).run()
    assert "Choose a learner" in words(app) and "Measure" not in buttons(app)


def test_a_job_is_shared_by_those_who_ask_the_same_and_nobody_else():
    one, other = load_checkpoint("digits-ae-16"), load_checkpoint("digits-ae-2")
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    asked = FewLabelPlan(
        one, train, test, few_label_task(train, test), ["codes-knn", "pca-knn"], [10, 30], 3, 0
    )
    others = [
        replace(asked, **{name: value})
        for name, value in (
            ("checkpoint", other),
            ("train", test),
            ("test", None),
            ("learners", ["codes-knn"]),
            ("counts", [10]),
            ("n_draws", 2),
            ("seed", 1),
        )
    ]
    assert len({each.key for each in (asked, *others)}) == 8
    assert replace(asked, learners=["pca-knn", "codes-knn"], counts=[30, 10]).key == asked.key
