"""Mixtures and the scores of samples as jobs: seconds of work, one for all visitors who ask the same."""

from collections.abc import Iterator

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.dataset import Dataset
from autoencoder.experiments.generate.samples import Judgement, compare_steps
from autoencoder.latent.sources import Mixture, mixture_steps


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
