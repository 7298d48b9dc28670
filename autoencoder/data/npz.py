"""Arrays of numbers in .npz files that may hold anything: what they declare is checked before it is read."""

import zipfile
from collections.abc import Collection
from pathlib import Path

import numpy as np

from autoencoder.data.readers.arrays import HEADER_BYTES, npy_header
from autoencoder.errors import in_line


def read_arrays(path: Path, names: Collection[str], most_members: int, most_bytes: int) -> dict:
    """The arrays of these names that the file has; ValueError or OSError where they cannot be had.

    ``most_bytes`` is what all members together may be unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, most_members, most_bytes)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names if name in file}
    except OSError:
        raise
    except Exception as error:  # on hostile bytes, NumPy and zipfile raise a dozen kinds, documented or not
        raise ValueError(str(error) or type(error).__name__) from error


def _check_members(archive: zipfile.ZipFile, most: int, most_bytes: int) -> None:
    """Numbers and sizes are checked before time and memory are taken."""
    if len(archive.infolist()) > most:
        raise ValueError(f"it holds more than {most} arrays")
    if sum(member.file_size for member in archive.infolist()) > most_bytes:
        raise ValueError(f"unpacked, it would be larger than {most_bytes / 1e6:.0f} MB")
    for member in archive.infolist():
        with archive.open(member) as file:
            header = npy_header(file.read(HEADER_BYTES))
        if header.n_bytes > member.file_size:
            raise ValueError(f"{in_line(member.filename)} declares more values than it holds")
