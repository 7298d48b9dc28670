"""Models and image sets of a visitor: how each is kept on a shelf, and the zip archives of models."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo
from autoencoder.checkpoint.store import (
    SHIPPED,
    folder_in_archive,
    list_checkpoints,
    load_checkpoint,
    load_uploaded,
    pack_model,
    save_checkpoint,
    unpack_model,
)
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.training.result import MAX_ATLAS_BYTES
from ui.storage.disk import SCRATCH, made, writing
from ui.storage.quota import Quota
from ui.storage.shelf import Kind, Shelf, tidied


def model_infos(models: Shelf[Checkpoint]) -> list[CheckpointInfo]:
    """The models on a shelf without their arrays; those that cannot be read are left out."""
    return list_checkpoints(models.folder)


def export_model(models: Shelf[Checkpoint], name: str) -> bytes:
    """Zip archive of a model, for `import_model`."""
    return pack_model(models.find(name))


def proposed_name(models: Shelf[Checkpoint], data: bytes, file: str) -> str:
    """Free name for an uploaded model: that of its folder in the archive, else that of the file."""
    return models.free_name(tidied(folder_in_archive(data)) or file.removesuffix(".zip"))


def import_model(models: Shelf[Checkpoint], data: bytes, name: str) -> CheckpointInfo:
    """Keep an uploaded model once it has been read. Raises CheckpointError where it is not a model."""
    path = models.path_for(name)
    files = unpack_model(data)
    models.quota.check(sum(map(len, files.values())))
    with writing(path.name), TemporaryDirectory() as scratch:
        for file, content in files.items():
            Path(scratch, file).write_bytes(content)
        checkpoint = load_uploaded(Path(scratch), path.name)
    save_checkpoint(checkpoint, path)
    return CheckpointInfo(path.name, path, checkpoint.config)


def _save_model(checkpoint: Checkpoint, path: Path, quota: Quota) -> None:
    quota.check(_n_bytes(checkpoint))
    save_checkpoint(checkpoint, path)


def _n_bytes(checkpoint: Checkpoint) -> int:
    """Upper estimate of a model's size on disk: its weights are not compressed, the rest is small."""
    frames = checkpoint.replay.to_arrays().values() if checkpoint.replay else ()
    arrays = (*checkpoint.model.weights.values(), *frames)
    return sum(array.nbytes for array in arrays) + MAX_ATLAS_BYTES


@cache
def _shipped_names() -> frozenset[str]:
    return frozenset(path.name for path in SHIPPED.glob("[!.]*/"))


MODELS = Kind("model", "", load_checkpoint, _save_model, _shipped_names)


def _load_images(path: Path) -> Dataset:
    return replace(load_dataset(path), name=path.stem)


def _save_images(dataset: Dataset, path: Path, quota: Quota) -> None:
    arrays = {"images": dataset.images}
    if dataset.labels is not None:
        arrays |= {"labels": dataset.labels, "class_names": np.array(dataset.class_names)}
    with writing(path.stem), TemporaryDirectory(dir=made(path.parent), prefix=SCRATCH) as scratch:
        fresh = Path(scratch, "images.npz")
        np.savez_compressed(fresh, **arrays)
        quota.check(fresh.stat().st_size)
        fresh.rename(path)


IMAGES = Kind("image set", ".npz", _load_images, _save_images, DATASETS.keys)
