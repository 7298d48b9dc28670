"""Checkpoint of a finished training: model, measured errors and atlas."""

import numpy as np

from autoencoder.checkpoint.checkpoint import Atlas, AtlasInfo, Checkpoint, Config, DataSource, TrainingRecord
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.latent.support import Support
from autoencoder.training.trainer import Trainer

MAX_ATLAS_CODES = 10_000
MAX_ATLAS_BYTES = 480_000


def make_checkpoint(name: str, trainer: Trainer, trained_on: Dataset, test: Dataset | None) -> Checkpoint:
    """The model as the trainer has it now, with an atlas of images that it was not trained on.

    These are the test images of a named data set, and the held-back ones where there is no test set. The
    history ends with the measures of these very weights.
    """
    trainer.measure_end()
    model = trainer.autoencoder()
    rows = trainer.held_back_rows if test is None else np.arange(test.n_images)
    per_code = 2 * model.latent_dim + 4  # bytes: float16 components, and what row and label pack to
    rows = rows[: min(MAX_ATLAS_CODES, MAX_ATLAS_BYTES // per_code)]
    held_out = (trained_on if test is None else test).subset(rows)
    latents = model.encode(held_out.images).astype(np.float16).astype(np.float32)
    config = Config(
        trainer.model,
        _source(trained_on, trainer.settings),
        TrainingRecord(trainer.settings, trainer.runtime, trainer.seconds, tuple(trainer.history)),
        AtlasInfo(held_out.name, held_out.split, len(rows), Support(model, latents).units, "codes in use"),
    )
    return Checkpoint(name, config, model, Atlas(rows, latents, held_out.labels))


def _source(dataset: Dataset, settings: TrainingSettings) -> DataSource:
    if settings.n_images:
        note = f"{settings.n_images:,} of {dataset.n_images:,} images, drawn with seed {settings.seed}"
        names = dataset.class_names
        return DataSource(dataset.name, settings.n_images, dataset.fingerprint, names, note)
    whole = DATASETS[dataset.name].n_train if dataset.name in DATASETS else 0
    is_part = dataset.split == "train" and dataset.n_images < whole
    note = f"the first {dataset.n_images:,} of {whole:,} training images" if is_part else ""
    return DataSource(dataset.name, dataset.n_images, dataset.fingerprint, dataset.class_names, note)
