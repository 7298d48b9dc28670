"""Parts of the page Reconstruction: choice of noise and images, grid, tables of errors."""

import numpy as np
import pyarrow as pa
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.seen import has_seen, note_on_seen
from autoencoder.data.dataset import Dataset
from autoencoder.data.images import as_floats
from autoencoder.data.measures import psnr
from autoencoder.data.noise import NOISE_KINDS, Noise
from autoencoder.experiments.reconstruction import by_class, far_words, reconstruction_figure
from ui.state import caches
from ui.state.choice import chosen_dataset
from ui.state.defaults import MEASURED_IMAGES, NO_NOISE, at_random, rounded_level
from ui.state.session import refusal
from ui.widgets.charts import csv, offer_file, offer_files, show_frame
from ui.widgets.controls import number, pick, segments, slider
from ui.widgets.frame import more
from ui.widgets.pictures import show_table

AT_RANDOM, WORST, BY_CLASS = "at random", "the worst", "by class"
NOUNS = {"training": "training images", "held out": "held-out images", "all images": "images"}
MEASURE_NAMES = {
    "mse": "MSE",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "bce": "BCE, nats",
    "kl": "KL, nats",
    "noisy_psnr": "PSNR of the noisy input, dB",
    "noisy_ssim": "SSIM of the noisy input",
}


@st.fragment
def noise_and_reconstructions(checkpoint: Checkpoint) -> None:
    """The parts that a slider of the page changes; the side and the menu are not drawn again."""
    with refusal():
        noise, rows, seed = choose(checkpoint)
        show_reconstructions(checkpoint, rows, noise, seed)
        train_against_test(checkpoint, noise, seed)
        class_table(checkpoint, noise, seed)


def choose(checkpoint: Checkpoint) -> tuple[Noise | None, np.ndarray, int]:
    """Noise, rows of the images that are shown, and the seed of both: in one row, the rest behind More."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way, members = _choose_images(chosen_dataset())
        noise = _choose_noise()
        with more():
            count, seed = (
                slider("count", "How many images"),
                number("seed", "Seed of images and noise"),
            )
    if way == WORST:
        return noise, np.argsort(-caches.squared_errors(checkpoint, chosen_dataset()))[:count], seed
    return noise, at_random(members, count, seed), seed


def _choose_images(dataset: Dataset) -> tuple[str, np.ndarray]:
    """The way to choose images, and the rows to choose among."""
    way = segments("way", "Images", [AT_RANDOM, WORST, *([BY_CLASS] if dataset.class_names else [])])
    if way != BY_CLASS:
        return way, np.arange(dataset.n_images)
    name = pick("class", "Class", dataset.class_names, width=150)
    return way, np.flatnonzero(dataset.labels == dataset.class_names.index(name))


def _choose_noise() -> Noise | None:
    kind = pick("noise", "Noise on the input", [NO_NOISE, *NOISE_KINDS], width=200)
    if kind == NO_NOISE:
        return None
    return Noise(kind, rounded_level(slider("level", f"Level: {NOISE_KINDS[kind].unit}", width=240)))


def show_reconstructions(checkpoint: Checkpoint, rows: np.ndarray, noise: Noise | None, seed: int) -> None:
    """Input, the bytes that are encoded, reconstruction and error, one column per image."""
    dataset = chosen_dataset()
    images = dataset.images[rows]
    given, reconstructions = caches.reconstructions(checkpoint, dataset, tuple(rows), noise, seed)
    errors = np.abs(reconstructions - as_floats(images))
    image_psnr = psnr(as_floats(images), reconstructions)
    lines = {"Input": images, "Noisy input": given, "Reconstruction": reconstructions, "Error": errors}
    if noise is None:
        del lines["Noisy input"]
    cells = [(name, list(line)) for name, line in lines.items()]
    cells.append(("PSNR, dB", [f"{value:.1f}" for value in image_psnr]))
    show_table(cells, [_head(dataset, row) for row in rows])
    name, title = dataset.name, f"{dataset.name} through {checkpoint.name}"
    heads = [_head(dataset, row) for row in rows]
    table = f"{name}-errors.csv", lambda: csv({"image": rows, "psnr": image_psnr})
    figure = f"{name}-reconstructions", lambda: reconstruction_figure(lines, heads, image_psnr, title)
    offer_files({"Errors (CSV)": table}, {"Grid": figure})


def train_against_test(checkpoint: Checkpoint, noise: Noise | None, seed: int) -> None:
    """Mean errors on training images beside those on held-out ones."""
    st.subheader("Training against held-out images", anchor=False)
    parts = {"training": chosen_dataset("train"), "held out": chosen_dataset("test")}
    if parts["held out"].split == "all":
        parts = {"all images": parts["held out"]}
    measured = {
        name: caches.evaluation(checkpoint, _sample(part), noise, seed) for name, part in parts.items()
    }
    means = {name: _named(found.means()) for name, found in measured.items()}
    _show([{"images": name, **its} for name, its in means.items()], "Mean errors by part of the images.")
    st.caption(_comparison(checkpoint, means, parts))
    n_far = sum(found.n_far for found in measured.values())
    if words := far_words(n_far, sum(len(found.mse) for found in measured.values())):
        st.caption(words)


def class_table(checkpoint: Checkpoint, noise: Noise | None, seed: int) -> None:
    """The mean errors by class, over held-out images."""
    sample = _sample(chosen_dataset())
    if sample.labels is None:
        st.caption("These images have no labels, so there is no table by class.")
        return
    st.subheader("By class", anchor=False)
    entries = by_class(caches.evaluation(checkpoint, sample, noise, seed), sample.labels, sample.class_names)
    rows = [{"class": entry["class"], "images": entry["n_images"], **_named(entry)} for entry in entries]
    _show(rows, "Mean errors by class.")
    offer_file("Table (CSV)", f"{sample.name}-{checkpoint.name}-by-class.csv", lambda: csv(rows))


def _sample(dataset: Dataset) -> Dataset:
    return caches.first_images(dataset, MEASURED_IMAGES)


def _named(means: dict) -> dict[str, float]:
    return {title: means[name] for name, title in MEASURE_NAMES.items() if means.get(name) is not None}


def _show(rows: list[dict], alt: str) -> None:
    """A table of three decimals, by Arrow itself: the way through pandas costs ten times as much."""
    numbers = [name for name, value in rows[0].items() if isinstance(value, float)]
    show_frame(pa.Table.from_pylist(rows), alt, {"%.3f": numbers})


def _comparison(checkpoint: Checkpoint, means: dict[str, dict], parts: dict[str, Dataset]) -> str:
    counts = " and ".join(
        f"{min(part.n_images, MEASURED_IMAGES):,} {NOUNS[name]}" for name, part in parts.items()
    )
    first = next(iter(parts.values()))
    if note := note_on_seen(checkpoint, first.name, first.split):
        return f"Means over the first {counts}. {note}"
    if not has_seen(checkpoint.config, first):
        return f"Means over the first {counts}. The model was trained on other images."
    if len(parts) == 1:
        return f"Means over the first {counts}; most of them were in this model's training."
    gap = means["training"]["PSNR, dB"] - means["held out"]["PSNR, dB"]
    return (
        f"Means over the first {counts}. Training images come back "
        f"{abs(gap):.2f} dB {'better' if gap >= 0 else 'worse'} than held-out ones."
    )


def _head(dataset: Dataset, row: int) -> str:
    return f"{dataset.class_names[dataset.labels[row]]} · {row}" if dataset.labels is not None else str(row)
