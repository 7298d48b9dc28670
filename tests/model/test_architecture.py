"""The decoder is the encoder's mirror, whatever the encoder."""

import json
from dataclasses import asdict
from math import prod

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.data.serial import from_tree
from autoencoder.model.architecture import (
    IMAGE_SHAPE,
    KINDS,
    MAX_LATENT_DIM,
    PRESETS,
    Architecture,
    ModelSettings,
    mirror_table,
)
from autoencoder.model.autoencoder import build_network

sizes = st.integers(1, 9)
architectures = st.builds(
    Architecture,
    name=st.just("drawn"),
    channels=st.lists(sizes, max_size=4).map(tuple),
    widths=st.lists(sizes, min_size=1, max_size=4).map(tuple),
    kernel=st.sampled_from((3, 5)),
    stride=st.sampled_from((1, 2)),
)
models = st.builds(
    ModelSettings,
    kind=st.sampled_from(sorted(KINDS)),
    latent_dim=st.integers(1, 5),
    beta=st.floats(0, 1000),
    architecture=architectures,
)


@given(models)
def test_the_decoder_undoes_the_encoder_layer_by_layer(model):
    forth = [*model.architecture.encoder_layers, model.code_layer]
    back = model.decoder_layers
    assert forth[0].input_shape == back[-1].output_shape == IMAGE_SHAPE
    assert forth[-1].output_shape == back[0].input_shape == (model.latent_dim,)
    for layer, mirrored in zip(forth, reversed(back), strict=True):
        assert (layer.input_shape, layer.output_shape) == (mirrored.output_shape, mirrored.input_shape)
        assert mirrored.mirror() == layer


@given(models)
@settings(max_examples=30)
def test_images_come_back_in_their_shape_through_the_shapes_of_the_table(model):
    network, rows = build_network(model, seed=0), mirror_table(model)
    with torch.inference_mode():
        features, shapes = torch.zeros(2, *IMAGE_SHAPE), []
        for module in network.encoder:
            features = module(features)
            if isinstance(module, torch.nn.SiLU):
                shapes.append(tuple(features.shape[1:]))
        mean, log_variance = network.code(features)
        assert network.decode(mean).shape == (2, *IMAGE_SHAPE)
    assert [*shapes, tuple(mean.shape[1:])] == [row.output_shape for row in rows]
    assert (log_variance is not None) == (model.kind == "vae")


@given(models)
@settings(max_examples=30)
def test_the_table_counts_what_torch_counts(model):
    network = build_network(model, seed=0)
    counted = sum(parameter.numel() for parameter in network.parameters())
    assert sum(row.n_parameters + row.mirror_n_parameters for row in mirror_table(model)) == counted
    decoder = sum(parameter.numel() for parameter in network.decoder.parameters())
    assert sum(row.mirror_n_parameters for row in mirror_table(model)) == decoder


@given(models)
def test_a_row_of_the_table_stands_beside_its_own_mirror(model):
    layers = [*model.architecture.encoder_layers, model.code_layer]
    for layer, row in zip(layers, mirror_table(model), strict=True):
        assert row.output_shape == layer.output_shape
        assert row.mirror_output_shape == layer.input_shape
        assert ("transposed" in row.mirror) == (layer.operation == "convolution")


def test_the_default_is_slim():
    model = ModelSettings("ae", 16)
    assert model.architecture == Architecture.preset("conv")
    rows = mirror_table(model)
    assert [row.output_shape for row in rows] == [(16, 14, 14), (32, 7, 7), (128,), (16,)]
    assert sum(row.n_parameters + row.mirror_n_parameters for row in rows) < 430_000


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_its_name_and_goes_up_to_the_largest_code(name):
    architecture = Architecture.preset(name)
    assert architecture.name == name
    widest = ModelSettings("vae", MAX_LATENT_DIM, 1.0, architecture)
    assert widest.decoder_layers[0].input_shape == (MAX_LATENT_DIM,)


@given(models)
def test_settings_read_back_from_json(model):
    assert from_tree(ModelSettings, json.loads(json.dumps(asdict(model)))) == model


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": (0,)},
        {"channels": (257,)},
        {"channels": (1,) * 5},
        {"channels": (2.0,)},
        {"channels": (True,)},
        {"widths": ()},
        {"widths": (2049,)},
        {"widths": (-3,)},
        {"widths": (4,) * 5},
        {"kernel": 4},
        {"stride": 3},
    ],
)
def test_sizes_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError):
        Architecture(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gan"},
        {"latent_dim": 0},
        {"latent_dim": 129},
        {"latent_dim": 2.0},
        {"latent_dim": True},
        {"beta": -0.1},
        {"beta": 1001},
        {"beta": np.nan},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ModelSettings(**wrong)


def test_an_unknown_preset_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="conv, dense"):
        Architecture.preset("transformer")


@given(architectures)
def test_a_layer_counts_its_weights_and_biases(architecture):
    for layer in architecture.encoder_layers:
        per_output = (
            prod(layer.input_shape)
            if layer.operation == "dense"
            else (layer.input_shape[0] * layer.kernel**2)
        )
        assert layer.n_parameters == (per_output + 1) * layer.output_shape[0]
