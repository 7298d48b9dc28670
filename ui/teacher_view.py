"""The parts of the teacher's page: the secret, the starting view, the switches, the queue, the uploads."""

from urllib.parse import urlencode

import streamlit as st

from autoencoder.datasets import DATASETS
from ui import caches, classroom, sharing
from ui.frame import literally, refusal
from ui.jobs import Job, job_queue, quick_queue
from ui.models_view import counted
from ui.plans import Glance

IS_TEACHER = "is teacher"
CLEARED = "image sets cleared"
MOST_CHARACTERS = 120  # of a job's name
TICK = 2.0  # seconds between two looks at the queue


def ask_for_secret() -> bool:
    """Whether the visitor is the teacher; asks for the secret until then."""
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


def set_start(paths: tuple[str, ...]) -> None:
    """The view that new visitors of the home page are led to."""
    st.subheader("Where the class starts", anchor=False)
    kept = classroom.classroom().start
    address = st.text_input(
        "Address of the view", kept, max_chars=classroom.MOST_CHARACTERS, key=f"start {kept}",
        help="Open a view, copy its address from the browser's bar, and put it here.",
    )  # fmt: skip
    with st.container(horizontal=True):
        if st.button("Start there", disabled=not address.strip()):
            with refusal():
                path, choices = classroom.starting_view(address, paths)
                classroom.change(start=f"/{path}?{urlencode(choices)}" if choices else f"/{path}")
                st.rerun()
        if kept and st.button("Start at the home page"):
            with refusal():
                classroom.change(start="")
                st.rerun()
    st.markdown(f"New visitors are led to `{kept}` here." if kept else "New visitors see the home page.")
    _warn_of_unknown(kept, paths)


def _warn_of_unknown(kept: str, paths: tuple[str, ...]) -> None:
    """Images and models that a starting view names, and that visitors do not have."""
    if not kept:
        return
    with refusal():
        _, choices = classroom.starting_view(kept, paths)
        missing = [choices[kind] for kind in sharing.KINDS if not _all_have(kind, choices.get(kind))]
        if missing:
            names = ", ".join(f"“{literally(name)}”" for name in missing)
            st.warning(
                f"Not everybody has {names}. Share what is yours, open its link, and copy the address there."
            )


def _all_have(kind: str, name: str | None) -> bool:
    named = DATASETS if kind == "data" else {info.name for info in caches.shipped_models()}
    return name is None or name in named or sharing.is_shared(kind, name)


def set_switches() -> None:
    """What the class may do."""
    st.subheader("What the class may do", anchor=False)
    now = classroom.classroom()
    for name, words in (("can_train", "Train models"), ("can_upload", "Upload images and models")):
        st.session_state[name] = getattr(now, name)
        st.toggle(words, key=name, on_change=_switch, args=(name,))
    st.caption("A training that is under way goes on; stop it below.")


def show_queue() -> None:
    """Everybody's work, with a way to stop it; it moves by itself."""
    st.subheader("Under way", anchor=False)
    st.fragment(_show_jobs, run_every=TICK)()


def offer_clearing() -> None:
    """Remove everybody's images, after a second click."""
    st.subheader("Uploads", anchor=False)
    with st.popover("Clear the images of all visitors", icon=":material/delete:"):
        st.markdown("This cannot be undone. Models stay.")
        if st.button("Clear them all", type="primary"):
            st.session_state[CLEARED] = classroom.clear_images()
    if CLEARED in st.session_state:
        st.success(
            f"Removed: {counted(st.session_state.pop(CLEARED), 'image set')}.", icon=":material/check:"
        )


def _switch(name: str) -> None:
    with refusal():
        classroom.change(**{name: st.session_state[name]})


def _show_jobs() -> None:
    jobs = [job for queue in (job_queue(), quick_queue()) for job in queue.unfinished()]
    if not jobs:
        st.caption("Nothing.")
    for number, job in enumerate(jobs):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_words(job))
            st.button(
                "Stop", on_click=job.stop, args=("the teacher",), key=f"teacher stops {number} {job.owner}"
            )


def _words(job: Job) -> str:
    place = f", at place {job.place} of the line" if job.place else ""
    return f"{_what(job)}: {job.status}{place}"


def _what(job: Job) -> str:
    """What is being worked on, as dask's dashboard names it too, and how far it is."""
    if not isinstance(job.progress, Glance):
        return f"{literally(job.name, MOST_CHARACTERS)}, {job.progress[0]:.0%}"
    glance = job.progress
    epoch = glance.latest.epoch if glance.latest else 0
    return f"{literally(job.name, MOST_CHARACTERS)}, epoch {epoch} of {glance.settings.epochs}"
