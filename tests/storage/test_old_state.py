"""State folder written by the program before its modules moved: this program opens all of it.

The archive was written by tests/tools/old_state.py at revision 36e6694, with what that program read from it.
"""

import json
import os
from dataclasses import astuple
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from safetensors import safe_open
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.replay import read_replay
from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.training.session import Unfinished
from tests.tools.app import visit_as
from tests.tools.facts import digest, facts_of, machine
from tests.tools.project import PROJECT
from tests.tools.waiting import SOON
from ui import settings
from ui.jobs.executor import LocalExecutor
from ui.jobs.queue import JobQueue
from ui.server.app import clear_up
from ui.state.queues import job_queue, quick_queue
from ui.state.training import restore_training
from ui.storage import classroom, results, shares
from ui.storage.disk import state_root
from ui.storage.models import model_infos
from ui.storage.workspace import Workspace

ARCHIVE = PROJECT / "tests" / "storage" / "state_before_rooms.zip"
with ZipFile(ARCHIVE) as _archive:
    EXPECTED, N_FILES = json.loads(_archive.read("expected.json")), len(_archive.namelist()) - 1
VISITORS = EXPECTED["visitors"]
every_visitor = pytest.mark.parametrize("name", VISITORS)
is_same_machine = machine() == EXPECTED["machine"] != ""


@pytest.fixture(autouse=True)
def old_state(tmp_path, monkeypatch):
    """The folder as it was left, with no server's memory of it; its files are as old as this test."""
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path / "state"))
    with ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path)
    for queue in (job_queue, quick_queue):
        queue.clear()


def space_of(name: str) -> Workspace:
    return Workspace(state_root(), VISITORS[name]["id"])


def as_json(value):
    """The facts of a value as they come out of a JSON file."""
    return json.loads(json.dumps(facts_of(value)))


def visit(page: str, token: str, **query) -> AppTest:
    app = visit_as(token, page, **query)
    assert not app.exception and not app.error and not app.warning
    return app


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_starting_server_removes_nothing_of_it():
    before = contents(state_root())
    clear_up()
    assert contents(state_root()) == before and len(before) == N_FILES


# Models and images


@every_visitor
def test_models_are_the_same(name):
    space, expected = space_of(name), VISITORS[name]["models"]
    assert [info.name for info in model_infos(space.models)] == list(expected)
    for info in model_infos(space.models):
        assert_same_model(info.folder, expected[info.name])


def assert_same_model(folder: Path, expected: dict) -> None:
    model = load_checkpoint(folder)
    assert model.fingerprint == expected["fingerprint"]
    # Its units were calibrated on the codes of its atlas; that is all that its file did not say.
    atlas = {**expected["config"]["atlas"], "calibrated_on": "atlas"}
    assert as_json(model.config) == {**expected["config"], "atlas": atlas}
    assert as_json(model.atlas) == expected["atlas"]
    assert as_json(model.model.weights) == expected["weights"]
    replay = read_replay(folder)
    assert as_json(replay) == expected["replay"] and len(replay) > 1
    pictures = load_dataset(next(state_root().glob("shared/data/*.npz"))).images[:2]
    np.testing.assert_allclose(model.model.encode(pictures), expected["codes"], rtol=1e-3, atol=1e-4)
    decoded = model.model.decode(model.atlas.latents[:1])[0, 10:18:2, 14]
    np.testing.assert_allclose(decoded, expected["decoded"], rtol=1e-3, atol=1e-4)


@every_visitor
def test_images_are_the_same(name):
    space, expected = space_of(name), VISITORS[name]["images"]
    assert space.images.names() == list(expected)
    for images in space.images.names():
        dataset = space.images.load(images)
        assert {"fingerprint": dataset.fingerprint, **as_json(dataset)} == expected[images]


@every_visitor
def test_what_was_deleted_last_can_be_had_back(name):
    space, expected = space_of(name), VISITORS[name]
    assert space.models.deleted() == expected["deleted_model"]
    assert space.images.deleted() == expected["deleted_images"]
    if name == "anna":
        assert space.models.load(space.models.restore()).model.latent_dim == 1
        assert space.images.load(space.images.restore()).n_images == 6


# Shared copies


@every_visitor
def test_shared_copies_are_their_owners(name):
    space = space_of(name)
    for kind, expected in VISITORS[name]["shared"].items():
        assert [copy.name for copy in space.shared.copies(kind)] == expected


def test_a_link_to_shared_things_opens_them():
    anna = VISITORS["anna"]
    (model,), (images,) = anna["shared"]["model"], anna["shared"]["data"]
    assert shares.is_shared("model", model) and shares.is_shared("data", images.removesuffix(".npz"))
    app = visit("reconstruction", "somebody else", model=model, data=images.removesuffix(".npz"))
    assert app.selectbox(key="model").value == model
    assert app.selectbox(key="data").value == images.removesuffix(".npz")
    original = anna["models"][model.partition("~")[0]]
    assert_same_model(state_root() / "shared" / "model" / model, original)
    copy = load_dataset(state_root() / "shared" / "data" / images)
    assert copy.fingerprint == anna["images"][images.partition("~")[0]]["fingerprint"]


def test_the_switches_of_the_owner_are_on():
    anna = VISITORS["anna"]
    app = visit("your_images", anna["token"])
    assert [toggle.value for toggle in app.toggle if toggle.label == "Share"] == [True]
    (images,) = anna["shared"]["data"]
    next(toggle for toggle in app.toggle if toggle.label == "Share").set_value(False).run()
    assert not shares.is_shared("data", images.removesuffix(".npz")) and not app.exception


# Results


@pytest.mark.parametrize("key", EXPECTED["results"], ids=lambda key: key.split()[0][:4])
def test_results_are_the_same(key):
    assert as_json(results.recall(key)) == EXPECTED["results"][key]


def test_all_kinds_of_results_are_among_them():
    found = set()
    for path in state_root().glob("results/*"):
        with safe_open(path, "numpy") as file:
            found |= {kind for kind in results.KINDS if f'"kind": "{kind}"' in file.metadata()["tree"]}
    assert found == set(results.KINDS)


every_visit = partial(
    pytest.mark.parametrize, "asked", ids=lambda asked: f"{asked['page']} {asked['button']}"
)
# Results in units of a model: since then its units, and what decides on the support, have another meaning.
IN_UNITS = "statistic", "matrix", "gaps-", "smooth", "generation"
VISITS = {
    is_in_units: [visit for visit in EXPECTED["visits"] if visit["key"].startswith(IN_UNITS) == is_in_units]
    for is_in_units in (False, True)
}


@every_visit(VISITS[True])
def test_a_result_in_units_of_old_is_not_shown_for_one_of_today(asked):
    visit(asked["page"], VISITORS["anna"]["token"], **asked["query"])
    assert quick_queue().find(asked["key"]) is None and job_queue().find(asked["key"]) is None


@every_visit(VISITS[False])
def test_a_page_shows_a_result_without_any_work(asked, monkeypatch):
    if asked["needs_same_machine"] and not is_same_machine:
        pytest.skip("another CPU computes other codes in the last bit, so the key is another one")

    def refused(*args, **kwargs):
        raise AssertionError("work was begun though its result is kept")

    monkeypatch.setattr(JobQueue, "submit", refused)
    app = visit(asked["page"], VISITORS["anna"]["token"], **asked["query"])
    assert not asked["button"] or asked["button"] not in [button.label for button in app.button]
    job = quick_queue().find(asked["key"]) or job_queue().find(asked["key"])
    assert job.status == "done" and as_json(job.result) == EXPECTED["results"][asked["key"]]


# Trainings that are not over


@every_visitor
def test_an_unfinished_training_stands_where_it_was_left(name):
    space, expected = space_of(name), VISITORS[name]["unfinished"]
    kept = Unfinished.from_bytes(space.training.read())
    assert {
        "is_paused": space.training.is_paused(),
        "name": kept.name,
        "images": as_json(kept.dataset),
        "test": as_json(kept.test),
        "model": as_json(kept.model),
        "settings": as_json(kept.settings),
        "runtime": as_json(kept.runtime),
        "snapshot": as_json(kept.snapshot),
        "losses": as_json(kept.losses.points),
        "latest": as_json(kept.latest),
        "replay": as_json(kept.replay),
    } == expected


@every_visitor
def test_an_unfinished_training_is_taken_up_and_ends_as_it_would_have(name):
    space, left = space_of(name), VISITORS[name]["unfinished"]
    queue = JobQueue(LocalExecutor())
    job = restore_training(queue, VISITORS[name]["id"], space)
    assert job.status == "paused" and as_json(job.progress.latest) == left["latest"]
    job.resume()
    assert job.wait(SOON) and job.status == "done", job.error
    queue.shut_down()
    assert space.training.read() is None and not space.training.is_paused()
    assert job.result == left["name"]
    model = space.models.load(job.result)
    assert [epoch.epoch for epoch in job.progress.epochs] == list(range(1, left["settings"]["epochs"] + 1))
    if "end" in VISITORS[name]:
        assert_same_end(model, VISITORS[name]["end"])


@pytest.mark.parametrize(("name", "is_paused"), [("berta", False), ("carla", True)])
def test_the_page_takes_a_training_up_unless_it_was_paused(name, is_paused):
    visit("train", VISITORS[name]["token"])
    job, left = job_queue().find(VISITORS[name]["id"]), VISITORS[name]["unfinished"]
    if is_paused:
        assert job.status == "paused" and as_json(job.progress.latest) == left["latest"]
    else:
        assert job.wait(SOON) and job.status == "done"


def assert_same_end(model, end: dict) -> None:
    """The very bits where CPU and libraries are those that the old program had; else nearly the same."""
    weights = model.model.weights
    assert sorted(weights) == list(end["weights"])
    for name, first in end["weights"].items():
        np.testing.assert_allclose(weights[name].ravel()[: len(first)], first, rtol=1e-3, atol=1e-3)
    history = [astuple(epoch) for epoch in model.config.training.history]
    np.testing.assert_allclose(history, end["history"], rtol=1e-3)
    assert read_replay(model.folder).epochs.tolist() == end["frames"]
    if is_same_machine:
        assert digest(*(weights[name] for name in sorted(weights))) == end["sha256"]


# The class


def test_what_holds_for_the_class_holds_on(monkeypatch):
    monkeypatch.setitem(os.environ, settings.TEACHER_TOKEN, "a teacher's secret")
    assert as_json(classroom.classroom()) == EXPECTED["classroom"]
    assert classroom.classroom() != classroom.Classroom()
