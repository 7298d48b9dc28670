"""Charts of what few labels come to: learning curves and a confusion matrix.

C classes.
"""

import numpy as np
import plotly.graph_objects as go

from autoencoder.experiments.few_labels.learners import ENCODED, LEARNERS
from autoencoder.experiments.few_labels.verdicts import CurvePoint
from autoencoder.figures.style import INK, dress

# A learner's dash is its method, its marker what it sees.
DASHES = {"logistic": "solid", "knn": "dot", "spreading": "dash", "network": "dashdot"}
SYMBOLS = {
    "codes": "circle",
    "hidden": "diamond",
    "pixels": "square-open",
    "pca": "triangle-up-open",
    "encoder": "star",
    "images": "star-open",
}
SHORT = {"logistic": "regression", "knn": "k-NN", "spreading": "spreading"}


def learning_curves(points: list[CurvePoint], dark: bool = False) -> go.Figure:
    """Accuracy by the number of labels, a curve each learner, spread over draws; controls are lighter."""
    figure = go.Figure()
    for name in dict.fromkeys(point.learner for point in points):
        own = [point for point in points if point.learner == name]
        figure.add_trace(_curve(name, own, dark))
    dress(figure, dark)
    low = min((point.mean - np.nan_to_num(point.std) for point in points), default=0.0)
    low = max(0.0, np.floor(low * 10) / 10)
    counts = sorted({point.n_labels for point in points})
    figure.update_xaxes(
        title="labelled images, logarithmic", type="log", tickvals=counts, ticktext=[f"{n:,}" for n in counts]
    )
    figure.update_yaxes(title="test accuracy", tickformat=".0%", range=[low, 1.02])
    return figure.update_layout(height=500, showlegend=True, legend={"itemwidth": 60})


def confusion_figure(matrix: np.ndarray, class_names: list[str], dark: bool = False) -> go.Figure:
    """How often each class (row) was taken for each (column): counts (C, C), shaded by the share of a row."""
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    figure = go.Figure()
    figure.add_heatmap(
        z=shares, x=class_names, y=class_names, text=matrix, texttemplate="%{text}", zmin=0, zmax=1,
        colorscale="cividis", colorbar={"tickformat": ".0%", "title": "of the class"},
        hovertemplate="true %{y}, predicted %{x}: %{text}, %{z:.1%} of the class<extra></extra>",
    )  # fmt: skip
    dress(figure, dark)
    figure.update_xaxes(title="predicted", type="category", showgrid=False, side="top")
    figure.update_yaxes(title="true", type="category", showgrid=False, autorange="reversed")
    return figure.update_layout(height=max(320, 32 * len(class_names) + 120))


def curve_name(name: str) -> str:
    """A learner's short name, for the legend and where there is little room."""
    learner = LEARNERS[name]
    if learner.is_slow:
        return name.replace("-", " ")
    features = "PCA" if learner.features == "pca" else learner.features
    return f"{features}, {SHORT[learner.method]}"


def _curve(name: str, points: list[CurvePoint], dark: bool) -> go.Scatter:
    learner = LEARNERS[name]
    return go.Scatter(
        x=[point.n_labels for point in points], y=[point.mean for point in points], name=curve_name(name),
        mode="lines+markers", opacity=_weight(name),
        customdata=[_spread(point) for point in points],
        line={"color": INK[dark], "dash": DASHES[learner.method], "width": 2},
        marker={"symbol": SYMBOLS[learner.features], "size": 9},
        error_y={"array": [point.std for point in points], "thickness": 1, "width": 3, "color": INK[dark]},
        hovertemplate="%{y:.1%}%{customdata}",
    )  # fmt: skip


def _spread(point: CurvePoint) -> str:
    """How far draws are apart, and how many there are; a single one has no spread."""
    labels = f"of {point.n_labels:,} labels"
    return (
        f", one draw {labels}"
        if point.n_draws == 1
        else f" ± {point.std:.1%}, {point.n_draws} draws {labels}"
    )


def _weight(name: str) -> float:
    return 1.0 if LEARNERS[name].features in (*ENCODED, "encoder") else 0.7
