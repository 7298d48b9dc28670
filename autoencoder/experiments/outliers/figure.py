"""Charts of scores: how far normal images and outliers lie apart, and what every threshold would do.

M images that were judged.
"""

import numpy as np
import plotly.graph_objects as go
from sklearn.metrics import roc_curve

from autoencoder.experiments.outliers.outcome import Outcome, auroc_intervals
from autoencoder.experiments.outliers.scores import BASELINE, CHOSEN, SCORES
from autoencoder.experiments.outliers.words import better_pca
from autoencoder.figures.style import FAINT, INK, dress

N_BINS = 60
SMALLEST = 1e-12  # an error of nothing has a place on a logarithmic axis too


def score_figure(outcome: Outcome, score: str, threshold: float, dark: bool = False) -> go.Figure:
    """Normal images and outliers of a test set by their score, each kind's shares, and the threshold."""
    figure = go.Figure()
    values, is_outlier = on_axis(outcome.scores[score], score), outcome.test.is_outlier
    edges = np.histogram_bin_edges(values, N_BINS)
    for words, members, ground, pattern in (
        ("normal", ~is_outlier, FAINT[dark], ""),
        ("outliers", is_outlier, "rgba(0,0,0,0)", "/"),
    ):
        counts = np.histogram(values[members], edges)[0]
        figure.add_bar(
            x=edges[:-1], width=np.diff(edges), offset=0, y=counts / members.sum(), name=words,
            customdata=counts, hovertemplate="%{customdata} images, %{y:.1%}",
            marker={
                "color": ground, "line": {"color": INK[dark], "width": 1},
                "pattern": {"shape": pattern, "fgcolor": INK[dark], "size": 6},
            },
        )  # fmt: skip
    place = float(on_axis(np.array([threshold]), score)[0])
    figure.add_vline(place, line={"color": INK[dark], "dash": "dash"}, annotation_text="threshold")
    dress(figure, dark)
    figure.update_xaxes(title=axis_title(score))
    figure.update_yaxes(title="share of its kind", tickformat=".0%")
    return figure.update_layout(height=400, barmode="overlay")


def roc_figure(outcomes: list[Outcome], score: str, threshold: float, dark: bool = False) -> go.Figure:
    """What every threshold would do: a line for each seed, PCA's better one dotted, and this one's a ring."""
    figure, first = go.Figure(), outcomes[0]
    for outcome in outcomes:
        _add_curve(figure, outcome, score, f"seed {outcome.seed}", {"color": INK[dark], "width": 2})
    if SCORES[score].kind != BASELINE:
        baseline = better_pca(auroc_intervals(outcomes))
        _add_curve(figure, first, baseline, SCORES[baseline].title, {"color": INK[dark], "dash": "dot"})
    found = first.alarms(score, threshold)
    figure.add_scatter(
        x=[found.false_alarm_rate], y=[found.recall], mode="markers", name="the threshold",
        marker={"size": 13, "symbol": "circle-open", "color": INK[dark], "line": {"width": 3}},
    )  # fmt: skip
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="chance", line={"color": FAINT[dark]}, hoverinfo="skip"
    )
    dress(figure, dark)
    figure.update_xaxes(title="false alarms among normal images", range=[-0.01, 1.01])
    figure.update_yaxes(title="caught among outliers", range=[-0.01, 1.01])
    return figure.update_layout(height=400)


def on_axis(scores: np.ndarray, score: str) -> np.ndarray:
    """Where scores (M,) stand: the combined one is a sum of logarithms already, of others it is taken."""
    return scores if score == CHOSEN else np.log10(np.maximum(scores, SMALLEST))


def axis_title(score: str) -> str:
    return "combined: a sum of z-scores" if score == CHOSEN else f"log₁₀ of {SCORES[score].title}"


def _add_curve(figure: go.Figure, outcome: Outcome, score: str, name: str, line: dict) -> None:
    false_alarms, caught, _ = roc_curve(outcome.test.is_outlier, outcome.scores[score])
    figure.add_scatter(
        x=false_alarms, y=caught, mode="lines", name=name, line=line,
        hovertemplate="%{x:.1%} false alarms, %{y:.1%} caught",
    )  # fmt: skip
