"""Parts of the page Gaps: paths of random pairs, matrix of classes, empty space, study of settings."""

from dataclasses import replace
from itertools import compress

import numpy as np
import pandas as pd
import streamlit as st
from plotly.colors import sample_colorscale

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt, picture_of, title_of
from autoencoder.checkpoint.titles import in_sentence, model_title
from autoencoder.experiments.gaps.empty_space import EmptySpace
from autoencoder.experiments.gaps.figure import gap_figure, matrix_figure
from autoencoder.experiments.gaps.statistic import (
    MATRIX_PAIRS,
    GapMatrix,
    GapStatistic,
    matrix_steps,
    statistics_steps,
)
from autoencoder.experiments.gaps.study import Study
from autoencoder.experiments.gaps.study_words import Finding
from autoencoder.experiments.gaps.words import comparisons, sentence
from autoencoder.experiments.statistics import interval
from autoencoder.latent.gap_score import SHARE, GapScore, gap_score, is_weak, random_pairs
from autoencoder.latent.sources import SOURCES
from autoencoder.latent.support import YARDSTICK, is_off_support
from autoencoder.wording import counted
from ui.jobs.work import StepsWork, job_key
from ui.state import address, caches
from ui.state.defaults import N_PLACES, N_STEPS, PATH
from ui.widgets.charts import csv, offer_figure, offer_file, show_chart, show_frame
from ui.widgets.controls import number, segments
from ui.widgets.frame import go_to, more
from ui.widgets.job_progress import job_on_request
from ui.widgets.map import show_map
from ui.widgets.pair import chosen_pair, fitting_codes, other_codes, set_pair
from ui.widgets.paths import find_paths, show_strips
from ui.widgets.pictures import show

PARTS = {"paths": "Paths", "space": "Empty space", "study": "What closes the gaps?"}
CAPTIONS = {
    "paths": "Are there holes between the classes? Look for pictures on the way that are no digit, and for "
    "sudden jumps from one picture to the next.",
    "space": "What does the decoder draw at codes that no image has? Look for pictures that are no digit.",
    "study": "Which settings close the gaps between the classes, and at what cost?",
}
NUMBERS = "median", "mean", "95 % from", "to", "steps unlike any image"
MATRIX = "gaps.matrix"
PAIR_WORDS = "most typical", "worst"
N_SHOWN = 24  # places in empty space, of each model


def choose_part() -> str:
    """The part of the page: one of `PARTS`."""
    looks = {"format_func": PARTS.get, "label_visibility": "collapsed"}
    return segments("part", "Part of the page", PARTS, **looks)


def show_paths(models: list[Checkpoint], codes: Codes) -> None:
    """One path through every model, then the statistic of hundreds, and where the gaps are."""
    pair = chosen_pair(models[0], codes)
    show_strips(codes, find_paths(models, codes, pair, PATH, N_STEPS, False), pair)
    show_statistic(models, codes)
    show_matrix(models[0], codes)


def show_statistic(models: list[Checkpoint], codes: Codes, is_guessed: bool = False) -> None:
    """Random pairs through every model: started with a button, then kept.

    Where a visitor guesses first, a result that is there already waits for the button too.
    """
    if len(codes.latents) < 2:
        st.caption("A path needs two images, and here is one. Choose others at the side.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        button = st.container(width="content")
        with more():
            n_pairs, seed = number("pairs", "Pairs of each kind"), number("pairs_seed", "Seed of the pairs")
    kinds = "within classes, and as many between classes" if codes.labels is not None else "of two images"
    job = job_on_request(
        job_key("statistic", YARDSTICK, [model.identity for model in models], codes.key, n_pairs, seed),
        lambda: _statistic_work(models, codes, n_pairs, seed),
        "Measure the paths",
        f"One pair proves little. This sends {n_pairs:,} random pairs {kinds}, through every model, in some "
        "seconds.",
        f"{2 * n_pairs:,} paths through {len(models)} models",
        button,
        is_guessed,
    )
    if n_pairs > len(codes.latents):
        st.caption(f"More pairs than the {len(codes.latents):,} images: many share an image.")
    if job and job.progress.partial:
        titles = {model.name: model_title(model) for model in models}
        _show_statistics([replace(each, name=titles[each.name]) for each in job.progress.partial])


def _statistic_work(models: list[Checkpoint], codes: Codes, n_pairs: int, seed: int) -> StepsWork:
    latents = [codes.latents, *(other_codes(model, codes).latents for model in models[1:])]
    pairs = random_pairs(codes.labels, min(map(len, latents)), n_pairs, seed)
    coded = list(zip(models, latents, strict=True))
    return StepsWork(statistics_steps, coded, codes.images, pairs, partial=[])


def _show_statistics(statistics: list[GapStatistic]) -> None:
    first, *others = (replace(each, name=f"“{each.name}”") for each in statistics)
    for other in others:
        st.markdown(f"**{sentence([first, other])}**")
    if any(is_weak(statistic.latent_dim) for statistic in statistics):
        st.caption("Below 8 dimensions the share off the data is a weak score.")
    for score in dict.fromkeys(statistic.gap_score for statistic in statistics):
        st.markdown(f"**{score.title.capitalize()}**: {score.meaning}.")
        group = [each for each in statistics if each.gap_score == score]
        _show_rows(group, score)
        alt = "Every path's gap score, by model, within and across classes."
        show_chart(gap_figure(statistics, score), f"gaps {score.title}", alt, f"gaps-{score.name}")
    if found := comparisons(statistics):
        words = {"value": "probability that a path is worse, ties counted half"}
        show_frame(pd.DataFrame(found).rename(columns=words), "Every two models compared.")


def _show_rows(statistics: list[GapStatistic], score: GapScore) -> None:
    """The gap scores of every model, within classes and across them."""
    rows = []
    for statistic in statistics:
        for kind in ("same", "cross"):
            values, shares = statistic.score(kind), getattr(statistic, kind).picture_share
            found, about = interval(values), {"model": statistic.name, "paths": statistic.words(kind)}
            if np.isfinite(found.mean):
                middle = float(np.nanmedian(values))
                numbers = middle, found.mean, found.low, found.high, interval(shares).mean
                rows.append(about | dict(zip(NUMBERS, numbers, strict=True)))
    percent = NUMBERS if score is SHARE else NUMBERS[-1:]
    alt = "The gap scores of every model, within classes and across them."
    show_frame(pd.DataFrame(rows).dropna(axis="columns", how="all"), alt, {"percent": percent})


def show_matrix(checkpoint: Checkpoint, codes: Codes) -> None:
    """The median gap score of every two classes, and pairs to look at."""
    st.subheader("Between which classes?", anchor=False)
    if codes.labels is None or len(codes.latents) < 2:
        st.caption("These images have no classes to walk between.")
        return
    seed = address.value("pairs_seed")
    job = job_on_request(
        job_key("matrix", YARDSTICK, checkpoint.fingerprint, codes.key, seed),
        lambda: StepsWork(matrix_steps, checkpoint.support, codes.latents, codes.labels, MATRIX_PAIRS, seed),
        "Measure every two classes",
        f"{MATRIX_PAIRS} random paths for every two classes, drawn from the seed behind “More” ({seed}), "
        f"through {in_sentence(checkpoint)}.",
        "paths between every two classes",
    )
    if job and job.result:
        _show_matrix(job.result, checkpoint, codes, seed)


def _show_matrix(matrix: GapMatrix, checkpoint: Checkpoint, codes: Codes, seed: int) -> None:
    names = [codes.class_names[label] for label in matrix.classes]
    frame = pd.DataFrame(matrix.score, index=names, columns=names)
    score = gap_score(checkpoint.model.latent_dim)
    st.caption(
        f"Median {score.title} of the paths of {in_sentence(checkpoint)} between the classes, "
        f"{MATRIX_PAIRS} for every two, drawn from seed {seed}. "
        "Dark is the least and bright the most. Choose a cell to see two pairs of it."
    )
    styled = frame.style.format(score.format).map(_shade, top=np.nanmax(matrix.score))
    event = st.dataframe(styled, key=MATRIX, on_select="rerun", selection_mode="single-cell")
    title = f"Median {score.title} between classes: {model_title(checkpoint)}"
    file = f"gaps-matrix-{checkpoint.name}"
    offer_figure("Figure", file, lambda: matrix_figure(matrix, names, score, title), type="tertiary")
    if not event.selection.cells:
        return
    row, column = int(event.selection.cells[0][0]), names.index(event.selection.cells[0][1])
    st.markdown(f"**{names[row]} to {names[column]}**, {score.format(matrix.score[row, column])}")
    if matrix.typical[row, column][0] < 0:
        st.caption("No two different images are of these classes.")
        return
    for side, words, pairs in zip(st.columns(2), PAIR_WORDS, (matrix.typical, matrix.worst), strict=True):
        with side:
            _offer_pair(words, pairs[row, column].tolist(), checkpoint, codes)


def _shade(value: float, top: float) -> str:
    """The colour of a score between 0 and the greatest, with ink that can be read on it."""
    if not np.isfinite(value):
        return ""
    share = float(value / top) if top > 0 else 0.0
    ground = sample_colorscale("cividis", [min(1.0, max(0.0, share))])[0]
    return f"background-color: {ground}; color: {'#000' if share > 0.5 else '#fff'}"


def _offer_pair(words: str, pair: list[int], checkpoint: Checkpoint, codes: Codes) -> None:
    """Two images, and a button that walks from one to the other."""
    ends = list(map(ImageAt, pair))
    pictures = np.stack([picture_of(end, checkpoint, codes) for end in ends])
    show(pictures, [title_of(end, codes) for end in ends], side=112)
    if st.button(f"Walk its {words} pair", on_click=set_pair, args=pair, width="stretch"):
        go_to("interpolation")


def show_empty_space(models: list[Checkpoint], codes: Codes) -> None:
    """Places without a code, decoded: the shares off the data and unlike any image."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = segments("source", "Places drawn from", SOURCES)
        with more():
            seed = number("space_seed", "Seed of the places")
    own = [other_codes(model, codes) for model in models]
    fitted_to = list(map(fitting_codes, models, own))
    given = zip(models, own, fitted_to, strict=True)
    spaces = {
        model_title(model): caches.space(model, *both, source, N_PLACES, seed) for model, *both in given
    }
    for model, space in zip(models, spaces.values(), strict=True):
        _show_places(model_title(model), space)
    st.caption(f"Drawn from {SOURCES[source].title}. {_fitted_words(fitted_to[0])}")
    _show_shares(spaces, len(codes.latents) if codes.images is not None else 0)
    chart = caches.empty_chart(models, own, fitted_to, N_PLACES, seed)
    alt = "The share of places off the data, and unlike any image, by model and source."
    show_chart(chart, "empty space", alt, "empty-space")
    with st.expander("These places on the map", icon=":material/scatter_plot:"):
        show_map(models[0], codes, compact=True, crosses=spaces[model_title(models[0])].latents)


def _show_shares(spaces: dict[str, EmptySpace], n_images: int) -> None:
    """The two shares by model; ``n_images`` are on the server to compare with."""
    columns = {
        "model": list(spaces),
        "off the data": [space.off_support_share for space in spaces.values()],
        "unlike any image": [space.unlike_share for space in spaces.values()],
    }
    table = pd.DataFrame(columns).dropna(axis="columns", how="all")
    show_frame(table, "The shares of places, by model.", {"percent": table.columns[1:]})
    if "unlike any image" not in table:
        reason = "One image is too few" if n_images else "The images are not on this machine"
        st.caption(f"{reason}: nothing can be said of what the pictures are like.")


def _show_places(name: str, space: EmptySpace) -> None:
    """The first places of a model, with marks of the odd ones; the page explains them."""
    st.markdown(f"**{name}**: the first {N_SHOWN} of {N_PLACES:,} places")
    are_odd = zip(is_off_support(space.oddity[:N_SHOWN]), space.picture_distance[:N_SHOWN] > 1, strict=True)
    marks = [" · ".join(compress(("off", "unlike"), is_odd)) or "–" for is_odd in are_odd]
    show(space.images[:N_SHOWN], marks, side=64)


def _fitted_words(codes: Codes) -> str:
    """A sentence on the codes that box and Gaussian are fitted to."""
    if codes.images is None:
        which = f"those of the {counted(len(codes.latents), 'image')} that came with the model"
    else:
        split = {"train": "training ", "test": "test "}.get(codes.split, "")
        which = f"those of {counted(len(codes.latents), f'{split}image')}, as on the page that generates"
    return f"The codes that box and Gaussian are fitted to are {which}."


def show_study() -> None:
    """The study: settings that close the gaps, and their cost; all models were measured beforehand."""
    study = caches.shipped_study()
    st.markdown(
        "Models of many settings, trained alike. Look for a line that falls steeply: there the gaps close; "
        "the farther right it goes, the greater is the error, and the blurrier are the pictures."
    )
    alt = "Reconstruction error on held-out images against the gap score, for every setting."
    for score, chart in caches.study_charts().items():
        show_chart(chart, f"study {score.name}", alt, f"gaps-study-{study.dataset}-{score.name}")
    said, beside, numbers = caches.study_findings()
    groups = {against: [each for each in said if each.against == against] for against in _keys(said)}
    for against, findings in groups.items():
        st.markdown(f"{against}: {'; '.join(_lower(each.verdict) for each in findings)}.")
    with st.expander("The figures behind these sentences"):
        for against, findings in groups.items():
            st.markdown(f"{against}.")
            st.markdown("\n".join(f"- **{each.verdict}.** {each.figures}" for each in findings))
        st.markdown(beside)
    with st.expander("All settings, as a table"):
        shares = [name for name in numbers if name.startswith(("off the data", "unlike"))]
        alt = "Every setting of the study with its reconstruction error and its gap scores."
        show_frame(numbers, alt, {"percent": shares, "%.4f": ["reconstruction error"]})
        offer_file("Settings (CSV)", f"gaps-study-{study.dataset}.csv", lambda: csv(numbers))
    st.caption(_how_made(study))
    st.code(f"python -m autoencoder study --dataset {study.dataset} --out study.json", language="bash")


def _keys(findings: list[Finding]) -> list[str]:
    return list(dict.fromkeys(each.against for each in findings))


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _how_made(study: Study) -> str:
    plan, runtime = study.plan, study.runtime
    seeds = ", ".join(map(str, plan.seeds))
    older = (
        "Shares are by round trips in units of posterior means, so those of variational models are too high. "
    )
    return (
        f"{older if study.yardstick != YARDSTICK else ''}"
        f"Measured on {study.dataset}: every model was trained on {study.n_train:,} images for "
        f"{plan.epochs} epochs, from each of the seeds {seeds} (threads: {runtime['threads']}, "
        f"{runtime['precision']}), and measured on {study.n_held_out:,} held-out ones: {plan.n_pairs} "
        "pairs within classes and as many across them, the same for all settings of a seed. A point is the "
        "mean over the seeds; its bar reaches from the lowest end to the highest of their 95 % intervals. "
        "The shipped models were trained longer. By this command:"
    )
