"""Gap field of a model's plane as a job: computed once, in the background, for all visitors."""

import hashlib
import threading

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.latent.fields import gap_field_steps
from autoencoder.latent.projection import Map
from ui.components.files import NotYet, file_store
from ui.components.wire import field_bundle
from ui.jobs.job import Job, JobError
from ui.jobs.work import StepsWork
from ui.state.queues import begun, found, quick_queue

SUBMITTING = threading.Lock()  # visitors who ask for the same gaps at the same moment share one job


def gap_field(checkpoint: Checkpoint, latent_map: Map, map_key: str, base: np.ndarray) -> str:
    """The address of the gaps over the plane through a code ``base`` (D,); empty if the line is full."""
    name = f"gaps-{checkpoint.fingerprint}-{map_key}-{hashlib.sha256(base.tobytes()).hexdigest()[:16]}"
    try:
        job = _job(name, checkpoint, latent_map, base)
    except JobError as error:
        st.caption(str(error))
        return ""
    return file_store().offer(name, lambda: _field_so_far(job))


def _job(name: str, checkpoint: Checkpoint, latent_map: Map, base: np.ndarray) -> Job:
    """The job of this name, under way or done; a new one where there is none, or it has failed."""
    with SUBMITTING:
        job = found(quick_queue(), name)
        if job is None or job.status in ("failed", "stopped"):
            job = begun(quick_queue(), name, StepsWork(gap_field_steps, checkpoint.support, latent_map, base))
        return job


def _field_so_far(job: Job) -> bytes | NotYet | None:
    if job.status == "done":
        return field_bundle(job.result)
    return None if job.is_over else NotYet(job.progress.share)
