"""The measurement of few labels as a job: one for all visitors who ask the same."""

from collections.abc import Iterator, Sequence

from autoencoder.checkpoints import Checkpoint
from autoencoder.datasets import Dataset
from autoencoder.few_labels import FewLabels, Task, few_label_steps


class FewLabelWork:
    """``progress`` is the share done and the results so far, which are also the result."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        task: Task,
        learners: Sequence[str],
        counts: Sequence[int],
        n_draws: int,
        seed: int,
    ):
        self._asked = checkpoint.model, task, tuple(learners), tuple(counts), n_draws, seed
        self.progress = 0.0, FewLabels(task.test.labels)

    def steps(self) -> Iterator[float]:
        for share, outcome in few_label_steps(*self._asked):
            self.progress = share, outcome
            yield share

    def finish(self) -> FewLabels:
        return self.progress[1]


def few_label_key(
    checkpoint: Checkpoint,
    train: Dataset,
    test: Dataset | None,
    learners: Sequence[str],
    counts: Sequence[int],
    n_draws: int,
    seed: int,
) -> str:
    """What decides the results, as a job's owner."""
    images = " ".join(part.fingerprint for part in (train, test) if part is not None)
    asked = f"{','.join(sorted(learners))} {','.join(map(str, sorted(counts)))} {n_draws} {seed}"
    return f"few labels {checkpoint.fingerprint} {images} {asked}"
