"""Training on the page Train: the form, the controls of a running training, the outcome of a finished one."""

from collections.abc import Callable
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
from autoencoder.training import plan as plans
from autoencoder.training.overfitting import sentence
from autoencoder.training.plan import TrainingPlan, TrainingProgress
from autoencoder.training.trainer import FEWEST_IMAGES, Progress
from autoencoder.wording import counted
from ui.jobs.job import Job
from ui.state import address
from ui.state.choice import dataset_name, dataset_title
from ui.state.session import current_workspace, refusal
from ui.state.training import begin_training, can_resume, current_training, forget_training, resume_failed
from ui.storage.classroom import classroom, has_teacher
from ui.widgets.charts import csv, offer_file, show_chart, show_metrics
from ui.widgets.frame import more, offer_map
from ui.widgets.job_progress import NO_WORKER
from ui.widgets.replay import show_live, show_so_far

ARCHITECTURES = {"conv": "Convolutional", "dense": "Dense"}
DEFAULTS = TrainingSettings()
COUNTS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)  # of training images, fewer than all
ALL = "all"
TICK = 1.0  # seconds between two looks at a running training
REST_TICK = 5.0  # and at one that is paused
WORDS = {"paused": "Paused", "finishing": "Keeping the model", "waiting": "Waiting for a turn"}

kept_number = partial(st.number_input, persist_state="session")
kept_select = partial(st.selectbox, persist_state="session")


def find_training() -> tuple[Job | None, bool]:
    """The visitor's training, and True where the page is free for another one."""
    try:
        job = current_training()
    except LatentSpaceError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Discard it", on_click=forget_training)
        return None, False
    return job, job is None


def choose_plan(dataset: Dataset, test: Dataset | None) -> TrainingPlan:
    """The plan from the form; raises LatentSpaceError where it cannot be trained."""
    if not classroom().can_train:
        st.info("Your teacher has switched training off.", icon=":material/info:")
    if dataset.n_images < FEWEST_IMAGES:
        raise DatasetError(
            f"{dataset.name} has {counted(dataset.n_images, 'image')}, and training needs at least "
            f"{FEWEST_IMAGES}: one to learn from and one to hold back. Choose other images at the side."
        )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    n_images = _choose_images(plans.n_to_train_on(dataset.n_images))
    n_trained = n_images or plans.n_to_train_on(dataset.n_images)
    with row:
        kind = kept_select("Kind", KINDS, format_func=KINDS.get, key="train.kind")
        what = "Numbers in a code. Two can be looked at as they are; sixteen keep more."
        latent_dim = kept_number("Code size", 1, MAX_LATENT_DIM, 2, key="train.size", help=what, width=150)
        epochs, what = plans.default_epochs(n_trained), "How often the network sees every image."
        looks = {"key": f"train.epochs_{epochs}", "help": what, "width": 150}
        epochs = kept_number("Epochs", 1, MAX_EPOCHS, epochs, **looks)
        start = st.container(width="content")
        with more():
            architecture, beta, settings = _more(kind, epochs, n_images, plans.default_batch(n_trained))
            name = _choose_name(plans.default_name(dataset.name, kind, latent_dim, n_images))
    model = plans.model_settings(kind, latent_dim, architecture, beta)
    plan = TrainingPlan(name, dataset, test, model, settings)
    with start:
        _offer_start(plan)
    return plan


def _choose_images(n_all: int) -> int:
    """The number of images to train on; 0 for all."""
    options = [*(str(count) for count in COUNTS if count < n_all), ALL]
    if address.value("train_images") not in options:  # of another data set
        st.session_state["train_images"] = ALL
    slider, preset = st.columns([3, 1], vertical_alignment="bottom")
    looks = {"disabled": len(options) == 1, "width": "stretch"}
    what = "Fifty images and a plain autoencoder: training and held-out error part within seconds."
    preset.button("Overfit on purpose", on_click=_choose_few, help=what, **looks)
    if len(options) == 1:
        slider.caption(f"Trained on all there are: {counted(n_all, 'image')}.")
        return 0
    chosen = slider.select_slider(
        "Training images",
        options,
        ALL,
        format_func=lambda text: f"all {n_all:,}" if text == ALL else text,  # so the address has it
        help="Fewer are memorised sooner. They are drawn by class, from the seed.",
        persist_state="session",
        **address.bound("train_images"),
    )
    return 0 if chosen == ALL else int(chosen)


def _choose_few() -> None:
    """Fifty images, with the epochs and the batch size that suit them."""
    st.session_state["train_images"] = str(COUNTS[0])
    st.session_state["train.kind"] = "ae"


def _more(kind: str, epochs: int, n_images: int, batch_size: int) -> tuple[str, float, TrainingSettings]:
    """Settings that are rarely changed: architecture, beta, noise, batches, rate and seed."""
    beta, noise, level = 1.0, "gaussian", 0.3
    title = ARCHITECTURES.get
    architecture = kept_select("Architecture", PRESETS, format_func=title, key="train.architecture")
    if kind == "vae":
        beta = kept_number("Beta, the weight of the KL term", 0.0, 1000.0, 1.0, 0.5, key="train.beta")
    if kind == "dae":
        title = {"format_func": lambda kind: NOISE_KINDS[kind].title}
        noise = kept_select("Noise on the inputs", NOISE_KINDS, key="train.noise", **title)
        level = kept_number(f"Level: {NOISE_KINDS[noise].unit}", 0.0, 1.0, 0.3, 0.05, key="train.level")
    batch_size = kept_number("Batch size, images", 1, 4096, batch_size, key=f"train.batch_{batch_size}")
    looks = {"step": 1e-3, "format": "%.5f", "key": "train.rate"}
    rate = kept_number("Learning rate at its peak", 1e-5, 1.0, DEFAULTS.learning_rate, **looks)
    seed = kept_number("Seed of weights, order and noise", 0, 2**32 - 1, DEFAULTS.seed, key="train.seed")
    return architecture, beta, plans.training_settings(epochs, batch_size, rate, seed, noise, level, n_images)


def _choose_name(default: str) -> str | None:
    """The name of the model; None, with the reason below the field, where it cannot be used."""
    workspace = current_workspace()
    free = workspace.models.free_name(default)
    name = st.text_input("Name of the model", placeholder=free, max_chars=60, key="train.name")
    with refusal():
        return workspace.models.check_new(name or free)
    return None


def show_mirror(plan: TrainingPlan) -> None:
    """Every layer of the encoder beside the decoder layer that undoes it."""
    st.subheader("Layers of the network", anchor=False)
    st.dataframe(pd.DataFrame([_mirror_row(row) for row in mirror_table(plan.model)]), hide_index=True)
    st.caption(
        f"{plan.n_parameters:,} parameters. Read the encoder downwards, from the image to the code, and the "
        f"decoder upwards. A tenth of the {counted(plan.dataset.n_images, 'image')} is held back, to "
        f"measure on images that were not trained on; {counted(plan.n_trained, 'image')} to train on."
    )


def _mirror_row(row) -> dict:
    return {
        "Encoder": row.layer,
        "Output": " × ".join(map(str, row.output_shape)),
        "Parameters": f"{row.n_parameters:,}",
        "Decoder": row.mirror,
        "Its output": " × ".join(map(str, row.mirror_output_shape)),
        "Its parameters": f"{row.mirror_n_parameters:,}",
    }


def _offer_start(plan: TrainingPlan) -> None:
    """The button that starts the training; disabled while the name cannot be used."""
    if not classroom().can_train:
        return
    is_usable = plan.name is not None
    if st.button("Start", type="primary", icon=":material/play_arrow:", disabled=not is_usable) and is_usable:
        begin_training(plan)
        st.rerun()


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
            st.button("Pause", on_click=_act, args=(job.pause, job.settle), icon=":material/pause:")
        st.button("One step", on_click=_step, args=(job, Progress), disabled=not is_paused)
        st.button("One epoch", on_click=_step, args=(job, EpochResult), disabled=not is_paused)
        st.button("Stop", on_click=_act, args=(job.stop, job.wait), icon=":material/stop:")


def _act(act: Callable[[], None], wait: Callable[[float], bool]) -> None:
    """Act, and wait a moment for the effect, so that the page shows it."""
    act()
    wait(TICK)


def _step(job: Job, kind: type) -> None:
    """Train until the next event of this kind; a short step is over before the page is drawn."""
    if job.status != "paused":  # another tab has resumed it
        return
    job.step(lambda step: isinstance(step.partial, kind))
    job.settle(TICK)


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


def _show_errors(progress: TrainingProgress, is_over: bool, file: str = "") -> None:
    """Training and held-out error, with a sentence that compares them."""
    if progress.epochs:
        st.markdown(sentence(progress.epochs, progress.n_trained, is_over))
    if progress.losses or progress.epochs:
        alt = "The loss of the batches, of the training images and of the held-out ones, by epoch."
        show_chart(loss_figure(progress), "loss curve", alt, file)


def show_outcome(job: Job) -> None:
    """The result of the training, and the next steps."""
    _say_outcome(job)
    if job.progress.dataset != dataset_name():
        st.caption(f"{dataset_title(dataset_name())} is chosen now: *Train another* trains on these images.")
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
    _show_errors(job.progress, is_over=True, file=f"{job.result or 'training'}-losses")


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
        words = f"Saved as **{job.result}**. You can choose it under *Model* on every page."
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
