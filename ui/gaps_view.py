"""The parts of the page on gaps: the statistic, the matrix of classes, and the empty space."""

import numpy as np
import pandas as pd
import streamlit as st
from plotly.colors import sample_colorscale

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt, picture_of, title_of
from autoencoder.experiments.gaps.empty_space import EmptySpace
from autoencoder.experiments.gaps.figure import gap_figure
from autoencoder.experiments.gaps.statistic import GapMatrix, GapStatistic
from autoencoder.experiments.gaps.study import Study
from autoencoder.experiments.gaps.words import comparisons, sentence
from autoencoder.experiments.statistics import interval
from autoencoder.latent.gap_score import SHARE
from autoencoder.latent.sources import SOURCES
from autoencoder.latent.support import is_weak, score_name
from autoencoder.wording import counted
from ui import address, caches
from ui.charts import show_chart
from ui.frame import is_dark
from ui.generate_view import fitting_codes
from ui.jobs.work import MATRIX_PAIRS, MatrixWork, StatisticWork, matrix_key, statistic_key
from ui.map_view import show_map
from ui.pair import other_codes
from ui.pictures import show
from ui.watch import job_on_request

N_PLACES = 1_000  # of empty space: as many as the page that generates judges, so that the numbers agree
N_SHOWN = 24  # of them
MATRIX = "gap matrix"
PAIR_WORDS = "most typical", "worst"
ENDS = "95 % from", "to"
SCORE_WORDS = {
    SHARE: ": steps whose round trip is above 1, of the 17 of a path.",
    "jump ratio": ": the largest change of the picture along a path over the mean one.",
}


def show_statistic(models: list[Checkpoint], codes: Codes) -> None:
    """Random pairs through every model: asked for with a button, then kept."""
    has_classes = codes.labels is not None
    st.subheader("Same class against different classes" if has_classes else "Random pairs", anchor=False)
    if len(codes.latents) < 2:
        st.caption("A path needs two images, and here is one. Choose others at the side.")
        return
    pairs_column, seed_column, button_column = st.columns([1, 1, 1], vertical_alignment="bottom")
    n_pairs = pairs_column.number_input(
        "Pairs of each kind", 10, 2_000, 400, step=50, key="pairs", bind="query-params"
    )
    seed = seed_column.number_input("Seed", 0, 2**31 - 1, 0, key="pairs_seed", bind="query-params")
    job = job_on_request(
        statistic_key(models, codes.key, n_pairs, seed),
        lambda: _statistic_work(models, codes, n_pairs, seed),
        "Measure the paths",
        "Some seconds of work: the same pairs are sent through every model.",
        f"{2 * n_pairs:,} paths through {len(models)} models",
        button_column,
    )
    if n_pairs > len(codes.latents):
        st.caption(f"More pairs than the {len(codes.latents):,} images: many share an image.")
    if job and job.progress[1]:
        _show_statistics(job.progress[1])


def show_matrix(checkpoint: Checkpoint, codes: Codes) -> None:
    """Which classes lie apart: the median gap score of every two, and a pair to look at."""
    st.subheader("Where are the gaps?", anchor=False)
    if codes.labels is None or len(codes.latents) < 2:
        st.caption("These images have no classes to walk between.")
        return
    seed = st.session_state.get("pairs_seed", 0)
    job = job_on_request(
        matrix_key(checkpoint, codes.key, seed),
        lambda: MatrixWork(checkpoint, codes.latents, codes.labels, seed),
        "Measure every two classes",
        f"{MATRIX_PAIRS} random paths for every two classes, drawn from the seed above ({seed}), through "
        f"{checkpoint.name}.",
        "paths between every two classes",
    )
    if job and job.result:
        _show_matrix(job.result, checkpoint, codes, seed)


def show_empty_space(models: list[Checkpoint], codes: Codes) -> None:
    """Places where no code is, decoded: how many are off the data, how many are unlike any image."""
    st.subheader("Empty space", anchor=False)
    st.markdown(
        "Paths between codes are half of the story; the other half is where no code is. Look for pictures of "
        "nothing."
    )
    source_column, seed_column = st.columns([1, 1])
    source = source_column.segmented_control(
        "Places drawn from", list(SOURCES), default="box", key="source", bind="query-params"
    )
    seed = seed_column.number_input("Their seed", 0, 2**31 - 1, 0, key="space_seed", bind="query-params")
    own = [other_codes(model, codes) for model in models]
    fitted_to = [fitting_codes(model, its) for model, its in zip(models, own, strict=True)]
    st.caption(f"Drawn from {SOURCES[source or 'box'].title}. {_fitted_words(fitted_to[0])}")
    show_chart(
        caches.empty_chart(models, own, fitted_to, N_PLACES, seed, is_dark()), "empty space",
        "The share of places off the data, and unlike any image, by model and source.",
    )  # fmt: skip
    chosen = [
        caches.space(model, its, fitted, source or "box", N_PLACES, seed)
        for model, its, fitted in zip(models, own, fitted_to, strict=True)
    ]
    _show_shares(models, chosen, len(codes.latents) if codes.images is not None else 0)
    _show_places(models, chosen)
    with st.expander("These places on the map", icon=":material/scatter_plot:"):
        show_map(models[0], codes, None, "auto", compact=True, crosses=chosen[0].latents)


def show_study() -> None:
    """What closes the gaps, and what it costs: a grid of models, trained and measured beforehand."""
    st.subheader("What closes the gaps?", anchor=False)
    study = caches.shipped_study()
    st.markdown(
        "Models of many settings, trained alike. Look for a line that falls steeply: there the gaps close; "
        "the farther right it goes, the greater is the error, and the blurrier are the pictures."
    )
    said, beside, numbers = caches.study_words()
    for against in dict.fromkeys(each.against for each in said):
        st.markdown(f"{against}.")
        st.markdown(
            "\n".join(f"- **{each.verdict}.** {each.figures}" for each in said if each.against == against)
        )
    st.markdown(beside)
    show_chart(
        caches.study_chart(is_dark()), "study",
        "Reconstruction error on held-out images against the gap score, for every setting.",
    )  # fmt: skip
    _show_study_table(study.dataset, numbers)
    st.caption(_how_made(study))
    st.code(f"python -m autoencoder study --dataset {study.dataset} --out study.json", language="bash")


def _show_study_table(dataset: str, found: pd.DataFrame) -> None:
    shares = [name for name in found if name.startswith(("off the data", "unlike"))]
    formats = dict.fromkeys(shares, st.column_config.NumberColumn(format="percent"))
    formats["reconstruction error"] = st.column_config.NumberColumn(format="%.4f")
    with st.expander("All settings, as a table"):
        st.dataframe(
            found, hide_index=True, column_config=formats,
            alt="Every setting of the study with its reconstruction error and its gap scores.",
        )  # fmt: skip
        st.download_button(
            "Settings (CSV)", lambda: found.to_csv(index=False), f"gaps-study-{dataset}.csv", "text/csv"
        )


def _how_made(study: Study) -> str:
    plan, runtime = study.plan, study.runtime
    seeds = ", ".join(map(str, plan.seeds))
    return (
        f"Measured on {study.dataset}: every model was trained on {study.n_train:,} images for "
        f"{plan.epochs} epochs, from each of the seeds {seeds} (threads: {runtime['threads']}, "
        f"{runtime['precision']}), and measured on {study.n_held_out:,} held-out ones: {plan.n_pairs} "
        "pairs within classes and as many across them, the same for all settings of a seed. A point is the "
        "mean over the seeds; its bar reaches from the lowest end to the highest of their 95 % intervals. "
        "The shipped models were trained longer. By this command:"
    )


def _show_shares(models: list[Checkpoint], spaces: list[EmptySpace], n_images: int) -> None:
    """``n_images`` are here to compare with."""
    columns = {
        "model": [model.name for model in models],
        "off the data": [space.off_support_share for space in spaces],
        "unlike any image": [space.unlike_share for space in spaces],
    }
    table = pd.DataFrame(columns).dropna(axis="columns", how="all")
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(table, hide_index=True, column_config=dict.fromkeys(table.columns[1:], percent))
    if "unlike any image" not in table:
        reason = "One image is too few" if n_images else "The images are not on this machine"
        st.caption(f"{reason}: nothing can be said of what the pictures are like.")


def _show_places(models: list[Checkpoint], spaces: list[EmptySpace]) -> None:
    for model, space in zip(models, spaces, strict=True):
        st.markdown(f"**{model.name}**: the first {N_SHOWN} of {N_PLACES:,} places")
        show(space.images[:N_SHOWN], [_mark(*measures) for measures in _first_measures(space)], side=64)


def _first_measures(space: EmptySpace) -> list[tuple[float, float]]:
    return list(zip(space.round_trip, space.picture_distance, strict=True))[:N_SHOWN]


def _mark(round_trip: float, picture_distance: float) -> str:
    """What is odd about a place, in words."""
    marks = [*(["off"] if round_trip > 1 else []), *(["unlike"] if picture_distance > 1 else [])]
    return " · ".join(marks) or "–"


def _statistic_work(models: list[Checkpoint], codes: Codes, n_pairs: int, seed: int) -> StatisticWork:
    latents = [codes.latents, *(other_codes(model, codes).latents for model in models[1:])]
    return StatisticWork(models, latents, codes.images, codes.labels, n_pairs, seed)


def _show_statistics(statistics: list[GapStatistic]) -> None:
    for other in statistics[1:]:
        st.markdown(f"**{sentence([statistics[0], other])}**")
    if any(is_weak(statistic.latent_dim) for statistic in statistics):
        st.caption("Below 8 dimensions the share off the data is a weak score.")
    for group in _by_score(statistics):
        score = score_name(group[0].latent_dim)
        st.markdown(f"**{score.capitalize()}**{SCORE_WORDS[score]}")
        _show_rows(group, score)
        show_chart(
            gap_figure(group, is_dark()), f"gaps {score}",
            "Every path's gap score, by model, within and across classes.",
        )  # fmt: skip
    found = comparisons(statistics)
    if found:
        st.dataframe(
            pd.DataFrame(found).rename(
                columns={"value": "probability that a path is worse, ties counted half"}
            ),
            hide_index=True,
        )


def _show_rows(statistics: list[GapStatistic], score: str) -> None:
    table = pd.DataFrame([row for statistic in statistics for row in _rows(statistic)])
    percent = ["steps unlike any image", *(["median", "mean", *ENDS] if score == SHARE else [])]
    st.dataframe(
        table.dropna(axis="columns", how="all"),
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="percent") for name in percent},
        alt="The gap scores of every model, within classes and across them.",
    )


def _rows(statistic: GapStatistic) -> list[dict]:
    """The table's lines of one model: within classes and across them."""
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
    """Models that are scored alike share a chart."""
    names = dict.fromkeys(score_name(statistic.latent_dim) for statistic in statistics)
    return [[each for each in statistics if score_name(each.latent_dim) == name] for name in names]


def _show_matrix(matrix: GapMatrix, checkpoint: Checkpoint, codes: Codes, seed: int) -> None:
    names = [codes.class_names[label] for label in matrix.classes]
    frame = pd.DataFrame(matrix.score, index=names, columns=names)
    st.caption(
        f"Median {score_name(checkpoint.model.latent_dim)} of {checkpoint.name}'s paths between the classes, "
        f"{MATRIX_PAIRS} for every two, drawn from seed {seed}. "
        "Dark is the least and bright the most. Choose a cell to see two pairs of it."
    )
    styled = frame.style.format("{:.2f}").map(_shade, top=np.nanmax(matrix.score))
    event = st.dataframe(styled, key=MATRIX, on_select="rerun", selection_mode="single-cell")
    cells = event.selection.cells
    if not cells:
        return
    row, column = int(cells[0][0]), names.index(cells[0][1])
    st.markdown(f"**{names[row]} to {names[column]}**, {matrix.score[row, column]:.2f}")
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
    """Two images, and the way to walk from one to the other."""
    a, b = int(pair[0]), int(pair[1])
    ends = [ImageAt(a), ImageAt(b)]
    pictures = np.stack([picture_of(end, checkpoint, codes) for end in ends])
    show(pictures, [title_of(end, codes) for end in ends], side=112)
    if st.button(f"Walk its {words} pair", on_click=_load, args=(a, b), width="stretch"):
        st.switch_page("../pages/interpolation.py", query_params=address.link())


def _load(a: int, b: int) -> None:
    address.choose("a", str(a))
    address.choose("b", str(b))


def _fitted_words(codes: Codes) -> str:
    """Which codes the box and the Gaussian are fitted to."""
    if codes.images is None:
        which = f"those of the {counted(len(codes.latents), 'image')} that came with the model"
    else:
        split = {"train": "training ", "test": "test "}.get(codes.split, "")
        which = f"those of {counted(len(codes.latents), f'{split}image')}, as on the page that generates"
    return f"The codes that box and Gaussian are fitted to are {which}."
