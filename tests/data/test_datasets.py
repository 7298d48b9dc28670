"""Data sets by name and by path, and what happens where they are not."""

import gzip
import struct
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autoencoder.data import download as download_module
from autoencoder.data.catalogue import DATASETS, NamedSet, data_root, list_datasets
from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.data.download import _download_with_torchvision
from autoencoder.data.loading import load_dataset, load_upload
from autoencoder.errors import DatasetError
from tests.tools.project import PROJECT, REAL_DATA

law = settings(max_examples=50, deadline=None)

needs_real_data = pytest.mark.skipif(
    not (REAL_DATA / "MNIST").is_dir(), reason="no real MNIST on this machine"
)

DOWNLOADED = [named for named in DATASETS.values() if named.folder]


def dataset_of(images: np.ndarray, labels: np.ndarray | None = None) -> Dataset:
    return Dataset("mine", "all", images, labels, () if labels is None else tuple("abcdefgh"))


def write_idx(path: Path, array: np.ndarray, zipped: bool = False) -> None:
    data = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    Path(f"{path}.gz" if zipped else path).write_bytes(gzip.compress(data) if zipped else data)


def split_of(named: NamedSet, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels as a file of this set holds them: splits of unequal size, of noise."""
    n = {"train": 7, "test": 4}[split]
    images = np.random.default_rng(n).integers(0, 256, (n, 28, 28), np.uint8)
    return images, (np.arange(n) % 3 + named.first_label).astype(np.uint8)


def write_split(named: NamedSet, root: Path, split: str, zipped: bool = False) -> None:
    prefix = named.train_prefix if split == "train" else named.test_prefix
    images, labels = split_of(named, split)
    write_idx(named.raw_folder(root) / f"{prefix}-images-idx3-ubyte", images, zipped)
    write_idx(named.raw_folder(root) / f"{prefix}-labels-idx1-ubyte", labels, zipped)


def write_set(named: NamedSet, root: Path) -> None:
    write_split(named, root, "train")
    write_split(named, root, "test")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# A data set


@law
@given(
    arrays(np.uint8, (3, 28, 28), elements=st.integers(0, 255)),
    st.tuples(st.integers(0, 2), st.integers(0, 27), st.integers(0, 27)),
)
def test_one_pixel_or_label_changes_the_fingerprint(images, place):
    labels = np.array([2, 0, 1])
    other_images, other_labels = images.copy(), labels.copy()
    other_images[place] ^= 1
    other_labels[place[0]] = 3
    prints = {
        dataset_of(*pair).fingerprint
        for pair in [(images, labels), (other_images, labels), (images, other_labels), (images, None)]
    }
    assert len(prints) == 4
    assert dataset_of(images.copy(), labels).fingerprint in prints
    assert all(len(p) == 16 and int(p, 16) >= 0 for p in prints)


def test_a_data_set_is_read_only_and_leaves_its_origin_writable():
    images, labels = np.zeros((2, 28, 28), np.uint8), np.array([1, 0])
    dataset = dataset_of(images, labels)
    for array in (dataset.images, dataset.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    images[0] = labels[0] = 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": "validation"},
        {"images": np.zeros((2, 28, 28))},
        {"images": np.zeros((2, 28, 27), np.uint8)},
        {"labels": np.array([0, 1, 2])},
        {"labels": np.array([0, 1], np.int32)},
        {"labels": np.array([0, 8])},
        {"labels": np.array([-1, 0])},
    ],
)
def test_a_data_set_checks_itself(wrong):
    with pytest.raises(ValueError, match="must"):
        replace(dataset_of(np.zeros((2, 28, 28), np.uint8), np.array([0, 1])), **wrong)


def test_a_subset_keeps_images_and_labels_together():
    digits = load_dataset("digits")
    indices = np.array([17, 3, 200])
    subset = digits.subset(indices)
    assert subset.n_images == 3 and subset.name == "digits" and subset.class_names == digits.class_names
    np.testing.assert_array_equal(subset.images, digits.images[indices])
    np.testing.assert_array_equal(subset.labels, digits.labels[indices])
    assert dataset_of(np.zeros((2, 28, 28), np.uint8)).subset(np.array([1])).labels is None


@law
@given(st.integers(0, 500), st.floats(0.01, 0.99), st.integers(0, 2**32))
def test_holding_back_splits_all_images_in_two(n, share, seed):
    train, held_back = hold_back(n, share, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, held_back])), np.arange(n))
    assert (np.diff(train) > 0).all() and (np.diff(held_back) > 0).all()
    assert abs(len(held_back) - n * share) <= 1
    assert n < 2 or (len(train) and len(held_back))
    again = hold_back(n, share, seed)
    np.testing.assert_array_equal(held_back, again[1])


def test_holding_back_depends_on_the_seed_and_checks_the_share():
    assert (hold_back(1_000, 0.1, 0)[1] != hold_back(1_000, 0.1, 1)[1]).any()
    assert len(hold_back(1_000, 0.1, 0)[1]) == 100
    for share in (0, 1, -0.1, float("nan")):
        with pytest.raises(ValueError, match="share"):
            hold_back(10, share, 0)


# Named sets on disk


@pytest.mark.parametrize("named", DOWNLOADED, ids=lambda named: named.name)
@pytest.mark.parametrize("zipped", [False, True])
def test_named_sets_are_read_from_disk(tmp_path, named, zipped):
    for split in ("train", "test"):
        write_split(named, tmp_path, split, zipped)
        found = load_dataset(named.name, split, tmp_path, download=False)
        images, labels = split_of(named, split)
        expected = images.transpose(0, 2, 1) if named.name == "emnist-letters" else images
        np.testing.assert_array_equal(found.images, expected)
        np.testing.assert_array_equal(found.labels, labels.astype(int) - named.first_label)
        assert (found.name, found.split, found.class_names) == (named.name, split, named.class_names)
    whole = load_dataset(named.name, "all", tmp_path, download=False)
    assert whole.n_images == 11 and whole.split == "all"
    np.testing.assert_array_equal(whole.images[7:], load_dataset(named.name, "test", tmp_path).images)


def test_the_letters_count_from_a():
    letters = DATASETS["emnist-letters"]
    assert letters.first_label == 1 and letters.class_names[0] == "a" and len(letters.class_names) == 26


def test_inverting_a_named_set():
    plain, inverted = load_dataset("digits"), load_dataset("digits", invert=True)
    np.testing.assert_array_equal(inverted.images, 255 - plain.images)
    assert plain.fingerprint != inverted.fingerprint


def test_a_truncated_file_on_disk_is_named(tmp_path):
    mnist = DATASETS["mnist"]
    write_set(mnist, tmp_path)
    path = mnist.images_path(tmp_path, "test")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=r"t10k-images-idx3-ubyte.*damaged.*deleted"):
        load_dataset("mnist", "test", tmp_path)
    assert load_dataset("mnist", "train", tmp_path).n_images == 7


def test_labels_of_another_set_are_refused(tmp_path):
    mnist = DATASETS["mnist"]
    write_set(mnist, tmp_path)
    write_idx(mnist.raw_folder(tmp_path) / "t10k-labels-idx1-ubyte", np.array([0, 1, 2, 10], np.uint8))
    with pytest.raises(DatasetError, match="not those of MNIST"):
        load_dataset("mnist", "test", tmp_path)


def test_the_list_tells_what_is_there(tmp_path):
    write_set(DATASETS["kmnist"], tmp_path)
    write_split(DATASETS["mnist"], tmp_path, "test")  # a half is not a whole
    items = {item.name: item for item in list_datasets(tmp_path)}
    assert list(items) == ["digits", "mnist-5k", "mnist", "fashion-mnist", "kmnist", "emnist-letters"]
    assert items["digits"].status == items["mnist-5k"].status == "embedded"
    assert items["mnist"].status == "to download"
    assert (items["kmnist"].status, items["kmnist"].n_train, items["kmnist"].n_test) == ("on disk", 7, 4)
    assert (items["mnist"].n_train, items["digits"].n_test) == (60_000, 360)
    assert (items["mnist-5k"].n_train, items["mnist-5k"].n_test) == (4_000, 1_000)


def test_the_data_root_is_the_argument_then_the_variable_then_the_project_s(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_DATA_ROOT", str(tmp_path))
    assert data_root("here") == Path("here") and data_root() == tmp_path
    monkeypatch.delenv("LATENT_DATA_ROOT")
    assert data_root() == PROJECT / "data"


# Downloads


def test_what_is_absent_is_said_with_the_place_for_its_files(tmp_path):
    with pytest.raises(DatasetError) as caught:
        load_dataset("kmnist", root=tmp_path, download=False)
    assert str(tmp_path / "KMNIST" / "raw") in str(caught.value) and "digits" in str(caught.value)
    assert not files_below(tmp_path)


def test_a_download_reports_progress_in_the_caller_s_thread_and_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(download_module, "POLL_SECONDS", 0.001)
    reported = threading.Event()
    reports = []

    def arrive(named: NamedSet, folder: Path) -> None:
        archive = named.raw_folder(folder) / "train-images-idx3-ubyte.gz"
        write_set(named, folder)
        archive.write_bytes(bytes(int(named.download_mb * 0.5e6)))
        assert reported.wait(10)
        archive.unlink()

    def on_progress(done: float, sentence: str) -> None:
        reports.append((done, sentence, threading.current_thread()))
        if done >= 0.5:
            reported.set()

    monkeypatch.setattr(download_module, "_download_with_torchvision", arrive)
    found = load_dataset("mnist", "train", tmp_path, on_progress=on_progress)
    np.testing.assert_array_equal(found.images, split_of(DATASETS["mnist"], "train")[0])
    fractions = [done for done, _, _ in reports]
    assert any(done == pytest.approx(0.5) for done in fractions) and fractions[-1] == 1
    assert {thread for _, _, thread in reports} == {threading.current_thread()}
    assert any("5.8 of 11.6 MB" in sentence for _, sentence, _ in reports)
    assert {path.parent for path in files_below(tmp_path)} == {tmp_path / "MNIST" / "raw"}
    assert len(files_below(tmp_path)) == 4


@pytest.mark.parametrize(
    "error",
    [
        OSError("no network"),
        ImportError("no torchvision"),
        RuntimeError("operator torchvision::nms does not exist"),
        None,
    ],
)
def test_a_cut_download_leaves_nothing(tmp_path, monkeypatch, error):
    def break_off(named: NamedSet, folder: Path) -> None:
        write_split(named, folder, "train")
        if error:
            raise error

    monkeypatch.setattr(download_module, "_download_with_torchvision", break_off)
    with pytest.raises(DatasetError, match="digits, which works now"):
        load_dataset("mnist", "train", tmp_path)
    assert not files_below(tmp_path)
    assert {info.name: info.status for info in list_datasets(tmp_path)}["mnist"] == "to download"


def test_an_interrupted_wait_leaves_nothing_on_disk(tmp_path, monkeypatch):
    is_interrupted = threading.Event()

    def stop(done: float, sentence: str) -> None:
        is_interrupted.set()
        raise KeyboardInterrupt

    def download(named: NamedSet, folder: Path) -> None:
        is_interrupted.wait(30)  # a download that is over cannot be interrupted
        write_set(named, folder)

    monkeypatch.setattr(download_module, "_download_with_torchvision", download)
    with pytest.raises(KeyboardInterrupt):
        load_dataset("mnist", "train", tmp_path, on_progress=stop)
    assert not (tmp_path / "MNIST").exists()


def test_without_torchvision_a_download_fails_clearly_and_files_are_read(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(DatasetError, match="torchvision"):
        load_dataset("mnist", root=tmp_path)
    write_set(DATASETS["mnist"], tmp_path)
    assert load_dataset("mnist", root=tmp_path).n_images == 4


def test_torchvision_knows_every_set_by_the_files_we_look_for(tmp_path, monkeypatch):
    """Its own check of the folder passes on what we call complete, so nothing is fetched."""
    torchvision = pytest.importorskip("torchvision", exc_type=(ImportError, RuntimeError))
    monkeypatch.setattr(torchvision.datasets.mnist, "download_and_extract_archive", None)
    for named in DOWNLOADED:
        write_set(named, tmp_path)
        _download_with_torchvision(named, tmp_path)


# Files, and names that are none


@pytest.mark.parametrize("split", ["train", "test", "all"])
def test_a_file_is_a_whole_whatever_split_is_asked(tmp_path, split):
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    path = tmp_path / "my.shapes.npz"
    np.savez(path, images=images, labels=np.arange(5))
    for source in (path, str(path)):
        found = load_dataset(source, split)
        assert (found.name, found.split) == ("my.shapes", "all")
        np.testing.assert_array_equal(found.images, images)
        np.testing.assert_array_equal(load_dataset(source, split, invert=True).images, 255 - images)
    uploaded = load_upload("my.shapes.npz", path.read_bytes())
    assert uploaded.fingerprint == found.fingerprint and uploaded.name == "my.shapes"


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("train-images-idx3-ubyte", "train"),
        ("my-set-images.idx3-ubyte.gz", "my-set"),
        ("images-idx3-ubyte", "images"),
        ("shapes", "shapes"),
    ],
)
def test_an_idx_file_is_called_by_what_is_its_own(tmp_path, monkeypatch, file_name, name):
    path = tmp_path / file_name
    write_idx(
        path.with_name(file_name.removesuffix(".gz")),
        np.ones((2, 28, 28), np.uint8),
        file_name.endswith(".gz"),
    )
    monkeypatch.chdir(tmp_path)
    assert load_dataset(path).name == load_dataset(file_name).name == name


def test_a_folder_is_called_by_its_name(tmp_path, monkeypatch):
    from PIL import Image

    (tmp_path / "set.v2").mkdir()
    Image.new("L", (28, 28), 7).save(tmp_path / "set.v2" / "0.png")
    monkeypatch.chdir(tmp_path / "set.v2")
    assert load_dataset(".").name == load_dataset(tmp_path / "set.v2").name == "set.v2"


def test_an_unknown_name_gets_the_list_and_the_closest():
    with pytest.raises(DatasetError, match=r"Did you mean fashion-mnist\?.*kmnist, emnist-letters"):
        load_dataset("fasion-mnist")
    with pytest.raises(DatasetError, match="no data set"):
        load_dataset("")


def test_a_wrong_path_is_named():
    for source in ("no/such", "absent.npz", Path("absent")):
        with pytest.raises(DatasetError, match=str(source)):
            load_dataset(source)


@pytest.mark.parametrize("source", ["digits", "absent.npz"])
def test_a_wrong_split_is_a_slip(source):
    with pytest.raises(ValueError, match="validation"):
        load_dataset(source, "validation")


# Real data


@needs_real_data
def test_real_mnist_is_read_as_it_is():
    train, test = (load_dataset("mnist", split, REAL_DATA, download=False) for split in ("train", "test"))
    assert (train.n_images, test.n_images) == (60_000, 10_000)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9] and test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert train.images.mean() / 255 == pytest.approx(
        0.1307, abs=1e-4
    )  # the figure everybody normalises with


@needs_real_data
def test_real_fashion_mnist_is_listed_with_what_is_there():
    items = {item.name: item for item in list_datasets(REAL_DATA)}
    for split, count in (("train", items["fashion-mnist"].n_train), ("test", items["fashion-mnist"].n_test)):
        assert load_dataset("fashion-mnist", split, REAL_DATA, download=False).n_images == count
