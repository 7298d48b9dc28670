"""The two job queues of the server: long trainings, quick measurements."""

import streamlit as st

from ui.jobs.cluster import started_cluster
from ui.jobs.executor import OwnDesk
from ui.jobs.queue import JobQueue


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """The queue of this server."""
    return _staffed("long")


@st.cache_resource(show_spinner=False)
def quick_queue() -> JobQueue:
    """A line of its own for what takes seconds, and shall not wait behind trainings."""
    return _staffed("quick")


def _staffed(name: str) -> JobQueue:
    """A queue with the desks of the cluster that was started with the server, else with one of its own."""
    cluster = started_cluster()
    if cluster is None:
        return JobQueue(OwnDesk())
    queue = JobQueue()
    cluster.staff(name, queue)
    return queue
