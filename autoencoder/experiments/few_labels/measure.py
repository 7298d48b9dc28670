"""Accuracy of learners from few labels and an unlabelled pool.

Learners see all images of a *pool*, and the same few labels of it. Accuracy is on test images that none has
seen: label spreading, whose graph joins the pool alone, classifies a test image by its nearest ones there.

T test images.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from autoencoder.errors import DatasetError
from autoencoder.experiments.few_labels.learners import (
    GRAPH,
    LEARNERS,
    Features,
    LabelGraph,
    Learner,
    classify,
    feature_steps,
    graph_steps,
    spread_labels,
)
from autoencoder.experiments.few_labels.task import Task, labelled_rows
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.steps import Step, Steps, part_of
from autoencoder.training.classifier import network_steps

MOST_DRAWS = 20
SHARES = {"features": 3, "graph": 6, "network": 10}  # of the time, where a quick learner's is 1


@dataclass(frozen=True, eq=False)
class Result:
    """A learner after one draw of labels; ``seconds`` to learn and to classify the test images."""

    learner: str
    n_labels: int
    draw: int
    accuracy: float
    seconds: float
    predictions: np.ndarray  # int16 (T,)


@dataclass(frozen=True, eq=False)
class FewLabels:
    """The results so far. ``labels`` (T,) are those of the test images.

    ``preparations`` are the seconds that went once into each kind of features, and each graph.
    """

    labels: np.ndarray
    results: tuple[Result, ...] = ()
    preparations: dict[str, float] = field(default_factory=dict)

    @property
    def learners(self) -> list[str]:
        """Names, in the order of `LEARNERS`."""
        present = {result.learner for result in self.results}
        return [name for name in LEARNERS if name in present]

    @property
    def counts(self) -> list[int]:
        return sorted({result.n_labels for result in self.results})

    def of(self, learner: str, n_labels: int) -> dict[int, Result]:
        """A learner's results with ``n_labels``, by draw."""
        found = [each for each in self.results if (each.learner, each.n_labels) == (learner, n_labels)]
        return {result.draw: result for result in found}


def few_label_steps(
    model: Autoencoder,
    task: Task,
    learners: Sequence[str],
    counts: Sequence[int],
    n_draws: int,
    seed: int = 0,
) -> Steps[FewLabels]:
    """Measure every learner with every number of labels; the partial results are the results so far.

    The labels of a draw are the same for all learners, and its first 100 hold its first 10. The quick
    learners come first, one whole draw after the other. Raises DatasetError for a number of labels that
    cannot be drawn, ValueError for an unknown learner or a number of draws out of range.
    """
    _check(task, learners, counts, n_draws)
    runner, outcome = _Runner(model, task, seed), FewLabels(task.test.labels)
    chosen = [learner for name, learner in LEARNERS.items() if name in learners]
    needs = dict.fromkeys(need for learner in chosen for need in learner.needs)
    groups = ([learner for learner in chosen if learner.is_slow is is_slow] for is_slow in (False, True))
    plan = [cell for group in groups for cell in product(range(n_draws), sorted(set(counts)), group)]
    total = sum(map(_share_of_need, needs)) + sum(_share(learner) for _, _, learner in plan)
    done = 0
    for need in needs:
        steps, share = runner.prepare(need), _share_of_need(need)
        _, seconds = yield from _timed(steps, done / total, share / total, outcome)
        outcome = replace(outcome, preparations=outcome.preparations | {need: seconds})
        done += share
    for draw, n_labels, learner in plan:
        steps, share = runner.learn(learner, draw, n_labels), _share(learner)
        predictions, seconds = yield from _timed(steps, done / total, share / total, outcome)
        accuracy = float((predictions == task.test.labels).mean())
        result = Result(learner.name, n_labels, draw, accuracy, seconds, predictions.astype(np.int16))
        outcome = replace(outcome, results=(*outcome.results, result))
        done += share
        yield Step(done / total, outcome)
    return outcome


class _Runner:
    """The task for every learner: features and graphs are prepared once, labels are drawn alike."""

    def __init__(self, model: Autoencoder, task: Task, seed: int):
        self._model, self._task, self._seed = model, task, seed
        self._prepared: dict[str, Features | LabelGraph] = {}

    def prepare(self, need: str) -> Steps[None]:
        yield Step(0.0)
        if need.startswith(GRAPH):
            steps = graph_steps(self._prepared[need.removeprefix(GRAPH)])
        else:
            steps = feature_steps(need, self._model, self._task.pool.images, self._task.test.images)
        self._prepared[need] = yield from steps

    def learn(self, learner: Learner, draw: int, n_labels: int) -> Steps[np.ndarray]:
        """Labels (T,) of the test images by the learner."""
        yield Step(0.0)
        rows = labelled_rows(self._task, n_labels, draw, self._seed)
        labels = self._task.pool.labels[rows]  # the only ones that a learner sees
        if learner.is_slow:
            images, test = self._task.pool.images[rows], self._task.test.images
            is_fresh, seed = learner.name == "from-scratch", self._seed + draw
            return (yield from network_steps(self._model, images, labels, test, seed, is_fresh))
        if learner.method == "spreading":
            return spread_labels(self._prepared[GRAPH + learner.features], rows, labels)
        return classify(learner.method, self._prepared[learner.features], rows, labels)


def _check(task: Task, learners: Sequence[str], counts: Sequence[int], n_draws: int) -> None:
    unknown = set(learners) - set(LEARNERS)
    if unknown or not learners:
        raise ValueError(f"learners must be some of {', '.join(LEARNERS)}, got {list(learners)}")
    if not 1 <= n_draws <= MOST_DRAWS:
        raise ValueError(f"draws must be from 1 to {MOST_DRAWS}, got {n_draws}")
    least, most = task.n_classes, task.pool.n_images
    for count in counts or [0]:
        if not least <= count <= most:
            choice = f"from {least}, one for each class, to {most:,}, all images of the pool"
            raise DatasetError(f"{count:,} of the images cannot be labelled: choose {choice}.")


def _timed(steps: Steps, start: float, width: float, outcome: FewLabels) -> Steps[tuple]:
    """Steps of a part of the work; returns their result and their own seconds, without those between two."""
    seconds, part = 0.0, part_of(steps, start, width, outcome)
    while True:
        started = time.perf_counter()
        try:
            step = next(part)
        except StopIteration as end:
            return end.value, seconds + time.perf_counter() - started
        seconds += time.perf_counter() - started
        yield step


def _share(learner: Learner) -> int:
    return SHARES["network"] if learner.is_slow else 1


def _share_of_need(need: str) -> int:
    return SHARES["graph" if need.startswith(GRAPH) else "features"]
