"""Images that a model has seen in training: of its own set, of a part of it, or of the whole."""

from dataclasses import replace

import numpy as np
import pytest

from autoencoder.checkpoint.seen import has_seen, note_on_seen
from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.dataset import Dataset


def images(name: str, split: str) -> Dataset:
    return Dataset(name, split, np.zeros((2, 28, 28), np.uint8), None, ())


@pytest.mark.parametrize(
    ("model", "name", "split", "is_seen", "says"),
    [
        ("mnist-ae-2", "mnist", "train", True, ""),
        ("mnist-ae-2", "mnist", "test", False, ""),
        ("mnist-ae-2", "mnist-5k", "train", True, "MNIST's training images, and these are among them"),
        ("mnist-ae-2", "mnist-5k", "test", True, "MNIST's training images, and these are among them"),
        ("mnist-ae-2", "kmnist", "train", False, ""),
        ("mnist-ae-2", "digits", "train", False, ""),
        ("mnist-5k-ae-2", "mnist-5k", "train", True, ""),
        ("mnist-5k-ae-2", "mnist-5k", "test", False, ""),
        ("mnist-5k-ae-2", "mnist", "train", True, "MNIST 5k, a part of MNIST's training images"),
        ("mnist-5k-ae-2", "mnist", "test", False, ""),
        ("fashion-mnist-vae-16", "mnist-5k", "test", False, ""),
        ("digits-ae-2", "mnist-5k", "test", False, ""),
    ],
)
def test_a_model_has_seen_its_training_images_under_whatever_name(model, name, split, is_seen, says):
    checkpoint = load_checkpoint(model)
    assert has_seen(checkpoint.config, images(name, split)) is is_seen
    note = note_on_seen(checkpoint, name, split)
    assert says in note and bool(note) == bool(says) and (not note or note.startswith(model))


def test_a_file_of_the_same_name_is_not_the_named_set():
    """As of `train --dataset mnist.npz`: its atlas holds back a part of the file, whose split is "all"."""
    config, own = load_checkpoint("mnist-ae-2").config, images("mnist", "all")
    source = replace(config.source, fingerprint=own.fingerprint)
    of_a_file = replace(config, source=source, atlas=replace(config.atlas, split="all"))
    assert has_seen(of_a_file, own) and not has_seen(config, own)
    for config_of_it, name, split in (
        (of_a_file, "mnist-5k", "test"),
        (config, "mnist-5k", "all"),
    ):
        assert not has_seen(config_of_it, images(name, split))
