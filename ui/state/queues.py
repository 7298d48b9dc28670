"""Two job queues of the server, long trainings and quick measurements; results of measurements are kept."""

from typing import Any

import streamlit as st

from ui.jobs.cluster import started_cluster
from ui.jobs.executor import LocalExecutor
from ui.jobs.job import Job, ResultHandler
from ui.jobs.queue import JobQueue
from ui.jobs.runner import Work
from ui.storage import results


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """The server's queue of trainings and other long jobs."""
    return _staffed("long")


@st.cache_resource(show_spinner=False)
def quick_queue() -> JobQueue:
    """A second queue for jobs of seconds, which must not wait behind trainings."""
    return _staffed("quick")


def _staffed(name: str) -> JobQueue:
    """A queue with executors of the server's cluster, or with a local one where there is none."""
    cluster = started_cluster()
    if cluster is None:
        return JobQueue(LocalExecutor())
    queue = JobQueue()
    cluster.staff(name, queue)
    return queue


class MeasurementHandler(ResultHandler):
    """Keeps the result of a measurement on disk, for the next server; it has no snapshots and no pauses."""

    def __init__(self, key: str):
        self._key = key

    def keep_result(self, result: Any, is_whole: bool) -> Any:
        if is_whole:
            results.keep(self._key, result)
        return result


def find_measurement(queue: JobQueue, key: str) -> Job | None:
    """The job with this key: running, over, or finished on an earlier server."""
    job = queue.find(key)
    if job is None and (result := results.recall(key)) is not None:
        job = queue.recall(key, result)
    return job


def start_measurement(queue: JobQueue, key: str, work: Work) -> Job:
    """The work as a job with this key; its result is kept where it is of a kind that can be."""
    return queue.submit(key, work, MeasurementHandler(key))
