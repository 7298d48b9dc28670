"""Files that the browser fetches hold what they say, bit for bit."""

import json

import numpy as np
import pytest
from safetensors.numpy import load

from autoencoder.checkpoint.codes import codes_of_images
from autoencoder.checkpoint.replay import Replay
from autoencoder.latent.fields import density
from autoencoder.latent.projection import PCAMap, project
from ui.components.wire import (
    codes_bundle,
    field_bundle,
    map_bundle,
    model_bundle,
    network_layers,
    replay_bundle,
)


def metadata(bundle: bytes) -> dict:
    length = int.from_bytes(bundle[:8], "little")
    return json.loads(bundle[8 : 8 + length])["__metadata__"]


@pytest.mark.parametrize("kind", ["ae", "dae", "vae"])
def test_a_model_goes_whole_but_for_its_variance(checkpoints, kind):
    checkpoint = checkpoints[kind]
    bundle = model_bundle(checkpoint)
    tensors = load(bundle)
    for name, array in checkpoint.model.weights.items():
        if "log_variance" in name:
            assert name not in tensors
        else:
            np.testing.assert_array_equal(tensors.pop(name), array)
    np.testing.assert_array_equal(tensors.pop("atlas").astype(np.float32), checkpoint.atlas.latents)
    assert not tensors
    facts = json.loads(metadata(bundle)["model"])
    assert facts["latent_dim"] == 3 and facts["units"] == vars(checkpoint.config.atlas.units)
    assert model_bundle(checkpoint) == bundle, "the same bytes every time, or caches would be of no use"


def test_layers_name_the_weights_of_their_shapes(checkpoints):
    checkpoint = checkpoints["vae"]
    weights = checkpoint.model.weights
    layers = network_layers(checkpoint)
    for layer in layers["encoder"] + layers["decoder"]:
        shape, n_outputs = weights[layer["weight"]].shape, layer["output_shape"][0]
        if layer["operation"] == "dense":
            assert shape == (np.prod(layer["output_shape"]), np.prod(layer["input_shape"]))
        else:
            ends = layer["input_shape"][0], n_outputs
            assert set(shape[:2]) == set(ends) and shape[2:] == (3, 3)
    assert layers["encoder"][-1]["weight"] == "code.mean.weight"
    active = [layer["active"] for layer in layers["encoder"] + layers["decoder"]]
    n_layers = len(layers["decoder"])
    assert active == [True] * (n_layers - 1) + [False] + [True] * (n_layers - 1) + [False]


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_map_brings_its_plane_only_where_it_is_one(checkpoints, digits, method):
    codes = codes_of_images(checkpoints["ae"], digits)
    latent_map = project(codes.latents, method)
    tensors = load(map_bundle(latent_map, codes.labels))
    np.testing.assert_array_equal(tensors["positions"], latent_map.positions)
    np.testing.assert_array_equal(tensors["labels"], codes.labels)
    assert ("mean" in tensors) == ("components" in tensors) == isinstance(latent_map, PCAMap)
    assert "labels" not in load(map_bundle(latent_map, None))
    np.testing.assert_array_equal(load(codes_bundle(codes))["latents"], codes.latents)


def test_a_field_brings_its_bounds(digits):
    field = density(np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32))
    tensors = load(field_bundle(field))
    np.testing.assert_array_equal(tensors["values"], field.values)
    np.testing.assert_allclose(tensors["bounds"], field.bounds, rtol=1e-6)


@pytest.mark.parametrize("labels", [[0, 1, 1], [-1, -1, -1]])
def test_frames_go_whole_and_without_labels_where_there_are_none(labels):
    rng = np.random.default_rng(0)
    replay = Replay(
        2,
        ("a", "b"),
        rng.integers(0, 256, (2, 28, 28), dtype=np.uint8),
        np.array(labels, np.int16),
        np.array([0.0, 1.0]),
        rng.normal(size=(2, 3, 2)).astype(np.float32),
        rng.integers(0, 256, (2, 2, 28, 28), dtype=np.uint8),
        np.array([np.nan, 2.0]),
        np.array([3.0, 4.0]),
        np.array([1.0, 1.5]),
    )
    bundle = replay_bundle(replay)
    tensors = load(bundle)
    assert json.loads(metadata(bundle)["replay"]) == {"score": "jump ratio", "class_names": ["a", "b"]}
    if labels[0] < 0:
        assert "labels" not in tensors
    else:
        np.testing.assert_array_equal(tensors.pop("labels"), labels)
    names = ("epochs", "positions", "inputs", "pictures", "train_losses", "validation_losses", "gap_scores")
    assert set(tensors) == set(names)
    for name in names:
        np.testing.assert_array_equal(tensors[name], getattr(replay, name), err_msg=name)
    assert replay_bundle(replay) == bundle
