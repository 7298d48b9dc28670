"""Plane of the codes, decoded, and arithmetic with codes."""

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.experiments.generate.samples import plane
from ui.widgets.controls import number, pick, segments
from ui.widgets.pictures import show_grid, show_large

MEANS, IMAGES = "class means", "images"
N_SIDE = 12  # images along an axis of the plane
TERMS = (("a", "A", 8), ("b", "− B", 3), ("c", "+ C", 1))
WHAT_TO_EXPECT = (
    "Codes are added, and each picture is a code, decoded. The sum is C moved by what tells A from B: expect "
    "another C where that is something every class can have, such as a slant or a thicker stroke; a digit "
    "of another class, or a blur, where it is what makes A an A."
)


def show_plane(checkpoint: Checkpoint) -> None:
    """The plane in which the codes spread most, decoded."""
    st.subheader("The plane, decoded", anchor=False)
    model, latent_dim = checkpoint.model, checkpoint.model.latent_dim
    codes = plane(checkpoint.support, N_SIDE, model.is_variational)[: 1 if latent_dim == 1 else N_SIDE]
    is_prior = model.is_variational and latent_dim <= 2
    of = "the prior" if is_prior else "a Gaussian fitted to the codes"
    along = "the code" if latent_dim <= 2 else "its two main axes"
    words = f"Spaced evenly in the probability of {of}, from 5 % to 95 %, along {along}."
    show_grid(model.decode(codes.reshape(-1, latent_dim)), N_SIDE, words)


def show_arithmetic(checkpoint: Checkpoint, codes: Codes) -> None:
    """A − B + C, on the mean codes of classes or on those of images."""
    st.subheader("Arithmetic: A − B + C", anchor=False)
    kinds = [*([MEANS] if codes.labels is not None else []), IMAGES]
    kind = segments("terms", "On", kinds)
    choose = _class_term if kind == MEANS else _image_term
    terms = [choose(*term, codes, column) for term, column in zip(TERMS, st.columns(3), strict=True)]
    (a, _), (b, _), (c, _) = terms
    made = (a - b + c)[None]
    pictures = checkpoint.model.decode(np.stack([a, b, c, *made]))
    (round_trip,) = checkpoint.support.round_trip_in_units(made)
    st.caption(WHAT_TO_EXPECT)
    names = [f"{words} {name}" for (_, words, _), (_, name) in zip(TERMS, terms, strict=True)]
    names.append(f"= round trip {round_trip:.2f}: {'off' if round_trip > 1 else 'on'} the data")
    show_large(list(zip(pictures, names, strict=True)))


def _class_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The mean code (D,) of a class, and its name."""
    present = np.unique(codes.labels)
    names = [codes.class_names[label] for label in present]
    name = pick(f"term_{letter}", words, names, column, index=min(default, len(names) - 1))
    return codes.latents[codes.labels == present[names.index(name)]].mean(axis=0), name


def _image_term(letter: str, words: str, default: int, codes: Codes, column) -> tuple[np.ndarray, str]:
    """The code (D,) of an image, and its name."""
    last = len(codes.latents) - 1
    looks = {"max_value": last, "value": min(default, last)}
    index = min(number(f"term_image_{letter}", f"{words}, image", column, **looks), last)
    return codes.latents[index], f"image {codes.rows[index]}"
