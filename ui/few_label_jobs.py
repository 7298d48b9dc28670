"""The measurement of few labels as a job: one for all visitors who ask the same."""

from collections.abc import Iterator

from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import Plan


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
