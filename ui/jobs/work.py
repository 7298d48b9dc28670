"""Works: long computations as the job queue drives them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import walk, walk_steps
from autoencoder.data.dataset import Dataset
from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import Plan
from autoencoder.experiments.gaps.statistic import GapMatrix, GapStatistic, gap_steps, matrix_steps
from autoencoder.experiments.generate.samples import Judgement, compare_steps
from autoencoder.experiments.outliers.outcome import Outcome
from autoencoder.experiments.outliers.trials import Experiment, outcome_steps
from autoencoder.latent.fields import Field, gap_field_steps
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.projection import Map, TSNEMap, project, tsne_steps
from autoencoder.latent.sources import Mixture, mixture_steps


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


class GapWork:
    """The work of measuring the plane through a code; its result is the field."""

    def __init__(self, checkpoint: Checkpoint, latent_map: Map, base: np.ndarray):
        self._asked = checkpoint.support, latent_map, base
        self.progress: tuple[float, Field | None] = 0.0, None

    def steps(self) -> Iterator[float]:
        for share, field in gap_field_steps(*self._asked):
            self.progress = share, field
            yield share

    def finish(self) -> Field | None:
        return self.progress[1]


class MixtureWork:
    """A mixture fitted to codes (N, D); with None, of as many components as are likeliest."""

    def __init__(self, latents: np.ndarray, n_components: int | None):
        self._latents, self._n_components = latents, n_components
        self._mixture: Mixture | None = None
        self.progress: tuple[float, None] = 0.0, None

    def steps(self) -> Iterator[float]:
        for share in self._fit():
            self.progress = share, None
            yield share

    def finish(self) -> Mixture | None:
        return self._mixture

    def _fit(self) -> Iterator[float]:
        self._mixture = yield from mixture_steps(self._latents, 0, self._n_components)


class ScoreWork:
    """``progress`` is the share done and the scores so far, which are also the result."""

    def __init__(
        self,
        checkpoints: list[Checkpoint],
        latents: list[np.ndarray],
        training: Dataset,
        held_out: Dataset,
        n: int,
        seed: int,
    ):
        pairs = zip(checkpoints, latents, strict=True)
        models = {checkpoint.name: (checkpoint.support, codes) for checkpoint, codes in pairs}
        self._asked = models, training, held_out, n, seed
        self.progress: tuple[float, Judgement] = 0.0, Judgement({})

    def steps(self) -> Iterator[float]:
        for share, judgement in compare_steps(*self._asked):
            self.progress = share, judgement
            yield share

    def finish(self) -> Judgement:
        return self.progress[1]


def mixture_key(checkpoint: Checkpoint, codes_key: str, label: int | None, n_components: int | None) -> str:
    """What decides a mixture, as a job's owner."""
    return f"mixture {checkpoint.fingerprint} {codes_key} {label} {n_components}"


def score_key(checkpoints: list[Checkpoint], codes_key: str, n: int, seed: int) -> str:
    """What decides the scores, as a job's owner; they call the models by their names."""
    models = " ".join(checkpoint.identity for checkpoint in checkpoints)
    return f"generation {models} {codes_key} {n} {seed}"


class MapWork:
    """The work of drawing a t-SNE map; its result is the map as it was when the work ended."""

    def __init__(self, codes: Codes):
        self._latents = codes.latents
        self.progress: tuple[float, np.ndarray] = 0.0, project(codes.latents, "auto").positions

    def steps(self) -> Iterator[tuple[float, np.ndarray]]:
        for frame in tsne_steps(self._latents):
            self.progress = frame
            yield frame

    def finish(self) -> TSNEMap:
        return TSNEMap(self.progress[1])


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


Ends = tuple[np.ndarray, np.ndarray]


class SmoothWork:
    """The smooth path of every model, one after the other; ``progress`` has all paths as they are now."""

    def __init__(self, models: list[tuple[Checkpoint, Ends]], n_steps: int):
        self._models, self._n_steps = models, n_steps
        self.progress: tuple[float, list[np.ndarray]] = 0.0, ways_through_the_data(models, n_steps)

    def steps(self) -> Iterator[float]:
        for number, (checkpoint, ends) in enumerate(self._models):
            for share, path in walk_steps(checkpoint, "smooth", *ends, self._n_steps):
                paths = list(self.progress[1])
                paths[number] = path
                self.progress = (number + share) / len(self._models), paths
                yield share

    def finish(self) -> list[np.ndarray]:
        return self.progress[1]


def ways_through_the_data(models: list[tuple[Checkpoint, Ends]], n_steps: int) -> list[np.ndarray]:
    """Where smooth paths start from."""
    return [walk(checkpoint, "data", *ends, n_steps) for checkpoint, ends in models]


def smooth_key(models: list[tuple[Checkpoint, Ends]], n_steps: int) -> str:
    """What decides the paths, as a job's owner."""
    digest = hashlib.sha256(b"".join(end.tobytes() for _, ends in models for end in ends))
    fingerprints = " ".join(checkpoint.fingerprint for checkpoint, _ in models)
    return f"smooth {fingerprints} {digest.hexdigest()[:24]} {n_steps}"


MATRIX_PAIRS = 12  # for every two classes


class StatisticWork:
    """Random pairs through every model; ``progress`` is the share done and the models that are finished.

    ``latents`` are each model's codes (N, D) of the same images.
    """

    def __init__(
        self,
        checkpoints: list[Checkpoint],
        latents: list[np.ndarray],
        images: np.ndarray | None,
        labels: np.ndarray | None,
        n_pairs: int,
        seed: int,
    ):
        self._models = list(zip(checkpoints, latents, strict=True))
        self._images = images
        self._pairs = random_pairs(labels, min(map(len, latents)), n_pairs, seed)
        self.progress: tuple[float, list[GapStatistic]] = 0.0, []

    def steps(self) -> Iterator[float]:
        for number, (checkpoint, latents) in enumerate(self._models):
            pictures = PictureDistance(checkpoint.model, self._images) if self._images is not None else None
            for share, statistic in gap_steps(
                checkpoint.name, checkpoint.support, latents, self._pairs, pictures
            ):
                finished = self.progress[1] if statistic is None else [*self.progress[1], statistic]
                self.progress = (number + share) / len(self._models), finished
                yield share

    def finish(self) -> list[GapStatistic]:
        return self.progress[1]


class MatrixWork:
    """Pairs of every two classes through one model."""

    def __init__(self, checkpoint: Checkpoint, latents: np.ndarray, labels: np.ndarray, seed: int):
        self._asked = checkpoint.support, latents, labels, MATRIX_PAIRS, seed
        self.progress: tuple[float, GapMatrix | None] = 0.0, None

    def steps(self) -> Iterator[float]:
        for share, matrix in matrix_steps(*self._asked):
            self.progress = share, matrix
            yield share

    def finish(self) -> GapMatrix | None:
        return self.progress[1]


def statistic_key(checkpoints: list[Checkpoint], codes_key: str, n_pairs: int, seed: int) -> str:
    """What decides the statistic, as a job's owner; it calls the models by their names."""
    models = " ".join(checkpoint.identity for checkpoint in checkpoints)
    return f"statistic {models} {codes_key} {n_pairs} {seed}"


def matrix_key(checkpoint: Checkpoint, codes_key: str, seed: int) -> str:
    return f"matrix {checkpoint.fingerprint} {codes_key} {seed}"
