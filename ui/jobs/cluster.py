"""Worker processes of a dask scheduler: those of this machine, or those of the one in LATENT_CLUSTER.

Started with the server, in the background; never inside a script run, since spawned processes would execute
the script again. dask has the workers, their data sets, an actor for each job, and the calls.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

import psutil

from autoencoder.data.dataset import Dataset
from autoencoder.model.runtime import n_cores
from ui import settings
from ui.jobs import worker
from ui.jobs.runner import ExecutorLost, Report, Work
from ui.jobs.transfer import Scattered, pack

SLICE = 0.3  # seconds of a job's turn; a stop is heard after it
MAX_WORKERS = 2  # in the cluster of this machine
# A worker that exceeds these is restarted. It has 0.7 GB before any work. The largest jobs, outliers and
# few labels of MNIST, add 0.2 to 0.4 each, and two may take turns.
WORKER_BYTES = 1_500_000_000
SHARE = 0.6  # of this machine's memory for all workers together
NICENESS = 19  # pages come first
LOOK_EVERY = 0.5  # seconds between two looks at which workers are there
RETRY_EVERY = 5.0  # seconds before a scheduler out of reach is tried again
TIMEOUT = 10  # seconds for a scheduler to answer
LOOK_AFTER = 5.0  # seconds without an answer of a worker before it is asked whether it still has the job
CONFIG = {
    "distributed.worker.memory.target": False,  # works keep no data in dask that it could spill
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.comm.timeouts.connect": "5s",  # all are on this machine
    # A worker that was killed is started again; on a busy machine that can last.
    "distributed.deploy.lost-worker-timeout": "120s",
    # Otherwise dask samples stacks a hundred times a second, in the server too.
    "distributed.worker.profile.enabled": False,
}

logger = logging.getLogger(__name__)


class Cluster:
    """Gives every queue an executor at every worker, as workers come and go."""

    def __init__(self, address: str | None = None):
        """Connect to the scheduler at this address; without one, start workers on this machine."""
        self.address = address
        self._queues: dict[str, Any] = {}  # by name
        self._executors: dict[str, dict[str, WorkerExecutor]] = {}  # by worker's address and queue's name
        self._local = self._client = self._datasets = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cluster", daemon=True)
        self._thread.start()

    def staff(self, name: str, queue) -> None:
        """Give a queue executors from now on, in place of an earlier one of that name."""
        self._queues[name] = queue

    @property
    def workers(self) -> list[str]:
        """Addresses of the workers that are ready."""
        return list(self._executors)

    def close(self) -> None:
        """End the workers of this machine; disconnect from others."""
        self._closing.set()
        self._thread.join(TIMEOUT)
        for part in (self._client, self._local):
            if part is not None:
                part.close()

    # In the thread that watches

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                self._look()
                self._closing.wait(LOOK_EVERY)
            except (OSError, TimeoutError, ValueError, RuntimeError) as error:
                if not self._closing.is_set():
                    logger.warning("The cluster cannot be reached: %s", error)
                self._disconnect()
                self._closing.wait(RETRY_EVERY)

    def _look(self) -> None:
        client = self._connected()
        self._replace_given_up()
        present = set(client.scheduler_info(n_workers=-1)["workers"])
        for address in set(self._executors) - present:
            self._leave(address)
        new = present - set(self._executors)
        if new:
            niceness = NICENESS if self.address is None else 0
            answers = client.run(worker.prepare, niceness, workers=list(new), on_error="return")
            for address, answer in answers.items():
                self._welcome(address, answer)
        self._open_executors()

    def _connected(self):
        """The client; a new one where none works."""
        import dask
        from distributed import Client, LocalCluster

        if self._client is not None and self._client.status == "running":
            return self._client
        self._disconnect()
        dask.config.set(CONFIG)
        if self.address is None and self._local is None:
            n_workers, memory = local_size(n_cores(), psutil.virtual_memory().total)
            self._local = LocalCluster(
                n_workers=n_workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                memory_limit=memory,
                silence_logs=logging.ERROR,
            )
        self._client = Client(
            self.address or self._local.scheduler_address, timeout=TIMEOUT, set_as_default=False
        )
        self._datasets = Scattered(self._client)
        return self._client

    def _replace_given_up(self) -> None:
        """Start workers in place of those of this machine that dask has waited for in vain, and forgotten."""
        if self._local is not None and len(self._local.workers) < len(self._local.worker_spec):
            self._local.scale(len(self._local.worker_spec))

    def _disconnect(self) -> None:
        for address in list(self._executors):
            self._leave(address)
        if self._client is not None:
            self._client.close(TIMEOUT)
            self._client = None

    def _welcome(self, address: str, answer: int | Exception) -> None:
        if isinstance(answer, Exception):
            logger.warning(
                "The worker at %s cannot be used (%s). Start it in the program's folder.", address, answer
            )
        else:
            self._executors[address] = {}

    def _leave(self, address: str) -> None:
        for name, executor in self._executors.pop(address).items():
            self._queues[name].remove_executor(executor)
            executor.close()

    def _open_executors(self) -> None:
        for address, executors in self._executors.items():
            for name, queue in self._queues.items():
                if name not in executors or not queue.has_executor(executors[name]):
                    executors[name] = WorkerExecutor(self._client, address, self._datasets)
                    queue.add_executor(executors[name])


class WorkerExecutor:
    """Jobs in one worker process, each in a dask actor under the job's key.

    The worker computes one slice ahead while the report of the last one travels, so it is never idle; without
    further calls it comes to rest.
    """

    def __init__(self, client, address: str, datasets: Scattered):
        self._client, self._address, self._datasets = client, address, datasets
        self._held: dict[str, tuple] = {}  # futures of an actor and its data, by the job's key
        self._actors: dict[str, Any] = {}
        self._ahead: dict[str, Any] = {}  # answers under way

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        payload, named = pack((work, snapshot))
        with self._telling_losses():
            self._actors[key] = self._start(key, named)
        self._call(key, "begin", payload)

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        if is_last is not None:  # no slice ahead: nothing runs beyond the last step
            return self._call(key, "advance", SLICE, is_last)
        answer = self._ahead.pop(key, None)
        report = None if answer else self._call(key, "advance", SLICE, None)
        self._ahead[key] = self._ask(key, "advance", SLICE, None)
        return report or self._content(key, answer)

    def release(self, key: str) -> Report:
        return self._call_last(key, "release")

    def finish(self, key: str) -> Report:
        return self._call_last(key, "finish")

    def close(self) -> None:
        """Cancel the futures of a lost worker: dask would wait for another one at its address."""
        if self._client.status == "running":
            self._client.cancel([future for future, _ in self._held.values()])

    def _start(self, key: str, named: dict[str, Dataset]) -> Any:
        datasets = self._datasets.send(named, self._address)
        unique = f"{key}-{uuid.uuid4().hex[:8]}"  # a job may return to its worker
        with self._client.as_current():  # an actor belongs to the client of its first access
            future = self._client.submit(
                worker.JobActor, datasets, actor=True, key=unique, workers=[self._address]
            )
            self._held[key] = future, datasets
            actor = future.result()
            assert actor.client is self._client
        return actor

    def _call_last(self, key: str, method: str) -> Report:
        report = self._call(key, method)
        self._let_go(key)
        return report

    def _let_go(self, key: str) -> None:
        """Have the worker drop a job now; cycles would hold its actor for some time."""
        self._actors.pop(key)
        self._ahead.pop(key, None)
        future, _ = self._held.pop(key)
        future.cancel()

    def _call(self, key: str, method: str, *arguments: Any) -> Any:
        """Call a method, after the slice ahead, which may have failed."""
        if key in self._ahead:
            self._content(key, self._ahead.pop(key))
        return self._content(key, self._ask(key, method, *arguments))

    def _ask(self, key: str, method: str, *arguments: Any) -> Any:
        with self._telling_losses():
            return self._actors[key].call(method, *arguments)

    def _content(self, key: str, answer: Any) -> Any:
        with self._telling_losses():
            kind, content = self._wait(key, answer)
        if kind == "failed":
            self._let_go(key)
            raise content
        return content

    def _wait(self, key: str, answer: Any) -> Any:
        """The answer of a worker. dask never answers a call to an actor that its worker has lost."""
        while True:
            try:
                return answer.result(LOOK_AFTER)
            except TimeoutError:  # a slice is short, but one step of it may take long
                actor = self._held[key][0].key
                if not self._client.run(worker.has_actor, actor, workers=[self._address])[self._address]:
                    raise

    @contextmanager
    def _telling_losses(self) -> Iterator[None]:
        try:
            yield
        except (Exception, CancelledError) as error:  # errors of the work itself are answers
            raise ExecutorLost(f"{self._address}: {type(error).__name__}: {error}") from error


def local_size(n_cores: int, memory: int) -> tuple[int, int]:
    """Number of workers for this machine, and bytes of memory of each."""
    n_workers = max(1, min(MAX_WORKERS, n_cores, int(SHARE * memory / WORKER_BYTES)))
    return n_workers, min(WORKER_BYTES, int(SHARE * memory / n_workers))


_started: Cluster | None = None


def start_cluster() -> Cluster:
    """Start the cluster of this process, at the start of the server."""
    global _started
    _started = Cluster(settings.text(settings.CLUSTER) or None)
    return _started


def close_cluster() -> None:
    global _started
    if _started is not None:
        _started.close()
    _started = None


def started_cluster() -> Cluster | None:
    """The server's cluster; None in tests of pages, and without a server."""
    return _started
