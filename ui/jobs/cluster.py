"""Worker processes, known to a dask scheduler: those of this machine, or those that LATENT_CLUSTER names.

Started with the server, in the background; never inside a script run, since spawned processes would execute
the script again. The scheduler is asked for two things only: who is there, and to pass calls on.
"""

import logging
import pickle
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

import psutil

from autoencoder.model.runtime import n_cores
from ui import settings
from ui.jobs import worker
from ui.jobs.runner import DeskLost, Report, Work
from ui.jobs.transfer import pack

SLICE = 0.3  # seconds of one job before it is the next one's turn, and before a stop is heard
MAX_WORKERS = 2  # in the cluster of this machine
# Beyond these one is ended, and begun anew. 0.7 GB are there before any work. The largest jobs, outliers and
# few labels of MNIST, add 0.2 to 0.4 each, and two may take turns.
WORKER_BYTES = 1_500_000_000
SHARE = 0.6  # of this machine's memory that its workers may have together
NICENESS = 19  # pages come first
LOOK_EVERY = 0.5  # seconds between two looks at who is there
RETRY_EVERY = 5.0  # seconds until a scheduler that is not to be reached is tried again
TIMEOUT = 10  # seconds for a scheduler to answer
CONFIG = {
    "distributed.worker.memory.target": False,  # works keep no data at the scheduler that could be spilled
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.comm.timeouts.connect": "5s",  # all are on this machine
    # Else it looks at its own stacks a hundred times a second, in the server too.
    "distributed.worker.profile.enabled": False,
}

logger = logging.getLogger(__name__)


class Cluster:
    """Queues get a desk at every worker, as workers come and go."""

    def __init__(self, address: str | None = None):
        """With the scheduler at this address, else with workers of its own."""
        self.address = address
        self._queues: dict[str, Any] = {}  # by name
        self._desks: dict[str, dict[str, ClusterDesk]] = {}  # by worker's address and queue's name
        self._local = self._client = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cluster", daemon=True)
        self._thread.start()

    def staff(self, name: str, queue) -> None:
        """Give a queue desks from now on; one of the same name before it gets no more."""
        self._queues[name] = queue

    @property
    def workers(self) -> list[str]:
        """The addresses of the workers that are ready."""
        return list(self._desks)

    def close(self) -> None:
        """End the workers of this machine, and let go of others."""
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
        present = set(client.scheduler_info(n_workers=-1)["workers"])
        for address in set(self._desks) - present:
            self._leave(address)
        new = present - set(self._desks)
        if new:
            niceness = NICENESS if self.address is None else 0
            answers = client.run(worker.prepare, niceness, workers=list(new), on_error="return")
            for address, answer in answers.items():
                self._welcome(address, answer)
        self._open_desks()

    def _connected(self):
        """The client, made anew where there is none that works."""
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
        return self._client

    def _disconnect(self) -> None:
        for address in list(self._desks):
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
            self._desks[address] = {}

    def _leave(self, address: str) -> None:
        for name, desk in self._desks.pop(address).items():
            self._queues[name].close(desk)

    def _open_desks(self) -> None:
        for address, desks in self._desks.items():
            for name, queue in self._queues.items():
                if name not in desks or not queue.is_open(desks[name]):
                    desks[name] = ClusterDesk(self._client, address)
                    queue.open(desks[name])


class ClusterDesk:
    """A bench of its own in a worker process."""

    def __init__(self, client, address: str):
        self._client, self._address, self._name = client, address, uuid.uuid4().hex

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        self._call("begin", key, work, snapshot)

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        return self._call("advance", key, SLICE, is_last)

    def release(self, key: str) -> Report:
        return self._call("release", key)

    def finish(self, key: str) -> Report:
        return self._call("finish", key)

    def _call(self, method: str, key: str, *arguments: Any) -> Any:
        parcel, named = pack(arguments)
        while True:
            kind, content = pickle.loads(self._run(worker.serve, self._name, method, key, parcel))
            if kind == "done":
                return content
            if kind == "failed":
                raise content
            self._run(worker.receive, content, named[content])

    def _run(self, function: Callable, *arguments: Any) -> Any:
        try:
            return self._client.run(function, *arguments, workers=[self._address])[self._address]
        except (Exception, CancelledError) as error:  # a work's own errors come as answers
            raise DeskLost(f"{self._address}: {type(error).__name__}: {error}") from error


def local_size(n_cores: int, memory: int) -> tuple[int, int]:
    """How many workers this machine can have, and the bytes of memory of each."""
    n_workers = max(1, min(MAX_WORKERS, n_cores, int(SHARE * memory / WORKER_BYTES)))
    return n_workers, min(WORKER_BYTES, int(SHARE * memory / n_workers))


_started: Cluster | None = None


def start_cluster() -> Cluster:
    """Start the cluster of this process; for the server, at its own start."""
    global _started
    _started = Cluster(settings.text(settings.CLUSTER) or None)
    return _started


def close_cluster() -> None:
    global _started
    if _started is not None:
        _started.close()
    _started = None


def started_cluster() -> Cluster | None:
    """The cluster that was started with the server; None in tests of pages, and where there is no server."""
    return _started
