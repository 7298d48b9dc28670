"""A t-SNE map as work: apart from the pages, since a worker imports it."""

from collections.abc import Iterator

import numpy as np

from autoencoder.codes import Codes
from autoencoder.projection import TSNEMap, project, tsne_steps


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
