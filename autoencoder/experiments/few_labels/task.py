"""Task with few labels: a pool of images, test images, and the rows of the pool that are labelled.

N images, P of them in the pool, T test images, L labels.
"""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset, stratified_order
from autoencoder.data.images import are_alike
from autoencoder.errors import DatasetError

COUNTS = (10, 30, 100, 300, 1_000, 3_000)  # of labels
MOST_POOL = 20_000  # images; the graph of so many is ready in seconds
TEST_SHARE = 0.2  # where there is no test set
FEWEST_IMAGES = 2  # of each class in the pool


@dataclass(frozen=True, eq=False)
class Task:
    """A pool, and test images, which are the ``test_rows`` (T,) of their data set."""

    pool: Dataset
    test: Dataset
    test_rows: np.ndarray

    @property
    def n_classes(self) -> int:
        return len(np.unique(self.pool.labels))

    @property
    def counts(self) -> list[int]:
        """Numbers of labels that can be drawn."""
        return [count for count in COUNTS if self.n_classes <= count <= self.pool.n_images]


def few_label_task(
    train: Dataset,
    test: Dataset | None,
    seed: int = 0,
    most_pool: int = MOST_POOL,
    most_test: int | None = None,
) -> Task:
    """A pool of the training images, and the test images; stratified samples where there are too many.

    Without a test set a seeded fifth is held out. Raises DatasetError where there are no labels, fewer than
    two classes, or a class with too few images.
    """
    for part in (train, test):
        if part is not None and part.labels is None:
            problem = f"The images of {part.name} have no labels, so there is nothing to learn or to test"
            advice = "Choose images with labels, or add yours again with a file of labels."
            raise DatasetError(f"{problem}. {advice}")
    order = stratified_order(train.labels, np.random.default_rng([seed, 0]))
    if test is None:
        n_test = max(round(TEST_SHARE * train.n_images), len(np.unique(train.labels)))
        test, test_order, order = train, order[:n_test], order[n_test:]
    else:
        test_order = stratified_order(test.labels, np.random.default_rng([seed, 1]))
    pool_rows, test_rows = np.sort(order[:most_pool]), np.sort(test_order[:most_test])
    _check_classes(train, pool_rows, test.labels[test_rows])
    return Task(train.subset(pool_rows), test.subset(test_rows), test_rows)


def labelled_rows(task: Task, n_labels: int, draw: int, seed: int = 0) -> np.ndarray:
    """Labelled rows (L,) of the pool in a draw, stratified; more labels include the fewer."""
    return stratified_order(task.pool.labels, np.random.default_rng([seed, 2, draw]))[:n_labels]


def _check_classes(train: Dataset, pool_rows: np.ndarray, test_labels: np.ndarray) -> None:
    sizes = np.bincount(train.labels[pool_rows], minlength=len(train.class_names))
    present = np.union1d(train.labels, test_labels)
    if len(present) < 2:
        problem = f"The images of {train.name} are all of one class: there is nothing to tell apart"
        raise DatasetError(f"{problem}. Choose images of two classes at least.")
    for label in present[sizes[present] < FEWEST_IMAGES]:
        raise DatasetError(
            f"Class “{train.class_names[label]}” of {train.name} has too few images: {FEWEST_IMAGES} to learn"
            " from and one to test are the least. Add images of this class, or leave it out."
        )
    if are_alike(train.images[pool_rows]):
        problem = f"The images of {train.name} do not differ from each other: there is nothing to tell apart"
        raise DatasetError(f"{problem}. Choose other images.")


@dataclass(frozen=True, eq=False)
class FewLabelPlan:
    """Plan of a measurement; ``task`` is drawn from the images by ``seed``."""

    checkpoint: Checkpoint
    train: Dataset
    test: Dataset | None
    task: Task
    learners: list[str]
    counts: list[int]
    n_draws: int
    seed: int

    @property
    def n_fits(self) -> int:
        return len(self.learners) * len(self.counts) * self.n_draws

    @property
    def key(self) -> str:
        """All that decides the results, as a job's owner."""
        images = " ".join(part.fingerprint for part in (self.train, self.test) if part is not None)
        learners, counts = ",".join(sorted(self.learners)), ",".join(map(str, sorted(self.counts)))
        asked = f"{learners} {counts} {self.n_draws} {self.seed}"
        return f"few labels {self.checkpoint.fingerprint} {images} {asked}"
