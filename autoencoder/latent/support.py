"""Support of a model's codes, and the distance of a path from it.

A model is trusted near the codes of real images, its *atlas*. Three lengths tell how odd a code is, each in
units of the same model: 1.0 is as odd as the oddest 5 % of the codes that the model itself uses for real
images. Of a variational model these are draws from its posteriors, not the means in the atlas: its decoder
has learnt from draws, and a sample from the prior of a perfect model is one, with a round trip about as long
as the posterior is wide. *Off support*, on screen "off the data", is an *oddity* above 1: the round trip or,
in fewer than 8 dimensions, the distance to the data.

Shapes: N codes in the atlas, M codes asked about, T steps of a path, D latent dimensions, K neighbours.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sklearn.neighbors import NearestNeighbors

N_NEIGHBOURS = 5
PERCENTILE = 95

# In fewer dimensions there is little room for a code to come back elsewhere: the round trip passes scribbles
# far from all data, and fails plain digits amid it. The distance to the data fails neither.
FEWEST_DIMS_FOR_ROUND_TRIP = 8

# Part of the keys of kept results: a new one when the meaning of "off support" changes.
YARDSTICK = "codes in use"

# A tree answers a path in one thread, so a visitor does not wait for busy cores. In more dimensions it visits
# nearly all of its leaves, and comparing with every code is faster.
MOST_DIMS_FOR_A_TREE = 32

# An atlas is stored in float16, which moves each component by up to 2^-11 of itself (of 2^-14, where it is
# smaller still); encoding the same image in another batch moves it by a few float32 roundings of the largest.
# A code this close to a row of the atlas is that row's.
STORED_ROUNDING = 2.0**-11
SMALLEST_NORMAL = 2.0**-14
ENCODED_ROUNDING = 1e-6

# Equal codes in one batch can decode to pictures that differ in the last bit of float32, in 784 pixels of at
# most 1: a shorter decoded step than this is rounding, not a change.
PICTURE_ROUNDING = 28 * 2.0**-22


class Codec(Protocol):
    """A model as this module sees it: numpy in, numpy out, any number of rows."""

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images float32 in [0, 1] (M, 28, 28) to codes float32 (M, D)."""

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Codes (M, D) to images float32 in [0, 1] (M, 28, 28)."""

    def codes_in_use(self, latents: np.ndarray) -> np.ndarray:
        """The codes (N, D) that the decoder is given for the images of codes (N, D), the same every time.

        The codes themselves, or one draw from the posterior of each.
        """


@dataclass(frozen=True)
class Units:
    """The lengths that count as 1.0: 95th percentiles over a model's own codes; all are Euclidean.

    The first two ask how odd a code is, so they are of the codes in use. The last asks how much a picture
    changes from one image's code to the next, without the noise of a draw, so it is of the atlas itself.
    """

    round_trip: float  # ‖E(D(z)) - z‖, in the code space
    neighbour_distance: float  # mean of the distances to the 5 nearest codes of other images
    decoded_step: float  # distance between the decoded pictures of a code and its nearest other code

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} must be finite and at least 0, got {value}")


@dataclass(frozen=True, eq=False)
class PathMeasures:
    """Measures of the T steps of a path; every length is in units of the model.

    Where a unit is 0, a length of 0 stays 0 and any other is inf. JSON knows neither inf nor NaN: write null.
    """

    round_trip: np.ndarray  # (T,)
    neighbour_distance: np.ndarray  # (T,)
    decoded_step: np.ndarray  # (T,), from the step before; NaN at the first
    images: np.ndarray  # (T, 28, 28), the decoded steps, float32 in [0, 1]
    latent_dim: int

    @property
    def oddity(self) -> np.ndarray:
        """The length (T,) that decides on the support of the steps."""
        return oddity(self.round_trip, self.neighbour_distance, self.latent_dim)

    @property
    def off_support(self) -> np.ndarray:
        """The steps that are off support, bool (T,)."""
        return is_off_support(self.oddity)

    @property
    def off_support_share(self) -> float:
        """The share of all steps, both ends counted, that are off support."""
        return float(self.off_support.mean())

    @property
    def jump_ratio(self) -> float | None:
        """The largest decoded step over the mean one, at least 1; None where the picture stands still."""
        if len(self.decoded_step) < 2:
            return None
        (ratio,) = jump_ratios(self.decoded_step[None, 1:])
        return None if np.isnan(ratio) else float(ratio)


def jump_ratios(steps: np.ndarray) -> np.ndarray:
    """The largest decoded step over the mean one (P,), of the steps (P, S) of P paths.

    NaN where the picture stands still, or a step is infinite.
    """
    means = steps.mean(axis=1)
    is_moving = (means > 0) & (means < np.inf)
    return np.divide(steps.max(axis=1), means, out=np.full(len(steps), np.nan), where=is_moving)


def has_telling_round_trip(latent_dim: int) -> bool:
    """True for code sizes whose round trip decides on the support; else the distance to the data does."""
    return latent_dim >= FEWEST_DIMS_FOR_ROUND_TRIP


def oddity(round_trip: np.ndarray, neighbour_distance: np.ndarray, latent_dim: int) -> np.ndarray:
    """The length (M,) of the two, in units of the model, that decides on the support."""
    return round_trip if has_telling_round_trip(latent_dim) else neighbour_distance


def oddity_name(latent_dim: int) -> str:
    """The name on screen of the length that decides on the support."""
    return "round trip" if has_telling_round_trip(latent_dim) else "distance to the data"


def is_off_support(oddities: np.ndarray) -> np.ndarray:
    """True for oddities (M,) above 1, and for those that are no number."""
    return ~(oddities <= 1)


class Support:
    """A model, the codes of its atlas (N, D), and the lengths that count as 1.0 among them.

    Without ready `units` the whole atlas, and its codes in use, are decoded and encoded once. In an atlas of
    fewer than 5 other codes all are neighbours; a code with no neighbour is at distance 0. Raises ValueError
    for an atlas that is empty, not (N, D), or not finite.
    """

    def __init__(self, codec: Codec, latents: np.ndarray, units: Units | None = None) -> None:
        if latents.ndim != 2 or 0 in latents.shape or not np.isfinite(latents).all():
            raise ValueError(f"an atlas holds finite codes (N, D), at least one, got shape {latents.shape}")
        self.codec = codec
        self.latents = latents.astype(np.float64)
        self._tolerance = ENCODED_ROUNDING * np.abs(self.latents).max()
        n_candidates = min(N_NEIGHBOURS + 1, len(latents))  # one more, for the code itself
        algorithm = "kd_tree" if latents.shape[1] <= MOST_DIMS_FOR_A_TREE else "brute"
        self._index = NearestNeighbors(n_neighbors=n_candidates, algorithm=algorithm).fit(self.latents)
        self.units = units or self._measure_units()

    def round_trip_in_units(self, latents: np.ndarray, images: np.ndarray | None = None) -> np.ndarray:
        """The round trip (M,) of codes (M, D) in units of the model.

        ``images`` (M, 28, 28) are the decoded codes, if the caller has them.
        """
        return _in_units(self._round_trip(latents, images), self.units.round_trip)

    def distance_in_units(self, latents: np.ndarray) -> np.ndarray:
        """The distance to the data (M,) of codes (M, D); a code of the atlas is not its own neighbour."""
        return _in_units(self.neighbour_distance(latents, True), self.units.neighbour_distance)

    def oddity(self, latents: np.ndarray, images: np.ndarray | None = None) -> np.ndarray:
        """The oddity (M,) of codes (M, D): above 1 off support. ``images`` are as in the round trip."""
        if has_telling_round_trip(self.latents.shape[1]):
            return self.round_trip_in_units(latents, images)
        return self.distance_in_units(latents)

    def neighbour_distance(self, latents: np.ndarray, exclude_self: bool = False) -> np.ndarray:
        """Mean of the distances to the 5 nearest codes of the atlas (M,), plain Euclidean, not in units.

        With `exclude_self` a code of the atlas, to within its float16 rounding, is not its own neighbour.
        """
        _, distances, counted = self._neighbours(latents, exclude_self)
        return _mean_of_counted(distances, counted)

    def measure(self, path: np.ndarray) -> PathMeasures:
        """The measures of a path (T, D), decoded once; a code of the atlas is not its own neighbour."""
        images = self._decode(path)
        steps = _picture_distance(images[1:], images[:-1])
        steps[steps < PICTURE_ROUNDING] = 0
        return PathMeasures(
            round_trip=self.round_trip_in_units(path, images),
            neighbour_distance=self.distance_in_units(path),
            decoded_step=_in_units(np.concatenate([[np.nan], steps]), self.units.decoded_step),
            images=images,
            latent_dim=path.shape[1],
        )

    def oddity_limit(self) -> float:
        """The 95th percentile of the codes' own oddity: 1 in the units measured here, quicker than all."""
        used = self.codec.codes_in_use(self.latents)
        is_told = has_telling_round_trip(self.latents.shape[1])
        return _limit(self._round_trip(used) if is_told else self._distance_to_others(used))

    def _measure_units(self) -> Units:
        used = self.codec.codes_in_use(self.latents)
        lengths = self._round_trip(used), self._distance_to_others(used), self._steps()
        return Units(*map(_limit, lengths))

    def _distance_to_others(self, used: np.ndarray) -> np.ndarray:
        """Mean of the distances (N,) of the codes in use (N, D) to the 5 nearest codes of other images."""
        neighbours, differences = self._nearest(used)
        is_other = neighbours != np.arange(len(used))[:, None]
        return _mean_of_counted(np.linalg.norm(differences, axis=2), _first(is_other))

    def _steps(self) -> np.ndarray:
        """The distance (N,) between the pictures of every code of the atlas and of its nearest other one."""
        images = self._decode(self.latents)
        neighbours, _, counted = self._neighbours(self.latents, exclude_self=True)
        nearest = neighbours[np.arange(len(images)), counted.argmax(axis=1)]  # its own row where it is alone
        return _picture_distance(images, images[nearest])

    def _neighbours(self, latents: np.ndarray, exclude_self: bool) -> tuple[np.ndarray, ...]:
        """Rows of the nearest codes, nearest first, their distances, and which of them count: (M, K) each."""
        neighbours, differences = self._nearest(latents)
        # From the differences: the index expands the square, and leaves 1e-8 where two codes are the same.
        distances = np.linalg.norm(differences, axis=2)
        counted = ~self._is_self(neighbours, differences) if exclude_self else np.ones_like(distances, bool)
        return neighbours, distances, _first(counted)

    def _nearest(self, latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows (M, K) of the nearest codes, nearest first, and the differences (M, K, D) to them."""
        latents = self._checked(latents).astype(np.float64)
        neighbours = self._index.kneighbors(latents, return_distance=False)
        return neighbours, self.latents[neighbours] - latents[:, None]

    def _is_self(self, neighbours: np.ndarray, differences: np.ndarray) -> np.ndarray:
        """True for the neighbour that is the code itself, (M, K): the nearest match, at most one in a row."""
        stored_size = np.maximum(np.abs(self.latents[neighbours]), SMALLEST_NORMAL)
        allowed = STORED_ROUNDING * stored_size + self._tolerance
        matches = (np.abs(differences) <= allowed).all(axis=2)
        return matches & (matches.cumsum(axis=1) == 1)

    def _round_trip(self, latents: np.ndarray, images: np.ndarray | None = None) -> np.ndarray:
        images = self._decode(latents) if images is None else images
        return np.linalg.norm(self.codec.encode(images).astype(np.float64) - latents, axis=1)

    def _decode(self, latents: np.ndarray) -> np.ndarray:
        return self.codec.decode(self._checked(latents).astype(np.float32))

    def _checked(self, latents: np.ndarray) -> np.ndarray:
        n_dims = self.latents.shape[1]
        if latents.ndim != 2 or len(latents) == 0 or latents.shape[1] != n_dims:
            raise ValueError(f"codes must be (M, {n_dims}), at least one, got shape {latents.shape}")
        return latents


def _limit(lengths: np.ndarray) -> float:
    return float(np.percentile(lengths, PERCENTILE))


def _first(counted: np.ndarray) -> np.ndarray:
    """The first `N_NEIGHBOURS` of the neighbours (M, K) that count."""
    return counted & (counted.cumsum(axis=1) <= N_NEIGHBOURS)


def _mean_of_counted(distances: np.ndarray, counted: np.ndarray) -> np.ndarray:
    return (distances * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)


def _picture_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distance (M,) between pictures (M, H, W), over all pixels."""
    return np.sqrt(((a.astype(np.float64) - b) ** 2).sum(axis=(1, 2)))


def _in_units(lengths: np.ndarray, unit: float) -> np.ndarray:
    """Lengths over their unit; over a unit of 0, a length of 0 is 0 and any other inf. NaN stays NaN."""
    if unit > 0:
        return lengths / unit
    return np.where(lengths > 0, np.inf, lengths)
