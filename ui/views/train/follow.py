"""Running training: progress, curves and controls."""

import streamlit as st

from autoencoder.checkpoint.record import EpochResult
from autoencoder.training.plan import TrainingProgress
from autoencoder.training.trainer import Progress
from ui.jobs.job import Job
from ui.storage.classroom import has_teacher
from ui.views.train.outcome import show_errors
from ui.widgets.job_progress import NO_WORKER
from ui.widgets.replay import show_live, show_so_far

TICK = 1.0  # seconds between two looks at a running training
REST_TICK = 5.0  # and at one that is paused
WORDS = {"paused": "Paused", "finishing": "Keeping the model", "waiting": "Waiting for a turn"}


def follow(job: Job) -> None:
    """Controls and progress; a paused training is looked at too, since another tab can resume it."""
    _controls(job)
    if has_teacher():
        st.caption(f"The teacher sees this training as **{job.code}**.")
    is_at_rest = job.is_at_rest
    st.fragment(_watch, run_every=REST_TICK if is_at_rest else TICK)(job, (job.status, is_at_rest))


def _controls(job: Job) -> None:
    is_paused = job.status == "paused"
    with st.container(horizontal=True):
        if is_paused:
            st.button("Resume", on_click=job.resume, icon=":material/play_arrow:")
        else:
            st.button("Pause", on_click=_pause, args=(job,), icon=":material/pause:")
        st.button("One step", on_click=_step, args=(job, Progress), disabled=not is_paused)
        st.button("One epoch", on_click=_step, args=(job, EpochResult), disabled=not is_paused)
        st.button("Stop", on_click=_stop, args=(job,), icon=":material/stop:")


def _pause(job: Job) -> None:
    job.pause()
    job.settle(TICK)


def _step(job: Job, kind: type) -> None:
    """Train until the next event of this kind; a short step is over before the page is drawn."""
    if job.status != "paused":  # another tab has resumed it
        return
    job.step(lambda step: isinstance(step.partial, kind))
    job.settle(TICK)


def _stop(job: Job) -> None:
    job.stop()
    job.wait(TICK)


def _watch(job: Job, drawn: tuple[str, bool]) -> None:
    status, _ = drawn
    if (job.status, job.is_at_rest) != drawn:
        st.rerun()
    progress = job.progress
    st.progress(*_progress(job, progress))
    if job.notice:
        st.warning(f"{job.notice} The training goes on, but would be lost with this server.")
    _show_figures(progress)
    if status == "paused":
        show_so_far(progress)
    else:
        show_live(progress)
    show_errors(progress, is_over=False)


def _progress(job: Job, progress: TrainingProgress) -> tuple[float, str]:
    """The share that is done, from 0 to 1, and a sentence."""
    latest = progress.latest
    if not job.has_workers and job.status != "paused":
        return (latest.step / latest.n_steps if latest else 0.0), NO_WORKER
    if job.place:
        return 0.0, f"In line, at place {job.place}: others train now"
    if latest is None:
        return 0.0, WORDS.get(job.status, "Getting ready")
    words = WORDS.get(job.status, "Training")
    return latest.step / latest.n_steps, f"{words}: epoch {latest.epoch} of {progress.settings.epochs}"


def _show_figures(progress: TrainingProgress) -> None:
    if progress.latest is None:
        return
    with st.container(horizontal=True):
        st.metric("Step", f"{progress.latest.step:,} of {progress.latest.n_steps:,}")
        st.metric("Images per second", f"{progress.latest.images_per_second:,.0f}")
        st.metric("Time left", _duration(progress.latest.seconds_left))


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
