"""Damaged model folders and hostile archives of models, each with the sentence that refuses it."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from autoencoder.checkpoint.store import ATLAS, CONFIG, MAX_ATLAS_UNPACKED, WEIGHTS


def edit_config(folder: Path, **entries) -> None:
    """Change entries of the config; ``a__b`` stands for b below a."""
    config = json.loads((folder / CONFIG).read_text())
    for path, value in entries.items():
        *parents, last = path.split("__")
        place = config
        for parent in parents:
            place = place[parent]
        place[last] = value
    (folder / CONFIG).write_text(json.dumps(config))


def edit_atlas(folder: Path, **arrays) -> None:
    with np.load(folder / ATLAS) as file:
        arrays = {**file, **arrays}
    np.savez(folder / ATLAS, **{name: array for name, array in arrays.items() if array is not None})


def _missing(file):
    return lambda folder: (folder / file).unlink()


def _holding(file, data: bytes):
    return lambda folder: (folder / file).write_bytes(data)


def _truncated(file):
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:-200])


def _weights(change):
    def damage(folder):
        weights = load_file(folder / WEIGHTS)
        change(weights)
        save_file(weights, folder / WEIGHTS)

    return damage


def _nan(weights):
    weights["code.mean.weight"].flat[3] = np.nan


def _another_shape(weights):
    weights["code.mean.bias"] = np.zeros(4, np.float32)


def _another_type(weights):
    weights["code.mean.bias"] = weights["code.mean.bias"].astype(np.float64)


def _config(**entries):
    return lambda folder: edit_config(folder, **entries)


def _atlas(**arrays):
    return lambda folder: edit_atlas(folder, **arrays)


def _rows(content: bytes):
    """Other rows in the atlas's archive, under a checksum that is right."""

    def damage(folder):
        with zipfile.ZipFile(folder / ATLAS) as archive:
            members = {entry: archive.read(entry) for entry in archive.namelist()}
        with zipfile.ZipFile(folder / ATLAS, "w") as archive:
            for entry, data in {**members, "rows.npy": content}.items():
                archive.writestr(entry, data)

    return damage


def _header(shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<i4", "fortran_order": False, "shape": shape})
    return stream.getvalue()


OBJECTS = np.array([{"a": 1}] * 25, dtype=object)
CODES = np.zeros((25, 3), np.float16)
DAMAGES = {
    "no config": (_missing(CONFIG), r"config.json is missing.*copy all three"),
    "no weights": (_missing(WEIGHTS), r"weights.safetensors is missing.*copy all three"),
    "no atlas": (_missing(ATLAS), r"atlas.npz is missing.*copy all three"),
    "no JSON": (_holding(CONFIG, b'{"format":'), r"config.json is damaged"),
    "no text": (_holding(CONFIG, b"\xff\xfe\x00"), r"config.json is damaged"),
    "no object": (_holding(CONFIG, b"[1, 2]"), r"config.json is not a model of this program"),
    "null": (_holding(CONFIG, b"null"), r"config.json is not a model of this program"),
    "deep": (_holding(CONFIG, b"[" * 100_000), r"config.json is damaged"),
    "foreign": (_config(format="other"), r"config.json is not a model of this program"),
    "newer": (_config(format_version=3), r"newer version of this program \(format 3, this one reads 2\)"),
    "no such kind": (_config(model__kind="gan"), r"config.json is damaged.*kind must be one of"),
    "absurd size": (_config(model__latent_dim=10**9), r"config.json is damaged.*1 to 128"),
    "absurd number": (_config(training__seconds=10**400), r"config.json is damaged"),
    "absurd units": (_config(atlas__units__round_trip=float("nan")), r"config.json is damaged"),
    "a number for a name": (_config(source__name=3), r"config.json is damaged.*\$\.source\.name"),
    "a list for a name": (_config(source__name=["mnist"]), r"config.json is damaged.*`str`.*source\.name"),
    "a dict for a number": (_config(source__n_images={}), r"config.json is damaged.*`int`.*n_images"),
    "a text for a measure": (
        _config(training__history=[{"epoch": 1, "validation_psnr": "x"}]),
        r"config.json is damaged.*`float`.*\$\.training\.history\[0\]\.validation_psnr",
    ),
    "half a character": (_config(source__name="\ud800"), r"config.json is damaged.*name cannot be"),
    "half a class": (_config(source__class_names=["\ud800"] * 10), r"config.json is damaged.*class_names"),
    "two lines": (_config(source__note="two\nlines"), r"config.json is damaged.*note cannot be"),
    "a novel": (_config(source__name="x" * 201), r"config.json is damaged.*name cannot be"),
    "an unknown entry of two lines": (_config(**{"source__two\nlines": 1}), r"config.json is damaged"),
    "an unknown entry that is no text": (_config(**{"source__\ud800": 1}), r"config.json is damaged"),
    "a long unknown entry": (_config(**{"source__" + "x" * 9_000: 1}), r"config.json is damaged"),
    "a long list": (_config(training__runtime__device=["x"] * 9_000), r"config.json is damaged"),
    "unknown entry": (_config(model__dropout=0.5), r"config.json is damaged"),
    "entry of another type": (_config(model=3), r"config.json is damaged"),
    "no weights in it": (_holding(WEIGHTS, b""), r"weights.safetensors is damaged"),
    "half the weights": (_truncated(WEIGHTS), r"weights.safetensors is damaged"),
    "pickled weights": (_holding(WEIGHTS, b"\x80\x04\x95" * 30), r"weights.safetensors is damaged"),
    "other shapes": (_weights(_another_shape), r"weights.safetensors is damaged.*do not fit"),
    "other types": (_weights(_another_type), r"weights.safetensors is damaged.*float32"),
    "NaN": (_weights(_nan), r"weights.safetensors is damaged.*finite"),
    "too many": (_weights(lambda w: w.update(more=np.zeros(2, np.float32))), r"weights.*do not fit"),
    "too few": (_weights(lambda w: w.pop("code.mean.bias")), r"weights.*do not fit"),
    "another network": (_config(model__latent_dim=4), r"weights.*do not fit"),
    "half an atlas": (_truncated(ATLAS), r"atlas.npz is damaged"),
    "no zip": (_holding(ATLAS, b"\x93NUMPY" + bytes(200)), r"atlas.npz is damaged"),
    "pickled atlas": (_atlas(latents=OBJECTS), r"atlas.npz is damaged"),
    "pickled labels": (_atlas(labels=OBJECTS), r"atlas.npz is damaged"),
    "no codes": (_atlas(latents=None), r"atlas.npz is damaged"),
    "NaN codes": (_atlas(latents=CODES * np.nan), r"atlas.npz is damaged.*do not fit"),
    "wider codes": (_atlas(latents=np.zeros((25, 4), np.float16)), r"atlas.npz is damaged.*do not fit"),
    "more codes": (_atlas(latents=np.zeros((26, 3), np.float16)), r"atlas.npz is damaged.*do not fit"),
    "words for codes": (_atlas(latents=np.full((25, 3), "x")), r"atlas.npz is damaged"),
    "one number": (_atlas(latents=np.float16(3)), r"atlas.npz is damaged"),
    "a crowd": (_atlas(**{f"more {n}": CODES for n in range(10)}), r"atlas.npz is damaged.*more than 10"),
    "a header cut off": (_rows(b"\x93NUMPY\1\0\5\0{'a':"), r"atlas.npz is damaged"),
    "a header of braces": (_rows(b"\x93NUMPY\1\0\xc8\0" + b"{" * 200), r"atlas.npz is damaged"),
    "a header of digits": (_rows(b"\x93NUMPY\1\0\x28\x23" + b"1" * 9_000), r"atlas.npz is damaged"),
    "more than there is": (_rows(_header((10**14,))), r"atlas.npz is damaged.*more values than"),
    "labels of nobody": (_atlas(labels=np.full(25, 10)), r"atlas.npz is damaged.*do not fit"),
    "labels below zero": (_atlas(labels=np.full(25, -1)), r"atlas.npz is damaged.*do not fit"),
    "rows below zero": (_atlas(rows=np.full(25, -1)), r"atlas.npz is damaged.*do not fit"),
    "rows between": (_atlas(rows=np.full(25, 0.5)), r"atlas.npz is damaged.*do not fit"),
}


# Archives of models, as they are uploaded


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bomb() -> bytes:
    return zipped({"latents.npy": bytes(MAX_ATLAS_UNPACKED + 1)})


def boundless() -> bytes:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**14, 3)}
    )
    return zipped({"latents.npy": header.getvalue(), "rows.npy": header.getvalue()})


def relabelled(data: bytes) -> bytes:
    """The first entry's own header says that its name has 60,000 bytes."""
    return data[:26] + (60_000).to_bytes(2, "little") + data[28:] + bytes(60_000)


def foreign_config() -> bytes:
    return json.dumps({"format": "another program's"}).encode()


HOSTILE = {
    "no zip": (lambda files: b"PK\x03\x04 nonsense", "not a zip archive"),
    "cut": (lambda files: zipped(files)[:-40], "not a zip archive"),
    "a header of another length": (lambda files: relabelled(zipped(files)), "not a zip archive"),
    "a file missing": (
        lambda files: zipped({CONFIG: files[CONFIG], WEIGHTS: files[WEIGHTS]}),
        "side by side",
    ),
    "a file too many": (lambda files: zipped({**files, "run.py": b""}), "side by side"),
    "deep files": (
        lambda files: zipped({f"../../etc/{name}": content for name, content in files.items()}),
        "side by side",
    ),
    "files apart": (
        lambda files: zipped({f"{n}/{name}": c for n, (name, c) in enumerate(files.items())}),
        "side by side",
    ),
    "a foreign config": (
        lambda files: zipped({**files, CONFIG: foreign_config()}),
        "not a model of this program",
    ),
    "no JSON": (lambda files: zipped({**files, CONFIG: b"{"}), "^config.json is damaged"),
    "weights cut": (
        lambda files: zipped({**files, WEIGHTS: files[WEIGHTS][:-4]}),
        "^weights.safetensors is damaged",
    ),
    "a pickle for weights": (
        lambda files: zipped({**files, WEIGHTS: b"\x80\x04."}),
        "^weights.safetensors is damaged",
    ),
    "an atlas that is none": (
        lambda files: zipped({**files, ATLAS: b"nonsense"}),
        "^atlas.npz is damaged",
    ),
    "an atlas that unpacks to too much": (
        lambda files: zipped({**files, ATLAS: bomb()}),
        "^atlas.npz is damaged.*larger than 50 MB",
    ),
    "an atlas that claims too much": (
        lambda files: zipped({**files, ATLAS: boundless()}),
        "^atlas.npz is damaged",
    ),
    "too large a config": (
        lambda files: zipped({**files, CONFIG: b" " * 1_000_001}),
        "larger than in any model",
    ),
    "many entries": (
        lambda files: zipped({**files, **{f"__MACOSX/{n}": b"" for n in range(60)}}),
        "larger than any model",
    ),
}
