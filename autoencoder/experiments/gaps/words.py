"""Sentences about the gap statistic of several models."""

from itertools import combinations

import numpy as np

from autoencoder.experiments.gaps.statistic import GapStatistic
from autoencoder.experiments.statistics import interval, probability_of_worse


def comparisons(statistics: list[GapStatistic]) -> list[dict[str, str | float]]:
    """``worse``, ``better`` and the probability ``value`` of every two models with the same kind of score.

    The scores are of paths across classes.
    """
    found = []
    for first, second in combinations(statistics, 2):
        if first.gap_score == second.gap_score:
            value = probability_of_worse(first.score("cross"), second.score("cross"))
            worse, better = (first, second) if not value < 0.5 else (second, first)
            found.append({"worse": worse.name, "better": better.name, "value": max(value, 1 - value)})
    return found


def sentence(statistics: list[GapStatistic]) -> str:
    """A sentence that compares the first two models' paths across classes, also where they do not differ."""
    first, second = statistics[:2]
    score = first.gap_score
    if score != second.gap_score:
        return f"{first.name} and {second.name} are scored differently: their numbers do not compare."
    where, high, low = first.words("cross"), *(interval(each.score("cross")) for each in (first, second))
    if not np.isfinite([high.mean, low.mean]).all():
        return f"For {first.name} and {second.name} there are no paths {where} to compare."
    worse, better = first, second
    if high.mean < low.mean:
        worse, better, high, low = second, first, low, high
    value = probability_of_worse(worse.score("cross"), better.score("cross"))
    chance = f"The probability that a random path of {worse.name} is the worse one is {value:.0%}"
    chance = f"{chance}, ties counted half."
    figures = f"on average {high.written(score.format)} against {low.written(score.format)}"
    if high.low <= low.high:
        finding = f"{worse.name} and {better.name} do not differ clearly in {score.title}"
        figures = f"{figures}, and the intervals overlap"
    else:
        finding = f"the paths of {worse.name} are worse in {score.title} than those of {better.name}"
    return f"{where.capitalize()}, {finding}: {figures}. {chance}"
