"""Controls of the teacher's page: secret, starting view, switches, queue, uploads."""

from urllib.parse import urlencode

import streamlit as st

from autoencoder.data.catalogue import DATASETS
from autoencoder.training.plan import TrainingProgress
from autoencoder.wording import counted
from ui.jobs.job import Job
from ui.state import caches
from ui.state.pages import PATHS
from ui.state.queues import job_queue, quick_queue
from ui.state.session import escape_markdown, guarded, refusal
from ui.storage import classroom
from ui.storage.shares import KINDS, is_shared

IS_TEACHER, CLEARED = "teacher.is_teacher", "teacher.n_cleared"
MOST_CHARACTERS = 120  # of a job's name
TICK = 2.0  # seconds between two looks at the queue


def ask_for_secret() -> bool:
    """True for the teacher; asks for the secret before that."""
    if st.session_state.get(IS_TEACHER):
        return True
    with st.form("teacher", border=False):
        secret = st.text_input("The teacher's secret", type="password", max_chars=200)
        is_sent = st.form_submit_button("Enter", type="primary")
    if not is_sent:
        return False
    if not classroom.is_secret(secret):
        st.error("This is not the secret that the server was started with.", icon=":material/error:")
        return False
    st.session_state[IS_TEACHER] = True
    st.rerun()


def set_start() -> None:
    """The view that new visitors of the home page are led to."""
    st.subheader("Where the class starts", anchor=False)
    kept = classroom.classroom().start
    looks = {"help": "Open a view, copy its address from the browser's bar, and put it here."}
    limit = classroom.MOST_CHARACTERS
    address = st.text_input("Address of the view", kept, limit, f"teacher.start {kept}", **looks)
    with st.container(horizontal=True):
        if st.button("Start there", disabled=not address.strip()):
            with refusal():
                path, choices = classroom.starting_view(address, PATHS)
                _start_at(f"/{path}?{urlencode(choices)}" if choices else f"/{path}")
        if kept and st.button("Start at the home page"):
            with refusal():
                _start_at("")
    st.markdown(f"New visitors are led to `{kept}` here." if kept else "New visitors see the home page.")
    if kept:
        _warn_of_unknown(kept)


def _start_at(view: str) -> None:
    classroom.change(start=view)
    st.rerun()


def _warn_of_unknown(kept: str) -> None:
    """Images and models that a starting view names, and that visitors do not have."""
    with refusal():
        _, choices = classroom.starting_view(kept, PATHS)
        missing = [choices[kind] for kind in KINDS if not _all_have(kind, choices.get(kind))]
        if missing:
            names = ", ".join(f"“{escape_markdown(name)}”" for name in missing)
            advice = "Share what is yours, open its link, and copy the address there."
            st.warning(f"Not everybody has {names}. {advice}")


def _all_have(kind: str, name: str | None) -> bool:
    named = DATASETS if kind == "data" else {info.name for info in caches.shipped_models()}
    return name is None or name in named or is_shared(kind, name)


def set_switches() -> None:
    """The switches of the class: training and uploads."""
    st.subheader("What the class may do", anchor=False)
    now = classroom.classroom()
    for name, words in (("can_train", "Train models"), ("can_upload", "Upload images and models")):
        key = f"teacher.{name}"
        st.session_state[key] = getattr(now, name)
        st.toggle(words, key=key, on_change=guarded, args=(_switch, name, key))
    st.caption("A running training continues; stop it below.")


def show_queue() -> None:
    """The jobs of all visitors, refreshed by itself, each with a button to stop it."""
    st.subheader("Under way", anchor=False)
    st.fragment(_show_jobs, run_every=TICK)()


def offer_clearing() -> None:
    """Remove the images of all visitors, after a second click."""
    st.subheader("Uploads", anchor=False)
    with st.popover("Clear the images of all visitors", icon=":material/delete:"):
        st.markdown("This cannot be undone. Models stay.")
        if st.button("Clear them all", type="primary"):
            st.session_state[CLEARED] = classroom.clear_images()
    if CLEARED in st.session_state:
        removed = counted(st.session_state.pop(CLEARED), "image set")
        st.success(f"Removed: {removed}.", icon=":material/check:")


def _switch(name: str, key: str) -> None:
    classroom.change(**{name: st.session_state[key]})


def _show_jobs() -> None:
    jobs = [job for queue in (job_queue(), quick_queue()) for job in queue.unfinished()]
    if not jobs:
        st.caption("Nothing.")
    for number, job in enumerate(jobs):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_words(job))
            key = f"teacher.stop {number} {job.owner}"
            st.button("Stop", key, on_click=job.stop, args=("the teacher",))


def _words(job: Job) -> str:
    """Name of a job, as dask's dashboard has it, with its progress, its status and its place in line."""
    progress, place = job.progress, f", at place {job.place} of the line" if job.place else ""
    if isinstance(progress, TrainingProgress):
        epoch = progress.latest.epoch if progress.latest else 0
        done = f"epoch {epoch} of {progress.settings.epochs}"
    else:
        done = f"{progress.share:.0%}"
    return f"{escape_markdown(job.name, MOST_CHARACTERS)}, {done}: {job.status}{place}"
