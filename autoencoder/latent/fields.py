"""Fields behind the points of a map: the density of the data, and the gaps between them.

N codes, D latent dimensions; a field has H rows, from the top, and W columns of square cells.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from autoencoder.latent.projection import Map, are_one_place
from autoencoder.latent.support import Support
from autoencoder.steps import Step, Steps

LONGEST_SIDE = 80  # cells
MARGIN = 0.2  # of the longer side of the points' box, on every side
SMOOTHING = 1.2  # cells of sigma
CHUNK = 256  # codes that are decoded and encoded at a time
Bounds = tuple[float, float, float, float]  # left, right, bottom, top


@dataclass(frozen=True, eq=False)
class Field:
    """``values`` float32 (H, W) over ``bounds`` (left, right, bottom, top) of a map."""

    values: np.ndarray
    bounds: Bounds


def density(positions: np.ndarray) -> Field:
    """Images per square unit of the map, positions (N, 2), smoothed by a Gaussian; all classes together."""
    (height, width), bounds = _grid(positions)
    left, right, bottom, top = bounds
    counts, _, _ = np.histogram2d(
        positions[:, 1], positions[:, 0], bins=(height, width), range=((bottom, top), (left, right))
    )
    cell_area = (right - left) / width * (top - bottom) / height
    smoothed = gaussian_filter(counts[::-1], SMOOTHING, mode="constant") / cell_area
    return Field(smoothed.astype(np.float32), bounds)


def gap_field_steps(support: Support, latent_map: Map, base: np.ndarray) -> Steps[Field]:
    """Oddity over the plane through a code ``base`` (D,); above 1 a place is off the data.

    The partial results have NaN where the field is not known yet. Raises ValueError, at the first step, for a
    map that has no inverse.
    """
    (height, width), bounds = _grid(latent_map.positions)
    latents = latent_map.invert(_centres(height, width, bounds), base)
    values = np.full(len(latents), np.nan, np.float32)
    for start in range(0, len(latents), CHUNK):
        yield Step(start / len(latents), Field(values.reshape(height, width).copy(), bounds))
        stop = start + CHUNK
        values[start:stop] = support.oddity(latents[start:stop])
    return Field(values.reshape(height, width), bounds)


def _grid(positions: np.ndarray) -> tuple[tuple[int, int], Bounds]:
    """Rows and columns of square cells, and their bounds: the points and a margin."""
    low, high = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
    longest = 1.0 if are_one_place(positions) else float((high - low).max())
    low, high = low - MARGIN * longest, high + MARGIN * longest
    cell = (high - low).max() / LONGEST_SIDE
    shape = np.maximum(1, np.rint((high - low) / cell))  # width and height
    centre, half = (low + high) / 2, shape * cell / 2
    (left, bottom), (right, top) = (centre - half).tolist(), (centre + half).tolist()
    return (int(shape[1]), int(shape[0])), (left, right, bottom, top)


def _centres(height: int, width: int, bounds: Bounds) -> np.ndarray:
    """The middle of every cell (H * W, 2), row by row from the top."""
    left, right, bottom, top = bounds
    x = left + (np.arange(width) + 0.5) * (right - left) / width
    y = top - (np.arange(height) + 0.5) * (top - bottom) / height
    return np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)
