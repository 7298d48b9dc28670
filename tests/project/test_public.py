"""The public face of the package: its names stay, and what they say is so."""

import re
import subprocess
import sys

import numpy as np
import pytest

import autoencoder
from autoencoder.data.noise import Noise
from autoencoder.experiments.reconstruction import evaluate
from tests.tools.project import PROJECT

NAMES = {
    "load_dataset",
    "list_checkpoints",
    "load_checkpoint",
    "save_checkpoint",
    "train",
    "encode",
    "decode",
    "reconstruct",
    "interpolate",
    "measure_path",
    "measure_reconstruction",
    "LatentSpaceError",
}


@pytest.fixture(scope="module")
def trained(digits):
    seen = []
    checkpoint = autoencoder.train(
        digits, kind="vae", latent_dim=3, epochs=2, batch_size=8, seed=1, threads=1, on_step=seen.append
    )
    assert [step.share for step in seen] == sorted(step.share for step in seen) and seen[-1].share == 1
    return checkpoint


def test_the_names_are_these_and_documented():
    assert set(autoencoder.__all__) == NAMES <= set(dir(autoencoder))
    assert all(getattr(autoencoder, name).__doc__ for name in NAMES)
    with pytest.raises(AttributeError, match="no attribute 'teach'"):
        autoencoder.teach  # noqa: B018


def test_importing_the_package_loads_neither_torch_nor_numpy():
    code = "import sys, autoencoder; print({'torch', 'numpy', 'streamlit'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


def test_a_model_is_trained_saved_and_loaded(trained, digits, tmp_path):
    assert trained.config.model.kind == "vae" and trained.config.training.settings.epochs == 2
    folder = autoencoder.save_checkpoint(trained, tmp_path / "mine")
    again = autoencoder.load_checkpoint(folder)
    np.testing.assert_array_equal(
        autoencoder.encode(again, digits.images), autoencoder.encode(trained, digits.images)
    )
    assert "digits-vae-2" in [info.name for info in autoencoder.list_checkpoints()]


def test_a_path_has_both_ends_and_its_measures(trained, digits):
    start, end = autoencoder.encode(trained, digits.images[:2])
    path = autoencoder.interpolate(trained, start, end, n_steps=5)
    np.testing.assert_array_equal(path[[0, -1]], [start, end])
    measured = autoencoder.measure_path(trained, path)
    np.testing.assert_allclose(measured.images, autoencoder.decode(trained, path), atol=1e-6)
    with pytest.raises(ValueError, match="the path must be one of"):
        autoencoder.interpolate(trained, start, end, path="wavy")


def test_reconstructions_are_measured(trained, digits):
    errors = autoencoder.measure_reconstruction(trained, digits, noise="gaussian:0.3", seed=4)
    assert errors == evaluate(trained.model, digits.images, Noise("gaussian", 0.3), 4).means()
    images = autoencoder.reconstruct(trained, digits.images)
    clean = autoencoder.measure_reconstruction(trained, digits)
    assert clean["mse"] == pytest.approx(((images - digits.images / 255) ** 2).mean(), rel=1e-4)


def test_the_example_runs():
    lines = re.findall(r"^    (.*)$", autoencoder.__doc__, flags=re.M)
    code = "\n".join(lines).replace("epochs=5", "epochs=1, n_images=50")
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
