"""Choices of the page Few labels: images with labels, encoder, learners, numbers of labels, draws."""

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset
from autoencoder.experiments.few_labels.learners import LEARNERS, QUICK
from autoencoder.experiments.few_labels.task import FewLabelPlan, Task
from ui.state import caches
from ui.state.choice import choose_dataset, chosen_dataset, dataset_at_hand, dataset_title, test_counterpart
from ui.state.defaults import DATASET
from ui.widgets.choice import offer_download
from ui.widgets.controls import keep_among, number, several
from ui.widgets.menu import offer_page

MOST_POOL, MOST_TEST = 10_000, 2_000  # images: seconds of work and little memory, whatever the set
MOST_LABELS = 300  # unless the visitor wants more
SMALL_CODE = 8  # dimensions: below, a code keeps too little to tell ten classes apart


def show_setting(checkpoint: Checkpoint) -> tuple[Dataset, Dataset | None]:
    """The labelled images and the encoder, in words; stops the page where images or labels are missing."""
    if not dataset_at_hand():
        offer_download()
        st.stop()
    train, test = chosen_dataset("train"), test_counterpart()
    if train.labels is None:
        st.info(
            f"The images of {dataset_title(train.name)} have no labels, so there is nothing to learn. Add "
            "them again with a file of labels, or continue with the digits.",
            icon=":material/label_off:",
        )
        left, right = st.columns(2)
        offer_page("your-images", "Add images with labels", "upload", left)
        right.button("Use the digits", on_click=choose_dataset, args=(DATASET,))
        st.stop()
    st.caption(_setting(checkpoint, train))
    return train, test


def _setting(checkpoint: Checkpoint, train: Dataset) -> str:
    source = checkpoint.config.source
    seconds = f"{checkpoint.config.training.seconds:,.0f} s on {source.n_images:,} images"
    words = (
        f"**Pre-trained on {dataset_title(source.name)}, labels of {dataset_title(train.name)}.** "
        f"{checkpoint.name}'s encoder was trained without any label ({seconds})."
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


def choose_plan(checkpoint: Checkpoint, setting: tuple[Dataset, Dataset | None]) -> FewLabelPlan:
    """The plan of a measurement; its defaults take seconds. Raises DatasetError for too few images."""
    train, test = setting
    counts_column, draws_column, seed_column = st.columns([3, 1, 1])
    spread = "How often other images are labelled: the spread over draws says how much chance decides."
    n_draws = number("draws", "Draws", draws_column, help=spread)
    seed = number("labels_seed", "Seed", seed_column)
    task = caches.label_task(train, test, seed, MOST_POOL, MOST_TEST)
    with counts_column:
        counts = _choose_counts(task)
    learners = several(
        "learners",
        "Learners",
        list(LEARNERS),
        default=QUICK,
        format_func=lambda name: LEARNERS[name].title,
        placeholder="choose one at least",
        help="Fine-tuned and from scratch take a second or more for every number of labels and draw.",
    )
    st.caption(
        f"{task.pool.n_images:,} images in the pool, {task.test.n_images:,} to test on, {task.n_classes} "
        "classes."
    )
    return FewLabelPlan(checkpoint, train, test, task, learners, counts, n_draws, seed)


def _choose_counts(task: Task) -> list[int]:
    """Numbers of labels that the pool has; others in a link are ignored."""
    options = task.counts or [task.pool.n_images]
    keep_among("labels", options, options[:1])
    return several(
        "labels",
        "Labelled images",
        options,
        default=[count for count in options if count <= MOST_LABELS] or options[:1],
        format_func="{:,}".format,
        placeholder="choose one number at least",
    )
