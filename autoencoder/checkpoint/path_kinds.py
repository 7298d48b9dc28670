"""Kinds of paths of T steps through a latent space of D dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.latent.paths import linear, spherical
from autoencoder.model.smooth_path import smooth_steps
from autoencoder.steps import Step, Steps, result_of

Ends = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class PathKind:
    """Kind of path: title, label in one sentence, and ``is_slow`` if it takes a second to find."""

    title: str
    label: str
    is_slow: bool = False


PATH_KINDS = {
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


def path_steps(
    checkpoint: Checkpoint, kind: str, start: np.ndarray, end: np.ndarray, n_steps: int
) -> Steps[np.ndarray]:
    """Path (T, D) of a ``kind`` from start (D,) to end (D,); the partial results are paths too.

    Both ends are exact in every kind and at every share, and the path back is the path there, reversed.
    """
    if kind == "smooth":
        way = checkpoint.graph.path(start, end, n_steps)
        return (yield from smooth_steps(checkpoint.model, checkpoint.support.units, way))
    if kind == "data":
        return checkpoint.graph.path(start, end, n_steps)
    if kind in PATH_KINDS:
        return {"linear": linear, "spherical": spherical}[kind](start, end, n_steps)
    raise ValueError(f"the path must be one of {', '.join(PATH_KINDS)}, got {kind!r}")


def find_path(
    checkpoint: Checkpoint, kind: str, start: np.ndarray, end: np.ndarray, n_steps: int
) -> np.ndarray:
    """The finished path of a ``kind``, float32 (T, D)."""
    return result_of(path_steps(checkpoint, kind, start, end, n_steps))


def paths_through_the_data(models: Sequence[tuple[Checkpoint, Ends]], n_steps: int) -> list[np.ndarray]:
    """Path through the data of every model, from which its smooth path starts."""
    return [find_path(checkpoint, "data", *ends, n_steps) for checkpoint, ends in models]


def smooth_paths_steps(models: Sequence[tuple[Checkpoint, Ends]], n_steps: int) -> Steps[list[np.ndarray]]:
    """Smooth path of every model, one after the other; the partial results have all paths as they are."""
    paths = paths_through_the_data(models, n_steps)
    for number, (checkpoint, ends) in enumerate(models):
        for share, path in path_steps(checkpoint, "smooth", *ends, n_steps):
            paths = [*paths[:number], path, *paths[number + 1 :]]
            yield Step((number + share) / len(models), paths)
    return paths
