"""What runs in a worker process: works on benches, driven by the server slice by slice.

Between two slices nothing is computed, so a work stops, pauses and makes way as soon as the server asks for
no further one, and a worker whose server is gone comes to rest by itself.
"""

import asyncio
import logging
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from autoencoder.datasets import Dataset
from ui.parcels import MissingDatasets, Store
from ui.runs import Bench

IDLE = 3600.0  # seconds after which a bench that no server asked for is cleared away

Answer = tuple[str, Any]  # "done" and what came out, "failed" and an error, or "missing" and a name


class _Place:
    """A bench, and the thread that is at it."""

    def __init__(self):
        self.bench, self.thread = Bench(), ThreadPoolExecutor(1, thread_name_prefix="bench")
        self.used_at = time.monotonic()


_places: dict[str, _Place] = {}  # by the names of the server's desks
_store = Store()


async def prepare(wanted_niceness: int) -> int:
    """Import what works need, before the first one waits for it; the process's number."""
    return await asyncio.get_running_loop().run_in_executor(None, _prepare, wanted_niceness)


def _prepare(wanted_niceness: int) -> int:
    from autoencoder.runtime import use_one_thread
    from ui import trainings  # noqa: F401

    use_one_thread()
    os.nice(max(0, wanted_niceness - os.nice(0)))
    # Each slice is such a call, and dask has a line for every one.
    logging.getLogger("distributed.worker").addFilter(lambda line: "out-of-band" not in str(line.msg))
    return os.getpid()


def n_under_way() -> int:
    """The works on all benches here."""
    return sum(len(place.bench) for place in _places.values())


def niceness() -> int:
    return os.nice(0)


async def receive(name: str, dataset: Dataset) -> None:
    """A data set that parcels name."""
    _store.add(name, dataset)


async def serve(desk: str, method: str, parcel: bytes) -> bytes:
    """One call of the server to its bench here; the pickled Answer."""
    place = _places.setdefault(desk, _Place())
    place.used_at = time.monotonic()
    _clear_away()
    return await asyncio.get_running_loop().run_in_executor(
        place.thread, _answer, place.bench, method, parcel
    )


def _answer(bench: Bench, method: str, parcel: bytes) -> bytes:
    try:
        arguments = _store.unpack(parcel)
        return pickle.dumps(("done", getattr(bench, method)(*arguments)))
    except MissingDatasets as missing:
        return pickle.dumps(("missing", str(missing)))
    except Exception as error:  # it is the server's to judge
        return pickle.dumps(("failed", _sendable(error)))


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
