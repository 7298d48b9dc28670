"""The parts of the page on few labels: the setting, what to measure, the curves, the images behind them."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoints import Checkpoint
from autoencoder.datasets import DATASETS, Dataset
from autoencoder.few_labels import (
    LEARNERS,
    MOST_DRAWS,
    QUICK,
    Comparison,
    FewLabels,
    Task,
    comparisons,
    confusion,
    curve,
    few_label_task,
    learnt_at,
    sentence,
    usual_prediction,
)
from autoencoder.label_figures import confusion_figure, learning_curves
from ui.caches import KEYS
from ui.charts import show_chart
from ui.choice import (
    DEFAULT_DATASET,
    choose_dataset,
    chosen_dataset,
    dataset_at_hand,
    offer_download,
    test_counterpart,
)
from ui.few_label_jobs import FewLabelWork, few_label_key
from ui.frame import is_dark
from ui.jobs import Job
from ui.pictures import show
from ui.watch import TICK, job_on_request

MOST_POOL, MOST_TEST = 10_000, 2_000  # images: seconds of work and little memory, whatever the set
MOST_LABELS = 300  # unless the visitor wants more
COUNTS, VERDICT_AT, POINT_LEARNER, POINT_LABELS = "labels", "verdict_at", "point_learner", "point_labels"
USUAL = 100  # labels at which methods are compared elsewhere
SMALL_CODE = 8  # dimensions: below, a code keeps too little to tell ten classes apart
COLUMNS = {"n_labels": "labels", "n_draws": "draws", "mean": "accuracy", "std": "± over draws"}
POINTS = "difference, points", "95 % from", "to"
N_SHOWN = 12  # images learnt first, and last


@dataclass(frozen=True, eq=False)
class Plan:
    """What is measured: of which model, on which images, how."""

    checkpoint: Checkpoint
    train: Dataset
    test: Dataset | None
    task: Task
    learners: list[str]
    counts: list[int]
    n_draws: int
    seed: int

    @property
    def key(self) -> str:
        return few_label_key(
            self.checkpoint, self.train, self.test, self.learners, self.counts, self.n_draws, self.seed
        )

    def make_work(self) -> FewLabelWork:
        return FewLabelWork(self.checkpoint, self.task, self.learners, self.counts, self.n_draws, self.seed)


@st.cache_resource(max_entries=4, hash_funcs=KEYS, show_spinner="Drawing the images …")
def label_task(train: Dataset, test: Dataset | None, seed: int) -> Task:
    """The pool and the test images, of a size that a page can wait for."""
    return few_label_task(train, test, seed, MOST_POOL, MOST_TEST)


# Before


def show_setting(checkpoint: Checkpoint) -> tuple[Dataset, Dataset | None]:
    """Whose labels meet whose encoder, in words; stops the page where images or labels are missing."""
    if not dataset_at_hand():
        offer_download()
        st.stop()
    train, test = chosen_dataset("train"), test_counterpart()
    if train.labels is None:
        st.info(
            f"The images of {_title(train.name)} have no labels, so there is nothing to learn. Add them "
            "again with a file of labels, or go on with the digits.",
            icon=":material/label_off:",
        )
        left, right = st.columns(2)
        left.page_link("../pages/your_images.py", label="Add images with labels", icon=":material/upload:")
        right.button("Use the digits", on_click=choose_dataset, args=(DEFAULT_DATASET,))
        st.stop()
    st.caption(_setting(checkpoint, train))
    return train, test


def _setting(checkpoint: Checkpoint, train: Dataset) -> str:
    source = checkpoint.config.source
    seconds = f"{checkpoint.config.training.seconds:,.0f} s on {source.n_images:,} images"
    words = (
        f"**Pre-trained on {_title(source.name)}, labels of {_title(train.name)}.** {checkpoint.name}'s "
        f"encoder was trained without any label ({seconds})."
    )
    if checkpoint.model.latent_dim < SMALL_CODE:
        words += " So small a code keeps little of an image: a model of 16 dimensions or more keeps most."
    if source.name != train.name:
        return f"{words} This is the transfer case: it has never seen images of this kind."
    if train.split == "all":
        words += " It may have seen the test images as well, though not their labels."
    return (
        f"{words} To see how far it carries over to other images, choose others at the side, or your own, "
        "and then this model again."
    )


def choose_plan(checkpoint: Checkpoint, setting: tuple[Dataset, Dataset | None]) -> Plan:
    """What to measure; the defaults take seconds. Raises DatasetError where these images do not serve."""
    train, test = setting
    counts_column, draws_column, seed_column = st.columns([3, 1, 1])
    n_draws = draws_column.number_input(
        "Draws", 1, MOST_DRAWS, 3, key="draws", bind="query-params",
        help="How often other images are labelled: the spread over draws says how much chance decides.",
    )  # fmt: skip
    seed = seed_column.number_input("Seed", 0, 2**31 - 1, 0, key="labels_seed", bind="query-params")
    task = label_task(train, test, seed)
    with counts_column:
        counts = _choose_counts(task)
    learners = st.multiselect(
        "Learners", list(LEARNERS), default=QUICK, format_func=lambda name: LEARNERS[name].title,
        key="learners", bind="query-params", placeholder="choose one at least",
        help="Fine-tuned and from scratch take a second or more for every number of labels and draw.",
    )  # fmt: skip
    st.caption(
        f"{task.pool.n_images:,} images in the pool, {task.test.n_images:,} to test on, {task.n_classes} "
        "classes."
    )
    return Plan(checkpoint, train, test, task, learners, counts, n_draws, seed)


def _choose_counts(task: Task) -> list[int]:
    """Numbers of labels that the pool has; those that a link names and it has not are passed over."""
    options = task.counts or [task.pool.n_images]
    kept = [count for count in st.session_state.get(COUNTS, []) if count in options]
    if COUNTS in st.session_state and kept != st.session_state[COUNTS]:
        st.session_state[COUNTS] = kept or options[:1]
    default = [count for count in options if count <= MOST_LABELS] or options[:1]
    return st.multiselect(
        "Labelled images", options, default=default, format_func="{:,}".format, key=COUNTS,
        bind="query-params", placeholder="choose one number at least",
    )  # fmt: skip


# While it runs


def show_measurement(plan: Plan) -> None:
    """What is measured, as it comes and when it is over; asked for with a button, then kept for everybody."""
    if not plan.learners or not plan.counts:
        st.caption("Choose a learner and a number of labels at least.")
        return
    n_fits = len(plan.learners) * len(plan.counts) * plan.n_draws
    caption = f"{n_fits:,} fits. The curves appear as they come."
    job = job_on_request(plan.key, plan.make_work, "Measure", caption, f"{n_fits:,} fits")
    if job and job.is_over:
        show_results(job.progress[1], plan)
    elif job:
        st.fragment(_show_so_far, run_every=TICK)(job)


def _show_so_far(job: Job) -> None:
    outcome = job.progress[1]
    if outcome.results and not job.is_over:
        _show_curves(outcome)


# What was found


def show_results(outcome: FewLabels, plan: Plan) -> None:
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
    """What the numbers say, at the number of labels that the visitor points to."""
    counts = outcome.counts
    _keep_to(VERDICT_AT, counts)
    at = st.segmented_control(
        "Verdict at", counts, format_func="{:,} labels".format, key=VERDICT_AT, bind="query-params",
        default=USUAL if USUAL in counts else counts[0], required=True,
    )  # fmt: skip
    words = sentence(outcome, at or counts[0])
    st.markdown(f"**{words}**" if words else "No learner here uses the encoder: nothing to judge.")


def _show_curves(outcome: FewLabels) -> None:
    show_chart(
        learning_curves(curve(outcome), is_dark()), "learning curves",
        "Test accuracy of every learner by the number of labelled images, with its spread over draws.",
    )  # fmt: skip


def _show_tables(outcome: FewLabels, plan: Plan) -> None:
    points = pd.DataFrame([asdict(point) for point in curve(outcome)])
    table = points.assign(learner=[LEARNERS[name].title for name in points.learner]).rename(columns=COLUMNS)
    percent, decimals = (st.column_config.NumberColumn(format=form) for form in ("percent", "%.3f"))
    st.dataframe(
        table, hide_index=True,
        column_config={"accuracy": percent, "± over draws": percent, "seconds": decimals},
        alt="Accuracy of every learner by the number of labels, with its spread and its cost.",
    )  # fmt: skip
    st.caption(_cost(outcome))
    found = comparisons(outcome)
    if found:
        st.markdown("**Learner against control**")
        st.dataframe(
            pd.DataFrame([_comparison_row(comparison) for comparison in found]), hide_index=True,
            column_config=dict.fromkeys(POINTS, st.column_config.NumberColumn(format="%+.1f")),
            alt="What every learner on the encoder's features gains over its control.",
        )  # fmt: skip
    st.download_button(
        "Results (CSV)", _csv(outcome), f"{plan.train.name}-{plan.checkpoint.name}-few-labels.csv", "text/csv"
    )


def _cost(outcome: FewLabels) -> str:
    """What was prepared once."""
    parts = [f"{name} {seconds:.2g} s" for name, seconds in outcome.preparations.items()]
    once = f" Prepared once for all of them: {', '.join(parts)}." if parts else ""
    return f"Seconds are the mean of one fit, with the test images classified.{once}"


def _comparison_row(comparison: Comparison) -> dict:
    values = comparison.difference, comparison.low, comparison.high
    return {
        "labels": comparison.n_labels,
        "learner": LEARNERS[comparison.learner].title,
        "control": LEARNERS[comparison.control].title,
        **{name: 100 * value for name, value in zip(POINTS, values, strict=True)},
        "verdict": comparison.verdict,
    }


def _csv(outcome: FewLabels) -> str:
    """One line for every learner, number of labels and draw."""
    rows = [
        {
            "learner": result.learner,
            "n_labels": result.n_labels,
            "draw": result.draw,
            "accuracy": result.accuracy,
            "seconds": result.seconds,
        }
        for result in outcome.results
    ]
    return pd.DataFrame(rows).to_csv(index=False)


def _choose_point(outcome: FewLabels) -> tuple[str, int]:
    learner_column, count_column = st.columns(2)
    learners, counts = outcome.learners, outcome.counts
    _keep_to(POINT_LEARNER, learners)
    _keep_to(POINT_LABELS, counts)
    learner = learner_column.selectbox(
        "Learner", learners, format_func=lambda name: LEARNERS[name].title, key=POINT_LEARNER,
        bind="query-params",
    )  # fmt: skip
    n_labels = count_column.selectbox(
        "Labelled images", counts, index=len(counts) - 1, format_func="{:,}".format, key=POINT_LABELS,
        bind="query-params",
    )  # fmt: skip
    return learner, n_labels


def _keep_to(key: str, options: list) -> None:
    """Forget a choice that is none any more."""
    if st.session_state.get(key, options[0]) not in options:
        del st.session_state[key]


def _show_confusion(outcome: FewLabels, task: Task, learner: str, n_labels: int) -> None:
    names = list(task.test.class_names)
    matrix = confusion(outcome, learner, n_labels, len(names))
    show_chart(
        confusion_figure(matrix, names, is_dark()), "confusion",
        f"How often {LEARNERS[learner].title} took each class for each, with {n_labels} labels.",
    )  # fmt: skip
    n_draws = len(outcome.of(learner, n_labels))
    st.caption(
        f"{matrix.trace():,} of {matrix.sum():,} right: {task.test.n_images:,} test images in {n_draws} "
        f"{'draw' if n_draws == 1 else 'draws'}."
    )


def _show_learnt(outcome: FewLabels, task: Task, learner: str) -> None:
    """The images that few labels suffice for, and those that all of them do not."""
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


def _title(name: str) -> str:
    return DATASETS[name].title if name in DATASETS else name
