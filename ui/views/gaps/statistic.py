"""Gap statistic: scores of random pairs, within classes and across them."""

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.experiments.gaps.figure import gap_figure
from autoencoder.experiments.gaps.statistic import GapStatistic, statistics_steps
from autoencoder.experiments.gaps.words import comparisons, sentence
from autoencoder.experiments.statistics import interval
from autoencoder.latent.gap_score import SHARE, GapScore, is_weak, random_pairs
from ui.jobs.work import StepsWork, job_key
from ui.state.pair import other_codes
from ui.state.session import is_dark
from ui.widgets.charts import show_chart, show_frame
from ui.widgets.controls import number
from ui.widgets.job_progress import job_on_request

ENDS = "95 % from", "to"


def show_statistic(models: list[Checkpoint], codes: Codes) -> None:
    """Random pairs through every model: started with a button, then kept."""
    has_classes = codes.labels is not None
    st.subheader("Same class against different classes" if has_classes else "Random pairs", anchor=False)
    if len(codes.latents) < 2:
        st.caption("A path needs two images, and here is one. Choose others at the side.")
        return
    pairs_column, seed_column, button_column = st.columns(3, vertical_alignment="bottom")
    n_pairs = number("pairs", "Pairs of each kind", pairs_column)
    seed = number("pairs_seed", "Seed", seed_column)
    job = job_on_request(
        job_key("statistic", [model.identity for model in models], codes.key, n_pairs, seed),
        lambda: _statistic_work(models, codes, n_pairs, seed),
        "Measure the paths",
        "Some seconds of work: the same pairs are sent through every model.",
        f"{2 * n_pairs:,} paths through {len(models)} models",
        button_column,
    )
    if n_pairs > len(codes.latents):
        st.caption(f"More pairs than the {len(codes.latents):,} images: many share an image.")
    if job and job.progress.partial:
        _show_statistics(job.progress.partial)


def _statistic_work(models: list[Checkpoint], codes: Codes, n_pairs: int, seed: int) -> StepsWork:
    latents = [codes.latents, *(other_codes(model, codes).latents for model in models[1:])]
    pairs = random_pairs(codes.labels, min(map(len, latents)), n_pairs, seed)
    coded = list(zip(models, latents, strict=True))
    return StepsWork(statistics_steps, coded, codes.images, pairs, partial=[])


def _show_statistics(statistics: list[GapStatistic]) -> None:
    for other in statistics[1:]:
        st.markdown(f"**{sentence([statistics[0], other])}**")
    if any(is_weak(statistic.latent_dim) for statistic in statistics):
        st.caption("Below 8 dimensions the share off the data is a weak score.")
    for group in _by_score(statistics):
        score = group[0].gap_score
        st.markdown(f"**{score.title.capitalize()}**: {score.meaning}.")
        _show_rows(group, score)
        alt = "Every path's gap score, by model, within and across classes."
        show_chart(gap_figure(group, is_dark()), f"gaps {score.title}", alt)
    found = comparisons(statistics)
    if found:
        words = {"value": "probability that a path is worse, ties counted half"}
        show_frame(pd.DataFrame(found).rename(columns=words), "Every two models compared.")


def _show_rows(statistics: list[GapStatistic], score: GapScore) -> None:
    table = pd.DataFrame([row for statistic in statistics for row in _rows(statistic)])
    percent = ["steps unlike any image", *(["median", "mean", *ENDS] if score is SHARE else [])]
    alt = "The gap scores of every model, within classes and across them."
    show_frame(table.dropna(axis="columns", how="all"), alt, {"percent": percent})


def _rows(statistic: GapStatistic) -> list[dict]:
    """The lines of one model in the table: within classes and across them."""
    rows = []
    for kind in ("same", "cross"):
        scores = getattr(statistic, kind)
        value, picture = interval(statistic.score(kind)), interval(scores.picture_share)
        if not np.isfinite(value.mean):
            continue
        rows.append(
            {
                "model": statistic.name,
                "paths": statistic.words(kind),
                "median": float(np.nanmedian(statistic.score(kind))),
                "mean": value.mean,
                ENDS[0]: value.low,
                ENDS[1]: value.high,
                "steps unlike any image": picture.mean,
            }
        )
    return rows


def _by_score(statistics: list[GapStatistic]) -> list[list[GapStatistic]]:
    """The models by their score: those with the same one share a chart."""
    scores = dict.fromkeys(statistic.gap_score for statistic in statistics)
    return [[each for each in statistics if each.gap_score == score] for score in scores]
