"""Paths from A to B through one model or several, measured, with a second opinion on every step."""

from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import PATHS
from autoencoder.checkpoint.path_kinds import walk as find_path
from autoencoder.checkpoint.places import Place, code_in
from autoencoder.classifier import Classifier
from autoencoder.latent.gap_score import SHARE
from autoencoder.latent.support import PathMeasures, score_name
from ui import caches
from ui.choice import chosen_dataset, test_counterpart
from ui.smooth_jobs import Ends, SmoothWork, smooth_key, ways_through_the_data
from ui.watch import job_on_request


@dataclass(frozen=True, eq=False)
class Opinion:
    """What T pictures look like; the labels are None where there is no classifier.

    distance   (T,) to the nearest real image, in units of the model; above 1 it is unlike any image
    nearest    (T, 28, 28), those images
    labels     (T,), what the classifier takes the pictures for
    shares     (T,), that label's share of the weight of the neighbours that it asks
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


def outcome(walks: list[Walk]) -> str:
    """What the strips show, in one sentence that follows from their numbers."""
    parts = [f"{walk.checkpoint.name} {_outcome_of(walk)}" for walk in walks]
    return f"{'; '.join(parts)}.{_compared(walks)}"


def n_off(walk: Walk) -> str:
    """How many of the steps are off the data, in words."""
    return f"{int(walk.measured.off_support.sum()) or 'none'} of {len(walk.latents)} steps"


def _outcome_of(walk: Walk) -> str:
    latent_dim, measured = walk.checkpoint.model.latent_dim, walk.measured
    score = measured.score(latent_dim)
    if score is None:
        return "draws the same picture all the way"
    if score_name(latent_dim) != SHARE:
        step = int(np.nanargmax(measured.decoded_step))
        when = f"just before t = {walk.t[step]:.2f}"
        return f"changes its picture most {when}, {score:.2f} times as much as on average"
    odd = int(np.argmax(measured.round_trip))
    return (
        f"is off the data in {n_off(walk)}, with its greatest round trip, "
        f"{measured.round_trip[odd]:.2f}, at t = {walk.t[odd]:.2f}"
    )


def _compared(walks: list[Walk]) -> str:
    """Which of two walks has the greater gap score; nothing where they are not two, or scored differently."""
    if len(walks) != 2:
        return ""
    names = {score_name(walk.checkpoint.model.latent_dim) for walk in walks}
    first, second = (walk.measured.score(walk.checkpoint.model.latent_dim) for walk in walks)
    if len(names) != 1 or first is None or second is None:
        return ""
    if first == second:
        return " On this pair neither is better."
    worse, better = walks if first > second else walks[::-1]
    verb = "leaves the data in more steps than" if names == {SHARE} else "jumps more than"
    return f" On this pair {worse.checkpoint.name} {verb} {better.checkpoint.name}."


def classifier_of(codes: Codes) -> Classifier | None:
    """Who says what a picture looks like; None where there are no labels or no images to learn from."""
    if codes.images is None or codes.labels is None or len(codes.images) < 5:
        return None
    test = test_counterpart()
    return caches.classifier(chosen_dataset(), None) if test is None else caches.named_classifier(test.name)


def _measured(checkpoint: Checkpoint, path: np.ndarray, codes: Codes | None) -> Walk:
    measured = caches.path_measures(checkpoint, path)
    opinion = None if codes is None else _opinion(checkpoint, measured.images, codes)
    return Walk(checkpoint, path, measured, opinion)


def _opinion(checkpoint: Checkpoint, pictures: np.ndarray, codes: Codes) -> Opinion | None:
    real = caches.picture_distance(checkpoint, codes.dataset_of_images)
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
