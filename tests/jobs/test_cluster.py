"""Jobs in worker processes: where they are done, what a stop, a pause and a killed worker come to."""

import os
import runpy
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import dask
import numpy as np
import psutil
import pytest

from autoencoder.checkpoint.record import EpochResult
from autoencoder.checkpoint.replay import read_replay
from autoencoder.training.trainer import Evaluating
from tests.tools.project import MAIN, PROJECT
from tests.tools.waiting import SOON, wait_until
from tests.tools.works import (
    Counting,
    Deadly,
    EndlessLosses,
    Failing,
    WaitingTraining,
    assert_same_weights,
    count_slices,
    images,
    plan,
    trained,
)
from ui.jobs import cluster as clusters
from ui.jobs.cluster import Cluster, WorkerExecutor, close_cluster, local_size, start_cluster, started_cluster
from ui.jobs.executor import LocalExecutor
from ui.jobs.job import JobError
from ui.jobs.queue import JobQueue
from ui.jobs.transfer import Scattered, pack, unpack
from ui.state.queues import _staffed
from ui.state.training import ModelHandler, train
from ui.storage.models import model_infos
from ui.storage.workspace import Workspace

GIGABYTE = 10**9


def addresses(taken) -> set[str]:
    """Addresses of the workers that have these jobs."""
    return {executor._address for executor in (job.assignment.executor for job in taken) if executor}


def results_at(queue: JobQueue, n_workers: int) -> set:
    """Results of endless jobs that are stopped once there is one at so many workers."""
    taken = []
    while len(addresses(taken)) < n_workers:
        assert len(taken) < 6, "all of them are at the same worker"
        taken.append(queue.submit(f"without an end {len(taken)}", Counting()))
        wait_until(lambda: taken[-1].assignment.executor)
    for job in taken:
        job.stop()
    assert all(job.wait(SOON) for job in taken)
    return {job.result for job in taken}


def process_of(job, cluster: Cluster) -> int:
    """The number of the process that has the job."""
    wait_until(lambda: job.assignment.executor)
    address = job.assignment.executor._address
    return cluster._client.run(os.getpid, workers=[address])[address]


def lose_actors(dask_worker) -> None:
    dask_worker.state.actors.clear()


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, "0" * 32)


# A scheduler elsewhere


@pytest.fixture
def scheduler(monkeypatch):
    """A scheduler with two workers, each a process that this one has not started itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = f"{free.getsockname()[1]}"
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", port, *here]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}", *here]
    worker += ["--nthreads", "1", "--no-nanny"]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    processes = [subprocess.Popen(line, **silent) for line in (command, worker, worker)]
    monkeypatch.setenv("LATENT_CLUSTER", f"tcp://127.0.0.1:{port}")
    yield [process.pid for process in processes[1:]]
    for process in reversed(processes):
        process.kill()
        process.wait()


def test_thirty_trainings_are_spread_over_the_workers_of_a_scheduler_elsewhere(
    scheduler, tmp_path, monkeypatch
):
    cluster, slices = start_cluster(), count_slices(monkeypatch, WorkerExecutor)
    try:
        wait_until(lambda: len(cluster.workers) == 2)  # or the first has done all before the second is there
        queue = _staffed("long")
        spaces = [Workspace(tmp_path, f"{number:032x}") for number in range(30)]
        taken = [train(queue, f"{number}", plan(5), space) for number, space in enumerate(spaces)]
        assert all(job.wait(SOON) for job in taken)
        assert [job.status for job in taken] == ["done"] * 30
        assert all(model_infos(space.models) for space in spaces)
        assert {executor._address for executor, _ in slices} == set(cluster.workers)
        assert results_at(queue, 2) == set(scheduler)
        assert cluster.address == os.environ["LATENT_CLUSTER"] and cluster._local is None
        queue.shut_down()
    finally:
        close_cluster()
    assert started_cluster() is None


# The cluster of this machine


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    wait_until(lambda: len(cluster.workers) == local_size(os.cpu_count(), psutil.virtual_memory().total)[0])
    yield cluster
    cluster.close()


@pytest.fixture
def queue(cluster):
    """A queue with an executor at each worker that is there."""
    queue = JobQueue()
    cluster.staff("long", queue)
    cluster._executors = {address: {} for address in cluster._executors}
    wait_until(lambda: queue.is_staffed)
    yield queue
    for job in queue.unfinished():
        job.stop()
    wait_until(lambda: not queue.unfinished())
    queue.shut_down()


def actors(cluster: Cluster) -> list[str]:
    """The keys of the actors that the scheduler knows of in the workers' memory, as in its dashboard."""

    def ask(dask_scheduler):
        return [task.key for worker in dask_scheduler.workers.values() for task in worker.actors]

    return cluster._client.run_on_scheduler(ask)


def n_under_way(cluster: Cluster) -> int:
    """Works that any worker holds."""
    held = cluster._client.run(lambda dask_worker: len(dask_worker.state.actors))
    return sum(held.values())


def test_work_is_done_outside_the_server(queue):
    job = queue.submit("a", Counting(5))
    assert job.wait(SOON) and job.status == "done" and job.progress == 5
    assert job.result != os.getpid()


def test_jobs_are_spread_over_the_workers(queue, cluster):
    assert len(results_at(queue, len(cluster.workers))) == len(cluster.workers)


def test_nothing_listens_beyond_this_machine(cluster):
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        listening = [c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
        assert set(listening) <= {"127.0.0.1"}


def test_workers_leave_the_cores_to_pages(queue, cluster):
    assert set(cluster._client.run(os.nice, 0).values()) == {clusters.NICENESS}


def test_a_model_from_a_worker_is_that_of_the_same_training_here(queue, workspace):
    given = plan(3)
    job = train(queue, "a", given, workspace)
    assert job.wait(SOON) and job.status == "done"
    kept = workspace.models.load(job.result)
    assert_same_weights(kept, trained(given))
    assert kept.config.training.history == job.progress.epochs
    assert workspace.training.read() is None


def test_a_stop_is_heard_after_the_slice_in_hand(queue, workspace, monkeypatch):
    assert clusters.SLICE < 0.5
    job, slices = train(queue, "a", plan(1000, 2000), workspace), count_slices(monkeypatch, WorkerExecutor)
    wait_until(lambda: job.progress.epochs)
    job.stop()
    n_before = len(slices)
    assert job.wait(SOON) and job.status == "stopped" and workspace.models.load(job.result)
    assert len(slices) <= n_before + 1  # that was on its way to the worker


def test_a_stop_is_heard_during_the_losses_at_the_end_of_an_epoch(queue, workspace, monkeypatch):
    job, slices = queue.submit("a", EndlessLosses(plan())), count_slices(monkeypatch, WorkerExecutor)
    job.step(lambda step: isinstance(step.partial, Evaluating))
    assert job.wait(SOON, "paused") and not job.progress.epochs
    job.resume()
    wait_until(lambda: len(slices) >= 3)  # the second of which began within the losses
    job.stop()
    n_before = len(slices)
    assert job.wait(SOON) and job.status == "stopped" and job.result is None
    assert len(slices) <= n_before + 1


def test_a_paused_training_gives_its_worker_back_and_goes_on_in_the_same_bits(queue, cluster, workspace):
    given = plan(4)
    job = train(queue, "a", given, workspace)
    job.step(lambda step: isinstance(step.partial, EpochResult))
    assert job.wait(SOON, "paused")
    wait_until(lambda: job.assignment.executor is None)
    wait_until(lambda: n_under_way(cluster) == 0)
    assert queue.submit("b", Counting(5)).wait(SOON)
    job.resume()
    assert job.wait(SOON) and job.status == "done"
    assert_same_weights(workspace.models.load(job.result), trained(given))


def test_large_images_are_sent_once_for_all_workers_and_anew_when_lost(queue, cluster, tmp_path):
    given, sent = plan(1000, 2007), []  # images that no test before has sent
    scatter = cluster._client.scatter
    cluster._client.scatter = lambda data, **options: sent.extend(data) or scatter(data, **options)
    try:
        taken = [train(queue, f"{n}", given, Workspace(tmp_path, f"{n:032x}")) for n in range(3)]
        wait_until(lambda: all(job.progress.latest for job in taken))
        assert addresses(taken) == set(cluster.workers) and len(sent) == 1
        held = cluster._datasets._futures[sent[0]]
        for address in cluster._client.who_has(held)[held.key]:
            os.kill(cluster._client.run(os.getpid, workers=[address])[address], signal.SIGKILL)
        wait_until(lambda: len(sent) == 2 and all(job.assignment.executor for job in taken))
        assert any(job.assignment.n_losses for job in taken)
        for job in taken:
            job.stop()
        assert all(job.wait(SOON) and job.status == "stopped" for job in taken)
    finally:
        cluster._client.scatter = scatter


def test_a_job_shows_in_the_dashboard_of_dask_under_the_name_that_pages_give_it(queue, cluster, workspace):
    job, other = train(queue, "visitor", plan(1000), workspace), queue.submit("outliers of these", Counting())
    wait_until(lambda: job.assignment.executor and other.assignment.executor)
    names = {"Training visito, dae of stripes, code size 3", "Measurement, outliers"}
    assert {job.name, other.name} == names
    wait_until(lambda: {key.split("-")[0] for key in actors(cluster)} == names)
    prefixes = cluster._client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.task_prefixes))
    assert names <= set(prefixes)
    job.stop()
    other.stop()
    wait_until(lambda: job.is_over and other.is_over and not actors(cluster))


def test_quick_jobs_do_not_wait_behind_others(queue, cluster):
    quick = JobQueue()
    cluster.staff("quick", quick)
    for number in range(6):
        queue.submit(f"{number}", Counting())
    wait_until(lambda: quick.is_staffed)
    job = quick.submit("quick", Counting(20))
    assert job.wait(SOON) and job.status == "done"
    quick.shut_down()


def test_a_mistake_in_a_work_is_told_as_it_is_and_harms_no_worker(queue):
    other, job = queue.submit("other", Counting()), queue.submit("a", Failing())
    assert job.wait(SOON) and job.status == "failed" and isinstance(job.error, ZeroDivisionError)
    before = other.progress
    wait_until(lambda: other.progress > before)
    assert other.assignment.n_losses == job.assignment.n_losses == 0


def test_a_training_whose_worker_is_killed_ends_in_the_same_weights(queue, cluster, workspace, tmp_path):
    given, gate = plan(150), tmp_path / "may go on"
    job = queue.submit("a", WaitingTraining(given, 3, gate), ModelHandler(workspace, given.name))
    wait_until(lambda: len(job.progress.epochs) >= 3 and job.assignment.snapshot)
    os.kill(process_of(job, cluster), signal.SIGKILL)
    gate.touch()
    assert job.wait(SOON) and job.status == "done" and job.assignment.n_losses == 1
    kept = workspace.models.load(job.result)
    assert_same_weights(kept, trained(given))
    assert len(job.progress.epochs) == len(kept.config.training.history) == 150
    frames = read_replay(kept.folder).epochs
    assert [frames[0], frames[-1]] == [0, 150] and set(np.diff(frames[1:-1])) == {4}


def test_a_job_whose_actor_its_worker_has_lost_goes_on_from_its_snapshot(
    queue, cluster, workspace, monkeypatch
):
    """dask leaves a call unanswered whose actor is not there; seen once on a machine without idle time."""
    monkeypatch.setattr(clusters, "LOOK_AFTER", 0.2)
    given = plan(150)
    job = train(queue, "a", given, workspace)
    wait_until(lambda: job.assignment.executor and job.assignment.snapshot)
    address = job.assignment.executor._address
    cluster._client.run(lose_actors, workers=[address])
    assert job.wait(SOON) and job.status == "done" and job.assignment.n_losses == 1
    assert_same_weights(workspace.models.load(job.result), trained(given))


def test_a_work_that_takes_its_workers_down_is_given_up(queue):
    job = queue.submit("a", Deadly())
    assert job.wait(SOON) and job.status == "failed" and isinstance(job.error, JobError)
    assert "was lost 3 times" in str(job.error)
    assert queue.submit("b", Counting(5)).wait(SOON)


def test_a_worker_that_dask_gives_up_is_replaced(monkeypatch):
    monkeypatch.setitem(clusters.CONFIG, "distributed.deploy.lost-worker-timeout", "0s")
    cluster = Cluster()
    wait_until(lambda: cluster.workers)
    first = set(cluster.workers)
    for address in first:
        os.kill(cluster._client.run(os.getpid, workers=[address])[address], signal.SIGKILL)
    wait_until(lambda: len(set(cluster.workers) - first) == len(first))
    cluster.close()
    monkeypatch.undo()
    dask.config.set(clusters.CONFIG)


# Without worker processes


@pytest.mark.parametrize("n_cores", [1, 2, 16])
@pytest.mark.parametrize("memory", [GIGABYTE, 4 * GIGABYTE, 64 * GIGABYTE])
def test_the_cluster_of_this_machine_fits_it(n_cores, memory):
    n_workers, per_worker = local_size(n_cores, memory)
    assert 1 <= n_workers <= min(2, n_cores)
    assert n_workers * per_worker <= min(memory * 0.6, 3.1 * GIGABYTE)


def test_a_payload_names_large_images_and_holds_the_rest():
    large, small = images(5000), images(10)
    payload, named = pack({"large": large, "small": small, "lambda": lambda x: x + 1})
    assert list(named.values()) == [large] and len(payload) < 100_000
    content = unpack(payload, named)
    assert content["large"] is large and content["lambda"](1) == 2
    np.testing.assert_array_equal(content["small"].images, small.images)


def test_same_pixels_under_other_names_are_told_apart():
    (first,), (second,) = (pack(images(2000, name))[1] for name in ("one", "two"))
    assert first != second


class Sent(SimpleNamespace):
    """The future of a data set that is there."""

    status, __hash__ = "finished", object.__hash__


class HereClient:
    """A client that counts what it is given to scatter."""

    def __init__(self):
        self.sent = []

    def scatter(self, data, workers):
        self.sent += data
        return {name: Sent() for name in data}


def test_data_sets_are_kept_for_the_jobs_that_hold_them_and_the_latest_for_others():
    client = HereClient()
    scattered, sets = Scattered(client), {name: images(2, name) for name in "abcd"}
    held = scattered.send({"a": sets["a"]}, "here")
    for name in "bcd":
        scattered.send({name: sets[name]}, "here")
    for name in "cda":
        scattered.send({name: sets[name]}, "here")
    assert "".join(client.sent) == "abcd"
    scattered.send({"b": sets["b"]}, "here")
    assert "".join(client.sent) == "abcdb"
    held["a"].status = "lost"
    assert scattered.send({"a": sets["a"]}, "here")["a"].status == "finished"
    assert "".join(client.sent) == "abcdba"


def test_a_worker_that_is_begun_anew_does_not_run_the_page():
    """While a page runs, its script is the main module: a spawned process takes it over under this name."""
    left = runpy.run_path(str(MAIN), run_name="__mp_main__")
    assert "st" in left and "page" not in left


def test_a_page_without_a_server_around_it_has_a_thread(monkeypatch):
    assert started_cluster() is None
    queue = _staffed("long")
    assert isinstance(queue._line.executors[0], LocalExecutor)
    assert queue.submit("a", Counting(3)).wait(SOON) and queue.find("a").result == os.getpid()
