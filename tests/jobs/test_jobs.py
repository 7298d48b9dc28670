"""Laws of the queue of jobs, with work that counts instead of training; and of a training as a job."""

import os
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoencoder.checkpoint.record import EpochResult
from autoencoder.errors import LatentSpaceError
from autoencoder.steps import Step
from autoencoder.training.plan import ThinnedCurve, model_settings, training_settings
from autoencoder.training.trainer import Progress
from tests.tools.waiting import SOON
from tests.tools.works import Counting, Failing, count_slices, plan
from ui.jobs import executor, line, runner
from ui.jobs import queue as queue_module
from ui.jobs.executor import LocalExecutor
from ui.jobs.job import JobError
from ui.jobs.queue import JobQueue
from ui.state.training import train
from ui.storage.models import model_infos
from ui.storage.workspace import Workspace
from ui.widgets.job_progress import _how_far

VISITOR = "0" * 32


@pytest.fixture(autouse=True)
def short_slices(monkeypatch):
    monkeypatch.setattr(executor, "SLICE", 0.005)


@pytest.fixture
def queue():
    queue = JobQueue(LocalExecutor())
    yield queue
    for job in queue.unfinished():
        job.stop()


def moves_on(job) -> bool:
    """True once the job takes a step from now on."""
    before, deadline = job.progress, time.monotonic() + SOON
    while job.progress == before and time.monotonic() < deadline:
        time.sleep(0.002)
    return job.progress > before


def test_a_job_comes_to_its_result(queue):
    job = queue.submit("a", Counting(5))
    assert job.wait(SOON)
    assert (job.status, job.progress, job.result, job.error) == ("done", 5, os.getpid(), None)
    assert queue.find("a") is job and queue.find("b") is None


def test_stop_takes_effect_within_a_turn_of_each_and_keeps_the_result(queue, monkeypatch):
    others = [queue.submit(f"other {number}", Counting()) for number in range(3)]
    slices = count_slices(monkeypatch, LocalExecutor)

    class Noting(Counting):
        def finish(self) -> int:
            return len(slices)

    job = queue.submit("a", Noting())
    assert moves_on(job)
    job.stop()
    n_before = len(slices)
    assert job.wait(SOON) and job.status == "stopped" and job.result <= n_before + 4
    assert all(moves_on(other) for other in others)


def test_jobs_move_on_side_by_side(queue):
    first, second = queue.submit("a", Counting()), queue.submit("b", Counting())
    assert moves_on(first) and moves_on(second) and moves_on(first)
    assert {first.status, second.status} == {"running"}


def test_those_in_line_know_their_place_and_move_up(queue):
    active = [queue.submit(f"active {number}", Counting()) for number in range(line.MAX_AT_ONCE)]
    waiting = [queue.submit(f"waiting {number}", Counting()) for number in range(3)]
    assert moves_on(active[-1])
    assert [job.place for job in active] == [0] * line.MAX_AT_ONCE
    assert [job.place for job in waiting] == [1, 2, 3]
    assert moves_on(active[0]) and (waiting[0].progress, waiting[0].status) == (0, "waiting")
    active[1].stop()
    assert waiting[0].wait(SOON, "running") and moves_on(waiting[0])
    assert [job.place for job in waiting] == [0, 1, 2]


def test_a_job_in_line_can_be_stopped(queue):
    for number in range(line.MAX_AT_ONCE):
        queue.submit(f"active {number}", Counting())
    job = queue.submit("a", Counting())
    job.stop()
    assert job.wait(SOON) and (job.status, job.progress) == ("stopped", 0)


def test_a_paused_job_gives_its_place_up_and_goes_on_where_it_was(queue):
    active = [queue.submit(f"active {number}", Counting()) for number in range(line.MAX_AT_ONCE)]
    waiting = queue.submit("waiting", Counting())
    assert moves_on(active[0])
    active[0].pause()
    assert active[0].wait(SOON, "paused") and moves_on(waiting)
    assert active[0].settle(SOON)
    before = active[0].progress
    assert moves_on(waiting) and active[0].progress == before
    active[0].resume()
    assert active[0].place == 1  # behind the one that took its place
    active[1].stop()
    assert moves_on(active[0]) and active[0].progress > before


def test_a_paused_job_can_be_stopped(queue):
    job = queue.submit("a", Counting())
    job.pause()
    job.stop()
    assert job.wait(SOON) and job.status == "stopped"


def test_one_step_is_one_step(queue):
    job = queue.submit("a", Counting())
    assert moves_on(job)
    job.pause()
    assert job.settle(SOON)
    before = job.progress
    job.step()
    assert job.wait(SOON, "paused") and job.progress == before + 1


def test_steps_go_on_to_the_event_that_was_asked_for(queue):
    job = queue.submit("a", Counting())
    job.pause()
    job.step(lambda count: count % 50 == 0)
    assert job.wait(SOON, "paused") and job.progress % 50 == 0 and job.progress > 0


def test_what_fails_in_one_job_harms_no_other(queue):
    other, job = queue.submit("other", Counting()), queue.submit("a", Failing())
    assert job.wait(SOON) and job.status == "failed" and isinstance(job.error, ZeroDivisionError)
    assert moves_on(other)
    assert queue.submit("a", Counting(1)).wait(SOON)


def test_an_owner_has_one_job_under_way(queue):
    job = queue.submit("a", Counting())
    with pytest.raises(JobError, match="under way"):
        queue.submit("a", Counting())
    assert queue.find("a") is job
    job.stop()
    assert job.wait(SOON)
    assert queue.submit("a", Counting()) is queue.find("a") is not job


def test_the_queue_is_bounded_but_paused_jobs_make_room(queue):
    taken = [queue.submit(f"owner {number}", Counting()) for number in range(queue_module.MAX_UNFINISHED)]
    with pytest.raises(JobError, match="Try again"):
        queue.submit("late", Counting())
    taken[7].pause()
    assert queue.submit("late", Counting()) is queue.find("late")
    assert taken[7].wait(SOON) and taken[7].status == "stopped"


def test_finished_jobs_are_kept_up_to_a_number_and_forgotten_when_asked(queue, monkeypatch):
    monkeypatch.setattr(queue_module, "MAX_FINISHED", 3)
    for number in range(6):
        assert queue.submit(f"owner {number}", Counting(1)).wait(SOON)
    assert [number for number in range(6) if queue.find(f"owner {number}")] == [3, 4, 5]
    queue.forget("owner 4")
    assert queue.find("owner 4") is None


def test_a_job_under_way_is_not_forgotten(queue):
    job = queue.submit("a", Counting())
    queue.forget("a")
    assert queue.find("a") is job


def test_the_work_is_done_in_one_thread(queue):
    threads = set()

    class Spying(Counting):
        def steps(self):
            for event in super().steps():
                threads.add(threading.current_thread().name)
                yield event

    for number in range(3):
        queue.submit(f"owner {number}", Spying(20))
    assert all(queue.find(f"owner {number}").wait(SOON) for number in range(3))
    assert threads == {"jobs"}


def test_a_training_is_kept_under_its_name(queue, tmp_path):
    workspace = Workspace(tmp_path, VISITOR)
    job = train(queue, "a", plan(), workspace)
    assert job.wait(SOON) and job.result == "stripes-dae-3"
    checkpoint = workspace.models.load(job.result)
    assert [result.epoch for result in job.progress.epochs] == [1, 2]
    assert checkpoint.config.training.history == job.progress.epochs
    assert checkpoint.config.source.name == "stripes"


def test_the_atlas_of_own_images_holds_the_held_back_ones_by_their_rows(queue, tmp_path):
    workspace, given = Workspace(tmp_path, VISITOR), plan(1)
    job = train(queue, "a", given, workspace)
    assert job.wait(SOON)
    checkpoint = workspace.models.load(job.result)
    rows = checkpoint.atlas.rows
    assert len(rows) == 10 and checkpoint.config.atlas.dataset == "stripes"
    np.testing.assert_allclose(
        checkpoint.model.encode(given.dataset.images[rows]), checkpoint.atlas.latents, rtol=1e-2, atol=1e-2
    )


def test_the_images_shown_are_held_out_and_noisy_as_encoded(queue, tmp_path):
    given = plan(1)
    job = train(queue, "a", given, Workspace(tmp_path, VISITOR))
    assert job.wait(SOON)
    progress = job.progress
    model = Workspace(tmp_path, VISITOR).models.load(job.result).model
    inputs = progress.replay.inputs
    assert inputs.shape == progress.reconstructions.shape == (8, 28, 28)
    assert not any((inputs[0] == image).all() for image in given.dataset.images)
    np.testing.assert_allclose(model.reconstruct(inputs), progress.reconstructions / 255, atol=3e-3)


def test_a_training_stopped_after_an_epoch_is_kept_and_before_one_is_not(queue, tmp_path):
    workspace = Workspace(tmp_path, VISITOR)
    kept = train(queue, "a", plan(1000), workspace)
    kept.step(lambda step: isinstance(step.partial, EpochResult))
    assert kept.wait(SOON, "paused")
    kept.stop()
    dropped = train(queue, "b", plan(1000), workspace)
    dropped.step(lambda step: isinstance(step.partial, Progress))
    assert dropped.wait(SOON, "paused")
    dropped.stop()
    assert kept.wait(SOON) and dropped.wait(SOON)
    assert (kept.result, dropped.result) == ("stripes-dae-3", None)
    assert [info.name for info in model_infos(workspace.models)] == ["stripes-dae-3"]


def test_a_name_that_was_taken_meanwhile_is_numbered(queue, tmp_path):
    workspace = Workspace(tmp_path, VISITOR)
    for owner in "ab":
        assert train(queue, owner, plan(1), workspace).wait(SOON)
    assert queue.find("b").result == "stripes-dae-3-v2"


def test_a_disk_that_takes_nothing_fails_the_job_with_a_sentence(queue, tmp_path):
    (tmp_path / "visitors").write_text("a file where the folder should be")
    job = train(queue, "a", plan(1), Workspace(tmp_path, VISITOR))
    assert job.wait(SOON) and job.status == "failed"
    assert "could not be written" in str(job.error)


@given(st.lists(st.floats(-100, 100), max_size=300), st.integers(1, 8))
def test_a_thinned_curve_is_short_and_keeps_its_mean(values, half):
    curve = ThinnedCurve(2 * half)
    for x, y in enumerate(values):
        curve.add(x, y)
    assert len(curve.points) < max(2 * half, 2)
    n_used = len(values) - len(values) % curve.per_point
    assert len(curve.points) * curve.per_point == n_used
    if n_used:
        assert np.mean(curve.points, axis=0) == pytest.approx(
            [np.mean(range(n_used)), np.mean(values[:n_used])], abs=1e-9
        )


def test_settings_out_of_range_are_refused_with_a_sentence():
    with pytest.raises(LatentSpaceError, match="epochs must be from 1 to"):
        training_settings(0, 64, 1e-3, 0, "gaussian", 0.3)
    with pytest.raises(LatentSpaceError, match="latent_dim must be"):
        model_settings("ae", 129, "conv", 1.0)


@pytest.mark.parametrize(
    ("has_workers", "place", "said"),
    [
        (True, 0, "25%"),
        (True, 3, "in line, at place 3"),
        (False, 3, "no worker is available; the job continues"),
    ],
)
def test_a_page_says_how_far_a_quick_job_is(has_workers, place, said):
    job = SimpleNamespace(has_workers=has_workers, place=place, progress=Step(0.25))
    assert _how_far(job).startswith(said)


def test_snapshots_come_soon_at_first_and_then_rarely(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    class Endless:
        progress = None

        def steps(self):
            while True:
                clock[0] += 0.25
                yield None

        def snapshot(self) -> bytes:
            return b"here"

        def resume(self, snapshot: bytes) -> None:
            raise AssertionError

    works, kept = runner.Runner(), []
    works.begin("key", Endless(), None)
    while clock[0] < 50:
        if works.advance("key", 0.1, None).snapshot:
            kept.append(clock[0])
    assert kept == [0.25, 1.25, 3.25, 7.25, 15.25, 25.25, 35.25, 45.25]


def test_a_job_is_at_rest_once_its_slice_is_over(queue):
    is_at_it, may_end = threading.Event(), threading.Event()

    class Slow(Counting):
        def steps(self):
            while True:
                is_at_it.set()
                may_end.wait(SOON)
                self.progress += 1
                yield self.progress

        def snapshot(self) -> bytes:
            return b"here"

        def resume(self, snapshot: bytes) -> None: ...

    job = queue.submit("somebody", Slow())
    assert is_at_it.wait(SOON)
    job.pause()
    assert job.status == "paused" and not job.is_at_rest
    may_end.set()
    assert job.settle(SOON) and job.progress >= 1
    stands, other = job.progress, queue.submit("another", Counting())
    assert moves_on(other) and moves_on(other)
    assert job.progress == stands and job.is_at_rest
    job.resume()
    assert not job.is_at_rest
