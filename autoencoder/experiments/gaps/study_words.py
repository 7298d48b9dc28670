"""Sentences of the study of what closes the gaps: they follow from its numbers."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from autoencoder.experiments.gaps.study import REAL_SHARE, Point, Setting, Study, points
from autoencoder.latent.gap_score import JUMP, SHARE, gap_score

MEANS = {"ae": "A smaller code", "dae": "Noise in training", "vae": "Weighing the KL"}


@dataclass(frozen=True)
class Finding:
    """Effect of a means on the gaps of a plain model, ``against``, with the numbers."""

    against: str
    verdict: str
    figures: str


def findings(study: Study) -> list[Finding]:
    """The effect of every means against gaps, also of one that does not help."""
    by_setting, found = {point.setting: point for point in points(study)}, []
    for size, kind in product(reversed(study.plan.at), ("vae", "dae", "ae")):
        plain = by_setting.get(Setting("ae", size))
        tried = [point for setting, point in by_setting.items() if _is_means(setting, kind, size)]
        if plain and tried:
            found.append(_finding(kind, plain, tried))
    return found


def beside_the_gaps(study: Study) -> str:
    """A sentence on the pictures along the same paths; empty if none were compared with real images."""
    unlike = {point.setting: point.mean("unlike") for point in points(study)}
    known = {setting: value for setting, value in unlike.items() if np.isfinite(value)}
    if not known:
        return ""
    least, most = min(known, key=known.get), max(known, key=known.get)
    return (
        f"On the side of the pictures, {known[least]:.1%} ({least.name}) to {known[most]:.1%} ({most.name}) "
        "of the steps are unlike any image."
    )


def _is_means(setting: Setting, kind: str, size: int) -> bool:
    """True for a means against the gaps of a plain model of this size that has the same score."""
    if setting.kind != kind:
        return False
    if kind != "ae":
        return setting.latent_dim == size
    return setting.latent_dim < size and setting.gap_score == gap_score(size)


def _finding(kind: str, plain: Point, tried: list[Point]) -> Finding:
    """A setting differs where its range over the seeds and the plain model's do not overlap."""
    better = [point for point in tried if point.score.high < plain.score.low]
    worse = [point for point in tried if point.score.low > plain.score.high]
    least, most = (choose(tried, key=lambda point: point.score.mean) for choose in (min, max))
    verdicts, figures = [], []
    if better:
        # Closed: steps are off the data no more often than the codes that the model uses for real images.
        is_closed = plain.setting.gap_score is SHARE and least.score.low <= REAL_SHARE
        verdicts.append("closes the gaps" if is_closed else "narrows the gaps")
        figures.append(_figures(least, plain))
        cheapest = min(better, key=lambda point: point.mse)
        if cheapest is not least:
            figures.append(f"The cheapest that clearly helps: {_figures(cheapest, plain)}")
    if worse:
        verdicts.append("makes the gaps wider")
        figures.append(_figures(most, plain))
    if not verdicts:
        verdicts.append("does not clearly change the gaps")
        figures.append(_figures(least, plain))
    unclear = [point.setting.label for point in tried if point not in better and point not in worse]
    if unclear and (better or worse):
        figures.append(f"Not clearly different: {', '.join(unclear)}")
    verdict = f"{MEANS[kind]} {', but at other settings it '.join(verdicts)}"
    return Finding(_plain_words(plain), verdict, ". ".join(figures) + ".")


def _plain_words(plain: Point) -> str:
    is_share = plain.setting.gap_score is SHARE
    measured = f"{plain.written} of the steps off the data" if is_share else f"{JUMP.title} {plain.written}"
    return f"Against a plain model of {plain.setting.latent_dim} numbers: {measured}, error {plain.mse:.4f}"


def _figures(point: Point, plain: Point) -> str:
    return f"{point.setting.label}, {point.written} for {point.mse / plain.mse:.2f} times the error"
