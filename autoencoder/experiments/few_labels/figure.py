"""Learning curves and a confusion matrix of few labels."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.experiments.few_labels.learners import ENCODED, LEARNERS
from autoencoder.experiments.few_labels.words import CurvePoint
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
    low = min((point.mean - np.nan_to_num(point.std) for point in points), default=0.0)
    low = max(0.0, np.floor(low * 10) / 10)
    counts = sorted({point.n_labels for point in points})
    figure.update_xaxes(type="log", tickvals=counts, ticktext=[f"{n:,}" for n in counts])
    figure.update_xaxes(title="labelled images, logarithmic")
    figure.update_yaxes(title="test accuracy", tickformat=".0%", range=[low, 1.02])
    return dress(figure, dark, height=500, showlegend=True, legend_itemwidth=60)


def confusion_figure(matrix: np.ndarray, class_names: list[str], dark: bool = False) -> go.Figure:
    """Confusion matrix of C classes: counts (C, C), true by predicted, shaded by the share of a row."""
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    cells = go.Heatmap(z=shares, x=class_names, y=class_names, text=matrix, texttemplate="%{text}")
    cells.update(zmin=0, zmax=1, colorscale="cividis")
    cells.colorbar.update(tickformat=".0%", title="of the class")
    cells.hovertemplate = "true %{y}, predicted %{x}: %{text}, %{z:.1%} of the class<extra></extra>"
    figure = go.Figure(cells)
    figure.update_xaxes(title="predicted", type="category", showgrid=False, side="top")
    figure.update_yaxes(title="true", type="category", showgrid=False, autorange="reversed")
    return dress(figure, dark, height=max(320, 32 * len(class_names) + 120))


def curve_name(name: str) -> str:
    """A learner's short name, for the legend and where there is little room."""
    learner = LEARNERS[name]
    if learner.is_slow:
        return name.replace("-", " ")
    features = "PCA" if learner.features == "pca" else learner.features
    return f"{features}, {SHORT[learner.method]}"


def _curve(name: str, points: list[CurvePoint], dark: bool) -> go.Scatter:
    learner, ink = LEARNERS[name], INK[dark]
    is_control = learner.features not in (*ENCODED, "encoder")
    curve = go.Scatter(name=curve_name(name), mode="lines+markers", opacity=0.7 if is_control else 1.0)
    curve.x, curve.y = [point.n_labels for point in points], [point.mean for point in points]
    curve.line = {"color": ink, "dash": DASHES[learner.method], "width": 2}
    curve.marker = {"symbol": SYMBOLS[learner.features], "size": 9}
    curve.error_y = {"array": [point.std for point in points], "thickness": 1, "width": 3, "color": ink}
    return curve.update(
        customdata=[_spread(point) for point in points], hovertemplate="%{y:.1%}%{customdata}"
    )


def _spread(point: CurvePoint) -> str:
    """The standard deviation over the draws, and their number; a single draw has no spread."""
    spread = ", one draw" if point.n_draws == 1 else f" ± {point.std:.1%}, {point.n_draws} draws"
    return f"{spread} of {point.n_labels:,} labels"
