"""Histogram and ROC curve of the scores of M images."""

import numpy as np
import plotly.graph_objects as go
from sklearn.metrics import roc_curve

from autoencoder.experiments.outliers.outcome import Outcome, auroc_intervals
from autoencoder.experiments.outliers.scores import BASELINE, CHOSEN, SCORES
from autoencoder.experiments.outliers.words import better_pca
from autoencoder.figures.style import CLEAR, FAINT, INK, bars, dress

N_BINS = 60
SMALLEST = 1e-12  # an error of nothing has a place on a logarithmic axis too


def score_figure(outcome: Outcome, score: str, threshold: float, dark: bool = False) -> go.Figure:
    """Histogram of a test set's scores, normal images and outliers each as shares, with the threshold."""
    figure = go.Figure()
    values, is_outlier = on_axis(outcome.scores[score], score), outcome.test.is_outlier
    edges = np.histogram_bin_edges(values, N_BINS)
    kinds = ("normal", ~is_outlier, FAINT[dark], ""), ("outliers", is_outlier, CLEAR, "/")
    for name, members, ground, pattern in kinds:
        counts = np.histogram(values[members], edges)[0]
        marker = bars(dark, ground) | {"pattern": {"shape": pattern, "fgcolor": INK[dark], "size": 6}}
        figure.add_bar(y=counts / members.sum(), customdata=counts, name=name, marker=marker)
    figure.update_traces(x=edges[:-1], width=np.diff(edges), offset=0)
    figure.update_traces(hovertemplate="%{customdata} images, %{y:.1%}")
    place = float(on_axis(np.array([threshold]), score)[0])
    figure.add_vline(place, line={"color": INK[dark], "dash": "dash"}, annotation_text="threshold")
    title = "combined: a sum of z-scores" if score == CHOSEN else f"log₁₀ of {SCORES[score].title}"
    figure.update_xaxes(title=title)
    figure.update_yaxes(title="share of its kind", tickformat=".0%")
    return dress(figure, dark, height=400, barmode="overlay")


def roc_figure(outcomes: list[Outcome], score: str, threshold: float, dark: bool = False) -> go.Figure:
    """ROC curve of each seed, PCA's better one dotted, and the threshold's point as a ring."""
    figure, first = go.Figure(), outcomes[0]
    for outcome in outcomes:
        _add_curve(figure, outcome, score, f"seed {outcome.seed}", {"color": INK[dark], "width": 2})
    if SCORES[score].kind != BASELINE:
        baseline = better_pca(auroc_intervals(outcomes))
        _add_curve(figure, first, baseline, SCORES[baseline].title, {"color": INK[dark], "dash": "dot"})
    found = first.alarms(score, threshold)
    ring = {"size": 13, "symbol": "circle-open", "color": INK[dark], "line": {"width": 3}}
    x, y = [found.false_alarm_rate], [found.recall]
    figure.add_scatter(x=x, y=y, mode="markers", name="the threshold", marker=ring)
    ends = [0, 1]
    figure.add_scatter(x=ends, y=ends, mode="lines", name="chance", hoverinfo="skip", line_color=FAINT[dark])
    figure.update_xaxes(title="false alarms among normal images", range=[-0.01, 1.01])
    figure.update_yaxes(title="caught among outliers", range=[-0.01, 1.01])
    return dress(figure, dark, height=400)


def on_axis(scores: np.ndarray, score: str) -> np.ndarray:
    """Scores (M,) as drawn: their log₁₀, but the combined one, which is a sum of logarithms already."""
    return scores if score == CHOSEN else np.log10(np.maximum(scores, SMALLEST))


def _add_curve(figure: go.Figure, outcome: Outcome, score: str, name: str, line: dict) -> None:
    false_alarms, caught, _ = roc_curve(outcome.test.is_outlier, outcome.scores[score])
    hover = "%{x:.1%} false alarms, %{y:.1%} caught"
    figure.add_scatter(x=false_alarms, y=caught, mode="lines", name=name, line=line, hovertemplate=hover)
