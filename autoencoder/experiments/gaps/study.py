"""Study of gaps: models of many settings, their gap scores and their reconstruction errors.

A *setting* is plain at a code size, denoising at a level of noise, or variational at a weight of the KL.
Each is trained once from every seed, in study_trials.py. A gap score is compared with the error, because a
means that narrows the gaps is likely to blur the pictures.
"""

import json
import os
from dataclasses import asdict, astuple, dataclass, field, fields
from itertools import product
from pathlib import Path

import numpy as np

from autoencoder.data.serial import from_tree
from autoencoder.errors import DatasetError
from autoencoder.experiments.statistics import Interval
from autoencoder.latent.gap_score import JUMP, SHARE, GapScore, gap_score
from autoencoder.latent.support import PERCENTILE
from autoencoder.project import ROOT

SHIPPED_STUDY = ROOT / "checkpoints" / "study-mnist.json"
FORMAT = "latent-space-explorer study"
MOST_BYTES = 10_000_000  # of a file of results; the shipped one has a hundredth
ENDS = {part.name for part in fields(Interval)}
FAMILIES = {"ae": "plain", "dae": "denoising", "vae": "variational"}
MEANS = {"ae": "A smaller code", "dae": "Noise in training", "vae": "Weighing the KL"}
NARROW = "\N{NO-BREAK SPACE}"  # a knob and its number stay on one line
REAL_SHARE = 1 - PERCENTILE / 100  # of real images' own codes are off the data, by definition of the unit


@dataclass(frozen=True)
class Setting:
    """A kind of model, its code size, and the ``knob``: the noise of a dae, the beta of a vae, else None."""

    kind: str
    latent_dim: int
    knob: float | None = None

    @property
    def gap_score(self) -> GapScore:
        return gap_score(self.latent_dim)

    @property
    def label(self) -> str:
        """The label within its family."""
        if self.kind == "ae":
            return f"{self.latent_dim}{NARROW}numbers"
        return f"{'noise' if self.kind == 'dae' else 'β'}{NARROW}{self.knob:g}"

    @property
    def name(self) -> str:
        """The full name."""
        knob = "" if self.kind == "ae" else f", {self.label}"
        return f"{FAMILIES[self.kind]}, {self.latent_dim} numbers{knob}"


@dataclass(frozen=True)
class StudyPlan:
    """Plan of a study; raises ValueError for a value that is out of range.

    sizes     code sizes of plain models
    at        code sizes at which noise and beta vary; plain models have these too
    noises    levels of Gaussian noise in the training of denoising models
    betas     weights of the KL of variational ones
    n_images  training images, the first ones, or all if there are fewer
    n_pairs   of held-out images within classes, and as many across them
    """

    sizes: tuple[int, ...] = (2, 8, 16, 32)
    at: tuple[int, ...] = (2, 32)
    noises: tuple[float, ...] = (0.1, 0.3, 0.6)
    betas: tuple[float, ...] = (0.1, 0.3, 1.0, 4.0)
    seeds: tuple[int, ...] = (0, 1, 2)
    n_images: int = 20_000
    epochs: int = 5
    n_pairs: int = 200

    def __post_init__(self):
        for name in ("sizes", "at", "noises", "betas", "seeds"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        if not self.seeds or not self.settings:
            raise ValueError("a study needs at least one seed and one code size")
        if self.n_images < 2 or self.n_pairs < 1 or self.epochs < 1:
            raise ValueError("a study needs at least 2 images, 1 pair and 1 epoch")

    @property
    def settings(self) -> list[Setting]:
        """All that are trained, family by family."""
        return [
            *(Setting("ae", size) for size in sorted({*self.sizes, *self.at})),
            *(Setting("dae", size, noise) for size in self.at for noise in self.noises),
            *(Setting("vae", size, beta) for size in self.at for beta in self.betas),
        ]


@dataclass(frozen=True)
class Run:
    """A model of a setting, trained from a seed and measured on held-out images.

    mse              of the reconstruction, pixels in [0, 1]; of a vae from the posterior means
    share, jump      means over paths across classes: steps off the data, the jump ratio
    share_within     the first of these within classes
    unlike           across classes: steps whose picture is unlike any image
    seconds          of training
    """

    setting: Setting
    seed: int
    mse: float
    share: Interval
    jump: Interval
    share_within: Interval
    unlike: Interval
    seconds: float

    @property
    def score(self) -> Interval:
        """The gap score that suits the size of the code."""
        return self.share if self.setting.gap_score is SHARE else self.jump


@dataclass(frozen=True)
class Study:
    """The runs so far, and their origin: images, plan, and machine."""

    dataset: str
    fingerprint: str
    plan: StudyPlan
    n_train: int
    n_held_out: int
    runtime: dict[str, str | int]
    runs: tuple[Run, ...] = ()

    @property
    def made_from(self) -> dict:
        """All but the runs; equal for two parts of one study."""
        return {name: value for name, value in asdict(self).items() if name != "runs"}


@dataclass(frozen=True)
class Point:
    """A setting over all of its seeds; its score covers all of their intervals."""

    setting: Setting
    mse: float
    score: Interval
    runs: tuple[Run, ...] = field(repr=False)

    def mean(self, measure: str) -> float:
        """The mean over the seeds of a measure of `Run` that is an interval."""
        return float(np.mean([getattr(run, measure).mean for run in self.runs]))

    @property
    def written(self) -> str:
        """The score with its range, in words."""
        return self.score.written(self.setting.gap_score.format)


@dataclass(frozen=True)
class Finding:
    """Effect of a means on the gaps of a plain model, ``against``, with the numbers."""

    against: str
    verdict: str
    figures: str


def points(study: Study) -> list[Point]:
    """The settings that have been run, in the plan's order."""
    found = []
    for setting in study.plan.settings:
        runs = tuple(run for run in study.runs if run.setting == setting)
        if runs:
            mse = float(np.mean([run.mse for run in runs]))
            found.append(Point(setting, mse, over_seeds([run.score for run in runs]), runs))
    return found


def over_seeds(intervals: list[Interval]) -> Interval:
    """The mean of the means, and the range of all of the intervals: wide enough for pairs and seeds."""
    means, lows, highs = zip(*map(astuple, intervals), strict=True)
    return Interval(float(np.mean(means)), min(lows), max(highs))


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


def save_study(study: Study) -> str:
    """The study as JSON, which `read_study` reads."""
    return json.dumps({"format": FORMAT, **_rounded(asdict(study))}, indent=1) + "\n"


def read_study(path: str | os.PathLike) -> Study:
    """The study in a file; raises DatasetError where it cannot be used."""
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is larger than any study")
        entries = json.loads(path.read_text(encoding="utf-8"), object_hook=_with_nan)
        if entries.pop("format") != FORMAT:
            raise ValueError("it is of another format")
        return from_tree(Study, entries)
    except OSError as error:
        raise DatasetError(f"{path} could not be read: {error.strerror}. Choose another file.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{path} holds no study ({error}). Choose another file, or remove it.") from error


def table(study: Study) -> list[dict]:
    """A row for every setting: its knobs, its error and its scores, means over the seeds."""
    return [
        {
            "family": FAMILIES[point.setting.kind],
            "code size": point.setting.latent_dim,
            "noise": point.setting.knob if point.setting.kind == "dae" else None,
            "beta": point.setting.knob if point.setting.kind == "vae" else None,
            "seeds": len(point.runs),
            "reconstruction error": point.mse,
            **_ends("off the data", over_seeds([run.share for run in point.runs])),
            "off the data within a class": point.mean("share_within"),
            **_ends("jump ratio", over_seeds([run.jump for run in point.runs])),
            "unlike any image": point.mean("unlike"),
        }
        for point in points(study)
    ]


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
        # Closed: steps are off the data no more often than real images' own codes are.
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


def _ends(name: str, current: Interval) -> dict[str, float]:
    return {name: current.mean, f"{name}, from": current.low, f"{name}, to": current.high}


def _with_nan(entries: dict) -> dict:
    """Entries of a JSON object, NaN for the ends of an interval that are null."""
    return {name: np.nan if name in ENDS and value is None else value for name, value in entries.items()}


def _rounded(value):
    """The value with six digits, more than the measures mean; null for a number that is not finite."""
    if isinstance(value, dict):
        return {name: _rounded(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value
