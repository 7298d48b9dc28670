"""The two job queues of the server: long trainings, quick measurements."""

import streamlit as st

from ui.jobs.cluster import started_cluster
from ui.jobs.executor import LocalExecutor
from ui.jobs.queue import JobQueue


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
