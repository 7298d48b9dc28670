"""The training page as a visitor meets it: the form, a training from start to map, and the models kept."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import REPLAY, Replay, read_replay
from autoencoder.data.dataset import Dataset
from autoencoder.figures.screen import on_screen
from autoencoder.figures.training import Run, loss_figure
from autoencoder.latent.gap_score import JUMP
from autoencoder.model.architecture import ModelSettings
from autoencoder.training.overfitting import sentence
from autoencoder.training.plan import TrainingProgress
from autoencoder.training.trainer import Progress
from tests.tools.app import buttons, file_at, press, until, visit_as
from tests.tools.waiting import SOON, wait_until
from ui.components.wire import replay_bundle
from ui.jobs.executor import LocalExecutor
from ui.jobs.job import Job
from ui.jobs.queue import JobQueue
from ui.state import training as training_module
from ui.state.queues import job_queue
from ui.state.session import visitor_of
from ui.storage.models import export_model, model_infos
from ui.storage.workspace import Workspace
from ui.views.home import NAME
from ui.views.train.models import _run, _whether_errors_compare
from ui.widgets.job_progress import NO_WORKER
from ui.widgets.replay import _what_is_drawn


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))


@pytest.fixture
def token(tmp_path) -> str:
    """A visitor of this test alone: the queue of jobs is the whole process's."""
    return f"{tmp_path}"


@pytest.fixture
def workspace(tmp_path, token) -> Workspace:
    return Workspace(tmp_path, visitor_of(token))


def labelled(widgets, label: str):
    return next(widget for widget in widgets if widget.label == label)


def start(app: AppTest, epochs: int, name: str = "") -> AppTest:
    labelled(app.number_input, "Epochs").set_value(epochs)
    labelled(app.text_input, "Name of the model").set_value(name).run()
    return press(app, "Start")


def training(token: str) -> Job:
    return job_queue().find(visitor_of(token))


def take(app: AppTest, token: str, label: str) -> AppTest:
    """Press a button that leads to a pause, and look at the page once nothing moves any more."""
    press(app, label)
    assert training(token).settle(SOON)
    return app.run()


def wait_for(app: AppTest, label: str) -> AppTest:
    """Look at the page until it has this button."""
    return until(app, lambda app: label in buttons(app))


def test_the_empty_page_offers_a_training_and_says_that_there_are_no_models(token):
    app = visit_as(token, "train")
    assert not app.exception and not app.error
    assert app.title[0].value == "Train" and set(buttons(app)) == {"Start", "Overfit on purpose"}
    assert "None yet" in app.info[0].value
    assert labelled(app.number_input, "Epochs").value == 50  # digits are few


def test_the_mirror_table_follows_the_form(token):
    app = visit_as(token, "train")
    before = app.dataframe[0].value
    labelled(app.number_input, "Code size").set_value(5).run()
    after = app.dataframe[0].value
    assert list(before["Output"])[:-1] == list(after["Output"])[:-1]
    assert (before["Output"].iloc[-1], after["Output"].iloc[-1]) == ("2", "5")
    columns = (*after["Parameters"], *after["Its parameters"])
    n_parameters = sum(int(text.replace(",", "")) for text in columns)
    assert any(f"{n_parameters:,} parameters" in caption.value for caption in app.caption)


def test_each_kind_has_its_own_settings(token):
    app = visit_as(token, "train")
    shown = {}
    for kind in ("ae", "dae", "vae"):
        labelled(app.selectbox, "Kind").set_value(kind).run()
        shown[kind] = {widget.label for widget in (*app.number_input, *app.selectbox)}
    assert any(label.startswith("Beta") for label in shown["vae"] - shown["ae"])
    assert "Noise on the inputs" in shown["dae"] - shown["ae"]


def test_a_training_is_kept_and_opens_in_the_map(token, workspace):
    app = start(visit_as(token, "train"), 2, "first try")
    wait_for(app, "Train another")
    assert not app.exception and "first try" in app.success[0].value
    assert [info.name for info in model_infos(workspace.models)] == ["first try"]
    measures = {metric.label: metric.value for metric in app.metric}
    last = model_infos(workspace.models)[0].config.training.history[-1]
    assert measures["Epochs"] == "2" and measures["Held-out PSNR"] == f"{last.validation_psnr:.1f} dB"
    assert measures["Held-out loss"] == f"{last.validation_loss:.1f} nats"
    assert "Losses (CSV)" in {button.proto.label for button in app.get("download_button")}
    press(app, "Look at its map")
    assert app.title[0].value == NAME and app.session_state["model"] == "first try"
    assert not app.exception and not app.error


def test_a_training_is_found_again_after_a_reload_and_on_other_pages(token, workspace):
    app = start(visit_as(token, "train"), 1000)
    app.switch_page("../pages/your_images.py").run()
    again = visit_as(token, "train")
    assert "Stop" in buttons(again) and "Start" not in buttons(again)
    take(again, token, "Pause")
    assert "Resume" in buttons(again)
    stranger = visit_as(token + "other", "train")
    assert "Start" in buttons(stranger)
    take(again, token, "One epoch")
    press(again, "Stop")
    wait_for(again, "Train another")
    assert [info.name for info in model_infos(workspace.models)] == ["digits-ae-2-v2"]
    press(again, "Train another")
    assert "Start" in buttons(again)


def test_steps_are_taken_one_at_a_time(token):
    app = take(start(visit_as(token, "train"), 1000), token, "Pause")
    shown = [labelled(take(app, token, "One step").metric, "Step").value for _ in range(2)]
    steps = [int(text.split()[0].replace(",", "")) for text in shown]
    assert steps[1] == steps[0] + 1
    press(app, "Stop")


def test_a_training_that_is_stopped_within_an_epoch_is_measured_as_it_is_kept(token, workspace):
    app = start(visit_as(token, "train"), 1000)
    for label in ("Pause", "One epoch", "One step", "One step"):
        take(app, token, label)
    job = training(token)
    press(app, "Stop")
    wait_for(app, "Train another")
    kept = workspace.models.load(job.result)
    last = kept.config.training.history[-1]
    latest = job.progress.latest
    assert last.epoch == latest.step * 1000 / latest.n_steps and last.epoch % 1 != 0
    assert labelled(app.metric, "Held-out loss").value == f"{last.validation_loss:.1f} nats"
    assert labelled(app.metric, "Epochs").value == f"{last.epoch:,.4g}"
    facts = "trained on 1,293 images of digits", f"epochs: {last.epoch:,.4g}"
    assert all(fact in " ".join(caption.value for caption in app.caption) for fact in facts)
    replay = read_replay(workspace.models.folder / job.result)
    assert (replay.epochs[-1], replay.validation_losses[-1]) == (last.epoch, last.validation_loss)


def test_what_a_paused_training_shows_is_where_it_stands(token):
    app = start(visit_as(token, "train"), 1000)
    wait_until(lambda: training(token).progress.latest is not None)
    paused = labelled(take(app, token, "Pause").metric, "Step").value
    stepped = labelled(take(app, token, "One step").metric, "Step").value
    steps = [int(text.split()[0].replace(",", "")) for text in (paused, stepped)]
    assert steps[1] == steps[0] + 1
    press(app, "Stop")


def test_a_bad_name_is_refused_at_the_form_which_stays_as_it_was(token):
    app = visit_as(token, "train")
    labelled(app.number_input, "Code size").set_value(7)
    labelled(app.text_input, "Name of the model").set_value("../mine").run()
    assert "letters, digits" in app.error[0].value and labelled(app.button, "Start").disabled
    assert labelled(app.number_input, "Code size").value == 7
    assert labelled(app.text_input, "Name of the model").value == "../mine"
    labelled(app.text_input, "Name of the model").set_value("mine").run()
    assert not app.error and not labelled(app.button, "Start").disabled


def test_a_taken_name_leaves_the_network_to_be_looked_at(token):
    app = visit_as(token, "train")
    labelled(app.text_input, "Name of the model").set_value("mnist-ae-2").run()
    assert "taken" in app.error[0].value and labelled(app.button, "Start").disabled
    assert len(app.dataframe) == 1 and not app.exception


def test_a_bad_name_typed_just_before_the_click_starts_nothing(token):
    app = visit_as(token, "train")
    labelled(app.text_input, "Name of the model").set_value("mnist-ae-2")
    press(app, "Start")
    assert "taken" in app.error[0].value and set(buttons(app)) == {"Start", "Overfit on purpose"}


def test_models_are_renamed_deleted_brought_back_and_loaded(token, workspace):
    app = wait_for(start(visit_as(token, "train"), 1, "mine"), "Train another")
    data = export_model(workspace.models, "mine")
    labelled(app.text_input, "New name").set_value("better")
    press(app, "Rename")
    assert [info.name for info in model_infos(workspace.models)] == ["better"]
    assert "better" in app.success[0].value
    press(app, "Delete")
    assert model_infos(workspace.models) == [] and "Start" in buttons(app)
    press(app, "Bring better back")
    assert [info.name for info in model_infos(workspace.models)] == ["better"]
    app.file_uploader[0].upload("mine (1).zip", data).run()
    assert labelled(app.text_input, "Its name").value == "mine"
    press(app, "Load")
    assert "Loaded as **mine**" in app.toast[0].value
    assert [info.name for info in model_infos(workspace.models)] == ["better", "mine"]
    assert not app.error and not app.exception


def test_a_file_that_is_no_model_is_refused_and_the_form_stays(token, workspace):
    app = visit_as(token, "train")
    app.file_uploader[0].upload("bad.zip", b"nonsense").run()
    press(app, "Load")
    assert "zip archive" in app.error[0].value and model_infos(workspace.models) == []
    assert labelled(app.text_input, "Its name").value == "bad"


def test_the_loss_figure_shows_what_was_measured():
    epochs = (EpochResult(1, 9.0, 10.0, 12.0), EpochResult(2, 7.0, 8.5, 13.0))
    latest = Progress(4, 4, 2, 7.1, 7.1, 0.0, 100.0, 0.0)
    progress = TrainingProgress(
        "digits", ModelSettings(), TrainingSettings(), 4, latest, ((0.5, 20.0), (1.0, 11.0)), epochs
    )
    curves = {curve.name: (curve.x, curve.y) for curve in loss_figure(progress).marks}
    assert curves == {
        "batches": ([0.5, 1.0], [20.0, 11.0]),
        "training": ([1, 2], [9.0, 7.0]),
        "held out": ([1, 2], [10.0, 8.5]),
    }


def progress_at(n_epochs: int, *losses: float) -> TrainingProgress:
    epochs = tuple(EpochResult(epoch, loss, loss, 12.0) for epoch, loss in enumerate(losses, 1))
    batches = ((n_epochs / 2, losses[0]), (float(n_epochs), losses[-1]))
    return TrainingProgress("digits", ModelSettings(), TrainingSettings(), n_epochs, None, batches, epochs)


def test_the_loss_axis_is_logarithmic_and_writes_numbers_in_full():
    axis = on_screen(loss_figure(progress_at(2, 561.0, 503.0))).layout.yaxis
    assert axis.type == "log" and axis.tickformat == ",~g"


@pytest.mark.parametrize(("n_epochs", "step"), [(1, 1), (2, 1), (10, 2), (50, 10), (1000, 200)])
def test_epochs_are_counted_in_whole_numbers(n_epochs, step):
    assert on_screen(loss_figure(progress_at(n_epochs, 100.0, 90.0))).layout.xaxis.dtick == step


def test_overfitting_on_purpose_is_one_click_and_says_what_it_means(token, workspace):
    app = press(visit_as(token, "train"), "Overfit on purpose")
    slider = labelled(app.select_slider, "Training images")
    assert slider.value == "50" and labelled(app.number_input, "Epochs").value == 100
    assert labelled(app.number_input, "Batch size, images").value == 10
    assert any("; 50 images to train on" in caption.value for caption in app.caption)
    wait_for(start(app, 3), "Train another")
    info = model_infos(workspace.models)[0]
    history = info.config.training.history
    assert (info.name, info.config.training.settings.n_images) == ("digits-ae-2-of-50", 50)
    said = sentence(history, 50, is_over=True)
    assert said in [text.value for text in app.markdown]
    assert any("50 images of digits" in caption.value for caption in app.caption)


@pytest.mark.parametrize("count", ["50", "1000"])
def test_the_number_of_training_images_stands_in_the_address(token, count):
    app = visit_as(token, "train", train_images=count)
    assert labelled(app.select_slider, "Training images").value == count
    assert labelled(app.select_slider, "Training images").options[-1] == "all 1,293"


@pytest.mark.parametrize("wrong", ["7", "20000", "<b>", ""])
def test_a_number_that_there_is_not_means_all(token, wrong):
    app = visit_as(token, "train", train_images=wrong)
    assert not app.exception and labelled(app.select_slider, "Training images").value == "all"


def components(app: AppTest) -> list[dict]:
    """Data of the replays on the page; the frame has a component too."""
    given = (json.loads(part.proto.json) for part in app.main.get("bidi_component"))
    return [data for data in given if "url" in data]


def test_the_frames_are_shown_on_the_way_and_afterwards(token, workspace):
    app = take(start(visit_as(token, "train"), 1000), token, "Pause")
    (paused,) = components(take(app, token, "One epoch"))
    assert paused["url"] and not paused["now"]
    press(app, "Resume")
    wait_until(lambda: training(token).progress.positions is not None)  # who takes it up looks first
    (live,) = components(app.run())
    assert live["now"] and not live["url"]
    frames = load(base64.b64decode(live["now"]))
    assert frames["epochs"].shape == (1,) and frames["positions"].shape == (1, 144, 2)
    press(app, "Stop")
    wait_for(app, "Train another")
    (outcome,) = components(app)
    kept = read_replay(model_infos(workspace.models)[0].folder)
    assert outcome["url"].removeprefix("/latent/files/").startswith("replay-")
    assert file_at(outcome["url"]) == replay_bundle(kept)
    press(app, "Train another")
    (again,) = components(app)
    assert (
        again["url"] == outcome["url"] and kept.epochs[0] == 0
    )  # of the model that is chosen among one's own


def test_damaged_frames_are_told_of_and_the_model_stays(token, workspace):
    app = wait_for(start(visit_as(token, "train"), 1, "mine"), "Train another")
    (model_infos(workspace.models)[0].folder / REPLAY).write_bytes(b"nonsense")
    press(app, "Train another")
    assert "replay.npz is damaged" in app.error[0].value and not app.exception
    assert "Delete" in buttons(app)


def test_trainings_are_drawn_together(token, workspace):
    wait_for(start(visit_as(token, "train"), 2, "mine"), "Train another")
    app = visit_as(token, "train", runs=["mine", "nobody's", "digits-ae-2"])
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    errors, gaps = charts[-2:]
    mine = model_infos(workspace.models)[0]
    assert [trace["name"] for trace in errors["data"]] == ["mine", "digits-ae-2"]
    assert errors["layout"]["yaxis"]["type"] == "log"
    assert [trace["name"] for trace in gaps["data"]] == ["mine"]
    assert gaps["layout"]["yaxis"]["title"]["text"] == "jump ratio"
    (run,) = [_run(mine)]
    assert list(run.errors) == [result.validation_loss for result in mine.config.training.history]
    assert list(run.gap_scores) == list(read_replay(mine.folder).gap_scores)
    said = [caption.value for caption in app.caption]
    assert any("The lowest held-out error is that of digits-ae-2" in text for text in said)
    assert any("kept with digits-ae-2" in text for text in said)


def test_errors_of_other_images_or_kinds_are_said_not_to_compare():
    run = Run("a", "digits", "ae", JUMP, np.arange(3), np.array([9.0, 5, 7]), np.empty(0), np.empty(0))
    assert "lowest held-out error is that of a, 5.0 nats after epoch 1" in _whether_errors_compare([run])
    others = [replace(run, source="mnist"), replace(run, kind="vae")]
    assert "these are of digits, mnist" in _whether_errors_compare([run, others[0]])
    assert "not of one kind" in _whether_errors_compare([run, others[1]])


def test_the_difference_of_the_losses_is_named_on_the_chart():
    epochs = tuple(EpochResult(n, 100.0 - n, 110.0, 12.0) for n in (1, 2, 3))
    chart = loss_figure(replace(progress_at(3, 100.0, 90.0), epochs=epochs))
    assert [note.text for note in chart.notes] == ["difference 13.0 nats"]
    line = chart.marks[-1]
    assert (line.name, line.x, line.y) == ("", [3, 3], [97, 110])


def test_without_a_worker_the_page_says_what_it_waits_for(token, monkeypatch):
    queue = JobQueue()
    monkeypatch.setattr(training_module, "job_queue", lambda: queue)
    app = start(visit_as(token, "train"), epochs=50)
    assert [bar.proto.text for bar in app.get("progress")] == [NO_WORKER]
    queue.add_executor(LocalExecutor())
    assert all(bar.proto.text != NO_WORKER for bar in app.run().get("progress"))
    press(app, "Stop")


@pytest.mark.parametrize(("epochs", "is_cut"), [([0, 1], False), ([0, 1, 1.5], False), ([0, 1, 2], True)])
def test_what_the_charts_leave_out_is_said_once_they_do(epochs, is_cut):
    n = len(epochs)
    image, zeros = np.zeros((1, 28, 28), np.uint8), np.zeros(n)
    places, pictures = np.zeros((n, 1, 2), np.float32), np.zeros((n, 1, 28, 28), np.uint8)
    replay = Replay(
        2, (), image, np.zeros(1, np.int16), np.array(epochs, float), places, pictures, zeros, zeros, zeros
    )
    assert ("from the end of the first epoch" in _what_is_drawn(replay)) == is_cut


def test_one_image_is_too_few_to_train_with(token, workspace):
    workspace.images.save(Dataset("one", "all", np.full((1, 28, 28), 9, np.uint8), None, ()), "one")
    app = visit_as(token, "train", data="one")
    assert "one has 1 image, and training needs at least 2" in app.error[0].value
    assert "Start" not in buttons(app) and not app.exception


def test_a_step_asked_for_by_a_tab_that_lags_behind_does_not_pause(token):
    app = take(start(visit_as(token, "train"), 1000), token, "Pause")
    job = training(token)
    job.resume()  # in another tab
    press(app, "One step")
    assert not job.wait(0.5, "paused")
    job.stop()
    assert job.wait(SOON)
