"""The parts of the page on gaps: the statistic, the matrix of classes, and the empty space."""

import numpy as np
import pandas as pd
import streamlit as st
from plotly.colors import sample_colorscale

from autoencoder.checkpoints import Checkpoint
from autoencoder.codes import Codes
from autoencoder.emptiness import EmptySpace
from autoencoder.figures import empty_figure, gap_figure
from autoencoder.gaps import GapMatrix, GapStatistic, comparisons, interval, sentence
from autoencoder.pictures import grid, png
from autoencoder.sources import SOURCES
from autoencoder.support import is_weak, score_name
from ui import caches, places
from ui.frame import is_dark
from ui.jobs import Job, quick_queue
from ui.map_view import show_map
from ui.pair import other_codes
from ui.statistic_jobs import MatrixWork, StatisticWork, matrix_key, statistic_key
from ui.watch import watch

N_PLACES = 400  # of empty space
N_SHOWN = 24  # of them
MATRIX = "gap matrix"


def show_statistic(models: list[Checkpoint], codes: Codes) -> None:
    """Random pairs through every model: asked for with a button, then kept."""
    st.subheader("Same class against different classes", anchor=False)
    pairs_column, seed_column, button_column = st.columns([1, 1, 1], vertical_alignment="bottom")
    n_pairs = pairs_column.number_input(
        "Pairs of each kind", 10, 2_000, 400, step=50, key="pairs", bind="query-params"
    )
    seed = seed_column.number_input("Seed", 0, 2**31 - 1, 0, key="pairs_seed", bind="query-params")
    key = statistic_key(models, codes.key, n_pairs, seed)
    job = quick_queue().find(key)
    if job is None:
        wants = button_column.button("Measure the paths", type="primary", width="stretch")
        if not wants:
            st.caption("Some seconds of work: the same pairs are sent through every model.")
            return
        job = quick_queue().submit(key, _statistic_work(models, codes, n_pairs, seed))
    if not job.is_over:
        watch(job, _share, f"{2 * n_pairs:,} paths through {len(models)} models")
    statistics = job.progress[1]
    if statistics:
        _show_statistics(statistics)
    if job.status in ("stopped", "failed"):
        _offer_anew(job)


def show_matrix(checkpoint: Checkpoint, codes: Codes) -> None:
    """Which classes lie apart: the median gap score of every two, and a pair to look at."""
    st.subheader("Where are the gaps?", anchor=False)
    if codes.labels is None:
        st.caption("These images have no classes.")
        return
    key = matrix_key(checkpoint, codes.key, 0)
    job = quick_queue().find(key)
    if job is None:
        if not st.button("Measure every two classes", type="primary"):
            st.caption(f"Twelve random paths for every two classes, through {checkpoint.name}.")
            return
        job = quick_queue().submit(key, MatrixWork(checkpoint, codes.latents, codes.labels, 0))
    if not job.is_over:
        watch(job, _share, "paths between every two classes")
    elif job.result is None:
        _offer_anew(job)
    else:
        _show_matrix(job.result, checkpoint, codes)


def show_empty_space(models: list[Checkpoint], codes: Codes) -> None:
    """Places where no code is, decoded: how many are off the data, how many are unlike any image."""
    st.subheader("Empty space", anchor=False)
    st.markdown(
        "Paths between codes are half of the story; the other half is where no code is. Look for pictures of "
        "nothing."
    )
    source = st.segmented_control(
        "Places drawn from", list(SOURCES), default="box", key="source", bind="query-params"
    )
    st.caption(f"Drawn from {SOURCES[source or 'box'].title}.")
    seed = st.number_input("Their seed", 0, 2**31 - 1, 0, key="space_seed", bind="query-params")
    spaces = {model.name: _spaces(model, codes, seed) for model in models}
    st.plotly_chart(
        empty_figure(spaces, is_dark()), key="empty space", theme=None, config={"displaylogo": False},
        alt="The share of places off the data, and unlike any image, by model and source.",
    )  # fmt: skip
    chosen = [space for all_ in spaces.values() for space in all_ if space.source == (source or "box")]
    _show_shares(models, chosen)
    _show_places(models, chosen)
    with st.expander("These places on the map", icon=":material/scatter_plot:"):
        show_map(models[0], codes, None, "auto", compact=True, crosses=chosen[0].latents)


def _show_shares(models: list[Checkpoint], spaces: list[EmptySpace]) -> None:
    columns = {
        "model": [model.name for model in models],
        "off the data": [space.off_support_share for space in spaces],
        "unlike any image": [space.unlike_share for space in spaces],
    }
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        pd.DataFrame(columns), hide_index=True, column_config=dict.fromkeys(list(columns)[1:], percent)
    )


def _show_places(models: list[Checkpoint], spaces: list[EmptySpace]) -> None:
    for model, space in zip(models, spaces, strict=True):
        picture = png(grid(space.images[:N_SHOWN], 12), 4, ink_on_paper=not is_dark())
        st.image(picture, f"{model.name}: the first {N_SHOWN} of {N_PLACES} places", width="stretch")


def _statistic_work(models: list[Checkpoint], codes: Codes, n_pairs: int, seed: int) -> StatisticWork:
    latents = [codes.latents, *(other_codes(model, codes).latents for model in models[1:])]
    return StatisticWork(models, latents, codes.images, codes.labels, n_pairs, seed)


def _share(job: Job) -> float:
    return job.progress[0]


def _offer_anew(job: Job) -> None:
    st.caption(f"The work was {job.status} at {job.progress[0]:.0%}.")
    st.button("Measure anew", on_click=quick_queue().forget, args=(job.owner,), key=f"anew {job.owner}")


def _show_statistics(statistics: list[GapStatistic]) -> None:
    for other in statistics[1:]:
        st.markdown(f"**{sentence([statistics[0], other])}**")
    if any(is_weak(statistic.latent_dim) for statistic in statistics):
        st.caption("Below 8 dimensions the off-support share is a weak score.")
    st.dataframe(
        pd.DataFrame([row for statistic in statistics for row in _rows(statistic)]),
        hide_index=True,
        alt="The gap scores of every model, within classes and across them.",
    )
    for group in _by_score(statistics):
        st.plotly_chart(
            gap_figure(group, is_dark()), key=f"gaps {score_name(group[0].latent_dim)}", theme=None,
            config={"displaylogo": False}, alt="Every path's gap score, by model, within and across classes.",
        )  # fmt: skip
    found = comparisons(statistics)
    if found:
        st.dataframe(
            pd.DataFrame(found).rename(
                columns={"worse": "worse", "better": "better", "value": "probability that a path is worse"}
            ),
            hide_index=True,
        )


def _rows(statistic: GapStatistic) -> list[dict]:
    """The table's lines of one model: within classes and across them."""
    rows = []
    for kind, words in (("same", "within a class"), ("cross", "across classes")):
        scores = getattr(statistic, kind)
        value, picture = interval(statistic.score(kind)), interval(scores.picture_share)
        if not np.isfinite(value.mean):
            continue
        rows.append(
            {
                "model": statistic.name,
                "paths": words,
                "score": score_name(statistic.latent_dim),
                "median": float(np.nanmedian(statistic.score(kind))),
                "mean": value.mean,
                "95 % from": value.low,
                "to": value.high,
                "steps unlike any image": picture.mean,
            }
        )
    return rows


def _by_score(statistics: list[GapStatistic]) -> list[list[GapStatistic]]:
    """Models that are scored alike share a chart."""
    names = dict.fromkeys(score_name(statistic.latent_dim) for statistic in statistics)
    return [[each for each in statistics if score_name(each.latent_dim) == name] for name in names]


def _show_matrix(matrix: GapMatrix, checkpoint: Checkpoint, codes: Codes) -> None:
    names = [codes.class_names[label] for label in matrix.classes]
    frame = pd.DataFrame(matrix.score, index=names, columns=names)
    st.caption(
        f"Median {score_name(checkpoint.model.latent_dim)} of {checkpoint.name}'s paths between the classes. "
        "Choose a cell to load a pair of it."
    )
    styled = frame.style.format("{:.2f}").map(_shade, top=np.nanmax(matrix.score))
    event = st.dataframe(styled, key=MATRIX, on_select="rerun", selection_mode="single-cell")
    cells = event.selection.cells
    if not cells:
        return
    row, column = int(cells[0][0]), names.index(cells[0][1])
    st.markdown(f"**{names[row]} to {names[column]}**, {matrix.score[row, column]:.2f}")
    for words, pairs in (
        ("Load its most typical pair", matrix.typical),
        ("Load its worst pair", matrix.worst),
    ):
        pair = pairs[row, column]
        st.button(words, on_click=_load, args=(int(pair[0]), int(pair[1])), disabled=bool(pair[0] < 0))
    st.page_link("../pages/interpolation.py", label="Look at A and B", icon=":material/linear_scale:")


def _shade(value: float, top: float) -> str:
    """The colour of a score between 0 and the greatest, with ink that can be read on it."""
    if not np.isfinite(value):
        return ""
    share = float(value / top) if top > 0 else 0.0
    ground = sample_colorscale("cividis", [min(1.0, max(0.0, share))])[0]
    return f"background-color: {ground}; color: {'#000' if share > 0.5 else '#fff'}"


def _load(a: int, b: int) -> None:
    places.choose("a", str(a))
    places.choose("b", str(b))


def _spaces(checkpoint: Checkpoint, codes: Codes, seed: int) -> list[EmptySpace]:
    """Places of every source."""
    own = other_codes(checkpoint, codes)
    return [caches.space(checkpoint, own, source, N_PLACES, seed) for source in SOURCES]
