"""Small valid files of every kind that the program reads, for the fuzzer."""

import gzip
import io
import struct
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.checkpoint.store import files_of
from autoencoder.data.dataset import Dataset
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.runtime import Runtime
from autoencoder.training.recorder import Recorder
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer
from ui.storage.workspace import Workspace

MODEL = {"model folder", "model zip"}


@cache
def valid_files() -> dict[str, dict[str, bytes]]:
    """Valid uploads by kind, each file by its name."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (4, 28, 28), np.uint8), np.arange(4) % 3
    named = {"images": images, "labels": labels, "class_names": np.array(["a", "bé", "c"])}
    keras = {"x_train": images, "y_train": labels, "x_test": images / 255, "y_test": labels[:, None]}
    pictures = {f"{'ab'[n % 2]}/{n}.png": picture(image) for n, image in enumerate(images)}
    pictures["a/x.jpg"] = picture(images[0], "JPEG", exif=_turned())
    pair = {"t-images-idx3-ubyte": idx(images), "t-labels-idx1-ubyte": idx(labels.astype(np.uint8))}
    colour = rng.integers(0, 256, (40, 30, 4), np.uint8)
    model = _model(images, labels)
    return {
        "npz": {"mine.npz": written(np.savez_compressed, **named)},
        "npz plain": {"plain.npz": written(np.savez, **named)},
        "npz of Keras": {"mnist.npz": written(np.savez_compressed, **keras)},
        "npy": {"mine.npy": written(np.save, images)},
        "idx pair": pair,
        "idx pair gzipped": {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in pair.items()},
        "pictures": {
            "0.png": picture(colour),
            "1.png": picture(images[0].astype(np.uint16) * 257),
            "2.jpg": picture(colour[..., :3], "JPEG", exif=_turned()),
            "3.png": picture(images[1], exif=_turned()),
        },
        "zip of pictures": {"pets.zip": archive(pictures)},
        "model folder": model,
        "model zip": {"model.zip": archive({f"mine/{name}": data for name, data in model.items()})},
    }


def _model(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    dataset = Dataset("stripes", "all", np.tile(images, (4, 1, 1)), np.tile(labels, 4), ("a", "b", "c"))
    settings = ModelSettings("vae", 3, architecture=Architecture("tiny", (3,), (7,)))
    trainer = Trainer(dataset.images, settings, TrainingSettings(2, 8), Runtime())
    recorder = Recorder(trainer, dataset)
    recorder.begin()
    for _, event in trainer.steps():
        recorder.note(event)
    checkpoint = replace(make_checkpoint("new", trainer, dataset, dataset), replay=recorder.replay)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), "0" * 32)
        workspace.models.save(checkpoint, "mine")
        return {path.name: path.read_bytes() for path in files_of(workspace.models.folder / "mine")}


def written(save: Callable, *arguments, **options) -> bytes:
    """The bytes that a function saves to a stream, its first argument."""
    stream = io.BytesIO()
    save(stream, *arguments, **options)
    return stream.getvalue()


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def picture(pixels: np.ndarray, file_format: str = "PNG", **options) -> bytes:
    return written(Image.fromarray(pixels).save, file_format, **options)


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation
    return exif


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, data in files.items():
            target.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()
