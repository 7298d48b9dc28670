"""Data sets by name or by path: images, labels, class names and a fingerprint.

N images of 28 x 28 pixels, uint8, light ink on dark ground as in MNIST.
"""

import difflib
import functools
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from autoencoder.errors import DatasetError
from autoencoder.readers import ImageSet, count_images, labels_beside, read_images, read_upload

SIDE = 28  # pixels
SPLITS = ("train", "test", "all")
POLL_SECONDS = 0.2

Progress = Callable[[float, str], None]  # done, from 0 to 1, and a sentence

DIGITS = tuple("0123456789")
GARMENTS = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with what is known of them. The arrays are read-only, so one copy can serve everybody."""

    name: str
    split: str  # "train", "test" or "all"
    images: np.ndarray  # uint8 (N, 28, 28)
    labels: np.ndarray | None  # int64 (N,)
    class_names: tuple[str, ...]  # by label; () without labels

    def __post_init__(self) -> None:
        _check_fields(self)
        object.__setattr__(self, "images", _read_only(self.images))
        if self.labels is not None:
            object.__setattr__(self, "labels", _read_only(self.labels))

    @property
    def n_images(self) -> int:
        return len(self.images)

    @functools.cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change with any pixel, any label and the order of the images."""
        digest = hashlib.sha256(repr(self.images.shape).encode())
        digest.update(self.images)
        if self.labels is not None:
            digest.update(self.labels)
        return digest.hexdigest()[:16]

    def subset(self, indices: np.ndarray) -> "Dataset":
        """The images at `indices`, in that order."""
        labels = None if self.labels is None else self.labels[indices]
        return replace(self, images=self.images[indices], labels=labels)


def _check_fields(dataset: Dataset) -> None:
    images, labels = dataset.images, dataset.labels
    if dataset.split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {dataset.split!r}")
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"images must be uint8 (N, {SIDE}, {SIDE}), got {images.dtype} {images.shape}")
    if labels is None:
        return
    if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
        raise ValueError(f"labels must be int64 ({len(images)},), got {labels.dtype} {labels.shape}")
    if labels.size and not 0 <= labels.min() <= labels.max() < len(dataset.class_names):
        raise ValueError(f"labels must lie in the {len(dataset.class_names)} class names")


def _read_only(array: np.ndarray) -> np.ndarray:
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True)
class NamedSet:
    """A data set that is asked for by name."""

    name: str
    title: str
    description: str
    class_names: tuple[str, ...]
    n_train: int
    n_test: int
    credit: str
    licence: str
    url: str
    download_mb: float = 0.0
    folder: str = ""  # torchvision's class, and its folder below the data root; "" for the embedded set
    torchvision_split: str = ""  # the argument that picks a part of EMNIST
    train_prefix: str = "train"
    test_prefix: str = "t10k"
    first_label: int = 0
    transposed: bool = False

    def raw_folder(self, root: Path) -> Path:
        return root / self.folder / "raw"

    def images_path(self, root: Path, split: str) -> Path | None:
        """The images file of a split if it is on disk with its labels, gzipped or not."""
        prefix = self.train_prefix if split == "train" else self.test_prefix
        plain = self.raw_folder(root) / f"{prefix}-images-idx3-ubyte"
        candidates = (plain, plain.with_name(plain.name + ".gz"))
        return next((path for path in candidates if os.path.isfile(path) and labels_beside(path)), None)


DATASETS = {
    named.name: named
    for named in (
        NamedSet(
            name="digits",
            title="Digits",
            description="Handwritten digits of 8 x 8 pixels, enlarged. Part of scikit-learn: always there.",
            class_names=DIGITS,
            n_train=1_437,
            n_test=360,
            credit="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
            licence="CC BY 4.0",
            url="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        ),
        NamedSet(
            name="mnist",
            title="MNIST",
            description="Handwritten digits of 500 people, the classic.",
            class_names=DIGITS,
            n_train=60_000,
            n_test=10_000,
            credit="Y. LeCun, C. Cortes and C. J. C. Burges, 1998",
            licence="CC BY-SA 3.0",
            url="http://yann.lecun.com/exdb/mnist/",
            download_mb=11.6,
            folder="MNIST",
        ),
        NamedSet(
            name="fashion-mnist",
            title="Fashion-MNIST",
            description="Pictures of clothes, shoes and bags from a shop.",
            class_names=GARMENTS,
            n_train=60_000,
            n_test=10_000,
            credit="H. Xiao, K. Rasul and R. Vollgraf, Zalando Research, 2017",
            licence="MIT",
            url="https://github.com/zalandoresearch/fashion-mnist",
            download_mb=30.9,
            folder="FashionMNIST",
        ),
        NamedSet(
            name="kmnist",
            title="Kuzushiji-MNIST",
            description="Ten syllables of classical Japanese, in cursive script.",
            class_names=KANA,
            n_train=60_000,
            n_test=10_000,
            credit="T. Clanuwat et al., Center for Open Data in the Humanities, 2018",
            licence="CC BY-SA 4.0",
            url="https://codh.rois.ac.jp/kmnist/",
            download_mb=21.2,
            folder="KMNIST",
        ),
        NamedSet(
            name="emnist-letters",
            title="EMNIST Letters",
            description="Handwritten letters, capital and small ones in one class each.",
            class_names=LETTERS,
            n_train=124_800,
            n_test=20_800,
            credit="G. Cohen, S. Afshar, J. Tapson and A. van Schaik, 2017, from NIST Special Database 19",
            licence="not stated by its authors",
            url="https://www.nist.gov/itl/products-and-services/emnist-dataset",
            download_mb=561.8,
            folder="EMNIST",
            torchvision_split="letters",
            train_prefix="emnist-letters-train",
            test_prefix="emnist-letters-test",
            first_label=1,  # the file counts its classes from 1
            transposed=True,  # and keeps its images with rows and columns swapped
        ),
    )
}


@dataclass(frozen=True)
class DatasetInfo:
    """One line of the list of data sets."""

    name: str
    title: str
    status: str  # "embedded", "on disk" or "to download"
    n_train: int | None  # what the files on disk say, else what will be downloaded
    n_test: int | None
    description: str
    download_mb: float
    credit: str
    licence: str
    url: str


def list_datasets(root: str | os.PathLike | None = None) -> list[DatasetInfo]:
    """Every named set and whether it is there."""
    return [_info(named, data_root(root)) for named in DATASETS.values()]


def _info(named: NamedSet, root: Path) -> DatasetInfo:
    status = _status(named, root)
    n_train, n_test = named.n_train, named.n_test
    if status == "on disk":  # perhaps a part of the set only
        n_train, n_test = (count_images(named.images_path(root, split)) for split in ("train", "test"))
    return DatasetInfo(
        name=named.name,
        title=named.title,
        status=status,
        n_train=n_train,
        n_test=n_test,
        description=named.description,
        download_mb=named.download_mb,
        credit=named.credit,
        licence=named.licence,
        url=named.url,
    )


def _status(named: NamedSet, root: Path) -> str:
    if not named.folder:
        return "embedded"
    complete = all(named.images_path(root, split) for split in ("train", "test"))
    return "on disk" if complete else "to download"


def data_root(root: str | os.PathLike | None = None) -> Path:
    """Where the named sets lie: `root`, else LATENT_DATA_ROOT, else data/ in the project."""
    chosen = root or os.environ.get("LATENT_DATA_ROOT") or Path(__file__).resolve().parent.parent / "data"
    return Path(chosen).expanduser()


def load_dataset(
    source: str | os.PathLike,
    split: str = "test",
    root: str | os.PathLike | None = None,
    *,
    invert: bool = False,
    download: bool = True,
    on_progress: Progress | None = None,
) -> Dataset:
    """Load a named set, or the images at a path, which have no split: theirs is "all" whatever is asked.

    A named set that is not on disk is downloaded if `download` allows. `invert` turns dark ink on light
    ground into light on dark. Raises `DatasetError` for what cannot be found, read or downloaded.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    named = None if isinstance(source, os.PathLike) else DATASETS.get(source.lower())
    if named is None:
        return _load_path(source, invert)
    dataset = _load_named(named, split, data_root(root), download, on_progress)
    return replace(dataset, images=255 - dataset.images) if invert else dataset


def load_upload(
    name: str, data: bytes, labels: tuple[str, bytes] | None = None, *, invert: bool = False
) -> Dataset:
    """A data set of uploaded bytes, as `load_dataset` makes one of a file."""
    return _of_file(_file_stem(name), read_upload(name, data, labels, invert=invert))


def hold_back(n: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split range(n) at random into indices to train on and a `share` held back, both ascending.

    From two images on, each side has one at least.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    held_back = n_held_back(n, share)
    order = np.random.default_rng(seed).permutation(n)
    return np.sort(order[held_back:]), np.sort(order[:held_back])


def n_held_back(n: int, share: float) -> int:
    """How many of n images `hold_back` holds back."""
    return min(max(round(n * share), 1), n - 1) if n > 1 else 0


def stratified_order(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows (N,) in a random order of which every beginning is stratified.

    It begins with one image of each class; then each class has its share, as nearly as may be. So the first
    100 hold the first 10.
    """
    order = rng.permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    sizes = np.unique(labels, return_counts=True)[1]
    ranks = np.concatenate([np.arange(size) for size in sizes]) if len(labels) else np.empty(0)
    place = np.where(ranks == 0, 0, (ranks + 0.5) / np.repeat(sizes, sizes))
    return by_class[np.lexsort([rng.random(len(labels)), place])]


# The visitor's own files


def _load_path(source: str | os.PathLike, invert: bool) -> Dataset:
    if not _is_path(source):
        raise DatasetError(_unknown_name(source))
    path = Path(source).expanduser()
    return _of_file(_path_name(path), read_images(path, invert=invert))


def _is_path(source: str | os.PathLike) -> bool:
    if isinstance(source, os.PathLike):
        return True
    return "/" in source or os.sep in source or bool(Path(source).suffix) or os.path.exists(source)


def _unknown_name(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), DATASETS, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return (
        f"There is no data set and no file called {name!r}.{meant} The data sets are {', '.join(DATASETS)}; "
        "files are given by their path."
    )


def _path_name(path: Path) -> str:
    return path.resolve().name if path.is_dir() else _file_stem(path.name)


def _file_stem(name: str) -> str:
    """The name without its suffix; "train" for train-images-idx3-ubyte.gz."""
    own, is_idx = re.subn(r"[-_.]?images[-_.]idx3[-_.]ubyte(\.gz)?$", "", Path(name).name)
    return own or "images" if is_idx else Path(name).stem


def _of_file(name: str, found: ImageSet) -> Dataset:
    return Dataset(name, "all", *found)


# The named sets


def _load_named(
    named: NamedSet, split: str, root: Path, download: bool, on_progress: Progress | None
) -> Dataset:
    if split == "all":
        parts = [_load_named(named, part, root, download, on_progress) for part in ("train", "test")]
        images, labels = (
            np.concatenate([getattr(p, field) for p in parts]) for field in ("images", "labels")
        )
        return replace(parts[0], split="all", images=images, labels=labels)
    if not named.folder:
        return _digits()[split]
    path = named.images_path(root, split)
    if path is None:
        _fetch(named, root, download, on_progress)
        path = named.images_path(root, split)
    return _read_named(named, split, path)


def _read_named(named: NamedSet, split: str, path: Path) -> Dataset:
    """Read a split from torchvision's files with our own reader.

    torchvision would give the same bytes, but takes seconds to import, trusts the files (a truncated one
    fails far inside torch), and cannot be imported at all where it does not match its torch. So it only
    downloads.
    """
    try:
        images, labels, _ = read_images(path)
    except DatasetError as error:
        raise DatasetError(
            f"{error} Once {path} is deleted, {named.title} can be downloaded again."
        ) from error
    labels = labels - named.first_label
    if labels.min() < 0 or labels.max() >= len(named.class_names):
        raise DatasetError(
            f"The labels of {path} are not those of {named.title}. Delete it to download it again."
        )
    if named.transposed:
        images = images.transpose(0, 2, 1)
    return Dataset(named.name, split, images, labels, named.class_names)


@functools.lru_cache(maxsize=1)
def _digits() -> dict[str, Dataset]:
    """scikit-learn's digits by split: shuffled once and for all, every fifth of each class is for testing."""
    from sklearn.datasets import load_digits  # more than a second to import

    digits = load_digits()
    images = np.stack([_as_mnist(image) for image in digits.images])
    whole = Dataset("digits", "all", images, digits.target.astype(np.int64), DIGITS)
    shuffled = np.random.RandomState(0).permutation(whole.n_images)  # this stream is frozen for good (NEP 19)
    by_class = shuffled[np.argsort(whole.labels[shuffled], kind="stable")]
    test = np.sort(by_class[::5])
    train = np.setdiff1d(by_class, test)
    return {
        "train": replace(whole.subset(train), split="train"),
        "test": replace(whole.subset(test), split="test"),
    }


def _as_mnist(digit: np.ndarray) -> np.ndarray:
    """An 8 x 8 digit (0 to 16) -> uint8 (28, 28) as MNIST was made: in a box of 20 x 20 pixels, smoothly
    enlarged, then moved by whole pixels until its centre of mass is in the middle (LeCun et al. 1998, III.A).
    """
    box = Image.fromarray(digit.astype(np.float32)).resize((20, 20), Image.Resampling.BICUBIC)
    ink = np.clip(np.asarray(box), 0, 16) * (255 / 16)
    top, left = (_offset(ink.sum(axis=axis)) for axis in (1, 0))
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + 20, left : left + 20] = np.rint(ink)
    return canvas


def _offset(profile: np.ndarray) -> int:
    """Where a box of 20 pixels begins so that its mass is centred among 28, the box kept whole."""
    centre = np.average(np.arange(20), weights=profile)
    return int(np.clip(round((SIDE - 1) / 2 - centre), 0, SIDE - 20))


# Downloading


def _fetch(named: NamedSet, root: Path, download: bool, on_progress: Progress | None) -> None:
    """Download a set beside its place, and move it there once it is whole: a cut download leaves nothing."""
    if not download:
        raise DatasetError(_absent(named, root, "downloading is off"))
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".download-", ignore_cleanup_errors=True) as folder:
            _follow(_Download(named, Path(folder)), on_progress)
            _move_in(named, Path(folder), root)
        if on_progress:
            on_progress(1.0, f"{named.title} is on this computer now.")
    except OSError as error:
        raise DatasetError(_absent(named, root, str(error))) from error


def _absent(named: NamedSet, root: Path, reason: str) -> str:
    return (
        f"{named.title} is not on this computer and was not downloaded ({reason}): put its four files "
        f"({named.train_prefix}-images-idx3-ubyte and so on, gzipped or not) into {named.raw_folder(root)}, "
        "or choose digits, which works now."
    )


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


def _follow(download: _Download, on_progress: Progress | None) -> None:
    """Wait for a download, reporting on it from the caller's own thread."""
    named = download.named
    download.start()
    while download.is_alive():
        download.join(POLL_SECONDS)
        if on_progress:
            done = min(download.megabytes, named.download_mb)
            on_progress(
                done / named.download_mb,
                f"Downloading {named.title}: {done:.1f} of {named.download_mb:.1f} MB",
            )
    if download.error:
        raise OSError(_reason(download.error)) from download.error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return "no network answers" if "urlopen" in text else text[:200] or type(error).__name__


def _move_in(named: NamedSet, folder: Path, root: Path) -> None:
    """Move the files of both splits to their place; torchvision has compared them with their checksums."""
    images_paths = [named.images_path(folder, split) for split in ("train", "test")]
    if None in images_paths:
        raise OSError("the download is not complete")
    named.raw_folder(root).mkdir(parents=True, exist_ok=True)
    for path in (*images_paths, *map(labels_beside, images_paths)):
        os.replace(path, named.raw_folder(root) / path.name)
