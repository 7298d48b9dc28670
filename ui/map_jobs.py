"""A t-SNE map as a job: it takes too long for a page, and forms under the visitor's eyes."""

import streamlit as st

from autoencoder.codes import Codes
from autoencoder.projection import Map, TSNEMap
from ui import caches
from ui.jobs import Job, job_queue
from ui.map_work import MapWork
from ui.watch import begun, found

FEWEST_CODES = 4
TICK = 1.0  # seconds between two looks at the job


def tsne_map(codes: Codes) -> Map:
    """The t-SNE map of these codes as far as it is, one for all visitors, with its progress.

    Until its first step is done, the plane that it starts from.
    """
    job = _job(codes)
    if not job.is_over:
        _watch(job, codes)
    elif job.status == "done":
        return job.result
    else:
        _note_end(job)
    share, positions = job.progress
    return TSNEMap(positions) if share else caches.latent_map(codes, "auto")


def _job(codes: Codes) -> Job:
    owner = f"map {codes.key}"
    return found(job_queue(), owner) or begun(job_queue(), owner, MapWork(codes))


def _note_end(job: Job) -> None:
    st.caption(f"This t-SNE was {job.status} at {job.progress[0]:.0%}: its groups are not formed yet.")
    st.button("Draw it anew", on_click=job_queue().forget, args=(job.owner,), key=f"anew {job.owner}")


def _watch(job: Job, codes: Codes) -> None:
    st.fragment(_show_progress, run_every=TICK)(job, len(codes.latents))


def _show_progress(job: Job, n_codes: int) -> None:
    if job.is_over:
        st.rerun()
    share = job.progress[0]
    st.progress(
        share, f"t-SNE of {n_codes:,} codes: {share:.0%}" if share else "t-SNE: looking for neighbours …"
    )
    redraw, stop = st.columns(2)
    if redraw.button("Draw it as it is now", key=f"redraw {job.owner}", width="stretch"):
        st.rerun()
    stop.button("Stop here", on_click=job.stop, key=f"stop {job.owner}", width="stretch")
