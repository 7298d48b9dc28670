"""Download of a named data set by torchvision, in a thread; the size of its files gives the progress."""

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from autoencoder.data.catalogue import NamedSet
from autoencoder.data.readers.source import labels_beside
from autoencoder.errors import DatasetError

POLL_SECONDS = 0.2
Progress = Callable[[float, str], None]  # done, from 0 to 1, and a sentence


def fetch(named: NamedSet, root: Path, download: bool, on_progress: Progress | None) -> None:
    """Download a set, and move it to its place once it is whole; DatasetError where that fails or is off."""
    report = on_progress or (lambda done, sentence: None)
    if not download:
        raise DatasetError(_absent(named, root, "downloading is off"))
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".download-", ignore_cleanup_errors=True) as folder:
            _follow(_Download(named, Path(folder)), report)
            _move_in(named, Path(folder), root)
        report(1.0, f"{named.title} is on this computer now.")
    except OSError as error:
        raise DatasetError(_absent(named, root, str(error))) from error


def _absent(named: NamedSet, root: Path, reason: str) -> str:
    absent = f"{named.title} is not on this computer and was not downloaded ({reason})"
    files = f"{named.train_prefix}-images-idx3-ubyte and so on, gzipped or not"
    place = named.raw_folder(root)
    return f"{absent}: put its four files ({files}) into {place}, or choose digits, which works now."


class _Download(threading.Thread):
    """torchvision's download in a thread of its own: it reports no progress, but its files can be watched."""

    def __init__(self, named: NamedSet, folder: Path) -> None:
        super().__init__(name=f"download {named.name}", daemon=True)
        self.named, self.folder = named, folder
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            _download_with_torchvision(self.named, self.folder)
        except Exception as error:  # carried over to the waiting thread
            self.error = error

    @property
    def megabytes(self) -> float:
        """Of the archives that have arrived so far."""
        archives = (path for path in self.folder.rglob("*") if path.suffix in (".gz", ".zip"))
        return sum(_size(path) for path in archives) / 1e6


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # torchvision clears up while we look
        return 0


def _download_with_torchvision(named: NamedSet, folder: Path) -> None:
    from torchvision import datasets  # nothing else needs it, and it takes seconds to import

    arguments = {"split": named.torchvision_split} if named.torchvision_split else {}
    getattr(datasets, named.folder)(folder, download=True, **arguments)


def _follow(download: _Download, report: Progress) -> None:
    """Wait for a download, reporting on it from the caller's own thread."""
    named = download.named
    download.start()
    while download.is_alive():
        download.join(POLL_SECONDS)
        done, whole = min(download.megabytes, named.download_mb), named.download_mb
        report(done / whole, f"Downloading {named.title}: {done:.1f} of {whole:.1f} MB")
    if download.error:
        text = " ".join(str(download.error).split()) or type(download.error).__name__
        raise OSError("no network answers" if "urlopen" in text else text[:200]) from download.error


def _move_in(named: NamedSet, folder: Path, root: Path) -> None:
    """Move the files of both splits to their place; torchvision has compared them with their checksums."""
    images_paths = [named.images_path(folder, split) for split in ("train", "test")]
    if None in images_paths:
        raise OSError("the download is not complete")
    named.raw_folder(root).mkdir(parents=True, exist_ok=True)
    for path in (*images_paths, *map(labels_beside, images_paths)):
        os.replace(path, named.raw_folder(root) / path.name)
