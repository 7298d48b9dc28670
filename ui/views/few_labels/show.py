"""Results of the page Few labels: curves while they grow, verdict, tables, images behind a point."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.experiments.few_labels.figure import confusion_figure, curve_name, learning_curves
from autoencoder.experiments.few_labels.learners import LEARNERS
from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import FewLabelPlan, Task
from autoencoder.experiments.few_labels.verdicts import (
    Comparison,
    comparisons,
    confusion,
    curve,
    learnt_at,
    sentence,
    usual_prediction,
)
from autoencoder.wording import counted
from ui.jobs.job import Job
from ui.jobs.work import StepsWork
from ui.state.session import is_dark
from ui.widgets.charts import csv, offer_file, show_chart, show_frame
from ui.widgets.controls import keep_among, pick, segments
from ui.widgets.job_progress import TICK, job_on_request
from ui.widgets.pictures import show

COLUMNS = {"n_labels": "labels", "n_draws": "draws", "mean": "accuracy", "std": "± over draws"}
POINTS = "difference, points", "95 % from", "to"
N_SHOWN = 12  # images learnt first, and last


# While it runs


def show_measurement(plan: FewLabelPlan) -> None:
    """The measurement, started with a button, its progress and its result, which is kept for all visitors."""
    if not plan.learners or not plan.counts:
        st.caption("Choose a learner and a number of labels at least.")
        return
    words = f"{plan.n_fits:,} fits"
    caption = f"{words}. The curves appear as they come."
    job = job_on_request(plan.key, lambda: _work(plan), "Measure", caption, words)
    if job and job.is_over:
        show_results(job.progress.partial, plan)
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


# What was found


def show_results(outcome: FewLabels, plan: FewLabelPlan) -> None:
    """The verdict, the curves, the cost, and the images behind one point of a curve."""
    if not outcome.results:
        return
    _show_verdict(outcome)
    _show_curves(outcome)
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
    counts = outcome.counts
    keep_among("verdict_at", counts)
    words = sentence(outcome, segments("verdict_at", "Verdict at", counts, format_func="{:,} labels".format))
    st.markdown(f"**{words}**" if words else "No learner here uses the encoder: nothing to judge.")


def _show_curves(outcome: FewLabels) -> None:
    alt = "Test accuracy of every learner by the number of labelled images, with its spread over draws."
    show_chart(learning_curves(curve(outcome), is_dark()), "learning curves", alt)


def _show_tables(outcome: FewLabels, plan: FewLabelPlan) -> None:
    points = pd.DataFrame([asdict(point) for point in curve(outcome)])
    table = points.assign(learner=[LEARNERS[name].title for name in points.learner]).rename(columns=COLUMNS)
    alt = "Accuracy of every learner by the number of labels, with its spread and its cost."
    show_frame(table, alt, {"percent": ["accuracy", "± over draws"], "%.3f": ["seconds"]})
    st.caption(_cost(outcome))
    found = comparisons(outcome)
    if found:
        st.markdown("**Learner against control**")
        rows = [_comparison_row(comparison) for comparison in found]
        show_frame(
            rows, "Gain of every learner on the encoder's features over its control.", {"%+.1f": POINTS}
        )
    name = f"{plan.train.name}-{plan.checkpoint.name}-few-labels.csv"
    offer_file("Results (CSV)", name, lambda: _csv(outcome))


def _cost(outcome: FewLabels) -> str:
    """The time of one fit, and of the preparations."""
    parts = [f"{name} {seconds:.2g} s" for name, seconds in outcome.preparations.items()]
    once = f" Prepared once for all of them: {', '.join(parts)}." if parts else ""
    return f"Seconds are the mean of one fit, with the test images classified.{once}"


def _comparison_row(comparison: Comparison) -> dict:
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
    titles = {"format_func": lambda name: LEARNERS[name].title}
    last = {"index": len(counts) - 1, "format_func": "{:,}".format}
    learner = pick("point_learner", "Learner", learners, learner_column, **titles)
    return learner, pick("point_labels", "Labelled images", counts, count_column, **last)


def _show_confusion(outcome: FewLabels, task: Task, learner: str, n_labels: int) -> None:
    names = list(task.test.class_names)
    matrix = confusion(outcome, learner, n_labels, len(names))
    alt = f"How often {LEARNERS[learner].title} took each class for each, with {n_labels} labels."
    show_chart(confusion_figure(matrix, names, is_dark()), "confusion", alt)
    st.caption(
        f"{matrix.trace():,} of {matrix.sum():,} right: {task.test.n_images:,} test images in "
        f"{counted(len(outcome.of(learner, n_labels)), 'draw')}."
    )


def _show_learnt(outcome: FewLabels, task: Task, learner: str) -> None:
    """The images that few labels suffice for, and those that the most labels do not."""
    learnt = learnt_at(outcome, learner)
    counts = [count for count in outcome.counts if outcome.of(learner, count)]
    for words, rows, at in (
        (f"Learnt first: right from {counts[0]:,} labels on", learnt == counts[0], counts[0]),
        (f"Learnt last: still wrong at {counts[-1]:,} labels", learnt == 0, counts[-1]),
    ):
        st.markdown(f"**{words}**, {rows.sum():,} of {task.test.n_images:,} test images")
        shown = np.flatnonzero(rows)[:N_SHOWN]
        if len(shown):
            predicted = usual_prediction(outcome, learner, at)
            show(task.test.images[shown], [_caption(task, row, predicted[row]) for row in shown])


def _caption(task: Task, row: int, predicted: int) -> str:
    names, true = task.test.class_names, task.test.labels[row]
    says = names[true] if predicted == true else f"{names[true]}, taken for {names[predicted]}"
    return f"{says} · image {task.test_rows[row]}"
