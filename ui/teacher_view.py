"""The parts of the teacher's page: the secret, the starting view, the switches, the queue, the uploads."""

import streamlit as st

from ui import classroom
from ui.frame import refusal
from ui.jobs import Job, JobQueue, job_queue, quick_queue

IS_TEACHER = "is teacher"
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
                classroom.starting_view(address, paths)
                classroom.change(start=address.strip())
                st.rerun()
        if kept and st.button("Start at the home page"):
            with refusal():
                classroom.change(start="")
                st.rerun()
    st.caption(f"New visitors are led to {kept}" if kept else "New visitors see the home page.")


def set_switches() -> None:
    """What the class may do."""
    st.subheader("What the class may do", anchor=False)
    now = classroom.classroom()
    for name, words in (("can_train", "Train models"), ("can_upload", "Upload images and models")):
        st.session_state[name] = getattr(now, name)
        st.toggle(words, key=name, on_change=_switch, args=(name,))


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
            st.toast(f"{classroom.clear_images():,} image sets were removed.", icon=":material/check:")


def _switch(name: str) -> None:
    with refusal():
        classroom.change(**{name: st.session_state[name]})


def _show_jobs() -> None:
    jobs = [(queue, job) for queue in (job_queue(), quick_queue()) for job in queue.unfinished()]
    if not jobs:
        st.caption("Nothing.")
    for number, (queue, job) in enumerate(jobs):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_words(queue, job))
            st.button("Stop", on_click=job.stop, key=f"teacher stops {number} {job.owner}")


def _words(queue: JobQueue, job: Job) -> str:
    kind = "Training" if queue is job_queue() and not job.owner.startswith("map ") else "Measurement"
    place = f", at place {job.place} of the line" if job.place else ""
    return f"{kind} `{job.owner[:12]}`: {job.status}{place}"
