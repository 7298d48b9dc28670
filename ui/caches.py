"""Everything that is kept between script runs, bounded, and shared by all visitors of the same model.

Every key holds all that decides the result: data sets and checkpoints are told apart by their
fingerprints, files by their time of change.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from autoencoder.checkpoints import (
    CONFIG,
    SHIPPED,
    Checkpoint,
    CheckpointInfo,
    list_checkpoints,
    load_checkpoint,
)
from autoencoder.classifier import Classifier, fit_classifier
from autoencoder.codes import Codes, codes_of_atlas, codes_of_images
from autoencoder.datasets import Dataset, load_dataset
from autoencoder.emptiness import EmptySpace, empty_space
from autoencoder.errors import DatasetError
from autoencoder.evaluation import Evaluation, evaluate
from autoencoder.gaps import PictureDistance
from autoencoder.generation import finished, yardstick_steps
from autoencoder.measures import as_floats, mse
from autoencoder.noise import Noise
from autoencoder.projection import Map, project
from ui.workspace import Workspace

KEYS = {
    Checkpoint: lambda checkpoint: checkpoint.fingerprint,
    Dataset: lambda dataset: (dataset.name, dataset.split, dataset.fingerprint),
    Codes: lambda codes: codes.key,
    Noise: str,
}


@st.cache_resource(max_entries=8, show_spinner="Reading the images …")
def named_dataset(name: str, split: str) -> Dataset:
    """A named data set that is embedded or on disk; nothing is downloaded."""
    return load_dataset(name, split, download=False)


def own_images(workspace: Workspace, name: str) -> Dataset:
    """One of the visitor's own image sets, as it is on disk now."""
    path = workspace.images_path(name)
    return _own_images(str(path), name, path.stat().st_mtime_ns)


@st.cache_resource(max_entries=8, show_spinner="Reading the images …")
def _own_images(path: str, name: str, stamp: int) -> Dataset:
    return replace(load_dataset(Path(path)), name=name)


def models_in(folder: Path) -> list[CheckpointInfo]:
    """The checkpoints below a folder, as they are on disk now; every page asks for them many times."""
    configs = sorted(folder.glob(f"*/{CONFIG}"))
    return _models_in(str(folder), tuple((str(path), path.stat().st_mtime_ns) for path in configs))


@st.cache_resource(max_entries=200, show_spinner=False)
def _models_in(folder: str, stamps: tuple) -> list[CheckpointInfo]:
    return list_checkpoints(Path(folder))


def shipped_checkpoint(name: str) -> Checkpoint:
    return checkpoint_in(SHIPPED / name)


def checkpoint_in(folder: Path) -> Checkpoint:
    """The checkpoint in a folder, as it is on disk now."""
    config = folder / CONFIG
    return _checkpoint(str(folder), config.stat().st_mtime_ns if config.exists() else 0)


@st.cache_resource(max_entries=24, show_spinner="Reading the model …")
def _checkpoint(folder: str, stamp: int) -> Checkpoint:
    return load_checkpoint(folder)


@st.cache_resource(max_entries=24, hash_funcs=KEYS, show_spinner="Encoding the images …")
def codes(checkpoint: Checkpoint, dataset: Dataset | None) -> Codes:
    """The codes of a data set; without one, those that the model's atlas holds."""
    return codes_of_atlas(checkpoint) if dataset is None else codes_of_images(checkpoint, dataset)


@st.cache_resource(max_entries=24, hash_funcs=KEYS, show_spinner="Drawing the map …")
def latent_map(codes: Codes, method: str = "auto") -> Map:
    """The map by a quick method; t-SNE is a job (ui/map_jobs.py)."""
    return project(codes.latents, method)


@st.cache_resource(max_entries=24, hash_funcs=KEYS, show_spinner="Measuring the reconstructions …")
def evaluation(checkpoint: Checkpoint, dataset: Dataset, noise: Noise | None, seed: int) -> Evaluation:
    return evaluate(checkpoint.model, dataset.images, noise, seed)


@st.cache_resource(max_entries=24, hash_funcs=KEYS, show_spinner="Looking for the worst reconstructions …")
def squared_errors(checkpoint: Checkpoint, dataset: Dataset) -> np.ndarray:
    """The mean squared error (N,) of every image's reconstruction, without noise."""
    return mse(as_floats(dataset.images), checkpoint.model.reconstruct(dataset.images))


@st.cache_resource(max_entries=6, hash_funcs=KEYS, show_spinner="Comparing with the real images …")
def picture_distance(checkpoint: Checkpoint, codes: Codes) -> PictureDistance | None:
    """How far a model's pictures are from the real images; None where these are not here."""
    return None if codes.images is None else PictureDistance(checkpoint.model, codes.images)


@st.cache_resource(max_entries=4, hash_funcs=KEYS, show_spinner="Teaching a classifier …")
def classifier(learn_from: Dataset, test: Dataset | None) -> Classifier:
    """A second opinion on pictures, by nearest neighbours among real images."""
    held_out = None if test is None else (test.images, test.labels)
    return fit_classifier(learn_from.images, learn_from.labels, held_out)


def named_classifier(name: str) -> Classifier:
    """A second opinion on pictures of a named set; it learns from training images where they are here."""
    try:
        return classifier(named_dataset(name, "train"), named_dataset(name, "test"))
    except DatasetError:
        return classifier(named_dataset(name, "test"), None)


@st.cache_resource(max_entries=24, hash_funcs=KEYS, show_spinner="Decoding empty space …")
def space(checkpoint: Checkpoint, codes: Codes, source: str, n_places: int, seed: int) -> EmptySpace:
    """Places where no code is, decoded and measured; ``codes`` are of the images to compare with."""
    return empty_space(source, checkpoint.support, picture_distance(checkpoint, codes), n_places, seed)


@st.cache_resource(max_entries=24, hash_funcs=KEYS, show_spinner="Comparing with the training images …")
def copy_distance(checkpoint: Checkpoint, training: Dataset, held_out: Dataset) -> float:
    """Nearer than this to a training image, a picture of the model is a near-copy."""
    return finished(yardstick_steps(checkpoint.model, training.images, held_out.images, None)).copy_distance
