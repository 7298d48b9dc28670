"""Trials of a study: train a model of every setting from every seed, and measure its gaps and its error."""

from dataclasses import asdict, replace
from itertools import product

import numpy as np

from autoencoder.checkpoint.record import HELD_BACK_SHARE, TrainingSettings
from autoencoder.data import measures
from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.data.images import as_floats
from autoencoder.errors import DatasetError
from autoencoder.experiments.gaps.statistic import gap_steps
from autoencoder.experiments.gaps.study import Run, Setting, Study, StudyPlan
from autoencoder.experiments.statistics import interval
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.support import YARDSTICK, Support
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.model.runtime import Runtime
from autoencoder.steps import Step, Steps, part_of, result_of
from autoencoder.training.trainer import Trainer

MOST_HELD_OUT = 5_000
FEWEST_HELD_OUT = 10


def begin_study(
    plan: StudyPlan, training: Dataset, test: Dataset | None, runtime: Runtime
) -> tuple[Study, Dataset, Dataset]:
    """An empty study, its training images and its held-out ones: of the test images, or a seeded tenth.

    Raises DatasetError where there are too few.
    """
    if test is None:
        rows, held_out = hold_back(training.n_images, HELD_BACK_SHARE, 0)
        training, test = training.subset(rows), training.subset(held_out)
    training = training.subset(np.arange(min(plan.n_images, training.n_images)))
    test = test.subset(np.arange(min(MOST_HELD_OUT, test.n_images)))
    if test.n_images < FEWEST_HELD_OUT or training.n_images < 2:
        has = f"{training.name} has {test.n_images} images to measure with"
        raise DatasetError(f"{has}, and a study needs at least {FEWEST_HELD_OUT}. Choose more images.")
    sizes = training.n_images, test.n_images
    about = training.name, training.fingerprint, plan, *sizes, asdict(runtime)
    return Study(*about, yardstick=YARDSTICK), training, test


def study_steps(study: Study, training: Dataset, held_out: Dataset, runtime: Runtime) -> Steps[Study]:
    """Do the runs that the study lacks, seed after seed; the partial results are studies."""
    wanted = list(product(study.plan.seeds, study.plan.settings))
    done = {(run.seed, run.setting) for run in study.runs}
    for seed, setting in wanted:
        if (seed, setting) in done:
            continue
        trainer = _trainer(study.plan, setting, seed, training, runtime)
        yield from part_of(trainer.steps(), len(study.runs) / len(wanted), 0.95 / len(wanted), study)
        run = _measured(setting, seed, trainer.autoencoder(), held_out, study.plan.n_pairs, trainer.seconds)
        study = replace(study, runs=(*study.runs, run))
        yield Step(len(study.runs) / len(wanted), study)
    return study


def _trainer(plan: StudyPlan, setting: Setting, seed: int, training: Dataset, runtime: Runtime) -> Trainer:
    beta = setting.knob if setting.kind == "vae" else 1.0
    noise = {"noise": f"gaussian:{setting.knob}"} if setting.kind == "dae" else {}
    settings = TrainingSettings(plan.epochs, seed=seed, **noise)
    return Trainer(training.images, ModelSettings(setting.kind, setting.latent_dim, beta), settings, runtime)


def _measured(
    setting: Setting, seed: int, model: Autoencoder, held_out: Dataset, n_pairs: int, seconds: float
) -> Run:
    """Gaps and error on the held-out images; the pairs are the same for all settings of a seed."""
    latents = model.encode(held_out.images)
    pairs = random_pairs(held_out.labels, held_out.n_images, n_pairs, seed)
    pictures = PictureDistance(model, held_out.images)
    gaps = result_of(gap_steps("", Support(model, latents), latents, pairs, pictures))
    mse = float(measures.mse(as_floats(held_out.images), model.decode(latents)).mean())
    share, share_within = interval(gaps.cross.off_support_share), interval(gaps.same.off_support_share)
    jump, unlike = interval(gaps.cross.jump_ratio), interval(gaps.cross.picture_share)
    return Run(setting, seed, mse, share, jump, share_within, unlike, seconds)
