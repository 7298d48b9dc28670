"""Learning curves and a confusion matrix of few labels."""

import numpy as np

from autoencoder.experiments.few_labels.learners import ENCODED, LEARNERS
from autoencoder.experiments.few_labels.words import CurvePoint
from autoencoder.figures.chart import Axis, Chart, Curve, Matrix

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


def learning_curves(points: list[CurvePoint]) -> Chart:
    """Accuracy by the number of labels, a curve each learner, spread over draws; controls in a second hue."""
    names = dict.fromkeys(point.learner for point in points)
    curves = [_curve(name, [point for point in points if point.learner == name]) for name in names]
    low = min((point.mean - np.nan_to_num(point.std) for point in points), default=0.0)
    low = max(0.0, np.floor(low * 10) / 10)
    counts = sorted({point.n_labels for point in points})
    x = Axis("labelled images, logarithmic", names={n: f"{n:,}" for n in counts}, is_log=True)
    y = Axis("test accuracy", ".0%", (low, 1.02))
    return Chart(x, y, curves, "Test accuracy by the number of labelled images", 500)


def confusion_figure(matrix: np.ndarray, class_names: list[str], title: str = "") -> Matrix:
    """Confusion matrix of C classes: counts (C, C), true by predicted, shaded by the share of a row."""
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    hover = "true %{y}, predicted %{x}: %{text}, %{z:.1%} of the class<extra></extra>"
    scale = Axis("of the class", ".0%", (0, 1))
    return Matrix(shares, matrix, tuple(class_names), "predicted", "true", scale, title, hover)


def curve_name(name: str) -> str:
    """A learner's short name, for the legend and where there is little room."""
    learner = LEARNERS[name]
    if learner.is_slow:
        return name.replace("-", " ")
    features = "PCA" if learner.features == "pca" else learner.features
    return f"{features}, {SHORT[learner.method]}"


def _curve(name: str, points: list[CurvePoint]) -> Curve:
    learner, std = LEARNERS[name], np.array([point.std for point in points])
    is_control = learner.features not in (*ENCODED, "encoder")
    return Curve(
        curve_name(name),
        [point.n_labels for point in points],
        [point.mean for point in points],
        int(is_control),
        DASHES[learner.method],
        SYMBOLS[learner.features],
        size=9,
        spread=np.nan_to_num([std, std]),
        hover="%{y:.1%}%{customdata}",
        about=list(map(_spread, points)),
    )


def _spread(point: CurvePoint) -> str:
    """The standard deviation over the draws, and their number; a single draw has no spread."""
    spread = ", one draw" if point.n_draws == 1 else f" ± {point.std:.1%}, {point.n_draws} draws"
    return f"{spread} of {point.n_labels:,} labels"
