"""Parts of the page Generate: samples of a source, scores of every source, decoded plane, code arithmetic."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import code_of, picture_of, title_of
from autoencoder.checkpoint.seen import has_seen
from autoencoder.checkpoint.titles import model_title
from autoencoder.data.dataset import Dataset
from autoencoder.data.images import are_alike
from autoencoder.experiments.generate import samples
from autoencoder.experiments.generate.figure import frechet_figure, samples_figure
from autoencoder.experiments.generate.words import sentence
from autoencoder.latent import sources
from autoencoder.latent.sources import FEWEST_CODES, MIXTURE, SOURCES, Sampler
from autoencoder.latent.support import YARDSTICK, is_off_support, oddity_name
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.choice import chosen_dataset
from ui.widgets.charts import csv, offer_file, offer_files, show_chart, show_frame
from ui.widgets.choice import compared_models
from ui.widgets.controls import number, pick, segments, slider
from ui.widgets.frame import more
from ui.widgets.job_progress import job_at_once, job_on_request
from ui.widgets.pair import choose_end, chosen_pair, fitting_codes, other_codes
from ui.widgets.pictures import show, show_grid, show_large, show_table
from ui.widgets.seen import show_seen

AROUND = "around A"
ALL, LIKELIEST = "all classes", "likeliest"
MEANS, IMAGES = "class means", "images"
N_COLUMNS = 12  # of samples
N_SIDE = 12  # images along an axis of the plane
TERMS = (("a", "A", 8), ("b", "− B", 3), ("c", "+ C", 1))
SOURCE_WORDS = {
    **{name: f"Drawn from {source.title}." for name, source in SOURCES.items()},
    MIXTURE: "Drawn from a mixture of Gaussians fitted to the codes.",
    AROUND: "Drawn from around the code of A, in every direction.",
}
WHAT_TO_EXPECT = (
    "Each picture is a code, decoded. A − B is what A has and B lacks, and C gets it. If every digit can "
    "have it, such as a slant or a thicker stroke, expect another C; if not, a blur or another digit."
)


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
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = segments("draw", "Source of the codes", options)
        if source == AROUND:
            unit = "1: farther from the nearest images than 95 % of the codes that the model uses."
            scale = slider("radius", "Radius", help=unit, width=220)
        else:
            unit = "Scales how far samples are from the middle: below 1 tamer, above 1 wilder."
            scale = slider("temperature", "Temperature", help=unit, width=220)
        with more():
            n, seed = slider("samples", "Samples"), number("draw_seed", "Seed of the samples")
            if source == AROUND:
                choose_end("a", chosen_pair(checkpoint, codes)[0], codes)
            narrowed = _narrow(source, fitted_to)
    words = SOURCE_WORDS[source]
    if source == "prior" and not checkpoint.model.is_variational:
        words += " Nothing in the training of this model has drawn its codes towards it."
    st.caption(words)
    if source == AROUND:
        return Choice(source, _around(checkpoint, codes, scale), n, seed, 1.0)
    return Choice(source, _fitted(source, checkpoint, fitted_to, *narrowed), n, seed, scale)


def _around(checkpoint: Checkpoint, codes: Codes, radius: float) -> Sampler:
    place, _ = chosen_pair(checkpoint, codes)
    show(picture_of(place, checkpoint, codes)[None], [f"A: {title_of(place, codes)}"], side=112)
    length = radius * checkpoint.support.units.neighbour_distance
    return sources.around(code_of(place, checkpoint, codes), length)


def _narrow(source: str, codes: Codes) -> tuple[int | None, int | None]:
    """Class whose codes a source is fitted to, and number of components of a mixture; None for any."""
    label = None
    if source in ("gaussian", MIXTURE) and codes.labels is not None:
        name = pick("of_class", "Of the class", [ALL, *_present(codes)])
        label = None if name == ALL else codes.class_names.index(name)
    if source != MIXTURE:
        return label, None
    most = len(_of_class(codes, label)) // 2
    options = [LIKELIEST, *(str(number) for number in sources.CANDIDATES if number <= most)]
    likeliest = "The likeliest number is the one under which held-out codes are likeliest."
    asked = pick("components", "Components", options, help=likeliest)
    return label, None if asked == LIKELIEST else int(asked)


def _of_class(codes: Codes, label: int | None) -> np.ndarray:
    return codes.latents if label is None else codes.latents[codes.labels == label]


def _fitted(
    source: str, checkpoint: Checkpoint, codes: Codes, label: int | None, n_components: int | None
) -> Sampler | None:
    latents = _of_class(codes, label)
    if source in SOURCES:
        return SOURCES[source].fit(latents)
    if len(latents) < FEWEST_CODES:
        st.caption(f"A mixture needs at least {FEWEST_CODES} images of the class.")
        return None
    job = job_at_once(
        job_key("mixture", checkpoint.fingerprint, codes.key, label, n_components),
        lambda: StepsWork(sources.mixture_steps, latents, 0, n_components),
        f"a mixture for {len(latents):,} codes",
    )
    if job.status == "done":
        st.caption(f"{job.result.n_components} components, fitted to {len(latents):,} codes.")
    return job.result


def _present(codes: Codes) -> list[str]:
    """The classes that have codes."""
    return [codes.class_names[label] for label in np.unique(codes.labels)]


def show_samples(checkpoint: Checkpoint, codes: Codes, choice: Choice) -> None:
    """The samples, each with the nearest training image and its marks."""
    if choice.sampler is None:
        return
    drawn = samples.sample(choice.sampler, checkpoint.support, choice.n, choice.seed, choice.temperature)
    off = is_off_support(drawn.oddity)
    pictures = [("Sample", list(drawn.images))]
    numbers = [
        (oddity_name(checkpoint.model.latent_dim).capitalize(), [f"{value:.2f}" for value in drawn.oddity]),
        ("Off the data", _marks(off, "off")),
    ]
    counts = [f"**{off.sum()} of {choice.n}** are off the data"]
    if codes.images is not None:
        nearest, found, count = _compared_with_training(checkpoint, drawn)
        pictures.append(nearest)
        numbers += found
        counts.append(count)
    st.markdown(", ".join(counts) + ".")
    _show_rows(pictures, off, 68)
    with st.expander("Details: the numbers of every sample"):
        _show_rows(pictures[:1] + numbers, off, 44)
    name = f"{checkpoint.name}-{choice.source.replace(' ', '-')}-seed-{choice.seed}"
    title = f"Samples of {model_title(checkpoint)} from the {choice.source}, seed {choice.seed}"
    offer_files(
        {"Samples and codes (NPZ)": (f"{name}.npz", lambda: _arrays(drawn))},
        {"Samples": (name, lambda: samples_figure(drawn, title, N_COLUMNS))},
    )


def _show_rows(rows: list[tuple[str, list]], off: np.ndarray, side: int) -> None:
    """Rows of all samples, in tables of a dozen columns; those off the data are hatched."""
    for start in range(0, len(off), N_COLUMNS):
        here = slice(start, start + N_COLUMNS)
        heads = [str(number) for number in range(start + 1, start + len(off[here]) + 1)]
        show_table([(name, cells[here]) for name, cells in rows], heads, side, off[here])


def _compared_with_training(checkpoint: Checkpoint, drawn: samples.Samples) -> tuple[tuple, list, str]:
    """Row of the nearest training images, rows of their distances, and a clause on near-copies of them."""
    training = chosen_dataset("train")
    distances, found = caches.nearest_images(drawn.images, training)
    nearest = list(training.images[found])
    if not has_seen(checkpoint.config, training):
        clause = "and the model was trained on other images, so none can be a copy of these"
        return ("Nearest of these", nearest), [], clause
    unit = caches.copy_distance(checkpoint, training, chosen_dataset("test"))
    rows = [
        ("Distance to a training image", [f"{value / unit:.2f}" for value in distances]),
        ("Near-copy", _marks(distances < unit, "copy")),
    ]
    count = f"**{(distances < unit).sum()}** are near-copies of a training image"
    return ("Nearest training image", nearest), rows, count


def _marks(are_marked: np.ndarray, word: str) -> list[str]:
    return [word if is_marked else "" for is_marked in are_marked]


def _arrays(drawn: samples.Samples) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, latents=drawn.latents, images=drawn.images, oddity=drawn.oddity)
    return file.getvalue()


def show_scores(checkpoint: Checkpoint, codes: Codes) -> None:
    """Every source of several models, judged by many samples: started with a button, then kept."""
    st.subheader("How good are they?", anchor=False)
    if reason := _why_not_judged(codes):
        st.caption(reason)
        return
    training, held_out = chosen_dataset("train"), chosen_dataset("test")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        button = st.container(width="content")
        models = compared_models(checkpoint, codes)
        with more():
            n, seed = number("judged", "Samples of each source"), number("judged_seed", "Seed of all")
    show_seen(models, held_out.name, held_out.split)
    fitted_to = [fitting_codes(model, other_codes(model, codes)) for model in models]
    coded = {model.name: (model.support, each.latents) for model, each in zip(models, fitted_to, strict=True)}
    asked = coded, training, held_out, n, seed
    job = job_on_request(
        job_key("generation", YARDSTICK, [model.identity for model in models], fitted_to[0].key, n, seed),
        lambda: StepsWork(samples.compare_steps, *asked, partial=samples.Judgement({})),
        "Judge every source",
        "Half a minute of work: a small classifier is taught, whose features tell real from made.",
        f"{n:,} samples from every source of {len(models)} models",
        button,
    )
    if job and job.progress.partial.scores:
        titles, found = {model.name: model_title(model) for model in models}, job.progress.partial
        found = replace(found, scores={titles[name]: its for name, its in found.scores.items()})
        _show_judgement(found, models, training)


def _why_not_judged(codes: Codes) -> str:
    """Reason why samples cannot be judged by these images; "" where they can."""
    if codes.images is None:
        return "The images are not on this machine: there is nothing to judge samples by."
    training = chosen_dataset("train")
    if are_alike(training.images):
        return "The training images do not differ from each other: there is nothing to judge samples by."
    if training.labels is not None and len(np.unique(training.labels)) == 1:
        return (
            "All of these images are of one class. Samples are judged in the features of a classifier, and a "
            "classifier learns none without two classes to tell apart."
        )
    return ""


def _show_judgement(found: samples.Judgement, models: list[Checkpoint], training: Dataset) -> None:
    for name, scores in found.scores.items():
        st.markdown(f"**{sentence(f'“{name}”', scores)}**")
    _show_table(found, {model_title(model) for model in models if has_seen(model.config, training)})
    if found.classifier is None:
        st.caption("Without labels there is no classifier to teach, and so no Fréchet distance.")
        return
    st.caption(
        "The Fréchet distance is in 64 features of a small classifier of our own, right in "
        f"{found.classifier.accuracy:.1%} of {found.classifier.n_held_out:,} held-out images. It does not "
        "compare with figures from other features, or from other numbers of images."
    )
    alt = "The Fréchet distance of every source of every model, with that of real images."
    show_chart(frechet_figure(found.scores), "frechet", alt, "generation-frechet")
    names = [training.class_names[label] for label in found.classifier.class_labels]
    shares = _table(found, lambda _, its: dict(zip(names, its.class_shares, strict=True)))
    with st.expander("Which classes do they draw?"):
        show_frame(
            shares.style.format("{:.0%}", subset=names), "The shares of the classes among the samples."
        )


def _table(found: samples.Judgement, columns_of: Callable[[str, samples.SampleScores], dict]) -> pd.DataFrame:
    """A line for every source of every model, with columns by the model's name and the source's scores."""
    judged = [(name, its) for name, scores in found.scores.items() for its in scores]
    return pd.DataFrame(
        [{"model": name, "source": its.source, **columns_of(name, its)} for name, its in judged]
    )


def _show_table(found: samples.Judgement, learnt: set[str]) -> None:
    """Every score; near-copies only for the models that have ``learnt`` the images."""

    def columns(name: str, its: samples.SampleScores) -> dict:
        return {
            "Fréchet distance": its.frechet,
            "of real images": its.frechet_floor,
            "off the data": its.off_support_share,
            "near-copies": its.copy_share if name in learnt else None,
        }

    table = _table(found, columns).dropna(axis="columns", how="all")
    formats = {"percent": ["off the data", "near-copies"], "%.1f": ["Fréchet distance", "of real images"]}
    show_frame(table, "The scores of every source of every model.", formats)
    offer_file("Scores (CSV)", "generation-scores.csv", lambda: csv(table))


def show_plane(checkpoint: Checkpoint) -> None:
    """The plane in which the codes spread most, decoded."""
    st.subheader("The plane, decoded", anchor=False)
    model, latent_dim = checkpoint.model, checkpoint.model.latent_dim
    codes = samples.plane(checkpoint.support, N_SIDE, model.is_variational)
    is_prior = model.is_variational and latent_dim <= 2
    of = "the prior" if is_prior else "a Gaussian fitted to the codes"
    along = "the code" if latent_dim <= 2 else "its two main axes"
    words = f"Spaced evenly in the probability of {of}, from 5 % to 95 %, along {along}."
    rows = codes[:1] if latent_dim == 1 else codes
    show_grid(model.decode(rows.reshape(-1, latent_dim)), N_SIDE, words)


def show_arithmetic(checkpoint: Checkpoint, codes: Codes) -> None:
    """A − B + C, on the mean codes of classes or on those of images."""
    st.subheader("Arithmetic: A − B + C", anchor=False)
    kind = segments("terms", "On", [IMAGES] if codes.labels is None else [MEANS, IMAGES])
    choose = _class_term if kind == MEANS else _image_term
    terms = [choose(*term, codes, column) for term, column in zip(TERMS, st.columns(3), strict=True)]
    (a, _), (b, _), (c, _) = terms
    made = (a - b + c)[None]
    pictures = checkpoint.model.decode(np.stack([a, b, c, *made]))
    (oddity,) = checkpoint.support.oddity(made)
    st.caption(WHAT_TO_EXPECT)
    names = [f"{words} {name}" for (_, words, _), (_, name) in zip(TERMS, terms, strict=True)]
    length = f"{oddity_name(checkpoint.model.latent_dim)} {oddity:.2f}"
    names.append(f"= {length}: {'off' if is_off_support(oddity) else 'on'} the data")
    show_large(pictures, names)


def _class_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The mean code (D,) of a class, and its name."""
    names = _present(codes)
    name = pick(f"term_{letter}", words, names, column, index=min(default, len(names) - 1))
    label = np.unique(codes.labels)[names.index(name)]
    return codes.latents[codes.labels == label].mean(axis=0), name


def _image_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The code (D,) of an image, and its name."""
    last = len(codes.latents) - 1
    looks = {"max_value": last, "value": min(default, last)}
    index = min(number(f"term_image_{letter}", f"{words}, image", column, **looks), last)
    return codes.latents[index], f"image {codes.rows[index]}"
