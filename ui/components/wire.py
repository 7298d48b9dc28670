"""Wire format of all files for the browser: arrays as safetensors, read by shared/safetensors.js.

N codes, D latent dimensions, M codes of an atlas, H rows and W columns of a field, T frames of a training,
S images shown with each frame.
"""

import json

import numpy as np
from safetensors.numpy import save

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.replay import Replay
from autoencoder.latent.fields import Field
from autoencoder.latent.gap_score import gap_score
from autoencoder.latent.projection import Map, PCAMap
from autoencoder.model.architecture import Layer

# The metadata of a file has at most one key: several would be written in random order.
MODEL, REPLAY = "model", "replay"


def model_bundle(checkpoint: Checkpoint) -> bytes:
    """Whole model: its layers, weights and units, and its atlas.

    Tensors: every weight and bias float32 by its name in the network, without a vae's variance;
    ``atlas`` float16 (M, D). The metadata's ``model`` is JSON: ``layers`` (``encoder`` with the code last,
    ``decoder``), ``units``, ``latent_dim``.
    """
    weights = {name: array for name, array in checkpoint.model.weights.items() if "log_variance" not in name}
    facts = {
        "layers": network_layers(checkpoint),
        "units": vars(checkpoint.support.units),
        "latent_dim": checkpoint.model.latent_dim,
    }
    return save({**weights, "atlas": checkpoint.atlas.latents.astype(np.float16)}, {MODEL: json.dumps(facts)})


def network_layers(checkpoint: Checkpoint) -> dict[str, list[dict]]:
    """Layers in the order of computation: shapes, names of tensors, and whether SiLU follows."""
    settings, names = checkpoint.model.settings, list(checkpoint.model.weights)
    encoder = _layers(settings.architecture.encoder_layers, "encoder.", names)
    code = _layers([settings.code_layer], "code.mean.", names)
    decoder = _layers(settings.decoder_layers, "decoder.", names)
    for last in (*code, decoder[-1]):
        last["active"] = False
    return {"encoder": [*encoder, *code], "decoder": decoder}


def codes_bundle(codes: Codes) -> bytes:
    """Codes: ``latents`` float32 (N, D)."""
    return save({"latents": np.ascontiguousarray(codes.latents, np.float32)})


def map_bundle(latent_map: Map, labels: np.ndarray | None) -> bytes:
    """Map: ``positions`` float32 (N, 2) and, for labelled images, ``labels`` uint16 (N,).

    For a PCA plane also its ``mean`` (D,) and ``components`` (2, D).
    """
    tensors = {"positions": latent_map.positions}
    if isinstance(latent_map, PCAMap):
        tensors |= {"mean": latent_map.mean, "components": latent_map.components}
    floats = {name: np.ascontiguousarray(array, np.float32) for name, array in tensors.items()}
    return save(floats if labels is None else {**floats, "labels": labels.astype(np.uint16)})


def field_bundle(field: Field) -> bytes:
    """Field: ``values`` float32 (H, W), from the top, and ``bounds`` (4,): left, right, bottom, top."""
    return save({"values": field.values, "bounds": np.array(field.bounds, np.float32)})


def replay_bundle(replay: Replay) -> bytes:
    """Frames of a training.

    Tensors: ``epochs``, ``train_losses``, ``validation_losses`` and ``gap_scores`` float32 (T,), NaN where
    there is none; ``positions`` float32 (T, N, 2); ``labels`` uint16 (N,) for labelled images; ``inputs``
    uint8 (S, 28, 28); ``pictures`` uint8 (T, S, 28, 28). The metadata's ``replay`` is JSON: ``score``, the
    name of the gap score, and ``class_names``.
    """
    floats = ("epochs", "train_losses", "validation_losses", "gap_scores", "positions")
    with np.errstate(over="ignore"):  # the loss of a training that diverges
        tensors = {name: np.ascontiguousarray(getattr(replay, name), np.float32) for name in floats}
    tensors |= {name: np.ascontiguousarray(getattr(replay, name)) for name in ("inputs", "pictures")}
    if (replay.labels >= 0).all():
        tensors["labels"] = replay.labels.astype(np.uint16)
    facts = {"score": gap_score(replay.latent_dim).title, "class_names": replay.class_names}
    return save(tensors, {REPLAY: json.dumps(facts)})


def _layers(layers: list[Layer], prefix: str, names: list[str]) -> list[dict]:
    weights = [name for name in names if name.startswith(prefix) and name.endswith("weight")]
    biases = [weight.removesuffix("weight") + "bias" for weight in weights]
    return [
        {**vars(layer), "weight": weight, "bias": bias, "active": True}
        for layer, weight, bias in zip(layers, weights, biases, strict=True)
    ]
