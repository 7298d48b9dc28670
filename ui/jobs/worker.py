"""What runs in a worker process: works on benches, driven by the server slice by slice.

A work stops, pauses and makes way as soon as the server asks for no further slice, so a worker whose server
is gone comes to rest by itself.
"""

import asyncio
import logging
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from autoencoder.data.dataset import Dataset
from ui.jobs.runner import Bench
from ui.jobs.transfer import MissingDatasets, Store

IDLE = 3600.0  # seconds after which a bench that no server asked for is cleared away

Answer = tuple[str, Any]  # "done" and what came out, "failed" and an error, or "missing" and a name


@dataclass(frozen=True)
class _Done:
    """A call that was made: the pickled Answer, and whether the same call makes sense once more."""

    parcel: bytes
    answer: bytes
    is_failed: bool = False
    goes_on: bool = False


class _Place:
    """A bench, and the thread that is at it.

    While the report of a slice is on its way, the next slice is computed already: one, and no more before the
    server has asked for it. So the thread is never idle, and comes to rest where nobody asks.
    """

    def __init__(self):
        self.bench, self.thread = Bench(), ThreadPoolExecutor(1, "bench", _use_one_thread)
        self.used_at = time.monotonic()
        self._ahead: dict[str, asyncio.Future] = {}  # by the keys of jobs

    async def call(self, method: str, key: str, parcel: bytes) -> bytes:
        self.used_at = time.monotonic()
        done = await self._ahead.pop(key) if key in self._ahead else None
        if done is None or not (done.is_failed or done.parcel == parcel):
            done = await self._start(method, key, parcel)
        if done.goes_on:
            self._ahead[key] = self._start(method, key, parcel)
        return done.answer

    def _start(self, method: str, key: str, parcel: bytes) -> asyncio.Future:
        return asyncio.get_running_loop().run_in_executor(self.thread, _do, self.bench, method, key, parcel)


_places: dict[str, _Place] = {}  # by the names of the server's desks
_store = Store()


async def prepare(wanted_niceness: int) -> int:
    """Import what works need, before the first one waits for it; the process's number."""
    # A thread's niceness is that of the thread which starts it: so far there is only this one.
    os.nice(max(0, wanted_niceness - os.nice(0)))
    # Each slice is such a call, and dask has a line for every one.
    logging.getLogger("distributed.worker").addFilter(lambda line: "out-of-band" not in str(line.msg))
    await asyncio.get_running_loop().run_in_executor(None, _import_works)
    return os.getpid()


def _import_works() -> None:
    import sklearn.mixture  # noqa: F401

    from autoencoder.training import session  # noqa: F401


def _use_one_thread() -> None:
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()


def n_under_way() -> int:
    """The works on all benches here."""
    return sum(len(place.bench) for place in _places.values())


def niceness() -> int:
    return os.nice(0)


async def receive(name: str, dataset: Dataset) -> None:
    """A data set that parcels name."""
    _store.add(name, dataset)


async def serve(desk: str, method: str, key: str, parcel: bytes) -> bytes:
    """One call of the server to its bench here; the pickled Answer."""
    _clear_away()
    if desk not in _places:
        _places[desk] = _Place()
    return await _places[desk].call(method, key, parcel)


def _do(bench: Bench, method: str, key: str, parcel: bytes) -> _Done:
    try:
        content = getattr(bench, method)(key, *_store.unpack(parcel))
        goes_on = method == "advance" and not (content.is_done or content.has_paused)
        return _Done(parcel, pickle.dumps(("done", content)), goes_on=goes_on)
    except MissingDatasets as missing:
        return _Done(parcel, pickle.dumps(("missing", str(missing))))
    except Exception as error:  # it is the server's to judge
        return _Done(parcel, pickle.dumps(("failed", _sendable(error))), is_failed=True)


def _sendable(error: Exception) -> Exception:
    """The error if it survives the way, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception as why:
        return RuntimeError(f"{type(error).__name__}: {error} ({why})")
    return error


def _clear_away() -> None:
    oldest = time.monotonic() - IDLE
    for name in [name for name, place in _places.items() if place.used_at < oldest]:
        _places.pop(name).thread.shutdown(wait=False)
