"""The measurement of few labels as a job: one for all visitors who ask the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset
from autoencoder.few_labels import FewLabels, few_label_steps
from autoencoder.label_tasks import Task


@dataclass(frozen=True, eq=False)
class Plan:
    """What is measured: of which model, on which images, how; ``task`` is drawn from these by ``seed``."""

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
        """What decides the results, as a job's owner."""
        images = " ".join(part.fingerprint for part in (self.train, self.test) if part is not None)
        learners, counts = ",".join(sorted(self.learners)), ",".join(map(str, sorted(self.counts)))
        asked = f"{learners} {counts} {self.n_draws} {self.seed}"
        return f"few labels {self.checkpoint.fingerprint} {images} {asked}"


class FewLabelWork:
    """``progress`` is the share done and the results so far, which are also the result."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self.progress = 0.0, FewLabels(plan.task.test.labels)

    def steps(self) -> Iterator[float]:
        asked = self._plan
        for share, outcome in few_label_steps(
            asked.checkpoint.model, asked.task, asked.learners, asked.counts, asked.n_draws, asked.seed
        ):
            self.progress = share, outcome
            yield share

    def finish(self) -> FewLabels:
        return self.progress[1]
