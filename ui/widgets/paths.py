"""Paths of a pair through several models: found, and shown as strips; with a slider along them."""

import hashlib
from functools import partial

import numpy as np
import streamlit as st

from autoencoder.checkpoint import path_kinds
from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import PATH_KINDS
from autoencoder.checkpoint.places import code_in, picture_of, title_of
from autoencoder.checkpoint.titles import model_title
from autoencoder.experiments.interpolation import words
from autoencoder.experiments.interpolation.measured_path import MeasuredPath, Opinion
from autoencoder.experiments.interpolation.second_opinion import Classifier
from autoencoder.latent.support import YARDSTICK
from ui.components.files import file_store
from ui.components.register import path_slider
from ui.components.wire import model_bundle
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.choice import chosen_dataset, test_counterpart
from ui.state.session import is_dark
from ui.widgets.job_progress import job_on_request
from ui.widgets.pair import Pair
from ui.widgets.pictures import show_table

STRIP_SIDE = 96  # pixels of a picture, where there is room


def find_paths(
    models: list[Checkpoint], codes: Codes, pair: Pair, kind: str, n_steps: int, with_opinion: bool = True
) -> list[MeasuredPath]:
    """The path of a pair through every model; ``codes`` are those of the first, in which it was chosen."""
    ends = [(model, tuple(code_in(model, place, models[0], codes) for place in pair)) for model in models]
    if PATH_KINDS[kind].is_slow:
        paths = _smooth_paths(ends, n_steps)
    else:
        paths = [path_kinds.find_path(model, kind, *both, n_steps) for model, both in ends]
    found = []
    for model, path in zip(models, paths, strict=True):
        measured = caches.path_measures(model, path)
        opinion = _opinion(model, measured.images, codes) if with_opinion else None
        found.append(MeasuredPath(model, path, measured, opinion))
    return found


def show_strips(codes: Codes, paths: list[MeasuredPath], pair: Pair) -> None:
    """A strip for every model between the images of A and B, with a sentence on where it leaves the data."""
    ends = [picture_of(place, paths[0].checkpoint, codes) for place in pair]
    for path in paths:
        st.markdown(f"**{model_title(path.checkpoint)}** · {words.verdict(path)}")
        images = [ends[0], *path.measured.images, ends[1]]
        hatched = [False, *path.measured.off_support, False]
        show_table([("", images)], ["A", *heads(path), "B"], STRIP_SIDE, hatched)
    titles = (f"{letter} is {title_of(place, codes)}" for letter, place in zip("AB", pair, strict=True))
    st.caption(f"{', '.join(titles)}. Above each step is t; a hatched step is off the data.")


def heads(path: MeasuredPath) -> list[str]:
    return [f"{t:.2f}" for t in path.t]


def move_by_hand(paths: list[MeasuredPath]) -> None:
    """A slider along all paths at once, decoded in the browser while it moves."""
    given = []
    for path in paths:
        model = path.checkpoint
        url = file_store().offer(f"model-{model.fingerprint}", partial(model_bundle, model))
        given.append({"name": model_title(model), "model": url, "codes": path.latents.tolist()})
    path_slider(given, is_dark(), key="path slider")


def classifier_of(codes: Codes) -> Classifier | None:
    """The classifier of pictures; None without labels or images to learn from."""
    if codes.images is None or codes.labels is None or len(codes.images) < 5:
        return None
    test = test_counterpart()
    return caches.classifier(chosen_dataset(), None) if test is None else caches.named_classifier(test.name)


def _opinion(checkpoint: Checkpoint, pictures: np.ndarray, codes: Codes) -> Opinion | None:
    real = caches.picture_distance(checkpoint, codes.dataset_of_images)
    if real is None:
        return None
    classifier = classifier_of(codes)
    labels, shares = classifier.opinion(pictures) if classifier else (None, None)
    return Opinion(real.measure(pictures), codes.images[real.nearest(pictures)], labels, shares)


def _smooth_paths(ends: list[tuple[Checkpoint, path_kinds.Ends]], n_steps: int) -> list[np.ndarray]:
    """The current smooth paths; before they are started, the paths through the data."""
    digest = hashlib.sha256(b"".join(end.tobytes() for _, both in ends for end in both)).hexdigest()[:24]
    start = path_kinds.paths_through_the_data(ends, n_steps)
    job = job_on_request(
        job_key("smooth", YARDSTICK, [model.fingerprint for model, _ in ends], digest, n_steps),
        lambda: StepsWork(path_kinds.smooth_paths_steps, ends, n_steps, partial=start),
        "Find the smooth path",
        "Shown until then: the way through the data, from which it starts.",
        "the smooth path",
    )
    return job.progress.partial if job else start
