"""A training on normal images alone, and the trial of it, as a job: one for all visitors who ask the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autoencoder.data.dataset import Dataset
from autoencoder.outlier_trials import Trial, class_trial, outcome_steps
from autoencoder.outliers import Outcome


@dataclass(frozen=True, eq=False)
class Experiment:
    """What is asked: a protocol about a class of these images, a size of the code, and a first seed.

    ``test`` is None for images without a split of their own.
    """

    train: Dataset
    test: Dataset | None
    protocol: str
    label: int
    latent_dim: int
    first_seed: int

    def trial(self, seed: int) -> Trial:
        return class_trial(self.train, self.test, self.protocol, self.label, seed)

    def key(self, n_seeds: int) -> str:
        """What decides the outcome, as a job's owner."""
        images = self.train.fingerprint + ("" if self.test is None else self.test.fingerprint)
        choices = f"{self.protocol} {self.label} {self.latent_dim} {self.first_seed} {n_seeds}"
        return f"outliers {images} {choices}"


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
