"""Worker process: each job's work in a dask actor, which the server calls slice by slice.

Without further calls a work rests, so a worker whose server is gone comes to rest by itself, and the
scheduler has it drop what that server held.
"""

import asyncio
import os
import pickle
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from autoencoder.data.dataset import Dataset
from autoencoder.model.runtime import use_one_thread
from ui.jobs.runner import Runner
from ui.jobs.transfer import unpack

JOB = "job"  # key of the one work in an actor's runner

Answer = tuple[str, Any]  # "done" and a report, or "failed" and an error


class JobActor:
    """Dask actor of one job, in its worker.

    dask runs the methods of all actors of a worker in one thread; here each actor has its own, so that a long
    step of one job delays no other.
    """

    def __init__(self, datasets: Mapping[str, Dataset]):
        self._runner, self._datasets = Runner(), datasets
        self._thread = ThreadPoolExecutor(1, "job", use_one_thread)

    async def call(self, method: str, *arguments: Any) -> Answer:
        """Call a method of the runner. Errors of the work are answers; only dask's own errors are raised."""
        function = self._begin if method == "begin" else partial(getattr(self._runner, method), JOB)
        loop = asyncio.get_running_loop()
        try:
            return "done", await loop.run_in_executor(self._thread, function, *arguments)
        except Exception as error:  # the server judges it
            return "failed", _sendable(error)

    def _begin(self, payload: bytes) -> None:
        work, snapshot = unpack(payload, self._datasets)
        self._datasets = {}
        self._runner.begin(JOB, work, snapshot)


async def prepare(wanted_niceness: int) -> int:
    """Import what works need before the first one waits for it; return the process number."""
    # A thread inherits the niceness of the thread that starts it: so far there is only this one.
    os.nice(max(0, wanted_niceness - os.nice(0)))
    await asyncio.get_running_loop().run_in_executor(None, _import_works)
    return os.getpid()


def has_actor(name: str, dask_worker) -> bool:
    return name in dask_worker.state.actors


def _import_works() -> None:
    import sklearn.mixture  # noqa: F401

    from autoencoder.training import session  # noqa: F401


def _sendable(error: Exception) -> Exception:
    """The error if it can be pickled, else one with the same message."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception as why:
        return RuntimeError(f"{type(error).__name__}: {error} ({why})")
    return error
