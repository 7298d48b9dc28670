"""The parts of the page that generates: the source, the samples, their scores, the plane, arithmetic."""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import code_of, picture_of, title_of
from autoencoder.data.dataset import Dataset
from autoencoder.data.images import are_alike
from autoencoder.experiments.generate.figure import frechet_figure
from autoencoder.experiments.generate.samples import Judgement, Samples, plane, sample
from autoencoder.experiments.generate.words import sentence
from autoencoder.figures.pictures import grid, png
from autoencoder.latent.sources import CANDIDATES, FEWEST_CODES, MIXTURE, SOURCES, Sampler, around
from autoencoder.latent.support import is_off_support
from ui import caches
from ui.charts import show_chart
from ui.choice import chosen_dataset, was_trained_on
from ui.frame import is_dark
from ui.jobs.work import MixtureWork, ScoreWork, mixture_key, score_key
from ui.model_choice import compared_models
from ui.pair import choose_end, chosen_pair, other_codes
from ui.pictures import show, show_grid, show_large, show_table
from ui.watch import job_at_once, job_on_request

AROUND = "around A"
ALL, LIKELIEST = "all classes", "likeliest"
MEANS, IMAGES = "class means", "images"
MOST_FITTED = 10_000  # training images whose codes a source is fitted to
N_COLUMNS = 12
N_SIDE = {False: 12, True: 1}  # of the plane, by whether the code has one dimension only
TERMS = (("a", "A", 8), ("b", "− B", 3), ("c", "+ C", 1))
WHAT_TO_EXPECT = (
    "Codes are added, and each picture is a code, decoded. The sum is C moved by what tells A from B: expect "
    "another C where that is something every class can have, such as a slant or a thicker stroke; a digit "
    "of another class, or a blur, where it is what makes A an A."
)
SOURCE_WORDS = {
    **{name: f"Drawn from {source.title}." for name, source in SOURCES.items()},
    MIXTURE: "Drawn from a mixture of Gaussians fitted to the codes.",
    AROUND: "Drawn from around the code of A, in every direction.",
}


@dataclass(frozen=True, eq=False)
class Choice:
    """What samples are drawn from, and how: ``sampler`` is None while a mixture is being fitted."""

    source: str
    sampler: Sampler | None
    n: int
    seed: int
    temperature: float


def choose_source(checkpoint: Checkpoint, codes: Codes) -> Choice:
    """The source with its settings; a mixture is fitted where it is asked for."""
    fitted_to = fitting_codes(checkpoint, codes)
    options = [*SOURCES, *([MIXTURE] if len(fitted_to.latents) >= FEWEST_CODES else []), AROUND]
    source = st.segmented_control("Source", options, default="prior", key="draw", bind="query-params")
    source = source or "prior"
    st.caption(SOURCE_WORDS[source] + _warning(source, checkpoint))
    n_column, seed_column, heat_column = st.columns(3)
    n = n_column.slider("Samples", 12, 96, 24, 12, key="samples", bind="query-params")
    seed = seed_column.number_input("Seed", 0, 2**31 - 1, 0, key="draw_seed", bind="query-params")
    if source == AROUND:
        radius = heat_column.slider(
            "Radius", 0.0, 4.0, 1.0, 0.1, key="radius", bind="query-params",
            help="1 is as far as the oddest 5 % of real images are from their nearest ones.",
        )  # fmt: skip
        return Choice(source, _around(checkpoint, codes, radius), n, seed, 1.0)
    heat = heat_column.slider(
        "Temperature", 0.0, 2.0, 1.0, 0.05, key="temperature", bind="query-params",
        help="Scales how far samples are from the middle: below 1 tamer, above 1 wilder.",
    )  # fmt: skip
    return Choice(source, _fitted(source, checkpoint, fitted_to), n, seed, heat)


def fitting_codes(checkpoint: Checkpoint, codes: Codes) -> Codes:
    """What sources are fitted to: the codes of training images, where these are here."""
    if codes.images is None:
        return codes
    return caches.codes(checkpoint, caches.spread_images(chosen_dataset("train"), MOST_FITTED))


def show_samples(checkpoint: Checkpoint, codes: Codes, choice: Choice) -> None:
    """The samples, each with the training image that is nearest, and what is odd about it."""
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


def show_scores(checkpoint: Checkpoint, codes: Codes) -> None:
    """Every source of several models, judged by many samples: asked for with a button, then kept."""
    st.subheader("How good are they?", anchor=False)
    if codes.images is None:
        st.caption("The images are not on this machine: there is nothing to judge samples by.")
        return
    if are_alike(chosen_dataset("train").images):
        st.caption("The training images do not differ from each other: there is nothing to judge samples by.")
        return
    models = compared_models(checkpoint, codes)
    n_column, seed_column, button_column = st.columns([1, 1, 1], vertical_alignment="bottom")
    n = n_column.number_input("Samples of each", 50, 5_000, 1_000, 50, key="judged", bind="query-params")
    seed = seed_column.number_input("Their seed", 0, 2**31 - 1, 0, key="judged_seed", bind="query-params")
    fitted_to = [fitting_codes(model, other_codes(model, codes)) for model in models]
    training, held_out = chosen_dataset("train"), chosen_dataset("test")
    job = job_on_request(
        score_key(models, fitted_to[0].key, n, seed),
        lambda: ScoreWork(models, [each.latents for each in fitted_to], training, held_out, n, seed),
        "Judge every source",
        "Half a minute of work: a small classifier is taught, whose features tell real from made.",
        f"{n:,} samples from every source of {len(models)} models",
        button_column,
    )
    if job and job.progress[1].scores:
        _show_judgement(job.progress[1], models, training)


def show_plane(checkpoint: Checkpoint) -> None:
    """The plane in which the codes spread most, decoded."""
    st.subheader("The plane, decoded", anchor=False)
    is_prior = checkpoint.model.is_variational
    is_line = checkpoint.model.latent_dim == 1
    codes = plane(checkpoint.support, 12, is_prior)[: N_SIDE[is_line]]
    images = checkpoint.model.decode(codes.reshape(-1, checkpoint.model.latent_dim))
    of = "the prior" if is_prior and checkpoint.model.latent_dim <= 2 else "a Gaussian fitted to the codes"
    show_grid(
        images,
        12,
        f"Spaced evenly in the probability of {of}, from 5 % to 95 %, along "
        + ("the code." if checkpoint.model.latent_dim <= 2 else "its two main axes."),
    )


def show_arithmetic(checkpoint: Checkpoint, codes: Codes) -> None:
    """A − B + C, on the mean codes of classes or on those of images."""
    st.subheader("Arithmetic: A − B + C", anchor=False)
    kinds = [*([MEANS] if codes.labels is not None else []), IMAGES]
    kind = st.segmented_control("On", kinds, default=kinds[0], key="terms", bind="query-params") or kinds[0]
    columns = st.columns(3)
    terms = [
        _class_term(letter, words, default, codes, column)
        if kind == MEANS
        else _image_term(letter, words, default, codes, column)
        for (letter, words, default), column in zip(TERMS, columns, strict=True)
    ]
    (a, _), (b, _), (c, _) = terms
    made = (a - b + c)[None]
    pictures = checkpoint.model.decode(np.stack([a, b, c, *made]))
    (round_trip,) = checkpoint.support.round_trip_in_units(made)
    word = "off the data" if round_trip > 1 else "on the data"
    st.caption(WHAT_TO_EXPECT)
    names = [f"{words} {name}" for (_, words, _), (_, name) in zip(TERMS, terms, strict=True)]
    show_large(
        list(zip(pictures, [*names, f"= round trip {round_trip:.2f}: {word}"], strict=True)),
    )


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
    asked = st.selectbox(
        "Components", options, key="components", bind="query-params",
        help="The likeliest number is the one under which held-out codes are likeliest.",
    )  # fmt: skip
    number = None if asked == LIKELIEST else int(asked)
    job = job_at_once(
        mixture_key(checkpoint, codes.key, label, number),
        lambda: MixtureWork(latents, number),
        f"a mixture for {len(latents):,} codes",
    )
    if job.status == "done":
        st.caption(f"{job.result.n_components} components, fitted to {len(latents):,} codes.")
    return job.result


def _choose_class(codes: Codes) -> int | None:
    names = [codes.class_names[label] for label in np.unique(codes.labels)]
    name = st.selectbox("Of the class", [ALL, *names], key="of_class", bind="query-params")
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
    left, right = st.columns(2)
    name = f"{checkpoint.name}-{choice.source.replace(' ', '-')}-seed-{choice.seed}"
    left.download_button(
        "Samples (PNG)",
        lambda: png(grid(drawn.images, N_COLUMNS), 4),
        f"{name}.png",
        "image/png",
        width="stretch",
    )
    right.download_button(
        "Samples and codes (NPZ)", lambda: _arrays(drawn), f"{name}.npz", "application/zip", width="stretch"
    )


def _arrays(drawn: Samples) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, latents=drawn.latents, images=drawn.images, round_trip=drawn.round_trip)
    return file.getvalue()


def _show_judgement(found: Judgement, models: list[Checkpoint], training: Dataset) -> None:
    for name, scores in found.scores.items():
        st.markdown(f"**{sentence(name, scores)}**")
    _show_table(found, {model.name for model in models if was_trained_on(model, training)})
    if found.classifier is None:
        st.caption("Without labels there is no classifier to teach, and so no Fréchet distance.")
        return
    st.caption(
        "The Fréchet distance is in 64 features of a small classifier of our own, right in "
        f"{found.classifier.accuracy:.1%} of {found.classifier.n_held_out:,} held-out images. It does not "
        "compare with figures from other features, or from other numbers of images."
    )
    show_chart(
        frechet_figure(found.scores, is_dark()), "frechet",
        "The Fréchet distance of every source of every model, with that of real images.",
    )  # fmt: skip
    with st.expander("Which classes do they draw?"):
        st.dataframe(_class_shares(found, training), hide_index=True)


def _show_table(found: Judgement, learnt: set[str]) -> None:
    """Every score; those models that have ``learnt`` the images can copy them."""
    rows = [
        {
            "model": name,
            "source": each.source,
            "Fréchet distance": each.frechet,
            "of real images": each.frechet_floor,
            "off the data": each.off_support_share,
            "near-copies": each.copy_share if name in learnt else None,
        }
        for name, scores in found.scores.items()
        for each in scores
    ]
    percent, plain = (st.column_config.NumberColumn(format=format) for format in ("percent", "%.1f"))
    formats = {"off the data": percent, "near-copies": percent}
    formats |= {"Fréchet distance": plain, "of real images": plain}
    table = pd.DataFrame(rows).dropna(axis="columns", how="all")
    st.dataframe(
        table, hide_index=True, column_config=formats,
        alt="The scores of every source of every model.",
    )  # fmt: skip
    st.download_button("Scores (CSV)", table.to_csv(index=False), "generation-scores.csv", "text/csv")


def _class_shares(found: Judgement, training: Dataset) -> pd.DataFrame:
    names = [training.class_names[label] for label in found.classifier.class_labels]
    rows = [
        {"model": name, "source": each.source, **dict(zip(names, each.class_shares, strict=True))}
        for name, scores in found.scores.items()
        for each in scores
    ]
    return pd.DataFrame(rows).style.format("{:.0%}", subset=names)


def _class_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The mean code (D,) of a class, and its name."""
    present = np.unique(codes.labels)
    names = [codes.class_names[label] for label in present]
    name = column.selectbox(
        words, names, min(default, len(names) - 1), key=f"term_{letter}", bind="query-params"
    )
    return codes.latents[codes.labels == present[names.index(name)]].mean(axis=0), name


def _image_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The code (D,) of an image, and what it is called."""
    last = len(codes.latents) - 1
    index = column.number_input(
        f"{words}, image", 0, last, min(default, last), key=f"term_image_{letter}", bind="query-params"
    )
    index = min(max(int(index), 0), last)
    return codes.latents[index], f"image {codes.rows[index]}"
