"""The parts of the reconstruction page: which images, the grid, and the tables of errors."""

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoints import Checkpoint
from autoencoder.datasets import Dataset
from autoencoder.evaluation import by_class
from autoencoder.measures import as_floats, psnr
from autoencoder.noise import Noise, corrupt
from autoencoder.pictures import grid, png
from ui import caches
from ui.choice import chosen_dataset
from ui.pictures import show_table

AT_RANDOM, WORST, BY_CLASS = "at random", "the worst", "by class"
MEASURED_IMAGES = 500  # of each split: enough for two digits, quick enough to follow the slider
MEASURE_NAMES = {
    "mse": "MSE",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "bce": "BCE, nats",
    "kl": "KL, nats",
    "noisy_psnr": "PSNR of the noisy input, dB",
    "noisy_ssim": "SSIM of the noisy input",
}


def choose_images(checkpoint: Checkpoint, seed: int) -> np.ndarray:
    """The rows of the images that are shown."""
    dataset = chosen_dataset()
    way_column, class_column, count_column = st.columns([3, 2, 3])
    ways = [AT_RANDOM, WORST, *([BY_CLASS] if dataset.class_names else [])]
    way = way_column.segmented_control("Which", ways, default=AT_RANDOM, key="way", bind="query-params")
    count = count_column.slider("How many", 1, 24, 10, key="count", bind="query-params")
    members = np.arange(dataset.n_images)
    if way == BY_CLASS:
        name = class_column.selectbox("Class", dataset.class_names, key="class", bind="query-params")
        members = np.flatnonzero(dataset.labels == dataset.class_names.index(name))
    if way == WORST:
        return np.argsort(-caches.squared_errors(checkpoint, dataset))[:count]
    return np.random.default_rng(seed).permutation(members)[:count]


def show_reconstructions(checkpoint: Checkpoint, rows: np.ndarray, noise: Noise | None, seed: int) -> None:
    """Input, the very bytes that are encoded, reconstruction and error, one column an image."""
    dataset = chosen_dataset()
    images = dataset.images[rows]
    given = images if noise is None else corrupt(images, noise, np.random.default_rng(seed))
    reconstructions = checkpoint.model.reconstruct(given)
    errors = np.abs(reconstructions - as_floats(images))
    image_psnr = psnr(as_floats(images), reconstructions)
    lines = [
        ("Input", images),
        ("Noisy input", given),
        ("Reconstruction", reconstructions),
        ("Error", errors),
    ]
    show_table(
        [
            *((name, list(line)) for name, line in lines),
            ("PSNR, dB", [f"{value:.1f}" for value in image_psnr]),
        ],
        [_head(dataset, row) for row in rows],
    )
    _downloads(dataset, rows, lines, image_psnr)


def train_against_test(checkpoint: Checkpoint, noise: Noise | None, seed: int) -> None:
    """The mean errors on images that the model was trained on beside those on images that it has not seen."""
    st.subheader("Training against held-out images", anchor=False)
    parts = {"training": chosen_dataset("train"), "held out": chosen_dataset("test")}
    if parts["held out"].split == "all":
        parts = {"all images": parts["held out"]}
    measured = {
        name: caches.evaluation(checkpoint, _sample(part), noise, seed) for name, part in parts.items()
    }
    table = pd.DataFrame({name: _named(result.means()) for name, result in measured.items()}).T
    st.dataframe(table, width="stretch", column_config=_three_decimals(table))
    st.caption(_comparison(checkpoint, table, parts))


def class_table(checkpoint: Checkpoint, noise: Noise | None, seed: int) -> None:
    """The mean errors by class, over held-out images."""
    sample = _sample(chosen_dataset())
    if sample.labels is None:
        st.caption("These images have no labels, so there is no table by class.")
        return
    st.subheader("By class", anchor=False)
    entries = by_class(caches.evaluation(checkpoint, sample, noise, seed), sample.labels, sample.class_names)
    rows = [{"class": entry["class"], "images": entry["n_images"], **_named(entry)} for entry in entries]
    table = pd.DataFrame(rows)
    st.dataframe(table, hide_index=True, width="stretch", column_config=_three_decimals(table))
    st.download_button(
        "Table (CSV)", table.to_csv(index=False), f"{sample.name}-{checkpoint.name}-by-class.csv", "text/csv"
    )


def _sample(dataset: Dataset) -> Dataset:
    return dataset.subset(np.arange(min(dataset.n_images, MEASURED_IMAGES)))


def _named(means: dict) -> dict[str, float]:
    return {title: means[name] for name, title in MEASURE_NAMES.items() if means.get(name) is not None}


def _three_decimals(table: pd.DataFrame) -> dict:
    # A styled table costs more than all else on the page.
    return {name: st.column_config.NumberColumn(format="%.3f") for name in table.select_dtypes("float")}


def _comparison(checkpoint: Checkpoint, table: pd.DataFrame, parts: dict[str, Dataset]) -> str:
    counts = ", ".join(f"{min(part.n_images, MEASURED_IMAGES):,} {name}" for name, part in parts.items())
    if not _was_trained_on(checkpoint, next(iter(parts.values()))):
        return f"Means over the first images ({counts}). The model was trained on other images."
    if len(parts) == 1:
        return f"Means over the first images ({counts}); most of them were in this model's training."
    gap = table["PSNR, dB"]["training"] - table["PSNR, dB"]["held out"]
    return (
        f"Means over the first images ({counts}). Training images come back "
        f"{abs(gap):.2f} dB {'better' if gap >= 0 else 'worse'} than held-out ones."
    )


def _was_trained_on(checkpoint: Checkpoint, dataset: Dataset) -> bool:
    """Named sets go by their name; under a visitor's own names there can be other images by now."""
    source = checkpoint.config.source
    return source.name == dataset.name and (
        dataset.split != "all" or source.fingerprint == dataset.fingerprint
    )


def _head(dataset: Dataset, row: int) -> str:
    return f"{dataset.class_names[dataset.labels[row]]} · {row}" if dataset.labels is not None else str(row)


def _downloads(dataset: Dataset, rows: np.ndarray, lines: list[tuple], image_psnr: np.ndarray) -> None:
    left, right = st.columns(2)
    tiled = np.concatenate([as_floats(line) for _, line in lines])
    name, picture = f"{dataset.name}-reconstructions.png", lambda: png(grid(tiled, len(rows)), 4)
    left.download_button("Grid (PNG)", picture, name, "image/png", width="stretch")
    table = pd.DataFrame({"image": rows, "psnr": image_psnr})
    right.download_button(
        "Errors (CSV)", table.to_csv(index=False), f"{dataset.name}-errors.csv", "text/csv", width="stretch"
    )
