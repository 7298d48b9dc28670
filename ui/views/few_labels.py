"""Parts of the page Few labels: setting, plan, growing curves, verdict, tables, images behind a point."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.seen import note_on_seen
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.data.dataset import Dataset
from autoencoder.experiments.few_labels import words as sentences
from autoencoder.experiments.few_labels.figure import confusion_figure, curve_name, learning_curves
from autoencoder.experiments.few_labels.learners import LEARNERS, QUICK
from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import FewLabelPlan, Task, labelled_rows
from autoencoder.training.plan import n_learnt_from
from autoencoder.wording import counted
from ui.jobs.job import Job
from ui.jobs.work import StepsWork
from ui.state import caches, choice
from ui.state.choice import chosen_dataset, dataset_at_hand, dataset_title, set_dataset, test_counterpart
from ui.state.defaults import DATASET
from ui.widgets.charts import csv, offer_file, show_chart, show_frame
from ui.widgets.choice import offer_download, pick_model
from ui.widgets.controls import keep_among, number, pick, segments, several
from ui.widgets.frame import more, offer_page
from ui.widgets.job_progress import TICK, job_on_request
from ui.widgets.pictures import show

MOST_POOL, MOST_TEST = 10_000, 2_000  # images: seconds of work and little memory, whatever the set
MOST_LABELS = 300  # unless the visitor wants more
SMALL_CODE = 8  # dimensions: below, a code keeps too little to tell ten classes apart
COLUMNS = {"n_labels": "labels", "n_draws": "draws", "mean": "accuracy", "std": "± over draws"}
POINTS = "difference, points", "95 % from", "to"
N_SHOWN = 12  # images learnt first, and last


def choose_encoder() -> Checkpoint:
    """The model whose encoder is judged: at first the chosen one, or one of its images with a larger code."""
    chosen, names, models = choice.model_name(), choice.model_names(), choice.models_by_name()
    source = models[chosen].config.source.name
    enough = [name for name in names if models[name].config.model.latent_dim >= SMALL_CODE]
    alike = [name for name in enough if models[name].config.source.name == source]
    first = chosen if chosen in enough or not alike else alike[0]
    explained = "At first the one chosen at the side; where its code is too small, one with a larger code."
    others = [name for name in names if name != first]
    return pick_model("encoder", "Encoder of", [first, *others], help=explained)


def show_setting(checkpoint: Checkpoint) -> tuple[Dataset, Dataset | None]:
    """The labelled images and the encoder, in words; stops the page where images or labels are missing."""
    if not dataset_at_hand():
        offer_download()
        st.stop()
    train, test = chosen_dataset("train"), test_counterpart()
    if train.labels is None:
        st.info(
            f"The images of {dataset_title(train.name)} have no labels, so there is nothing to learn. Add "
            f"them again with a file of labels, or continue with {dataset_title(DATASET)}.",
            icon=":material/label_off:",
        )
        left, right = st.columns(2)
        offer_page("your-images", "Add images with labels", left)
        right.button(f"Use {dataset_title(DATASET)}", on_click=set_dataset, args=(DATASET,))
        st.stop()
    st.caption(_setting(checkpoint, train))
    return train, test


def _setting(checkpoint: Checkpoint, train: Dataset) -> str:
    source = checkpoint.config.source
    seconds = f"{checkpoint.config.training.seconds:,.0f} s on {n_learnt_from(checkpoint.config):,} images"
    words = (
        f"**Pre-trained on {dataset_title(source.name)}, labels of {dataset_title(train.name)}.** "
        f"The encoder of {in_sentence(checkpoint)} was trained without any label ({seconds})."
    )
    if checkpoint.model.latent_dim < SMALL_CODE:
        words += " So small a code keeps little of an image: a model of 16 dimensions or more keeps most."
    if note := note_on_seen(checkpoint, train.name, train.split):
        return f"{words} {note}"
    if source.name != train.name:
        return f"{words} This is the transfer case: it has never seen images of this kind."
    if train.split == "all":
        words += " It may have seen the test images as well, though not their labels."
    return (
        f"{words} To see how far it carries over to other images, choose others at the side, or your own, "
        "and then this model again."
    )


def choose_plan(checkpoint: Checkpoint, setting: tuple[Dataset, Dataset | None]) -> FewLabelPlan:
    """The plan of a measurement; its defaults take seconds. Raises DatasetError for too few images."""
    train, test = setting
    spread = "How often other images are labelled: the spread over draws says how much chance decides."
    slow = "Fine-tuned and from scratch take a second or more for every number of labels and draw."
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = st.container()
        with more():
            n_draws = number("draws", "Draws", help=spread)
            seed = number("labels_seed", "Seed")
            looks = {"help": slow, "placeholder": "choose one at least", "format_func": _title}
            learners = several("learners", "Learners", list(LEARNERS), default=QUICK, **looks)
    task = caches.label_task(train, test, seed, MOST_POOL, MOST_TEST)
    counts = _choose_counts(task, labels)
    _show_labelled(task, counts[:1], seed)
    st.caption(
        f"{task.pool.n_images:,} images in the pool, {task.test.n_images:,} to test on, {task.n_classes} "
        "classes."
    )
    return FewLabelPlan(checkpoint, train, test, task, learners, counts, n_draws, seed)


def _show_labelled(task: Task, fewest: list[int], seed: int) -> None:
    """The images that are labelled in the first draw, where they are the fewest."""
    for n_labels in fewest:
        rows = labelled_rows(task, n_labels, 0, seed)[:N_SHOWN]
        names = [task.pool.class_names[label] for label in task.pool.labels[rows]]
        first = f", the first {len(rows)} of them" if len(rows) < n_labels else ""
        st.markdown(
            f"**{n_labels:,} of {task.pool.n_images:,} images have a label** in the first draw{first}:"
        )
        show(task.pool.images[rows], names)


def _title(learner: str) -> str:
    return LEARNERS[learner].title


def _choose_counts(task: Task, column) -> list[int]:
    """Numbers of labels that the pool has; others in a link are ignored."""
    options = task.counts or [task.pool.n_images]
    keep_among("labels", options, options[:1])
    default = [count for count in options if count <= MOST_LABELS] or options[:1]
    looks = {"format_func": "{:,}".format, "placeholder": "choose one number at least"}
    return several("labels", "Labelled images", options, column, default=default, **looks)


def show_measurement(plan: FewLabelPlan) -> None:
    """The measurement, started with a button, its progress and its result, which is kept for all visitors."""
    if not plan.learners or not plan.counts:
        st.caption("Choose a learner and a number of labels at least.")
        return
    words = f"{plan.n_fits:,} fits"
    caption = f"{words}. The curves appear as they come."
    job = job_on_request(plan.key, lambda: _work(plan), "Measure", caption, words)
    if job and job.is_over:
        _show_results(job.progress.partial, plan)
    elif job:
        st.fragment(_show_so_far, run_every=TICK)(job)


def _work(plan: FewLabelPlan) -> StepsWork:
    asked = plan.task, plan.learners, plan.counts, plan.n_draws, plan.seed
    nothing = FewLabels(plan.task.test.labels)
    return StepsWork(few_label_steps, plan.checkpoint.model, *asked, partial=nothing)


def _show_so_far(job: Job) -> None:
    outcome = job.progress.partial
    if outcome.results and not job.is_over:
        _show_curves(outcome)


def _show_results(outcome: FewLabels, plan: FewLabelPlan) -> None:
    """The verdict, the curves, the cost, and the images behind one point of a curve."""
    if not outcome.results:
        return
    _show_verdict(outcome)
    _show_curves(outcome, f"{plan.train.name}-{plan.checkpoint.name}-few-labels")
    _show_tables(outcome, plan)
    st.subheader("Behind one point", anchor=False)
    learner, n_labels = _choose_point(outcome)
    if not outcome.of(learner, n_labels):
        st.caption("This learner was stopped before it came to so many labels.")
        return
    _show_confusion(outcome, plan.task, learner, n_labels)
    _show_learnt(outcome, plan.task, learner)


def _show_verdict(outcome: FewLabels) -> None:
    """The verdict at the number of labels that the visitor chooses."""
    keep_among("verdict_at", outcome.counts)
    at = segments("verdict_at", "Verdict at", outcome.counts, format_func="{:,} labels".format)
    words = sentences.sentence(outcome, at)
    st.markdown(f"**{words}**" if words else "No learner here uses the encoder: nothing to judge.")


def _show_curves(outcome: FewLabels, file: str = "") -> None:
    alt = "Test accuracy of every learner by the number of labelled images, with its spread over draws."
    show_chart(learning_curves(sentences.curve(outcome)), "learning curves", alt, file)


def _show_tables(outcome: FewLabels, plan: FewLabelPlan) -> None:
    points = pd.DataFrame([asdict(point) for point in sentences.curve(outcome)])
    table = points.assign(learner=points.learner.map(_title)).rename(columns=COLUMNS)
    alt = "Accuracy of every learner by the number of labels, with its spread and its cost."
    show_frame(table, alt, {"percent": ["accuracy", "± over draws"], "%.3f": ["seconds"]})
    parts = [f"{name} {seconds:.2g} s" for name, seconds in outcome.preparations.items()]
    once = f" Prepared once for all of them: {', '.join(parts)}." if parts else ""
    st.caption(f"Seconds are the mean of one fit, with the test images classified.{once}")
    if found := sentences.comparisons(outcome):
        st.markdown("**Learner against control**")
        alt = "Gain of every learner on the encoder's features over its control."
        show_frame(list(map(_comparison_row, found)), alt, {"%+.1f": POINTS})
    name = f"{plan.train.name}-{plan.checkpoint.name}-few-labels.csv"
    offer_file("Results (CSV)", name, lambda: _csv(outcome))


def _comparison_row(comparison: sentences.Comparison) -> dict:
    values = comparison.difference, comparison.low, comparison.high
    return {
        "labels": comparison.n_labels,
        "verdict": comparison.verdict,
        "learner": curve_name(comparison.learner),
        "control": curve_name(comparison.control),
        **{name: 100 * value for name, value in zip(POINTS, values, strict=True)},
    }


def _csv(outcome: FewLabels) -> str:
    """One line for every learner, number of labels and draw."""
    columns = ("learner", "n_labels", "draw", "accuracy", "seconds")
    return csv([{name: getattr(result, name) for name in columns} for result in outcome.results])


def _choose_point(outcome: FewLabels) -> tuple[str, int]:
    learner_column, count_column = st.columns(2)
    learners, counts = outcome.learners, outcome.counts
    keep_among("point_learner", learners)
    keep_among("point_labels", counts)
    last = {"index": len(counts) - 1, "format_func": "{:,}".format}
    learner = pick("point_learner", "Learner", learners, learner_column, format_func=_title)
    return learner, pick("point_labels", "Labelled images", counts, count_column, **last)


def _show_confusion(outcome: FewLabels, task: Task, learner: str, n_labels: int) -> None:
    names = list(task.test.class_names)
    matrix = sentences.confusion(outcome, learner, n_labels, len(names))
    alt = f"How often {LEARNERS[learner].title} took each class for each, with {n_labels} labels."
    title = f"{LEARNERS[learner].title} with {n_labels:,} labels"
    show_chart(confusion_figure(matrix, names, title), "confusion", alt, f"confusion-{learner}-{n_labels}")
    st.caption(
        f"{matrix.trace():,} of {matrix.sum():,} right: {task.test.n_images:,} test images in "
        f"{counted(len(outcome.of(learner, n_labels)), 'draw')}."
    )


def _show_learnt(outcome: FewLabels, task: Task, learner: str) -> None:
    """The images that few labels suffice for, and those that the most labels do not."""
    learnt = sentences.learnt_at(outcome, learner)
    counts = [count for count in outcome.counts if outcome.of(learner, count)]
    for words, rows, at in (
        (f"Learnt first: right from {counts[0]:,} labels on", learnt == counts[0], counts[0]),
        (f"Learnt last: still wrong at {counts[-1]:,} labels", learnt == 0, counts[-1]),
    ):
        st.markdown(f"**{words}**, {rows.sum():,} of {task.test.n_images:,} test images")
        shown = np.flatnonzero(rows)[:N_SHOWN]
        if len(shown):
            predicted = sentences.usual_prediction(outcome, learner, at)
            show(task.test.images[shown], [_caption(task, row, predicted[row]) for row in shown])


def _caption(task: Task, row: int, predicted: int) -> str:
    names, true = task.test.class_names, task.test.labels[row]
    says = names[true] if predicted == true else f"{names[true]}, taken for {names[predicted]}"
    return f"{says} · image {task.test_rows[row]}"
