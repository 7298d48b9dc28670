"""Study of gaps: models of many settings, their gap scores and their reconstruction errors.

A *setting* is plain at a code size, denoising at a level of noise, or variational at a weight of the KL.
Each is trained once from every seed, in study_trials.py. A gap score is compared with the error, because a
means that narrows the gaps is likely to blur the pictures.
"""

import json
import os
from dataclasses import asdict, astuple, dataclass, field, fields
from pathlib import Path

import numpy as np

from autoencoder.data.serial import from_tree
from autoencoder.errors import DatasetError
from autoencoder.experiments.statistics import Interval
from autoencoder.latent.gap_score import SHARE, GapScore, gap_score
from autoencoder.latent.support import PERCENTILE
from autoencoder.project import ROOT

SHIPPED_STUDY = ROOT / "checkpoints" / "study-mnist.json"
FORMAT = "latent-space-explorer study"
MOST_BYTES = 10_000_000  # of a file of results; the shipped one has a hundredth
ENDS = {part.name for part in fields(Interval)}
FAMILIES = {"ae": "plain", "dae": "denoising", "vae": "variational"}
NARROW = "\N{NO-BREAK SPACE}"  # a knob and its number stay on one line
REAL_SHARE = 1 - PERCENTILE / 100  # of the codes in use are off the data, by definition of the unit


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
    """The runs so far, and their origin: images, plan, machine, and the codes that 1 in the units is of."""

    dataset: str
    fingerprint: str
    plan: StudyPlan
    n_train: int
    n_held_out: int
    runtime: dict[str, str | int]
    runs: tuple[Run, ...] = ()
    yardstick: str = "atlas"  # as in files that do not say

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
