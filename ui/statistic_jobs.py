"""The gap statistic and the matrix as jobs: seconds of work, one for all visitors who ask the same."""

from collections.abc import Iterator

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.experiments.gaps.statistic import GapMatrix, GapStatistic, gap_steps, matrix_steps
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.picture_distance import PictureDistance

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
