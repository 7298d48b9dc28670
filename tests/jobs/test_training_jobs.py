"""Trainings that outlive their server, and disks that are full, as the visitor meets them."""

import errno
import os
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import read_replay
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from autoencoder.training import session
from autoencoder.training.plan import TrainingPlan
from autoencoder.training.recorder import Recorder
from autoencoder.training.session import Training, Unfinished, UnfinishedError
from tests.tools.app import buttons, new_app, until
from tests.tools.waiting import SOON, wait_until
from tests.tools.works import assert_same_weights, plan, trained
from ui.jobs import executor
from ui.jobs.executor import LocalExecutor
from ui.jobs.queue import JobQueue
from ui.jobs.runner import Runner
from ui.state.session import visitor_of
from ui.state.training import restore_training, train
from ui.storage import disk, upkeep
from ui.storage.disk import state_root
from ui.storage.models import model_infos
from ui.storage.shares import path_of_copy, share_copy
from ui.storage.upkeep import clear_unfinished
from ui.storage.workspace import UNFINISHED, Workspace

VISITOR = "0" * 32


@pytest.fixture
def space(tmp_path) -> Workspace:
    return Workspace(tmp_path / "state", VISITOR)


@pytest.fixture
def new_server(monkeypatch):
    """A queue that knows of nothing, as after a start; the ones before do nothing any more."""
    monkeypatch.setattr(executor, "SLICE", 0.005)
    started = []

    def start() -> JobQueue:
        for queue in started:
            queue.shut_down()
        started.append(JobQueue(LocalExecutor()))
        return started[-1]

    yield start
    for queue in started:
        queue.shut_down()


@pytest.fixture
def own(space) -> TrainingPlan:
    """A training of images of the visitor's own."""
    given = plan(4)
    space.images.save(given.dataset, "stripes")
    return replace(given, dataset=replace(space.images.load("stripes"), name="stripes"))


def left_after_an_epoch(queue: JobQueue, given: TrainingPlan, space: Workspace) -> None:
    """Have a training begun and leave it after its first epoch."""
    job = train(queue, VISITOR, given, space)
    job.step(lambda step: isinstance(step.partial, EpochResult))
    assert job.wait(SOON, "paused") and len(job.progress.epochs) == 1


def full_disk(*args, **kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_training_outlives_its_server_in_the_same_bits(new_server, space):
    digits = load_dataset("digits", "train")
    given = replace(
        plan(3), dataset=digits, test=load_dataset("digits", "test"), settings=TrainingSettings(3)
    )
    left_after_an_epoch(new_server(), given, space)
    queue = new_server()
    job = restore_training(queue, VISITOR, space)
    assert job is queue.find(VISITOR) and job.status == "paused"
    assert len(job.progress.epochs) == 1 and job.progress.losses and job.progress.latest.epoch == 1
    job.resume()
    assert job.wait(SOON) and job.status == "done"
    assert_same_weights(space.models.load(job.result), trained(given))
    assert [epoch.epoch for epoch in job.progress.epochs] == [1, 2, 3]
    assert list(read_replay(space.models.folder / job.result).epochs) == [0, 1, 2, 3]
    assert restore_training(new_server(), VISITOR, space) is None


def test_a_training_in_line_is_there_after_a_restart_too(new_server, space, own):
    queue = JobQueue()
    train(queue, VISITOR, own, space)
    job = restore_training(new_server(), VISITOR, space)
    assert job.status == "paused" and job.progress.latest is None
    job.resume()
    assert job.wait(SOON) and job.status == "done"
    assert_same_weights(space.models.load(job.result), trained(own))


def test_a_training_on_shared_images_outlives_its_server(new_server, space, own):
    name = f"stripes~{0:020}"
    owner = Workspace(state_root(), "1" * 32)
    owner.images.save(own.dataset, "stripes")
    share_copy(owner, "data", owner.images.find("stripes"), name)
    shared = replace(own, dataset=replace(own.dataset, name=name))
    left_after_an_epoch(new_server(), shared, space)
    job = restore_training(new_server(), VISITOR, space)
    job.resume()
    assert job.wait(SOON) and job.status == "done"
    assert_same_weights(space.models.load(job.result), trained(shared))
    left_after_an_epoch(new_server(), shared, space)
    path_of_copy("data", name).unlink()
    with pytest.raises(DatasetError, match="no longer here"):
        restore_training(new_server(), VISITOR, space)


def test_an_interrupted_training_that_is_stopped_leaves_its_model(new_server, space, own):
    left_after_an_epoch(new_server(), own, space)
    job = restore_training(new_server(), VISITOR, space)
    job.stop()
    assert job.wait(SOON) and job.status == "stopped"
    assert len(space.models.load(job.result).config.training.history) == 1


def test_images_that_are_gone_or_others_are_told_of(new_server, space, own):
    left_after_an_epoch(new_server(), own, space)
    space.images.delete("stripes")
    with pytest.raises(DatasetError, match="stripes, are no longer here"):
        restore_training(new_server(), VISITOR, space)
    space.images.save(own.dataset.subset(np.arange(50)), "stripes")
    with pytest.raises(DatasetError, match="as they were"):
        restore_training(new_server(), VISITOR, space)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x02\0\0\0\0\0\0\0{}", b"\xff" * 100])
def test_a_damaged_file_is_told_of(new_server, space, data):
    space.training.keep(data)
    with pytest.raises(UnfinishedError, match="damaged"):
        restore_training(new_server(), VISITOR, space)


def test_what_is_kept_of_a_training_is_all_of_it(new_server, space, own):
    left_after_an_epoch(new_server(), own, space)
    kept = Unfinished.from_bytes(space.training.read())
    again = Unfinished.from_bytes(kept.to_bytes())
    assert kept.plan(lambda name, split: own.dataset).settings == own.settings
    assert (again.model, again.runtime, again.latest) == (own.model, kept.runtime, kept.latest)
    assert again.losses.points == kept.losses.points and again.snapshot.step == kept.snapshot.step
    assert again.snapshot.history == kept.snapshot.history
    for name, array in kept.snapshot.arrays.items():
        np.testing.assert_array_equal(again.snapshot.arrays[name], array)


def test_a_full_disk_on_the_way_is_told_and_the_training_goes_on(new_server, space, own, monkeypatch):
    monkeypatch.setattr(disk.os, "replace", full_disk)
    job = train(new_server(), VISITOR, own, space)
    wait_until(lambda: "could not be written: No space left on device" in job.notice)
    assert job.wait(SOON) and job.status == "done" and space.models.load(job.result)
    assert not list((space.models.folder.parent).glob(".saving-*"))


def test_a_model_that_finds_the_disk_full_can_be_kept_once_there_is_room(new_server, space, own, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("autoencoder.checkpoint.store._write_files", full_disk)
        queue = new_server()
        job = train(queue, VISITOR, own, space)
        assert job.wait(SOON) and job.status == "failed" and "No space left on device" in str(job.error)
    queue.forget(VISITOR)
    again = restore_training(queue, VISITOR, space)
    again.resume()
    assert again.wait(SOON) and again.status == "done"
    assert_same_weights(space.models.load(again.result), trained(own))


def test_a_training_is_looked_at_for_a_small_share_of_its_time(monkeypatch):
    now, n_looks = [0.0], [0]

    def look(self):
        now[0] += 0.02
        n_looks[0] += 1

    monkeypatch.setattr(session, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(session, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(session, "LOOK_SHARE", 0.1)
    monkeypatch.setattr(Recorder, "look", look)
    for _ in Training(plan(12)).steps():
        now[0] += 0.02
    assert now[0] > 1 and n_looks[0] * 0.02 == pytest.approx(0.1 * now[0], rel=0.2)


def test_what_nobody_comes_back_to_is_removed(tmp_path, monkeypatch):
    spaces = [Workspace(tmp_path, f"{number:032x}") for number in range(4)]
    for number, space in enumerate(spaces):
        space.training.keep(b"x" * 100)
        days = 20 if number == 0 else number
        written = time.time() - days * 24 * 3600
        os.utime(tmp_path / "visitors" / f"{number:032x}" / UNFINISHED, (written, written))
    clear_unfinished(tmp_path)
    assert [space.training.read() is not None for space in spaces] == [False, True, True, True]
    monkeypatch.setattr(upkeep, "MAX_UNFINISHED_BYTES", 200)
    clear_unfinished(tmp_path)
    assert [space.training.read() is not None for space in spaces] == [False, True, True, False]


def test_the_page_offers_to_go_on_after_a_restart(new_server, checkpoints, tmp_path):
    token = f"{tmp_path}"
    space = Workspace(Path(os.environ["LATENT_STATE_ROOT"]), visitor_of(token))
    digits = load_dataset("digits", "train")
    left_after_an_epoch(new_server(), replace(plan(2), dataset=digits, name="mine"), space)
    new_server()
    app = new_app(token)
    app.run()
    app.switch_page("../pages/train.py").run()
    button = next(button for button in app.button if button.label == "Resume")
    button.click().run()
    until(app, lambda app: "Train another" in buttons(app))
    assert "mine" in app.success[0].value
    assert [info.name for info in model_infos(space.models)] == ["mine"]


def test_the_page_finds_a_training_going_on_after_a_restart(new_server, tmp_path):
    token = f"{tmp_path}"
    space = Workspace(Path(os.environ["LATENT_STATE_ROOT"]), visitor_of(token))
    digits = load_dataset("digits", "train")
    left_after_an_epoch(new_server(), replace(plan(2), dataset=digits, name="mine"), space)
    assert space.training.is_paused()
    space.training.mark_paused(False)  # as on the way
    new_server()
    app = new_app(token)
    app.run()
    app.switch_page("../pages/train.py").run()
    assert "Resume" not in {button.label for button in app.button}
    until(app, lambda app: "Train another" in buttons(app))
    assert "mine" in app.success[0].value and not space.training.is_paused()


def test_it_is_kept_whether_a_training_is_paused_also_before_its_first_step(space, own):
    queue = JobQueue()  # nobody works: it stays in line
    space.training.mark_paused(True)  # by a training before it
    job = train(queue, VISITOR, own, space)
    assert not space.training.is_paused()
    for act, is_paused in ((job.pause, True), (job.resume, False), (job.pause, True), (job.step, True)):
        act()
        assert space.training.is_paused() == is_paused
    space.training.drop()
    assert not space.training.is_paused()


def test_a_paused_training_that_nobody_comes_back_to_leaves_no_mark(space, own, monkeypatch):
    train(JobQueue(), VISITOR, own, space).pause()
    monkeypatch.setattr(upkeep, "MAX_UNFINISHED_DAYS", -1)
    clear_unfinished(space.models.folder.parents[2])
    assert space.training.read() is None and not space.training.is_paused()


def test_the_page_of_a_training_without_its_images_says_so_and_lets_go_of_it(new_server, tmp_path):
    token = f"{tmp_path}"
    space = Workspace(Path(os.environ["LATENT_STATE_ROOT"]), visitor_of(token))
    left_after_an_epoch(new_server(), plan(2), space)
    app = new_app(token)
    app.run()
    app.switch_page("../pages/train.py").run()
    assert "no longer here" in app.error[0].value
    assert "Start" not in {button.label for button in app.button}
    next(button for button in app.button if button.label == "Discard it").click().run()
    assert not app.error and "Start" in {button.label for button in app.button}


def test_who_takes_one_step_sees_the_network_after_it(monkeypatch):
    monkeypatch.setattr(session, "LOOK_EVERY", 1000.0)
    runner, given = Runner(), plan(2)
    runner.begin("key", Training(given), None)
    before = runner.advance("key", SOON, lambda event: True).progress
    after = runner.release("key")
    for part in ("positions", "reconstructions"):
        assert not np.array_equal(getattr(before, part), getattr(after.progress, part))
