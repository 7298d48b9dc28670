"""The kinds of paths through a model's space, each called what it is.

T steps, D latent dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.latent.paths import linear, spherical
from autoencoder.model.smooth_path import smooth_steps


@dataclass(frozen=True)
class PathKind:
    """How a kind of path is called, what it does in one sentence, and whether it takes a second to find."""

    title: str
    label: str
    is_slow: bool = False


PATHS = {
    "linear": PathKind("Straight", "Goes from one code to the other in a straight line."),
    "spherical": PathKind("Spherical", "Turns around the origin while the distance from it changes evenly."),
    "data": PathKind(
        "Through the data",
        "The shortest way over the graph that joins each code to its ten nearest, an edge costing its "
        "squared length; drawn anew in steps of even length.",
    ),
    "smooth": PathKind(
        "Smooth, through the data",
        "Starts as the way through the data, and is bent until the picture changes evenly and every step "
        "comes back from its round trip.",
        is_slow=True,
    ),
}


def walk_steps(
    checkpoint: Checkpoint, kind: str, start: np.ndarray, end: np.ndarray, n_steps: int
) -> Iterator[tuple[float, np.ndarray]]:
    """The path of a ``kind`` from start (D,) to end (D,) while it is found: the share done, and (T, D).

    Both ends are exact in every kind and at every share, and the path back is the path there, reversed.
    """
    if kind == "smooth":
        way = checkpoint.graph.path(start, end, n_steps)
        yield from smooth_steps(checkpoint.model, checkpoint.support.units, way)
    elif kind == "data":
        yield 1.0, checkpoint.graph.path(start, end, n_steps)
    elif kind in PATHS:
        yield 1.0, {"linear": linear, "spherical": spherical}[kind](start, end, n_steps)
    else:
        raise ValueError(f"the path must be one of {', '.join(PATHS)}, got {kind!r}")


def walk(checkpoint: Checkpoint, kind: str, start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
    """The finished path of a ``kind``, float32 (T, D)."""
    *_, (_, path) = walk_steps(checkpoint, kind, start, end, n_steps)
    return path
