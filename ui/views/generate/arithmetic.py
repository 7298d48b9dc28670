"""Plane of the codes, decoded, and arithmetic with codes."""

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.experiments.generate.samples import plane
from ui.widgets.controls import number, pick, segments
from ui.widgets.pictures import show_grid, show_large

MEANS, IMAGES = "class means", "images"
N_SIDE = {False: 12, True: 1}  # of the plane, by whether the code has one dimension only
TERMS = (("a", "A", 8), ("b", "− B", 3), ("c", "+ C", 1))
WHAT_TO_EXPECT = (
    "Codes are added, and each picture is a code, decoded. The sum is C moved by what tells A from B: expect "
    "another C where that is something every class can have, such as a slant or a thicker stroke; a digit "
    "of another class, or a blur, where it is what makes A an A."
)


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
    kind = segments("terms", "On", kinds)
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


def _class_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The mean code (D,) of a class, and its name."""
    present = np.unique(codes.labels)
    names = [codes.class_names[label] for label in present]
    name = pick(f"term_{letter}", words, names, column, index=min(default, len(names) - 1))
    return codes.latents[codes.labels == present[names.index(name)]].mean(axis=0), name


def _image_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The code (D,) of an image, and what it is called."""
    last = len(codes.latents) - 1
    looks = {"max_value": last, "value": min(default, last)}
    index = min(number(f"term_image_{letter}", f"{words}, image", column, **looks), last)
    return codes.latents[index], f"image {codes.rows[index]}"
