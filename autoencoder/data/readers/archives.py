"""Zip archives of pictures; entries are counted and measured before they are unpacked."""

import zipfile
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath

from autoencoder.data.readers.arrays import read_npz
from autoencoder.data.readers.pictures import Picture, check_picture_size, pictures_as_set
from autoencoder.data.readers.source import (
    BOMB_BYTES,
    MAX_COMPRESSION,
    MAX_ENTRIES,
    MAX_UNPACKED_BYTES,
    ImageSet,
    Source,
    blaming,
    megabytes,
)
from autoencoder.errors import DatasetError, in_line


def read_archive(source: Source) -> ImageSet:
    _check_entry_count(source)
    with blaming(source.name):
        archive = zipfile.ZipFile(source.stream)
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    _check_entries(entries, source.name)
    arrays = {
        entry.filename.removesuffix(".npy"): entry for entry in entries if entry.filename.endswith(".npy")
    }
    if arrays:
        return read_npz(source.name, archive, arrays)
    pictures = [
        Picture(
            PurePosixPath(PureWindowsPath(entry.filename).as_posix()),
            partial(_read_entry, source.name, archive, entry),
        )
        for entry in entries
    ]
    return pictures_as_set(source.name, pictures)


def _check_entry_count(source: Source) -> None:
    """Count the signatures of entries: zipfile would build objects for millions before we could ask."""
    chunks = iter(partial(source.stream.read, 1 << 20), b"")
    n_entries = sum(chunk.count(b"PK\x01\x02") for chunk in chunks)
    if n_entries > MAX_ENTRIES:
        raise DatasetError(
            f"{source.name} has {n_entries:,} entries; up to {MAX_ENTRIES:,} are read. Split it."
        )


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    for entry in entries:
        _check_entry(entry, name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise DatasetError(
            f"{name} unpacks to {megabytes(unpacked)}; up to {megabytes(MAX_UNPACKED_BYTES)} are read. "
            "Save fewer or smaller images."
        )


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    path = PureWindowsPath(entry.filename)  # takes both kinds of slashes, and drives
    if ".." in path.parts or path.anchor:
        raise DatasetError(
            f"{name} holds the path {in_line(repr(entry.filename))}, which leads out of it. Pack it anew."
        )
    if entry.flag_bits & 0x1:
        raise DatasetError(f"{name} is encrypted. Pack it without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetError(f"{name} is packed with an unusual method. Pack it as an ordinary .zip (deflate).")
    if entry.file_size >= BOMB_BYTES and entry.file_size > MAX_COMPRESSION * entry.compress_size:
        raise DatasetError(
            f"{name} looks like a zip bomb: {in_line(repr(entry.filename))} unpacks to "
            f"{megabytes(entry.file_size)}, over {MAX_COMPRESSION} times its packed size. "
            "Save it uncompressed if it is real."
        )


def _read_entry(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = f"{in_line(entry.filename)} in {name}"
    check_picture_size(entry.file_size, name)
    with blaming(name):
        # Asked for a number of bytes, zipfile unpacks no more than that, whatever the entry really holds.
        return archive.open(entry).read(entry.file_size)
