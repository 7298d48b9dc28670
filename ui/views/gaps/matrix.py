"""Matrix of gap scores between classes."""

import numpy as np
import pandas as pd
import streamlit as st
from plotly.colors import sample_colorscale

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt, picture_of, title_of
from autoencoder.experiments.gaps.statistic import MATRIX_PAIRS, GapMatrix, matrix_steps
from autoencoder.latent.gap_score import gap_score
from ui.jobs.work import StepsWork, job_key
from ui.state import address
from ui.widgets.job_progress import job_on_request
from ui.widgets.menu import go_to
from ui.widgets.pictures import show

MATRIX = "gaps.matrix"
PAIR_WORDS = "most typical", "worst"


def show_matrix(checkpoint: Checkpoint, codes: Codes) -> None:
    """The median gap score of every two classes, and pairs to look at."""
    st.subheader("Where are the gaps?", anchor=False)
    if codes.labels is None or len(codes.latents) < 2:
        st.caption("These images have no classes to walk between.")
        return
    seed = address.value("pairs_seed")
    job = job_on_request(
        job_key("matrix", checkpoint.fingerprint, codes.key, seed),
        lambda: StepsWork(matrix_steps, checkpoint.support, codes.latents, codes.labels, MATRIX_PAIRS, seed),
        "Measure every two classes",
        f"{MATRIX_PAIRS} random paths for every two classes, drawn from the seed above ({seed}), through "
        f"{checkpoint.name}.",
        "paths between every two classes",
    )
    if job and job.result:
        _show_matrix(job.result, checkpoint, codes, seed)


def _show_matrix(matrix: GapMatrix, checkpoint: Checkpoint, codes: Codes, seed: int) -> None:
    names = [codes.class_names[label] for label in matrix.classes]
    frame = pd.DataFrame(matrix.score, index=names, columns=names)
    score = gap_score(checkpoint.model.latent_dim)
    st.caption(
        f"Median {score.title} of {checkpoint.name}'s paths between the classes, "
        f"{MATRIX_PAIRS} for every two, drawn from seed {seed}. "
        "Dark is the least and bright the most. Choose a cell to see two pairs of it."
    )
    styled = frame.style.format(score.format).map(_shade, top=np.nanmax(matrix.score))
    event = st.dataframe(styled, key=MATRIX, on_select="rerun", selection_mode="single-cell")
    cells = event.selection.cells
    if not cells:
        return
    row, column = int(cells[0][0]), names.index(cells[0][1])
    st.markdown(f"**{names[row]} to {names[column]}**, {score.format(matrix.score[row, column])}")
    if matrix.typical[row, column][0] < 0:
        st.caption("No two different images are of these classes.")
        return
    for side, words, pairs in zip(st.columns(2), PAIR_WORDS, (matrix.typical, matrix.worst), strict=True):
        with side:
            _offer_pair(words, pairs[row, column], checkpoint, codes)


def _shade(value: float, top: float) -> str:
    """The colour of a score between 0 and the greatest, with ink that can be read on it."""
    if not np.isfinite(value):
        return ""
    share = float(value / top) if top > 0 else 0.0
    ground = sample_colorscale("cividis", [min(1.0, max(0.0, share))])[0]
    return f"background-color: {ground}; color: {'#000' if share > 0.5 else '#fff'}"


def _offer_pair(words: str, pair: np.ndarray, checkpoint: Checkpoint, codes: Codes) -> None:
    """Two images, and a button that walks from one to the other."""
    a, b = int(pair[0]), int(pair[1])
    ends = [ImageAt(a), ImageAt(b)]
    pictures = np.stack([picture_of(end, checkpoint, codes) for end in ends])
    show(pictures, [title_of(end, codes) for end in ends], side=112)
    if st.button(f"Walk its {words} pair", on_click=_load, args=(a, b), width="stretch"):
        go_to("interpolation")


def _load(a: int, b: int) -> None:
    address.choose("a", str(a))
    address.choose("b", str(b))
