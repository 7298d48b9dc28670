"""A job under the visitor's eyes: how far it is, and a way to stop it."""

from collections.abc import Callable

import streamlit as st

from ui.jobs import Job

TICK = 0.7  # seconds between two looks


def watch(job: Job, share_of: Callable[[Job], float], words: str) -> None:
    """Show the progress of a job until it is over, and then draw the page anew."""
    st.fragment(_show, run_every=TICK)(job, share_of, words)


def _show(job: Job, share_of: Callable[[Job], float], words: str) -> None:
    if job.is_over:
        st.rerun()
    share, place = share_of(job), job.place
    text = f"{words}: in line, {place} before it" if place else f"{words}: {share:.0%}"
    bar, stop = st.columns([4, 1], vertical_alignment="center")
    bar.progress(share, text)
    stop.button("Stop", on_click=job.stop, key=f"stop {job.owner}", width="stretch")
