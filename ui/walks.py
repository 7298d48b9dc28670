"""Paths from A to B through one model or several, measured, with a second opinion on every step."""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoints import Checkpoint
from autoencoder.classifier import Classifier
from autoencoder.codes import Codes
from autoencoder.support import PathMeasures
from autoencoder.walks import PATHS
from autoencoder.walks import walk as find_path
from ui import caches
from ui.choice import chosen_dataset, test_counterpart
from ui.pair import code_in
from ui.places import Place
from ui.smooth_jobs import Ends, SmoothWork, smooth_key, ways_through_the_data
from ui.watch import job_on_request


@dataclass(frozen=True, eq=False)
class Opinion:
    """What T pictures look like; the labels are None where there is no classifier.

    distance   (T,) to the nearest real image, in units of the model; above 1 it is unlike any image
    nearest    (T, 28, 28), those images
    labels     (T,), what the classifier takes the pictures for
    shares     (T,), how many of the neighbours that it asks agree
    """

    distance: np.ndarray
    nearest: np.ndarray
    labels: np.ndarray | None
    shares: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Walk:
    """A path of T steps through one model's codes, ``latents`` (T, D), and its measures."""

    checkpoint: Checkpoint
    latents: np.ndarray
    measured: PathMeasures
    opinion: Opinion | None  # None where the real images are not here

    @property
    def t(self) -> np.ndarray:
        """The place of every step on the path (T,), from A at 0 to B at 1."""
        return np.linspace(0, 1, len(self.latents))


def find_walks(
    models: list[Checkpoint],
    codes: Codes,
    pair: tuple[Place, Place],
    kind: str,
    n_steps: int,
    with_opinion: bool = True,
) -> list[Walk]:
    """The same pair through every model; ``codes`` are those of the first, in which the pair was chosen."""
    ends = [(model, tuple(code_in(model, place, models[0], codes) for place in pair)) for model in models]
    if PATHS[kind].is_slow:
        paths = _smooth_paths(ends, n_steps)
    else:
        paths = [find_path(model, kind, *both, n_steps) for model, both in ends]
    return [
        _measured(model, path, codes if with_opinion else None)
        for model, path in zip(models, paths, strict=True)
    ]


def classifier_of(codes: Codes) -> Classifier | None:
    """Who says what a picture looks like; None where there are no labels or no images to learn from."""
    if codes.images is None or codes.labels is None or len(codes.images) < 5:
        return None
    test = test_counterpart()
    return caches.classifier(chosen_dataset(), None) if test is None else caches.named_classifier(test.name)


def _measured(checkpoint: Checkpoint, path: np.ndarray, codes: Codes | None) -> Walk:
    measured = checkpoint.support.measure(path)
    opinion = None if codes is None else _opinion(checkpoint, measured.images, codes)
    return Walk(checkpoint, path, measured, opinion)


def _opinion(checkpoint: Checkpoint, pictures: np.ndarray, codes: Codes) -> Opinion | None:
    real = caches.picture_distance(checkpoint, codes)
    if real is None:
        return None
    classifier = classifier_of(codes)
    labels, shares = classifier.opinion(pictures) if classifier else (None, None)
    return Opinion(real.measure(pictures), codes.images[real.nearest(pictures)], labels, shares)


def _smooth_paths(ends: list[tuple[Checkpoint, Ends]], n_steps: int) -> list[np.ndarray]:
    """The smooth paths as far as they are; before they are asked for, the ways through the data."""
    job = job_on_request(
        smooth_key(ends, n_steps), lambda: SmoothWork(ends, n_steps), "Find the smooth path",
        "Shown until then: the way through the data, from which it starts.", "the smooth path",
    )  # fmt: skip
    return job.progress[1] if job else ways_through_the_data(ends, n_steps)
