"""The gaps of a model's plane as work: apart from the pages, since a worker imports it."""

from collections.abc import Iterator

import numpy as np

from autoencoder.checkpoints import Checkpoint
from autoencoder.fields import Field, gap_steps
from autoencoder.projection import Map


class GapWork:
    """The work of measuring the plane through a code; its result is the field."""

    def __init__(self, checkpoint: Checkpoint, latent_map: Map, base: np.ndarray):
        self._asked = checkpoint.support, latent_map, base
        self.progress: tuple[float, Field | None] = 0.0, None

    def steps(self) -> Iterator[float]:
        for share, field in gap_steps(*self._asked):
            self.progress = share, field
            yield share

    def finish(self) -> Field | None:
        return self.progress[1]
