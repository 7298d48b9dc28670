"""Sentences about the Fréchet distances of sources."""

from collections.abc import Sequence

import numpy as np

from autoencoder.experiments.generate.samples import SampleScores


def sentence(name: str, scores: Sequence[SampleScores]) -> str:
    """Sentence on the best and the worst of a model's sources, and on the floor; empty for fewer than two."""
    known = [current for current in scores if np.isfinite(current.frechet)]
    if len(known) < 2:
        return ""
    best, worst = (choose(known, key=lambda each: each.frechet) for choose in (min, max))
    return (
        f"Of {name}, samples from the {best.source} are most like real images: Fréchet distance "
        f"{written(best.frechet)}, where real ones come to {written(best.frechet_floor)}. Those from the "
        f"{worst.source} are least like them: {written(worst.frechet)}, "
        f"{worst.frechet / best.frechet:.1f} times as far."
    )


def written(distance: float) -> str:
    """A distance with three digits."""
    return f"{distance:,.0f}" if distance >= 100 else f"{distance:.3g}"
