"""The teacher's mode: only by the secret, and what is switched off is off for everybody."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.data.dataset import Dataset
from autoencoder.errors import LatentSpaceError
from autoencoder.steps import Step
from tests.tools.app import new_app, press, words
from tests.tools.models import make_small_checkpoint
from tests.tools.waiting import SOON
from ui.state.pages import PATHS
from ui.state.queues import job_queue
from ui.state.session import escape_markdown, visitor_of
from ui.storage import classroom
from ui.storage.classroom import Classroom
from ui.storage.disk import state_root
from ui.storage.models import model_infos
from ui.storage.workspace import Workspace
from ui.views.home import NAME

SECRET = "a long secret"


@pytest.fixture(autouse=True)
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_TEACHER_TOKEN", SECRET)
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))
    monkeypatch.setattr(classroom, "WRONG_SECONDS", 0.05)
    job_queue.clear()  # the teacher sees the jobs of this test alone, not what another is still ending


def visit(page: str = "latent_map", **query) -> AppTest:
    """A page, by an address that chooses nothing but what is asked."""
    app = new_app(**{"data": None, **query}).run()
    return app if page == "latent_map" else app.switch_page(f"../pages/{page}.py").run()


def teacher() -> AppTest:
    app = visit("teacher")
    app.text_input[0].set_value(SECRET)
    return press(app, "Enter")


def toggle(app: AppTest, key: str, is_on: bool) -> AppTest:
    return app.toggle(key=key).set_value(is_on).run()


@pytest.mark.parametrize("text", ["", "wrong", SECRET + " ", SECRET[:-1]])
def test_without_the_secret_there_is_nothing_to_do(text):
    app = visit("teacher")
    app.text_input[0].set_value(text)
    press(app, "Enter")
    assert len(app.error) == 1 and not app.toggle
    assert not any("Clear" in button.label for button in app.button)


def test_guesses_are_taken_in_turn_and_a_wrong_one_takes_its_time():
    guesses = ["wrong"] * 7 + [SECRET]
    started = time.monotonic()
    with ThreadPoolExecutor(len(guesses)) as visitors:
        answers = list(visitors.map(classroom.is_secret, guesses))
    assert answers == [False] * 7 + [True]
    assert time.monotonic() - started >= 7 * 0.05


@pytest.mark.parametrize("secret", ["", "short"])
def test_without_a_secret_of_some_length_there_is_no_teacher(monkeypatch, secret):
    monkeypatch.setenv("LATENT_TEACHER_TOKEN", secret)
    assert not classroom.has_teacher() and not classroom.is_secret(secret)
    assert classroom.classroom() == Classroom()
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        visit("teacher")


def test_what_is_switched_off_is_off_for_everybody_and_on_again():
    app = toggle(toggle(teacher(), "teacher.can_train", False), "teacher.can_upload", False)
    assert classroom.classroom() == Classroom("", False, False)
    train = visit("train")
    assert "switched training off" in words(train) and "Start" not in [
        button.label for button in train.button
    ]
    images = visit("your_images")
    assert "switched uploads off" in words(images) and not images.file_uploader
    toggle(app, "teacher.can_train", True)
    assert "Start" in [button.label for button in visit("train").button]


def test_new_visitors_are_led_to_the_start_and_links_are_followed_all_the_same():
    app = teacher()
    app.text_input[0].set_value("http://school:8501/interpolation?model=digits-ae-16&a=5&b=9").run()
    press(app, "Start there")
    new = visit()
    assert new.title[0].value == "Interpolation" and new.selectbox(key="model").value == "digits-ae-16"
    assert [new.number_input(key=f"pair.image_{letter}").value for letter in "ab"] == [5, 9]
    assert visit(model="digits-ae-2").title[0].value == NAME
    press(app, "Start at the home page")
    assert visit().title[0].value == NAME


@pytest.mark.parametrize(
    "address", ["http://evil.example/etc/passwd", "javascript:alert(1)", "/teacher", "x" * 5_000]
)
def test_a_foreign_address_is_no_start(address):
    with pytest.raises(LatentSpaceError, match="no address of a page"):
        classroom.starting_view(address, PATHS)


@pytest.mark.parametrize("text", ["", "[]", '{"start": 3}', '{"can_train": "no"}', '{"foreign": 1}', "\x00"])
def test_a_damaged_file_holds_nothing_up(text):
    state_root().mkdir(exist_ok=True)
    (state_root() / classroom.FILE).write_text(text)
    assert classroom.classroom() == Classroom()
    classroom.change(can_train=False)
    assert json.loads((state_root() / classroom.FILE).read_text())["can_train"] is False


def test_clearing_takes_everybody_s_images_and_leaves_the_models(digits):
    shelves = [Workspace(state_root(), visitor_of(name)) for name in ("one", "other")]
    images = np.zeros((3, 28, 28), np.uint8)
    for shelf in shelves:
        shelf.images.save(Dataset("mine", "all", images, None, ()), "mine")
    shelves[0].models.save(make_small_checkpoint(digits, "ae"), "kept")
    app = press(teacher(), "Clear them all")
    assert not app.exception and app.success[0].value == "Removed: 2 image sets."
    assert [shelf.images.names() for shelf in shelves] == [[], []]
    assert [info.name for info in model_infos(shelves[0].models)] == ["kept"]


def test_the_teacher_sees_the_work_and_stops_it():
    class Endless:
        progress = Step(0.0)

        def steps(self):
            while True:
                yield self.progress

        def finish(self):
            return None

    job = job_queue().submit("somebody's training", Endless())
    app = teacher()
    assert "Measurement, somebody's, 0%: running" in words(app)
    press(app, "Stop")
    assert job.wait(SOON) and (job.status, job.stopped_by) == ("stopped", "the teacher")


def test_a_training_has_a_code_that_teacher_and_student_see_and_who_stopped_it_is_said():
    student = visit("train")
    next(box for box in student.number_input if box.label == "Epochs").set_value(1000).run()
    press(student, "Start")
    (job,) = job_queue().unfinished()
    assert f"sees this training as **{job.code}**" in words(student)
    app = teacher()
    assert f"{escape_markdown(job.name)}, epoch" in words(app) and job.code in job.name
    press(app, "Stop")
    assert job.wait(SOON)
    assert "Stopped by the teacher." in [info.value for info in student.run().info]


def test_the_start_that_is_said_is_the_one_that_is_used():
    app = teacher()
    app.text_input[0].set_value("http://evil.example/gaps?data=mnist").run()
    press(app, "Start there")
    assert "New visitors are led to `/gaps?data=mnist` here." in words(app) and not app.warning
    for names in ({"model": "my own"}, {"data": "<script>"}, {"data": "../../etc", "model": "x"}):
        app.text_input[0].set_value(f"/gaps?{urlencode(names)}").run()
        press(app, "Start there")
        assert "Not everybody has" in app.warning[0].value
        assert all(escape_markdown(name) in app.warning[0].value for name in names.values())
