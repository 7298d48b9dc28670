"""Histogram and ROC curve of the scores of M images."""

import numpy as np
from sklearn.metrics import roc_curve

from autoencoder.experiments.outliers.outcome import Outcome, auroc_intervals
from autoencoder.experiments.outliers.scores import BASELINE, CHOSEN, SCORES
from autoencoder.experiments.outliers.words import better_pca
from autoencoder.figures.chart import Axis, Bars, Chart, Curve, Panels, Rule

N_BINS = 60
ROC_HOVER = "%{x:.1%} false alarms, %{y:.1%} caught"
SMALLEST = 1e-12  # an error of nothing has a place on a logarithmic axis too


def score_figure(outcome: Outcome, score: str, threshold: float) -> Chart:
    """Histogram of a test set's scores, normal images and outliers each as shares, with the threshold."""
    values, is_outlier = on_axis(outcome.scores[score], score), outcome.test.is_outlier
    edges = np.histogram_bin_edges(values, N_BINS)
    bars = [
        _histogram("normal", values[~is_outlier], edges, 0),
        _histogram("outliers", values[is_outlier], edges, 1, is_hatched=True),
    ]
    place = float(on_axis(np.array([threshold]), score)[0])
    x = Axis("combined: a sum of z-scores" if score == CHOSEN else f"log₁₀ of {SCORES[score].title}")
    y = Axis("share of its kind", ".0%", from_zero=True)
    rule = Rule(place, "threshold", is_vertical=True)
    return Chart(x, y, bars, f"Normal images and outliers by {SCORES[score].title}", 400, rules=[rule])


def _histogram(
    name: str, values: np.ndarray, edges: np.ndarray, colour: int, is_hatched: bool = False
) -> Bars:
    counts, width = np.histogram(values, edges)[0], float(edges[1] - edges[0])
    hover = "%{customdata} images, %{y:.1%}"
    middles, about = (edges[:-1] + edges[1:]) / 2, list(map(str, counts))
    return Bars(name, middles, counts / len(values), width, colour, is_hatched, hover, about)


def roc_figure(outcomes: list[Outcome], score: str, threshold: float) -> Chart:
    """ROC curve of each seed, PCA's better one dotted, and the threshold's point as a ring."""
    first = outcomes[0]
    curves = [_roc(outcome, score, f"seed {outcome.seed}", 0, "solid") for outcome in outcomes]
    if SCORES[score].kind != BASELINE:
        baseline = better_pca(auroc_intervals(outcomes))
        curves.append(_roc(first, baseline, SCORES[baseline].title, 1, "dot"))
    found = first.alarms(score, threshold)
    at = [found.false_alarm_rate], [found.recall]
    curves.append(Curve("the threshold", *at, dash="", symbol="circle-open", size=13, hover=ROC_HOVER))
    curves.append(Curve("chance", [0, 1], [0, 1], "faint"))
    x = Axis("false alarms among normal images", range=(-0.01, 1.01))
    y = Axis("caught among outliers", range=(-0.01, 1.01))
    return Chart(x, y, curves, f"ROC curve of {SCORES[score].title}", 400)


def _roc(outcome: Outcome, score: str, name: str, colour: int, dash: str) -> Curve:
    false_alarms, caught, _ = roc_curve(outcome.test.is_outlier, outcome.scores[score])
    return Curve(name, false_alarms, caught, colour, dash, hover=ROC_HOVER)


def outlier_panels(outcome: Outcome, threshold: float, title: str) -> Panels:
    """Histogram and ROC curve of the combined score on one sheet."""
    charts = [score_figure(outcome, CHOSEN, threshold), roc_figure([outcome], CHOSEN, threshold)]
    return Panels(charts, title)


def on_axis(scores: np.ndarray, score: str) -> np.ndarray:
    """Scores (M,) as drawn: their log₁₀, but the combined one, which is a sum of logarithms already."""
    return scores if score == CHOSEN else np.log10(np.maximum(scores, SMALLEST))
