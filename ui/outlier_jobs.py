"""A training on normal images alone, and the trial of it, as a job: one for all visitors who ask the same."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autoencoder.experiments.outliers.outcome import Outcome
from autoencoder.experiments.outliers.trials import Experiment, outcome_steps


class OutlierWork:
    """An experiment with several seeds in turn; ``progress`` is the share done and the outcomes so far.

    ``known`` are outcomes of the first seeds that are there already. Raises DatasetError where the images do
    not suffice.
    """

    def __init__(self, experiment: Experiment, n_seeds: int, known: Sequence[Outcome] = ()):
        experiment.trial(experiment.first_seed)  # refused here, not in the middle of the work
        self._experiment: Experiment | None = experiment  # images are let go of at the end
        self._n_seeds = n_seeds
        self.progress: tuple[float, list[Outcome]] = len(known) / n_seeds, list(known)

    def steps(self) -> Iterator[float]:
        asked = self._experiment
        for number in range(len(self.progress[1]), self._n_seeds):
            seed = asked.first_seed + number
            for share, outcome in outcome_steps(asked.trial(seed), asked.latent_dim, seed):
                outcomes = self.progress[1]
                if outcome is not None:
                    outcomes = [*outcomes, _slim(outcome, outcomes[0]) if outcomes else outcome]
                self.progress = (number + share) / self._n_seeds, outcomes
                yield share

    def finish(self) -> list[Outcome]:
        self._experiment = None
        return self.progress[1]


def _slim(outcome: Outcome, first: Outcome) -> Outcome:
    """The scores of a further seed: pictures are of the first one, and jobs are kept for long."""
    return replace(outcome, model=None, test=first.test)
