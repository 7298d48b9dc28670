"""Paths from A to B through several models, measured, with a second opinion on every step."""

import hashlib

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import (
    PATH_KINDS,
    Ends,
    find_path,
    paths_through_the_data,
    smooth_paths_steps,
)
from autoencoder.checkpoint.places import Place, code_in
from autoencoder.experiments.interpolation.measured_path import MeasuredPath, Opinion
from autoencoder.experiments.interpolation.second_opinion import Classifier
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.choice import chosen_dataset, test_counterpart
from ui.widgets.job_progress import job_on_request


def find_paths(
    models: list[Checkpoint],
    codes: Codes,
    pair: tuple[Place, Place],
    kind: str,
    n_steps: int,
    with_opinion: bool = True,
) -> list[MeasuredPath]:
    """The path of a pair through every model; ``codes`` are those of the first, in which it was chosen."""
    ends = [(model, tuple(code_in(model, place, models[0], codes) for place in pair)) for model in models]
    if PATH_KINDS[kind].is_slow:
        paths = _smooth_paths(ends, n_steps)
    else:
        paths = [find_path(model, kind, *both, n_steps) for model, both in ends]
    return [
        _measured(model, path, codes if with_opinion else None)
        for model, path in zip(models, paths, strict=True)
    ]


def classifier_of(codes: Codes) -> Classifier | None:
    """The classifier of pictures; None without labels or images to learn from."""
    if codes.images is None or codes.labels is None or len(codes.images) < 5:
        return None
    test = test_counterpart()
    return caches.classifier(chosen_dataset(), None) if test is None else caches.named_classifier(test.name)


def _measured(checkpoint: Checkpoint, path: np.ndarray, codes: Codes | None) -> MeasuredPath:
    measured = caches.path_measures(checkpoint, path)
    opinion = None if codes is None else _opinion(checkpoint, measured.images, codes)
    return MeasuredPath(checkpoint, path, measured, opinion)


def _opinion(checkpoint: Checkpoint, pictures: np.ndarray, codes: Codes) -> Opinion | None:
    real = caches.picture_distance(checkpoint, codes.dataset_of_images)
    if real is None:
        return None
    classifier = classifier_of(codes)
    labels, shares = classifier.opinion(pictures) if classifier else (None, None)
    return Opinion(real.measure(pictures), codes.images[real.nearest(pictures)], labels, shares)


def _smooth_paths(ends: list[tuple[Checkpoint, Ends]], n_steps: int) -> list[np.ndarray]:
    """The current smooth paths; before they are started, the paths through the data."""
    digest = hashlib.sha256(b"".join(end.tobytes() for _, both in ends for end in both)).hexdigest()[:24]
    start = paths_through_the_data(ends, n_steps)
    job = job_on_request(
        job_key("smooth", [model.fingerprint for model, _ in ends], digest, n_steps),
        lambda: StepsWork(smooth_paths_steps, ends, n_steps, partial=start),
        "Find the smooth path",
        "Shown until then: the way through the data, from which it starts.",
        "the smooth path",
    )
    return job.progress.partial if job else start
