"""Sentences about outlier scores and thresholds."""

from autoencoder.experiments.outliers.outcome import Alarms, promised_rate
from autoencoder.experiments.outliers.scores import CHOSEN, PCA_SCORES, SCORES
from autoencoder.experiments.statistics import Interval
from autoencoder.wording import counted, percent

ROUNDING = 1e-9  # AUROCs that differ by less are the same: a pair of images counts for more
FEW = 10  # things of which a share is a number, not percent
MOST_NAMED = 2  # of scores that tie


def sentence(aurocs: dict[str, Interval]) -> str:
    """Sentence on the best score and the worst, and on the network's chosen one against PCA."""
    means = {name: found.mean for name, found in aurocs.items()}
    best, worst = max(means.values()), min(means.values())
    if best - worst < ROUNDING:
        return f"No score is better than another here: all have an AUROC of {percent(best)}."
    pca = better_pca(aurocs)
    return (
        f"Best here: {_with_auroc(means, best)}; worst: {_with_auroc(means, worst)}. "
        f"The network's combined score {_comparison(aurocs[CHOSEN], aurocs[pca])} PCA's better one: "
        f"{percent(means[CHOSEN])} against {percent(means[pca])}."
    )


def better_pca(aurocs: dict[str, Interval]) -> str:
    """The better score of PCA; of two that tie, the first."""
    return max(PCA_SCORES, key=lambda name: aurocs[name].mean)


def threshold_sentence(found: Alarms, wanted: float, n_held_back: int) -> str:
    """Sentence on the wanted false-alarm rate, that of the test set, and the share of outliers caught."""
    promised = promised_rate(n_held_back, wanted)
    limit = ""
    if promised > wanted:
        limit = f" ({n_held_back} held-back images can promise no less than {promised:.1%})"
    precision = "no image lies above"
    if found.precision is not None:
        precision = f"{found.precision:.1%} of the alarms are right"
    return (
        f"Wanted: {wanted:.1%} false alarms{limit}. On the test set "
        f"{_share(found.n_false_alarms, found.n_normal, 'normal image')} lie above the threshold, and "
        f"{_share(found.n_caught, found.n_outliers, 'outlier')}; {precision}."
    )


def _share(count: int, of_all: int, noun: str) -> str:
    """A share of things in percent; of a few, their number."""
    things = counted(of_all, noun)
    return f"{count} of {things}" if of_all < FEW else f"{count / of_all:.1%} of {things}"


def _with_auroc(means: dict[str, float], value: float) -> str:
    """The scores with exactly this AUROC: several are a tie."""
    titles = [f"“{SCORES[name].title}”" for name, mean in means.items() if abs(mean - value) < ROUNDING]
    named = titles if len(titles) <= MOST_NAMED else [titles[0], f"{len(titles) - 1} others"]
    tie = ", a tie," if len(titles) > 1 else ""
    return f"{' and '.join(named)}{tie} with an AUROC of {percent(value)}"


def _comparison(net: Interval, pca: Interval) -> str:
    if net.low > pca.high:
        return "beats"
    if net.high < pca.low:
        return "does not beat"
    return "is not clearly apart from"
