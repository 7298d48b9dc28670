"""The images and the model that the app opens on: real digits, with or without MNIST's files."""

import os
import subprocess
import sys

import pytest
from sklearn.neighbors import KNeighborsClassifier

from autoencoder.checkpoint.store import list_checkpoints, load_checkpoint
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.loading import load_dataset
from autoencoder.latent.paths import linear
from tests.data.test_datasets import write_set, write_split
from tests.tools.app import living_map, new_app
from tests.tools.project import PROJECT
from ui.state.defaults import DATASET, MODEL, PAIRS, opening_dataset, preferred_model


def test_the_app_opens_on_mnist_where_both_its_splits_are_on_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_DATA_ROOT", str(tmp_path))
    assert opening_dataset() == "mnist-5k"
    write_split(DATASETS["mnist"], tmp_path, "test")
    assert opening_dataset() == "mnist-5k"
    write_set(DATASETS["mnist"], tmp_path)
    assert opening_dataset() == "mnist"


@pytest.mark.parametrize("name", ["mnist", "mnist-5k", "digits"])
def test_the_preferred_model_of_these_images_is_shipped(name):
    shipped = {info.name: info.config.source.name for info in list_checkpoints()}
    assert shipped[preferred_model(name)] == name


@pytest.mark.parametrize("name", ["mnist-5k", "digits"])
def test_the_first_pair_comes_back_as_what_it_is_and_its_path_shows_more(name):
    """By the nearest training images: both ends are of their class, and the path of at least four."""
    model, train, test = (
        load_checkpoint(preferred_model(name)).model,
        *(load_dataset(name, split) for split in ("train", "test")),
    )
    a, b = PAIRS[name]
    images = model.decode(linear(*model.encode(test.images[[a, b]]), 11))
    nearest = KNeighborsClassifier().fit(train.images.reshape(len(train.images), -1) / 255, train.labels)
    found = nearest.predict(images.reshape(11, -1))
    assert (found[0], found[-1]) == (test.labels[a], test.labels[b]) and test.labels[a] != test.labels[b]
    assert len(set(found)) >= 4


def test_every_part_of_a_process_has_the_same_default(tmp_path):
    write_set(DATASETS["mnist"], tmp_path)
    code = (
        "from ui.server.warm_up import views\nfrom ui.state.choice import dataset_name, model_name\n"
        "print(dataset_name(), model_name(), views()[0].dataset, views()[0].model)"
    )
    for root, wanted in ((tmp_path, "mnist"), (tmp_path / "nothing", "mnist-5k")):
        environment = os.environ | {"LATENT_DATA_ROOT": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True
        )
        assert done.stdout.split() == 2 * [wanted, f"{wanted}-vae-2"], done.stderr


def test_a_visit_that_asks_for_nothing_opens_on_real_digits():
    app = new_app(data=None).run()
    assert not app.exception and not app.error
    assert (app.selectbox(key="data").value, app.selectbox(key="model").value) == (DATASET, MODEL)
    assert (DATASET, MODEL) == ("mnist-5k", "mnist-5k-vae-2")  # the tests have no MNIST
    assert len(living_map(app)["panes"]) == 1


def test_a_link_that_names_its_images_opens_as_before():
    app = new_app(data="digits").run()
    assert (app.selectbox(key="data").value, app.selectbox(key="model").value) == ("digits", "digits-vae-2")
