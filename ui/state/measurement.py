"""Measurements as jobs whose results are kept on disk."""

from typing import Any

from ui.jobs.job import Job
from ui.jobs.queue import JobQueue
from ui.jobs.runner import Work
from ui.storage import results


class MeasurementHandler:
    """Keeps a measurement on disk, for the next server."""

    def __init__(self, key: str):
        self._key = key

    def note(self, snapshot: bytes) -> None:
        """A measurement has no snapshots: it starts from the beginning."""

    def rest(self, is_paused: bool) -> None:
        """A measurement is not paused."""

    def keep(self, result: Any, is_whole: bool) -> Any:
        if is_whole:
            results.keep(self._key, result)
        return result


def found(queue: JobQueue, key: str) -> Job | None:
    """The job with this key: running, over, or finished on an earlier server."""
    job = queue.find(key)
    if job is None and (result := results.recall(key)) is not None:
        job = queue.recall(key, result)
    return job


def begun(queue: JobQueue, key: str, work: Work) -> Job:
    """The work as a job with this key, whose result is kept where it is of a kind that can be."""
    return queue.submit(key, work, MeasurementHandler(key))
