"""Paths from one code to another.

Every path is float32 (n_steps, D), with both ends counted and equal to the given codes bit for bit. The path
back is the path there, reversed, bit for bit.

Shapes: D latent dimensions.
"""

import numpy as np

# Below this sine of the angle between two float32 codes, the plane they span is mostly rounding error.
SMALLEST_SINE = 1e-6


def linear(start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
    """The straight line from start (D,) to end (D,) in n_steps >= 2 equal steps, float32 (n_steps, D)."""
    start, end = _check_ends(start, end, n_steps)
    back, forth = _shares(n_steps)
    return _with_ends(back * start + forth * end, start, end)


def spherical(start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
    """The arc from start (D,) to end (D,) around the origin, float32 (n_steps, D), n_steps >= 2.

    The direction turns evenly along the great circle (slerp: Shoemake 1985, doi:10.1145/325334.325242; for
    latent spaces White 2016, arXiv:1609.04468), while the norm goes linearly from one to the other. Where no
    one great circle joins the ends, the path is the straight line. For parallel codes, and from or to the
    origin, that is the limit of the arc; for opposite codes, so for two signs at D = 1, it leads through the
    origin.
    """
    start, end = _check_ends(start, end, n_steps)
    norms = np.linalg.norm(start), np.linalg.norm(end)
    if 0 in norms:
        return linear(start, end, n_steps)
    directions = start / norms[0], end / norms[1]
    angle = _angle(*directions)
    if np.sin(angle) < SMALLEST_SINE:
        return linear(start, end, n_steps)
    back, forth = _shares(n_steps)
    turned = (np.sin(back * angle) * directions[0] + np.sin(forth * angle) * directions[1]) / np.sin(angle)
    return _with_ends((back * norms[0] + forth * norms[1]) * turned, start, end)


def _shares(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The shares of start and end at each step, both (n_steps, 1); one is the other reversed, exactly."""
    forth = np.arange(n_steps)[:, None] / (n_steps - 1)
    return forth[::-1], forth


def _angle(u: np.ndarray, v: np.ndarray) -> float:
    """The angle in radians between two unit vectors; unlike arccos of their product, exact near 0 and pi."""
    return 2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))


def _check_ends(start: np.ndarray, end: np.ndarray, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Both ends rounded to float32, in float64 for the sums that follow."""
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(f"a path joins two codes of one shape (D,), got {start.shape} and {end.shape}")
    if n_steps < 2:
        raise ValueError(f"a path has at least 2 steps, both ends counted, got {n_steps}")
    if not (np.isfinite(start).all() and np.isfinite(end).all()):
        raise ValueError("a path joins finite codes, got NaN or infinity")
    return start.astype(np.float32).astype(np.float64), end.astype(np.float32).astype(np.float64)


def _with_ends(path: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    path[0], path[-1] = start, end  # sums would lose the sign of a zero and the last bit of an arc
    return path.astype(np.float32)
