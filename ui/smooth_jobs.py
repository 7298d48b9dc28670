"""Smooth paths as a job: a second a model, asked for with a button and watched while they bend."""

import hashlib
from collections.abc import Iterator

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.path_kinds import walk, walk_steps

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
