"""Running training with its controls and curves, and a finished one with its outcome and next steps."""

from dataclasses import asdict

import streamlit as st

from autoencoder.checkpoint.record import EpochResult
from autoencoder.errors import LatentSpaceError
from autoencoder.figures.training import loss_figure
from autoencoder.training.overfitting import sentence
from autoencoder.training.progress import TrainingProgress
from autoencoder.training.trainer import Progress
from ui.jobs.job import Job
from ui.state.session import is_dark
from ui.state.training import can_resume, forget_training, resume_failed
from ui.storage.classroom import has_teacher
from ui.widgets.charts import csv, offer_file, show_metrics
from ui.widgets.job_progress import NO_WORKER
from ui.widgets.menu import offer_map
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
    progress, latest = job.progress, job.progress.latest
    st.progress(*_progress(job, progress))
    if job.notice:
        st.warning(f"{job.notice} The training goes on, but would be lost with this server.")
    if latest is not None:
        step, speed = f"{latest.step:,} of {latest.n_steps:,}", f"{latest.images_per_second:,.0f}"
        left = _duration(latest.seconds_left)
        show_metrics({"Step": step, "Images per second": speed, "Time left": left})
    if status == "paused":
        show_so_far(progress)
    else:
        show_live(progress)
    _show_errors(progress, is_over=False)


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


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def _show_errors(progress: TrainingProgress, is_over: bool) -> None:
    """Training and held-out error, with a sentence that compares them."""
    if progress.epochs:
        st.markdown(sentence(progress.epochs, progress.n_trained, is_over))
    if progress.losses or progress.epochs:
        st.plotly_chart(loss_figure(progress, is_dark()), key="loss curve", config={"displayModeBar": False})


def show_outcome(job: Job) -> None:
    """The result of the training, and the next steps."""
    _say_outcome(job)
    with st.container(horizontal=True):
        if job.result:
            offer_map(job.result, "trained", type="primary")
        if can_resume(job):
            st.button("Try to resume", on_click=resume_failed, type="primary", icon=":material/play_arrow:")
        st.button("Train another", on_click=forget_training, icon=":material/replay:")
        if job.progress.epochs:
            losses = list(map(asdict, job.progress.epochs))
            offer_file("Losses (CSV)", f"{job.result or 'training'}-losses.csv", lambda: csv(losses))
    show_so_far(job.progress)
    _show_errors(job.progress, is_over=True)


def _say_outcome(job: Job) -> None:
    if job.stopped_by:
        st.info(f"Stopped by {job.stopped_by}.", icon=":material/info:")
    if isinstance(job.error, LatentSpaceError):
        st.error(str(job.error), icon=":material/error:")
    elif job.error:
        words = f"The training ended with a mistake in this program: {type(job.error).__name__}."
        st.error(words, icon=":material/error:")
    elif job.result is None:
        words = "Stopped before the first epoch was over, so there is nothing to keep."
        st.info(words, icon=":material/info:")
    else:
        words = f"Kept as **{job.result}**, and in every page's choice of models."
        st.success(words, icon=":material/check:")
        last = job.progress.epochs[-1]
        show_metrics(
            {
                "Epochs": f"{last.epoch:,.4g}",
                "Training loss": f"{last.train_loss:.1f} nats",
                "Held-out loss": f"{last.validation_loss:.1f} nats",
                "Held-out PSNR": f"{last.validation_psnr:.1f} dB",
            }
        )
