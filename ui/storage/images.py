"""Image sets of a visitor: .npz files of images, labels and class names on a shelf."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from ui.storage.disk import SCRATCH, made, writing
from ui.storage.room import Room
from ui.storage.shelf import Kind


def _load(path: Path) -> Dataset:
    return replace(load_dataset(path), name=path.stem)


def _save(dataset: Dataset, path: Path, room: Room) -> None:
    arrays = {"images": dataset.images}
    if dataset.labels is not None:
        arrays |= {"labels": dataset.labels, "class_names": np.array(dataset.class_names)}
    with writing(path.stem), TemporaryDirectory(dir=made(path.parent), prefix=SCRATCH) as scratch:
        fresh = Path(scratch, "images.npz")
        np.savez_compressed(fresh, **arrays)
        room.check(fresh.stat().st_size)
        fresh.rename(path)


IMAGES = Kind("image set", ".npz", _load, _save, DATASETS.keys)
