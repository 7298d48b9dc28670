"""Start, progress, stop and restart controls of a job."""

from collections.abc import Callable

import streamlit as st

from ui.jobs.job import Job
from ui.jobs.runner import Work
from ui.state.queues import find_measurement, quick_queue, start_measurement
from ui.state.session import refusal

TICK = 0.7  # seconds between two looks
NO_WORKER = "No worker is available; the job continues when one connects"


def job_on_request(
    key: str,
    make_work: Callable[[], Work],
    label: str,
    caption: str,
    words: str,
    container=st,
    is_guessed: bool = False,
) -> Job | None:
    """The quick job with this key, started by a button ``label`` in ``container``; None before that.

    Another visitor may have started the same: it is shown at once, unless the visitor guesses first.
    """
    job, asked = find_measurement(quick_queue(), key), f"job.asked {key}"
    if job is None or (is_guessed and asked not in st.session_state):
        if not container.button(label, type="primary", width="stretch" if container is not st else "content"):
            st.caption(caption)
            return None
        st.session_state[asked] = True
        job = job or start_measurement(quick_queue(), key, make_work())
    return _follow(job, make_work, words)


def job_at_once(key: str, make_work: Callable[[], Work], words: str) -> Job:
    """The quick job with this key, started without a button."""
    job = find_measurement(quick_queue(), key) or start_measurement(quick_queue(), key, make_work())
    return _follow(job, make_work, words)


def _follow(job: Job, make_work: Callable[[], Work], words: str) -> Job:
    if not job.is_over:
        st.fragment(_show, run_every=TICK)(job, words)
    elif job.status != "done":
        st.caption(f"The job was {job.status} at {job.progress.share:.0%}.")
        st.button("Restart", on_click=_restart, args=(job, make_work), key=f"job.restart {job.owner}")
    return job


def _show(job: Job, words: str) -> None:
    """The progress; when the job is over, the page is drawn again."""
    if job.is_over:
        st.rerun()
    bar, stop = st.columns([4, 1], vertical_alignment="center")
    bar.progress(job.progress.share, f"{words}: {_how_far(job)}")
    stop.button("Stop", on_click=job.stop, key=f"job.stop {job.owner}", width="stretch")


def _how_far(job: Job) -> str:
    if not job.has_workers:
        return f"{NO_WORKER[0].lower()}{NO_WORKER[1:]}"
    return f"in line, at place {job.place}" if job.place else f"{job.progress.share:.0%}"


def _restart(job: Job, make_work: Callable[[], Work]) -> None:
    with refusal():
        quick_queue().forget(job.owner)
        start_measurement(quick_queue(), job.owner, make_work())
