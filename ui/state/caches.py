"""Caches of the program: results kept between script runs, bounded, shared by all visitors of the same model.

Every key holds all that decides the result: data sets and checkpoints count by their fingerprints, files and
folders by their times of change.
"""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo
from autoencoder.checkpoint.codes import Codes, codes_of_atlas, codes_of_images
from autoencoder.checkpoint.replay import REPLAY, read_replay
from autoencoder.checkpoint.store import CONFIG, SHIPPED, list_checkpoints
from autoencoder.checkpoint.titles import model_title
from autoencoder.data.dataset import Dataset
from autoencoder.data.images import as_floats
from autoencoder.data.loading import load_dataset
from autoencoder.data.measures import mse
from autoencoder.data.noise import Noise, corrupt
from autoencoder.errors import DatasetError
from autoencoder.experiments.few_labels.task import few_label_task
from autoencoder.experiments.gaps import study, study_words
from autoencoder.experiments.gaps.empty_space import EmptySpace, empty_space
from autoencoder.experiments.gaps.figure import empty_figure
from autoencoder.experiments.gaps.study_figure import study_figures
from autoencoder.experiments.generate.samples import yardstick_steps
from autoencoder.experiments.interpolation.figure import path_figure
from autoencoder.experiments.interpolation.second_opinion import Classifier, fit_classifier
from autoencoder.experiments.outliers.outcome import Outcome
from autoencoder.experiments.outliers.trials import ready_detector
from autoencoder.experiments.reconstruction import Evaluation, evaluate
from autoencoder.figures.chart import Chart, Matrix
from autoencoder.figures.screen import on_screen
from autoencoder.latent.gap_score import GapScore
from autoencoder.latent.picture_distance import PictureDistance, nearest
from autoencoder.latent.projection import Map, project
from autoencoder.latent.sources import SOURCES
from autoencoder.latent.support import PathMeasures
from autoencoder.steps import result_of
from ui.storage.models import IMAGES, MODELS


def stamp(path: Path) -> tuple:
    """A file, or a folder of a checkpoint or of several, with its times of change on disk."""
    files = [path, path / CONFIG, path / REPLAY, *sorted(path.glob(f"[!.]*/{CONFIG}"))]
    return str(path), *((str(file), file.stat().st_mtime_ns) for file in files if file.is_file())


KEYS = {
    type(Path()): stamp,
    Checkpoint: lambda checkpoint: checkpoint.fingerprint,
    Dataset: lambda dataset: (dataset.name, dataset.split, dataset.fingerprint),
    Codes: lambda codes: codes.key,
    Noise: str,
}
NAMED = {**KEYS, Checkpoint: lambda checkpoint: checkpoint.identity}  # where names show

cached = partial(st.cache_resource, hash_funcs=KEYS)

# Functions that are cached as they are
models_in = cached(list_checkpoints, max_entries=200, show_spinner=False)
checkpoint_in = cached(MODELS.load, max_entries=24, show_spinner="Reading the model …")
kept_replay = cached(read_replay, max_entries=24, show_spinner=False)
kept_images = cached(IMAGES.load, max_entries=8, show_spinner="Reading the images …")
label_task = cached(few_label_task, max_entries=4, show_spinner="Drawing the images …")
detector = cached(ready_detector, max_entries=4, show_spinner="Learning what is normal …")


@cached(max_entries=8, show_spinner="Reading the images …")
def named_dataset(name: str, split: str) -> Dataset:
    """A named data set that is embedded or on disk; nothing is downloaded."""
    return load_dataset(name, split, download=False)


@cached(max_entries=24, show_spinner=False)
def first_images(dataset: Dataset, most: int) -> Dataset:
    """The first images of a set; kept, since the fingerprint of a new set has to go over all of it."""
    return dataset.subset(np.arange(min(most, dataset.n_images)))


@cached(max_entries=8, show_spinner=False)
def spread_images(dataset: Dataset, most: int) -> Dataset:
    """Images from all over a set, equally far from each other."""
    return dataset.subset(np.linspace(0, dataset.n_images - 1, min(most, dataset.n_images)).astype(int))


@cached(max_entries=200, show_spinner=False)
def digest(files: tuple[Path, ...]) -> str:
    """Twenty hexadecimal digits of the files' contents."""
    contents = b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
    return hashlib.sha256(contents).hexdigest()[:20]


@cached(max_entries=1, show_spinner=False)
def shipped_models() -> list[CheckpointInfo]:
    """The models that come with the program; they do not change while it runs."""
    return list_checkpoints()


def shipped_checkpoint(name: str) -> Checkpoint:
    return checkpoint_in(SHIPPED / name)


@cached(max_entries=24, show_spinner="Encoding the images …")
def codes(checkpoint: Checkpoint, dataset: Dataset | None) -> Codes:
    """The codes of a data set; without one, those that the model's atlas holds."""
    return codes_of_atlas(checkpoint) if dataset is None else codes_of_images(checkpoint, dataset)


@cached(max_entries=24, show_spinner="Drawing the map …")
def latent_map(codes: Codes, method: str) -> Map:
    """The map by a quick method; t-SNE is a job (ui/widgets/map_jobs.py)."""
    return project(codes.latents, method)


@cached(max_entries=300, show_spinner=False)
def reconstructions(
    checkpoint: Checkpoint, dataset: Dataset, rows: tuple[int, ...], noise: Noise | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The images of these rows as they are encoded, uint8 (R, 28, 28), and what comes back, float."""
    images = dataset.images[list(rows)]
    given = images if noise is None else corrupt(images, noise, np.random.default_rng(seed))
    return given, checkpoint.model.reconstruct(given)


# A class that moves its sliders asks for the same levels again and again, and an entry is a few kilobytes.
@cached(max_entries=1_000, show_spinner="Measuring the reconstructions …")
def evaluation(checkpoint: Checkpoint, dataset: Dataset, noise: Noise | None, seed: int) -> Evaluation:
    return evaluate(checkpoint.model, dataset.images, noise, seed)


@cached(max_entries=24, show_spinner="Looking for the worst reconstructions …")
def squared_errors(checkpoint: Checkpoint, dataset: Dataset) -> np.ndarray:
    """The mean squared error (N,) of every image's reconstruction, without noise."""
    return mse(as_floats(dataset.images), checkpoint.model.reconstruct(dataset.images))


@cached(max_entries=100, show_spinner=False)
def path_measures(checkpoint: Checkpoint, path: np.ndarray) -> PathMeasures:
    """The measures of a path (T, D); a class that follows its teacher looks at the same ones."""
    return checkpoint.support.measure(path)


@cached(max_entries=100, hash_funcs=NAMED, show_spinner=False)
def path_chart(models: list[Checkpoint], paths: list[np.ndarray]) -> Chart:
    """The profile of a path (T, D) through each model."""
    pairs = zip(models, paths, strict=True)
    return path_figure({model_title(model): path_measures(model, path) for model, path in pairs})


@cached(max_entries=6, show_spinner="Comparing with the real images …")
def picture_distance(checkpoint: Checkpoint, dataset: Dataset | None) -> PictureDistance | None:
    """The distance of a model's pictures from the real images; None where these are not on the server."""
    return None if dataset is None else PictureDistance(checkpoint.model, dataset.images)


@cached(max_entries=4, show_spinner="Teaching a classifier …")
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


@cached(max_entries=24, show_spinner="Decoding empty space …")
def space(
    checkpoint: Checkpoint, codes: Codes, fitted_to: Codes, source: str, n_places: int, seed: int
) -> EmptySpace:
    """Places where no code is, decoded and measured; ``codes`` are of the images to compare with."""
    pictures = picture_distance(checkpoint, codes.dataset_of_images)
    return empty_space(source, checkpoint.support, fitted_to.latents, pictures, n_places, seed)


@cached(max_entries=24, hash_funcs=NAMED, show_spinner=False)
def empty_chart(
    models: list[Checkpoint], codes: list[Codes], fitted_to: list[Codes], n_places: int, seed: int
) -> Chart:
    """The shares of places off the data, by model and source."""
    shares = {
        model_title(model): [space(model, own, fitted, source, n_places, seed) for source in SOURCES]
        for model, own, fitted in zip(models, codes, fitted_to, strict=True)
    }
    return empty_figure(shares)


@cached(max_entries=1, show_spinner=False)
def shipped_study() -> study.Study:
    """The study of settings that close the gaps, as it was measured for the program."""
    return study.read_study(study.SHIPPED_STUDY)


@cached(max_entries=1, show_spinner=False)
def study_findings() -> tuple[list[study_words.Finding], str, pd.DataFrame]:
    """The study's findings on every means against gaps, its sentence on the pictures, and its table."""
    found = shipped_study()
    return study_words.findings(found), study_words.beside_the_gaps(found), pd.DataFrame(study.table(found))


@cached(max_entries=1, show_spinner=False)
def study_charts() -> dict[GapScore, Chart]:
    """The study's charts, by score; they are the same for all."""
    return study_figures(shipped_study())


@cached(max_entries=200, show_spinner=False)
def drawn(chart: Chart | Matrix, dark: bool) -> go.Figure:
    """A chart as a page shows it; to draw it costs as much as its page."""
    return on_screen(chart, dark)


@cached(max_entries=100, show_spinner="Comparing with the training images …")
def nearest_images(pictures: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """The distances (M,) from pictures to the nearest of the images, and its rows (M,)."""
    return nearest(pictures, dataset.images)


@cached(max_entries=24, show_spinner="Comparing with the training images …")
def copy_distance(checkpoint: Checkpoint, training: Dataset, held_out: Dataset) -> float:
    """The distance to a training image below which a picture of the model is a near-copy."""
    return result_of(yardstick_steps(checkpoint.model, training.images, held_out.images, None)).copy_distance


@cached(max_entries=16, show_spinner="Judging the images …")
def foreign_outcome(
    checkpoint: Checkpoint, train: Dataset, test: Dataset | None, kind: str, others: Dataset | None, seed: int
) -> Outcome:
    """The normal images against a kind of foreign ones, or against another data set."""
    return detector(checkpoint, train, test, seed).judge(kind, others, seed)
