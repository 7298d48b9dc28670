"""Files as visitors upload them: good ones, lying ones, and how they are refused."""

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencoder.data.readers import arrays as array_files
from autoencoder.data.readers import pictures, read, source
from autoencoder.data.readers.read import read_upload
from autoencoder.errors import DatasetError

SIZES = (3, 1, 2)  # images per class: unequal, so that swapped classes are seen


def images_of(n: int, height: int = 28, width: int = 28) -> np.ndarray:
    """Distinguishable images: each has its own noise."""
    return np.random.default_rng(n).integers(0, 256, (n, height, width), np.uint8)


IMAGES = images_of(sum(SIZES))
LABELS = np.repeat(np.arange(3), SIZES)


def npz(compressed: bool = True, /, **named: np.ndarray) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **named)
    return stream.getvalue()


def npy(array: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npy_header(shape: tuple[int, ...], descr: str = "|u1") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def idx(array: np.ndarray, code: int = 0x08) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes()


def png(image: np.ndarray | Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(stream, file_format, **options)
    return stream.getvalue()


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return stream.getvalue()


def folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def class_pictures() -> dict[str, bytes]:
    """The images under test as PNG files, named so that sorting by path keeps their order."""
    return {
        f"{'abc'[label]}/{i}.png": png(image)
        for i, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
    }


def refusal(data: bytes, name: str = "mine.npz", labels: tuple[str, bytes] | None = None) -> str:
    with pytest.raises(DatasetError) as caught:
        read_upload(name, data, labels)
    return str(caught.value)


class Trap:
    """Running this would be seen."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def set_limit(monkeypatch, name: str, value: int) -> None:
    """Set a limit in every module that holds to it."""
    for module in (read, source, array_files, pictures):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


def decoded(data: bytes, name: str = "0.png") -> np.ndarray:
    return read_upload("one.zip", archive({name: data})).images[0]
