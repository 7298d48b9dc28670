"""Data sets by name or by path: images of 28 x 28 pixels, uint8, light ink on dark ground as in MNIST."""

import difflib
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from autoencoder.data.catalogue import DATASETS, NamedSet, data_root
from autoencoder.data.dataset import SPLITS, Dataset
from autoencoder.data.download import Progress, fetch
from autoencoder.data.embedded import embedded_set
from autoencoder.data.readers.read import read_images, read_upload
from autoencoder.errors import DatasetError


def load_dataset(
    source: str | os.PathLike,
    split: str = "test",
    root: str | os.PathLike | None = None,
    *,
    invert: bool = False,
    download: bool = True,
    on_progress: Progress | None = None,
) -> Dataset:
    """Load a named set, or the images at a path, whose split is always "all".

    A named set that is not on disk is downloaded if `download` allows. `invert` turns dark ink on light
    ground into light on dark. Raises `DatasetError` for what cannot be found, read or downloaded.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    named = None if isinstance(source, os.PathLike) else DATASETS.get(source.lower())
    if named is None:
        dataset = _load_path(source)
    else:
        dataset = _load_named(named, split, data_root(root), download, on_progress)
    return replace(dataset, images=255 - dataset.images) if invert else dataset


def load_upload(
    name: str, data: bytes, labels: tuple[str, bytes] | None = None, *, invert: bool = False
) -> Dataset:
    """A data set of uploaded bytes, as `load_dataset` makes one of a file."""
    return Dataset(_file_stem(name), "all", *read_upload(name, data, labels, invert=invert))


def _load_path(source: str | os.PathLike) -> Dataset:
    if not _is_path(source):
        close = difflib.get_close_matches(source.lower(), DATASETS, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        known = f"The data sets are {', '.join(DATASETS)}; files are given by their path."
        raise DatasetError(f"There is no data set and no file called {source!r}.{meant} {known}")
    path = Path(source).expanduser()
    name = path.resolve().name if path.is_dir() else _file_stem(path.name)
    return Dataset(name, "all", *read_images(path))


def _is_path(source: str | os.PathLike) -> bool:
    if isinstance(source, os.PathLike):
        return True
    return "/" in source or os.sep in source or bool(Path(source).suffix) or os.path.exists(source)


def _file_stem(name: str) -> str:
    """The name without its suffix; "train" for train-images-idx3-ubyte.gz."""
    own, is_idx = re.subn(r"[-_.]?images[-_.]idx3[-_.]ubyte(\.gz)?$", "", Path(name).name)
    return own or "images" if is_idx else Path(name).stem


def _load_named(
    named: NamedSet, split: str, root: Path, download: bool, on_progress: Progress | None
) -> Dataset:
    if split == "all":
        parts = [_load_named(named, part, root, download, on_progress) for part in ("train", "test")]
        whole = {field: np.concatenate([getattr(p, field) for p in parts]) for field in ("images", "labels")}
        return replace(parts[0], split="all", **whole)
    if not named.folder:
        return embedded_set(named.name)[split]
    path = named.images_path(root, split)
    if path is None:
        fetch(named, root, download, on_progress)
        path = named.images_path(root, split)
    return _read_named(named, split, path)


def _read_named(named: NamedSet, split: str, path: Path) -> Dataset:
    """Read a split from torchvision's files with our own reader.

    torchvision only downloads: it would give the same bytes, but takes seconds to import, trusts the files (a
    truncated one fails far inside torch), and cannot be imported where it does not match its torch.
    """
    try:
        images, labels, _ = read_images(path)
    except DatasetError as error:
        advice = f"Once {path} is deleted, {named.title} can be downloaded again."
        raise DatasetError(f"{error} {advice}") from error
    labels = labels - named.first_label
    if labels.min() < 0 or labels.max() >= len(named.class_names):
        fault = f"The labels of {path} are not those of {named.title}"
        raise DatasetError(f"{fault}. Delete it to download it again.")
    if named.transposed:
        images = images.transpose(0, 2, 1)
    return Dataset(named.name, split, images, labels, named.class_names)
