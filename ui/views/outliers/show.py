"""Results of the page Outliers: verdicts, scores, threshold, galleries."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.data.images import as_floats
from autoencoder.experiments.outliers import outcome as results
from autoencoder.experiments.outliers.figure import roc_figure, score_figure
from autoencoder.experiments.outliers.outcome import Outcome
from autoencoder.experiments.outliers.scores import SCORES
from autoencoder.experiments.outliers.words import sentence, threshold_sentence
from autoencoder.wording import counted, percent
from ui.widgets.charts import csv, offer_file, show_chart, show_frame, show_metrics
from ui.widgets.controls import number, pick, segments
from ui.widgets.frame import more
from ui.widgets.pictures import show_large, show_table

BY_RATE, BY_PERCENTILE = "a false-alarm rate", "a percentile"
N_SHOWN = 8  # in a gallery
FEW = 2  # outliers that are shown one by one
SO_FEW = "Of so few, an AUROC is the share of normal images that score lower; it tells nothing of others."


@dataclass(frozen=True)
class Rule:
    """Rule of a threshold on held-back scores: a false-alarm rate, or a percentile."""

    way: str
    value: float  # %

    @property
    def wanted(self) -> float:
        """The share of false alarms."""
        return (self.value if self.way == BY_RATE else 100 - self.value) / 100

    def threshold(self, held_back: np.ndarray) -> float:
        if self.way == BY_RATE:
            return results.threshold_for(held_back, self.wanted)
        return results.threshold_at_percentile(held_back, self.value)


def choose_threshold() -> tuple[str, Rule]:
    """The score to look at, and the rule of its threshold; shown before there is an outcome, too."""
    titles = {score.title: name for name, score in SCORES.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        score = titles[pick("score", "Score", titles)]
        with more("Threshold", ":material/straighten:"):
            way = segments("threshold_by", "Threshold from", [BY_RATE, BY_PERCENTILE])
            if way == BY_PERCENTILE:
                return score, Rule(way, number("percentile", "Percentile"))
            return score, Rule(way, number("rate", "Rate, %"))


def show_few(outcomes: list[Outcome], rule: Rule) -> None:
    """The verdict of every score on each outlier, where these are few."""
    if not outcomes or outcomes[0].test.is_outlier.sum() > FEW:
        return
    outcome = outcomes[0]
    for row in np.flatnonzero(outcome.test.is_outlier):
        found = results.verdicts(outcome, row, rule.threshold)
        n_alarms = sum(verdict.is_alarm for verdict in found)
        title = outcome.test.titles[row]
        st.markdown(f"**{n_alarms} of {len(found)} scores call it an outlier**: {title}.")
        image = as_floats(outcome.test.images[row])
        rebuilt = outcome.model.reconstruct(outcome.test.images[[row]])[0]
        show_large([image, rebuilt, np.abs(rebuilt - image)], [title, "reconstruction", "error"])
        show_frame(list(map(_verdict_row, found)), f"The verdict of every score on {title}.")


def _verdict_row(verdict: results.Verdict) -> dict[str, str]:
    return {
        "score": SCORES[verdict.score].title,
        "says": "an outlier" if verdict.is_alarm else "normal",
        "its score": f"{verdict.value:.3g}",
        "threshold": f"{verdict.threshold:.3g}",
        "normal images that score lower": percent(verdict.share_below),
    }


def show_scores(outcomes: list[Outcome]) -> None:
    """Every score's AUROC with its interval, and a sentence that compares them."""
    if not outcomes:
        return
    st.subheader("Which score tells them apart?", anchor=False)
    intervals, first = results.auroc_intervals(outcomes), outcomes[0]
    n_outliers = int(first.test.is_outlier.sum())
    if n_outliers > FEW:
        st.markdown(f"**{sentence(intervals)}**")
    rows = []
    for name, found in intervals.items():
        ends = {"95 % from": found.low, "to": found.high} if n_outliers > FEW else {}
        rows.append({"score": SCORES[name].title, "AUROC": found.mean, **ends, "kind": SCORES[name].kind})
    show_frame(rows, "The AUROC of every score.", {"percent": ["AUROC", "95 % from", "to"]})
    n_normal = counted(len(first.test.images) - n_outliers, "normal image")
    meaning = _spread(outcomes) if n_outliers > FEW else SO_FEW
    st.caption(f"{n_normal} and {counted(n_outliers, 'outlier')}. {meaning}")
    offer_file("Scores (CSV)", f"outliers-seed-{first.seed}.csv", lambda: csv(scores_table(first)))


def _spread(outcomes: list[Outcome]) -> str:
    if len(outcomes) == 1:
        return "One training: its 95 % interval is over test images (DeLong), not over seeds."
    seeds = ", ".join(str(outcome.seed) for outcome in outcomes)
    return f"Mean and 95 % t-interval over {len(outcomes)} trainings, seeds {seeds}."


def scores_table(outcome: Outcome) -> pd.DataFrame:
    """Every score of every image that was judged, and of those held back."""
    test = outcome.test
    judged = pd.DataFrame({"image": test.titles, "outlier": test.is_outlier, **outcome.scores})
    held_back = pd.DataFrame({"image": "", "outlier": False, **outcome.held_back})
    return pd.concat([judged.assign(part="test"), held_back.assign(part="held back")], ignore_index=True)


def show_threshold(outcomes: list[Outcome], score: str, rule: Rule) -> None:
    """A threshold from held-back normal images alone, and its effect on the test set."""
    if not outcomes:
        return
    first = outcomes[0]
    threshold = rule.threshold(first.held_back[score])
    found, n_held_back = first.alarms(score, threshold), len(first.held_back[score])
    histogram, roc = st.columns(2)
    with histogram:
        words = "Normal images and outliers by their score, and the threshold."
        show_chart(score_figure(first, score, threshold), "scores", words, f"outliers-{score}-histogram")
    with roc:
        words = "False alarms against outliers caught, at every threshold."
        show_chart(roc_figure(outcomes, score, threshold), "roc", words, f"outliers-{score}-roc")
    if len(outcomes) > 1:
        st.caption(f"Threshold, counts and pictures are of seed {first.seed}; the curves are of every seed.")
    st.markdown(threshold_sentence(found, rule.wanted, n_held_back))
    _show_alarms(found)


def _show_alarms(found: results.Alarms) -> None:
    show_metrics(
        {
            "Threshold": f"{found.threshold:.3g}",
            "False alarms": f"{found.false_alarm_rate:.1%}",
            "Recall": f"{found.recall:.1%}",
            "Precision": "–" if found.precision is None else f"{found.precision:.1%}",
        }
    )
    alarms = np.array([found.n_false_alarms, found.n_caught])
    below = np.array([found.n_normal, found.n_outliers]) - alarms
    columns = {"below the threshold": below, "above: an alarm": alarms}
    confusion = pd.DataFrame(columns, index=["normal", "outliers"])
    st.dataframe(confusion, alt="Images of the test set by kind, and by which side of the threshold.")


def show_galleries(outcomes: list[Outcome], score: str, rule: Rule) -> None:
    """Images on both sides of the threshold, with their reconstructions."""
    if not outcomes:
        return
    outcome, threshold = outcomes[0], rule.threshold(outcomes[0].held_back[score])
    found = results.galleries(outcome.scores[score], outcome.test.is_outlier, threshold, N_SHOWN)
    st.caption("A column is hatched where the image lies above the threshold.")
    for tab, rows in zip(st.tabs([name.capitalize() for name in found]), found.values(), strict=True):
        with tab:
            if len(rows):
                _show_gallery(outcome, rows, outcome.scores[score][rows], threshold)
            else:
                st.caption("There is none.")


def _show_gallery(outcome: Outcome, rows: np.ndarray, values: np.ndarray, threshold: float) -> None:
    images = as_floats(outcome.test.images[rows])
    rebuilt = outcome.model.reconstruct(outcome.test.images[rows])
    lines = [
        ("Image", list(images)),
        ("Reconstruction", list(rebuilt)),
        ("Error", list(np.abs(rebuilt - images))),
        ("Score", [f"{value:.3g}" for value in values]),
        ("Is", ["outlier" if is_outlier else "normal" for is_outlier in outcome.test.is_outlier[rows]]),
    ]
    show_table(lines, [outcome.test.titles[row] for row in rows], hatched=list(values > threshold))
