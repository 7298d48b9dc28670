"""Sentences about the gap statistic of several models."""

import numpy as np

from autoencoder.experiments.gaps.statistic import GapStatistic
from autoencoder.experiments.statistics import Interval, interval, probability_of_worse
from autoencoder.latent.gap_score import SHARE
from autoencoder.latent.support import score_name


def comparisons(statistics: list[GapStatistic], kind: str = "cross") -> list[dict[str, str | float]]:
    """For every two models with one score in common: ``worse``, ``better`` and the probability, ``value``."""
    found = []
    for number, first in enumerate(statistics):
        for second in statistics[number + 1 :]:
            if score_name(first.latent_dim) != score_name(second.latent_dim):
                continue
            value = probability_of_worse(first.score(kind), second.score(kind))
            worse, better = (first, second) if not value < 0.5 else (second, first)
            found.append({"worse": worse.name, "better": better.name, "value": max(value, 1 - value)})
    return found


def sentence(statistics: list[GapStatistic]) -> str:
    """What the numbers say of the first two models' paths across classes, also where they do not differ."""
    first, second = statistics[:2]
    score = score_name(first.latent_dim)
    if score != score_name(second.latent_dim):
        return f"{first.name} and {second.name} are scored differently: their numbers do not compare."
    intervals = [interval(statistic.score("cross")) for statistic in (first, second)]
    where = first.words("cross")
    if not all(np.isfinite(current.mean) for current in intervals):
        return f"For {first.name} and {second.name} there are no paths {where} to compare."
    (worse, better), (high, low) = (first, second), intervals
    if high.mean < low.mean:
        (worse, better), (high, low) = (second, first), intervals[::-1]
    value = probability_of_worse(worse.score("cross"), better.score("cross"))
    chance = (
        f"The probability that a random path of {worse.name} is the worse one is {value:.0%}, ties counted "
        "half."
    )
    figures = f"on average {_written(high, score)} against {_written(low, score)}"
    if high.low <= low.high:
        return (
            f"{where.capitalize()}, {worse.name} and {better.name} do not differ clearly in {score}: "
            f"{figures}, and the intervals overlap. {chance}"
        )
    return (
        f"{where.capitalize()}, the paths of {worse.name} are worse in {score} than those of {better.name}: "
        f"{figures}. {chance}"
    )


def _written(current: Interval, score: str) -> str:
    if score == SHARE:
        return f"{current.mean:.1%} [{current.low:.1%}, {current.high:.1%}]"
    return f"{current.mean:.2f} [{current.low:.2f}, {current.high:.2f}]"
