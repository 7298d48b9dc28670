"""The parts of the training page: the form, the table of layers, the training as it runs, its outcome."""

from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st

from autoencoder.checkpoint.record import MAX_EPOCHS, EpochResult, TrainingSettings
from autoencoder.data.dataset import Dataset
from autoencoder.data.noise import NOISE_KINDS
from autoencoder.errors import DatasetError, LatentSpaceError
from autoencoder.figures.training import loss_figure
from autoencoder.model.architecture import KINDS, MAX_LATENT_DIM, PRESETS, mirror_table
from autoencoder.training.overfitting import sentence
from autoencoder.training.plan import (
    Plan,
    default_batch,
    default_epochs,
    default_name,
    model_settings,
    n_to_train_on,
    training_settings,
)
from autoencoder.training.progress import Glance
from autoencoder.training.trainer import FEWEST_IMAGES, Progress
from autoencoder.wording import counted
from ui.frame import is_dark, refusal
from ui.jobs.job import NO_WORKER, Job
from ui.models_view import offer_map
from ui.replay_view import show_live, show_so_far
from ui.storage.classroom import classroom, has_teacher
from ui.training_jobs import begin_training, can_go_on, current_training, forget_training, go_on
from ui.visitors import current_workspace

TICK = 1.0  # seconds between two looks at a running training
REST_TICK = 5.0  # and at one that is paused
ARCHITECTURES = {"conv": "Convolutional", "dense": "Dense"}
DEFAULTS = TrainingSettings()
COUNTS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)  # of training images, fewer than all
ALL = "all"
IMAGES = "train_images"
WORDS = {"paused": "Paused", "finishing": "Keeping the model", "waiting": "Waiting for a turn"}

number = partial(st.number_input, persist_state="session")
select = partial(st.selectbox, persist_state="session")


def find_training() -> tuple[Job | None, bool]:
    """The visitor's training, and whether the page is free for another one."""
    try:
        job = current_training()
    except LatentSpaceError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Discard it", on_click=forget_training)
        return None, False
    return job, job is None


# Before


def choose_plan(dataset: Dataset, test: Dataset | None) -> Plan:
    """The form; raises LatentSpaceError where what it says cannot be trained."""
    if not classroom().can_train:
        st.info("Whoever runs the class has switched training off.", icon=":material/info:")
    if dataset.n_images < FEWEST_IMAGES:
        raise DatasetError(
            f"{dataset.name} has {counted(dataset.n_images, 'image')}, and training needs at least "
            f"{FEWEST_IMAGES}: one to learn from and one to hold back. Choose other images at the side."
        )
    n_images = _choose_images(n_to_train_on(dataset.n_images))
    n_trained = n_images or n_to_train_on(dataset.n_images)
    kind_column, size_column, epochs_column = st.columns([2, 1, 1])
    kind = kind_column.selectbox(
        "Kind", KINDS, format_func=KINDS.get, key="train kind", persist_state="session"
    )
    latent_dim = size_column.number_input(
        "Code size", 1, MAX_LATENT_DIM, 2, key="train size", persist_state="session",
        help="Dimensions of the latent space. Two can be looked at as they are; sixteen keep more.",
    )  # fmt: skip
    epochs = default_epochs(n_trained)
    epochs = epochs_column.number_input(
        "Epochs", 1, MAX_EPOCHS, epochs, key=f"train {epochs} epochs", persist_state="session",
        help="How often the network sees every image.",
    )  # fmt: skip
    architecture, beta, settings = _more(kind, epochs, n_images, default_batch(n_trained))
    model = model_settings(kind, latent_dim, architecture, beta)
    name = _choose_name(default_name(dataset.name, kind, latent_dim, n_images))
    return Plan(name, dataset, test, model, settings)


def _choose_images(n_all: int) -> int:
    """How many images to train on; 0 for all."""
    options = [*(str(count) for count in COUNTS if count < n_all), ALL]
    if st.session_state.get(IMAGES, ALL) not in options:  # of another data set
        st.session_state[IMAGES] = ALL
    slider, preset = st.columns([3, 1], vertical_alignment="bottom")
    preset.button(
        "Overfit on purpose", on_click=_choose_few, disabled=len(options) == 1, width="stretch",
        help="Fifty images and a plain autoencoder: training and held-out error part within seconds.",
    )  # fmt: skip
    if len(options) == 1:
        slider.caption(f"Trained on all there are: {counted(n_all, 'image')}.")
        return 0
    chosen = slider.select_slider(
        "Training images", options, ALL, key=IMAGES, bind="query-params", persist_state="session",
        format_func=lambda text: f"all {n_all:,}" if text == ALL else text,  # the address has what is shown
        help="Fewer are learnt by heart sooner. They are drawn by class, from the seed.",
    )  # fmt: skip
    return 0 if chosen == ALL else int(chosen)


def _choose_few() -> None:
    """Fifty images, with the epochs and the batch size that suit them."""
    st.session_state[IMAGES] = str(COUNTS[0])
    st.session_state["train kind"] = "ae"


def _more(kind: str, epochs: int, n_images: int, batch_size: int) -> tuple[str, float, TrainingSettings]:
    """What is rarely changed: architecture, beta and how the training goes."""
    beta, noise, level = 1.0, "gaussian", 0.3
    with st.expander("More"):
        architecture = select(
            "Architecture", PRESETS, format_func=ARCHITECTURES.get, key="train architecture"
        )
        if kind == "vae":
            beta = number("Beta, the weight of the KL term", 0.0, 1000.0, 1.0, 0.5, key="train beta")
        if kind == "dae":
            noise = select(
                "Noise on the inputs",
                NOISE_KINDS,
                format_func=lambda kind: NOISE_KINDS[kind].title,
                key="train noise",
            )
            level = number(f"Level: {NOISE_KINDS[noise].unit}", 0.0, 1.0, 0.3, 0.05, key="train level")
        batch_size = number("Batch size, images", 1, 4096, batch_size, key=f"train batch {batch_size}")
        rate = number(
            "Learning rate at its peak",
            1e-5,
            1.0,
            DEFAULTS.learning_rate,
            1e-3,
            format="%.5f",
            key="train rate",
        )
        seed = number("Seed of weights, order and noise", 0, 2**32 - 1, DEFAULTS.seed, key="train seed")
    return architecture, beta, training_settings(epochs, batch_size, rate, seed, noise, level, n_images)


def _choose_name(default: str) -> str | None:
    """The name to keep the model under; None, and beneath it the reason, where it cannot be used."""
    workspace = current_workspace()
    free = workspace.free_model_name(default)
    name = st.text_input("Name of the model", placeholder=free, max_chars=60, key="train name")
    with refusal():
        return workspace.check_new_model(name or free)
    return None


def show_mirror(plan: Plan) -> None:
    """Every layer of the encoder beside the decoder layer that undoes it."""
    st.subheader("The network and its mirror", anchor=False)
    st.dataframe(pd.DataFrame([_mirror_row(row) for row in mirror_table(plan.model)]), hide_index=True)
    st.caption(
        f"{plan.n_parameters:,} parameters. Read the encoder downwards, from the image to the code, and the "
        f"decoder upwards. A tenth of the {counted(plan.dataset.n_images, 'image')} is held back, to "
        f"measure on images that were not trained on; {counted(plan.n_trained, 'image')} to train on."
    )


def _mirror_row(row) -> dict:
    return {
        "Encoder": row.layer,
        "Output": _shape(row.output_shape),
        "Parameters": f"{row.n_parameters:,}",
        "Decoder": row.mirror,
        "Its output": _shape(row.mirror_output_shape),
        "Its parameters": f"{row.mirror_n_parameters:,}",
    }


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def offer_start(plan: Plan) -> None:
    """The button that begins the training, where it may; greyed out while the name cannot be used."""
    if not classroom().can_train:
        return
    is_usable = plan.name is not None
    if st.button("Start", type="primary", icon=":material/play_arrow:", disabled=not is_usable) and is_usable:
        begin_training(plan)
        st.rerun()


# While it runs


def follow(job: Job) -> None:
    """The controls, and the training as it goes; where nothing moves, another tab may make it move again."""
    _controls(job)
    if has_teacher():
        st.caption(f"The teacher sees this training as **{job.code}**.")
    is_at_rest = job.is_at_rest
    st.fragment(_watch, run_every=REST_TICK if is_at_rest else TICK)(job, (job.status, is_at_rest))


def _controls(job: Job) -> None:
    is_paused = job.status == "paused"
    with st.container(horizontal=True):
        if is_paused:
            st.button("Go on", on_click=job.resume, icon=":material/play_arrow:")
        else:
            st.button("Pause", on_click=_pause, args=(job,), icon=":material/pause:")
        st.button("One step", on_click=_step, args=(job, Progress), disabled=not is_paused)
        st.button("One epoch", on_click=_step, args=(job, EpochResult), disabled=not is_paused)
        st.button("Stop", on_click=_stop, args=(job,), icon=":material/stop:")


def _pause(job: Job) -> None:
    job.pause()
    job.settle(TICK)


def _step(job: Job, kind: type) -> None:
    """Until the next event of this kind; a short one is over before the page is drawn.

    Where another tab let the training go on meanwhile, this one only did not know.
    """
    if job.status != "paused":
        return
    job.step(lambda event: isinstance(event, kind))
    job.settle(TICK)


def _stop(job: Job) -> None:
    job.stop()
    job.wait(TICK)


def _watch(job: Job, drawn: tuple[str, bool]) -> None:
    status, _ = drawn
    if (job.status, job.is_at_rest) != drawn:
        st.rerun()
    glance = job.progress
    st.progress(*_progress(job, glance))
    if job.notice:
        st.warning(f"{job.notice} The training goes on, but would not outlive this server.")
    _show_figures(glance)
    if status == "paused":
        show_so_far(glance)
    else:
        show_live(glance)
    show_errors(glance, is_over=False)


def _progress(job: Job, glance: Glance) -> tuple[float, str]:
    """How far it is, from 0 to 1, and in words."""
    latest = glance.latest
    if not job.has_workers and job.status != "paused":
        return (latest.step / latest.n_steps if latest else 0.0), NO_WORKER
    if job.place:
        return 0.0, f"In line, at place {job.place}: others train now"
    if latest is None:
        return 0.0, WORDS.get(job.status, "Getting ready")
    words = WORDS.get(job.status, "Training")
    return latest.step / latest.n_steps, f"{words}: epoch {latest.epoch} of {glance.settings.epochs}"


def _show_figures(glance: Glance) -> None:
    if glance.latest is None:
        return
    with st.container(horizontal=True):
        st.metric("Step", f"{glance.latest.step:,} of {glance.latest.n_steps:,}")
        st.metric("Images per second", f"{glance.latest.images_per_second:,.0f}")
        st.metric("Time left", _duration(glance.latest.seconds_left))


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def show_errors(glance: Glance, is_over: bool) -> None:
    """Training and held-out error, and what they say together."""
    if glance.epochs:
        st.markdown(sentence(glance.epochs, glance.n_trained, is_over))
    if glance.losses or glance.epochs:
        st.plotly_chart(loss_figure(glance, is_dark()), key="loss curve", config={"displayModeBar": False})


# Afterwards


def show_outcome(job: Job) -> None:
    """What the training came to, and where to go from here."""
    _say_outcome(job)
    with st.container(horizontal=True):
        if job.result:
            offer_map(job.result, "trained", type="primary")
        if can_go_on(job):
            st.button("Try to go on", on_click=go_on, type="primary", icon=":material/play_arrow:")
        st.button("Train another", on_click=forget_training, icon=":material/replay:")
        if job.progress.epochs:
            losses = pd.DataFrame([asdict(epoch) for epoch in job.progress.epochs]).to_csv(index=False)
            st.download_button("Losses (CSV)", losses, f"{job.result or 'training'}-losses.csv", "text/csv")
    show_so_far(job.progress)
    show_errors(job.progress, is_over=True)


def _say_outcome(job: Job) -> None:
    epochs = job.progress.epochs
    if job.stopped_by:
        st.info(f"Stopped by {job.stopped_by}.", icon=":material/info:")
    if isinstance(job.error, LatentSpaceError):
        st.error(str(job.error), icon=":material/error:")
    elif job.error:
        st.error(
            f"The training ended with a mistake in this program: {type(job.error).__name__}.",
            icon=":material/error:",
        )
    elif job.result is None:
        st.info(
            "Stopped before the first epoch was over, so there is nothing to keep.", icon=":material/info:"
        )
    else:
        st.success(
            f"Kept as **{job.result}**, and in every page's choice of models.", icon=":material/check:"
        )
        _show_measures(epochs[-1])


def _show_measures(last: EpochResult) -> None:
    with st.container(horizontal=True):
        st.metric("Epochs", f"{last.epoch:,.4g}")
        st.metric("Training loss", f"{last.train_loss:.1f} nats")
        st.metric("Held-out loss", f"{last.validation_loss:.1f} nats")
        st.metric("Held-out PSNR", f"{last.validation_psnr:.1f} dB")
