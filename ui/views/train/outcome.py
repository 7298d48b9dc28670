"""Finished training: outcome, measures and error curves."""

from dataclasses import asdict

import streamlit as st

from autoencoder.checkpoint.record import EpochResult
from autoencoder.errors import LatentSpaceError
from autoencoder.figures.training import loss_figure
from autoencoder.training.overfitting import sentence
from autoencoder.training.progress import TrainingProgress
from ui.jobs.job import Job
from ui.state.session import is_dark
from ui.state.training import can_resume, forget_training, resume_failed
from ui.widgets.charts import csv, offer_file
from ui.widgets.menu import offer_map
from ui.widgets.replay import show_so_far


def show_errors(progress: TrainingProgress, is_over: bool) -> None:
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
            losses = [asdict(epoch) for epoch in job.progress.epochs]
            offer_file("Losses (CSV)", f"{job.result or 'training'}-losses.csv", lambda: csv(losses))
    show_so_far(job.progress)
    show_errors(job.progress, is_over=True)


def _say_outcome(job: Job) -> None:
    epochs = job.progress.epochs
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
        _show_measures(epochs[-1])


def _show_measures(last: EpochResult) -> None:
    with st.container(horizontal=True):
        st.metric("Epochs", f"{last.epoch:,.4g}")
        st.metric("Training loss", f"{last.train_loss:.1f} nats")
        st.metric("Held-out loss", f"{last.validation_loss:.1f} nats")
        st.metric("Held-out PSNR", f"{last.validation_psnr:.1f} dB")
