"""Samples of the page Generate: their source with its settings, and the samples with their marks."""

import io
from dataclasses import dataclass

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import code_of, picture_of, title_of
from autoencoder.experiments.generate.samples import Samples, sample
from autoencoder.latent.sources import (
    CANDIDATES,
    FEWEST_CODES,
    MIXTURE,
    SOURCES,
    Sampler,
    around,
    mixture_steps,
)
from autoencoder.latent.support import is_off_support
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.choice import chosen_dataset, was_trained_on
from ui.state.pair import chosen_pair, fitting_codes
from ui.widgets.charts import offer_files, sheet
from ui.widgets.controls import number, pick, segments, slider
from ui.widgets.job_progress import job_at_once
from ui.widgets.pair import choose_end
from ui.widgets.pictures import show, show_table

AROUND = "around A"
ALL, LIKELIEST = "all classes", "likeliest"
N_COLUMNS = 12
SOURCE_WORDS = {
    **{name: f"Drawn from {source.title}." for name, source in SOURCES.items()},
    MIXTURE: "Drawn from a mixture of Gaussians fitted to the codes.",
    AROUND: "Drawn from around the code of A, in every direction.",
}


@dataclass(frozen=True, eq=False)
class Choice:
    """Source and settings of samples; ``sampler`` is None while a mixture is being fitted."""

    source: str
    sampler: Sampler | None
    n: int
    seed: int
    temperature: float


def choose_source(checkpoint: Checkpoint, codes: Codes) -> Choice:
    """The source with its settings; a mixture is fitted where it is asked for."""
    fitted_to = fitting_codes(checkpoint, codes)
    options = [*SOURCES, *([MIXTURE] if len(fitted_to.latents) >= FEWEST_CODES else []), AROUND]
    source = segments("draw", "Source", options)
    st.caption(SOURCE_WORDS[source] + _warning(source, checkpoint))
    n_column, seed_column, heat_column = st.columns(3)
    n = slider("samples", "Samples", n_column)
    seed = number("draw_seed", "Seed", seed_column)
    if source == AROUND:
        unit = "1 is as far as the oddest 5 % of real images are from their nearest ones."
        radius = slider("radius", "Radius", heat_column, help=unit)
        return Choice(source, _around(checkpoint, codes, radius), n, seed, 1.0)
    scales = "Scales how far samples are from the middle: below 1 tamer, above 1 wilder."
    heat = slider("temperature", "Temperature", heat_column, help=scales)
    return Choice(source, _fitted(source, checkpoint, fitted_to), n, seed, heat)


def show_samples(checkpoint: Checkpoint, codes: Codes, choice: Choice) -> None:
    """The samples, each with the nearest training image and its marks."""
    if choice.sampler is None:
        return
    drawn = sample(choice.sampler, checkpoint.support, choice.n, choice.seed, choice.temperature)
    off = is_off_support(drawn.round_trip)
    rows = [
        ("Sample", list(drawn.images)),
        ("Round trip", [f"{value:.2f}" for value in drawn.round_trip]),
        ("Off the data", _marks(off, "off")),
    ]
    counts = [f"**{off.sum()} of {choice.n}** are off the data"]
    if codes.images is not None:
        training = chosen_dataset("train")
        distances, found = caches.nearest_images(drawn.images, training)
        if was_trained_on(checkpoint, training):
            unit = caches.copy_distance(checkpoint, training, chosen_dataset("test"))
            rows += [
                ("Nearest training image", list(training.images[found])),
                ("Its distance", [f"{value / unit:.2f}" for value in distances]),
                ("Near-copy", _marks(distances < unit, "copy")),
            ]
            counts.append(f"**{(distances < unit).sum()}** are near-copies of a training image")
        else:
            rows.append(("Nearest of these images", list(training.images[found])))
            counts.append("and the model was trained on other images, so none can be a copy of these")
    st.markdown(", ".join(counts) + ".")
    for start in range(0, choice.n, N_COLUMNS):
        here = slice(start, start + N_COLUMNS)
        heads = [str(number) for number in range(start + 1, start + N_COLUMNS + 1)]
        show_table([(name, cells[here]) for name, cells in rows], heads, 60, off[here])
    _offer_files(checkpoint, choice, drawn)


def _warning(source: str, checkpoint: Checkpoint) -> str:
    if source == "prior" and not checkpoint.model.is_variational:
        return f" Nothing in the training of {checkpoint.name} has drawn its codes towards it."
    return ""


def _fitted(source: str, checkpoint: Checkpoint, codes: Codes) -> Sampler | None:
    label, latents = None, codes.latents
    if source in ("gaussian", MIXTURE) and codes.labels is not None:
        label = _choose_class(codes)
        latents = latents if label is None else latents[codes.labels == label]
    if source in SOURCES:
        return SOURCES[source].fit(latents)
    if len(latents) < FEWEST_CODES:
        st.caption(f"A mixture needs at least {FEWEST_CODES} images of the class.")
        return None
    options = [LIKELIEST, *(str(number) for number in CANDIDATES if number <= len(latents) // 2)]
    likeliest = "The likeliest number is the one under which held-out codes are likeliest."
    asked = pick("components", "Components", options, help=likeliest)
    number = None if asked == LIKELIEST else int(asked)
    job = job_at_once(
        job_key("mixture", checkpoint.fingerprint, codes.key, label, number),
        lambda: StepsWork(mixture_steps, latents, 0, number),
        f"a mixture for {len(latents):,} codes",
    )
    if job.status == "done":
        st.caption(f"{job.result.n_components} components, fitted to {len(latents):,} codes.")
    return job.result


def _choose_class(codes: Codes) -> int | None:
    names = [codes.class_names[label] for label in np.unique(codes.labels)]
    name = pick("of_class", "Of the class", [ALL, *names])
    return None if name == ALL else codes.class_names.index(name)


def _around(checkpoint: Checkpoint, codes: Codes, radius: float) -> Sampler:
    place, _ = chosen_pair(checkpoint, codes)
    choose_end("a", place, codes)
    show(picture_of(place, checkpoint, codes)[None], [f"A: {title_of(place, codes)}"], side=112)
    length = radius * checkpoint.support.units.neighbour_distance
    return around(code_of(place, checkpoint, codes), length)


def _marks(are_marked: np.ndarray, word: str) -> list[str]:
    return [word if is_marked else "" for is_marked in are_marked]


def _offer_files(checkpoint: Checkpoint, choice: Choice, drawn: Samples) -> None:
    name = f"{checkpoint.name}-{choice.source.replace(' ', '-')}-seed-{choice.seed}"
    offer_files(
        {
            "Samples (PNG)": (f"{name}.png", lambda: sheet(drawn.images, N_COLUMNS)),
            "Samples and codes (NPZ)": (f"{name}.npz", lambda: _arrays(drawn)),
        }
    )


def _arrays(drawn: Samples) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, latents=drawn.latents, images=drawn.images, round_trip=drawn.round_trip)
    return file.getvalue()
