"""t-SNE map as a job, shown while it forms: it takes too long for a page."""

import streamlit as st

from autoencoder.checkpoint.codes import Codes
from autoencoder.latent.projection import Map, tsne_steps
from ui.jobs.job import Job
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.queues import begun, found, job_queue

FEWEST_CODES = 4
TICK = 1.0  # seconds between two looks at the job


def tsne_map(codes: Codes) -> Map:
    """The current t-SNE map of these codes, one for all visitors, with its progress.

    Before its first step, the PCA plane that it starts from.
    """
    key = job_key("map", codes.key)
    job = found(job_queue(), key) or begun(job_queue(), key, StepsWork(tsne_steps, codes.latents))
    if not job.is_over:
        st.fragment(_show_progress, run_every=TICK)(job, len(codes.latents))
    elif job.status == "done":
        return job.result
    else:
        st.caption(f"This t-SNE was {job.status} at {job.progress.share:.0%}: its groups are not formed yet.")
        looks = {"key": f"tsne.restart {key}"}
        st.button("Restart", on_click=job_queue().forget, args=(key,), **looks)
    return job.progress.partial if job.progress.share else caches.latent_map(codes, "auto")


def _show_progress(job: Job, n_codes: int) -> None:
    if job.is_over:
        st.rerun()
    share = job.progress.share
    st.progress(share, f"t-SNE of {n_codes:,} codes: {share:.0%}" if share else "t-SNE: finding neighbours …")
    redraw, stop = st.columns(2)
    if redraw.button("Draw it as it is now", key=f"tsne.redraw {job.owner}", width="stretch"):
        st.rerun()
    stop.button("Stop here", on_click=job.stop, key=f"tsne.stop {job.owner}", width="stretch")
