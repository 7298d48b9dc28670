"""Empty space: random places of the latent space, decoded and measured.

M places, D latent dimensions.
"""

from dataclasses import dataclass

import numpy as np

from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.sources import draw
from autoencoder.latent.support import Support, is_off_support


@dataclass(frozen=True, eq=False)
class EmptySpace:
    """Places of one source: ``latents`` (M, D), their ``images`` (M, 28, 28) and measures, each (M,).

    oddity             above 1 a place is off the data
    picture_distance   to the nearest real image, in units of the model's own reconstructions; above 1 the
                       picture is unlike any image; NaN without real images
    """

    source: str
    latents: np.ndarray
    images: np.ndarray
    oddity: np.ndarray
    picture_distance: np.ndarray

    @property
    def off_support_share(self) -> float:
        return float(is_off_support(self.oddity).mean())

    @property
    def unlike_share(self) -> float:
        """Share of the places whose picture is unlike any image; NaN without real images."""
        known = np.isfinite(self.picture_distance)
        return float((self.picture_distance[known] > 1).mean()) if known.any() else float("nan")


def empty_space(
    source: str, support: Support, fitted_to: np.ndarray, pictures: PictureDistance | None, n: int, seed: int
) -> EmptySpace:
    """``n`` places drawn from a source over codes (N, D) that it is fitted to, measured."""
    latents = draw(source, fitted_to, n, seed)
    images = support.codec.decode(latents)
    distances = np.full(n, np.nan) if pictures is None else pictures.measure(images)
    return EmptySpace(source, latents, images, support.oddity(latents, images), distances)
