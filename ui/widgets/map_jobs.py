"""Jobs of the latent map: a t-SNE with its progress, and the field of the gaps behind the points."""

import hashlib
import threading

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.latent.fields import gap_field_steps
from autoencoder.latent.projection import Map, tsne_steps
from autoencoder.latent.support import YARDSTICK
from ui.components.files import NotYet, file_store
from ui.components.wire import field_bundle
from ui.jobs.job import Job, JobError
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.queues import find_measurement, job_queue, quick_queue, start_measurement

TICK = 1.0  # seconds between two looks at a t-SNE
SUBMITTING = threading.Lock()  # visitors who ask for the same gaps at the same moment share one job


def tsne_map(codes: Codes) -> Map:
    """The current t-SNE map of these codes, with its progress; before its first step, the PCA plane."""
    key = job_key("map", codes.key)
    job = find_measurement(job_queue(), key) or start_measurement(
        job_queue(), key, StepsWork(tsne_steps, codes.latents)
    )
    if not job.is_over:
        st.fragment(_show_progress, run_every=TICK)(job, len(codes.latents))
    elif job.status == "done":
        return job.result
    else:
        st.caption(f"This t-SNE was {job.status} at {job.progress.share:.0%}: its groups are not formed yet.")
        st.button("Restart", f"tsne.restart {key}", on_click=job_queue().forget, args=(key,))
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


def gap_field(checkpoint: Checkpoint, latent_map: Map, map_key: str, base: np.ndarray) -> str:
    """The address of the gaps over the plane through a code ``base`` (D,); empty if the queue is full."""
    about = hashlib.sha256(base.tobytes()).hexdigest()[:16], YARDSTICK.replace(" ", "-")
    name = f"gaps-{checkpoint.fingerprint}-{map_key}-{'-'.join(about)}"
    try:
        with SUBMITTING:
            job = find_measurement(quick_queue(), name)
            if job is None or job.status in ("failed", "stopped"):
                work = StepsWork(gap_field_steps, checkpoint.support, latent_map, base)
                job = start_measurement(quick_queue(), name, work)
    except JobError as error:
        st.caption(str(error))
        return ""
    return file_store().offer(name, lambda: _field_so_far(job))


def _field_so_far(job: Job) -> bytes | NotYet | None:
    if job.status == "done":
        return field_bundle(job.result)
    return None if job.is_over else NotYet(job.progress.share)
