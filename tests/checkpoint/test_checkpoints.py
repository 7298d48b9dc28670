"""A checkpoint comes back as it was, or says in a sentence of its own why it does not."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from autoencoder.checkpoint import store as module
from autoencoder.checkpoint.checkpoint import Atlas
from autoencoder.checkpoint.codes import codes_of_atlas, codes_of_images
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.checkpoint.store import (
    ATLAS,
    CONFIG,
    SHIPPED,
    WEIGHTS,
    list_checkpoints,
    load_checkpoint,
    read_config,
    save_checkpoint,
)
from autoencoder.errors import CheckpointError
from autoencoder.latent.support import Units
from autoencoder.model.architecture import KINDS, ModelSettings, mirror_table
from autoencoder.model.runtime import Runtime
from autoencoder.training import result
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer
from tests.tools.models import make_small_checkpoint

FILES = (CONFIG, WEIGHTS, ATLAS)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_is_loaded(checkpoints, digits, tmp_path, kind):
    made = checkpoints[kind]
    loaded = load_checkpoint(save_checkpoint(made, tmp_path / "model"))
    assert loaded.config == made.config and loaded.folder == tmp_path / "model"
    assert loaded.fingerprint == made.fingerprint
    for name, array in made.model.weights.items():
        np.testing.assert_array_equal(loaded.model.weights[name], array)
    for name in ("rows", "latents", "labels"):
        np.testing.assert_array_equal(getattr(loaded.atlas, name), getattr(made.atlas, name))
    np.testing.assert_array_equal(loaded.model.encode(digits.images), made.model.encode(digits.images))
    assert loaded.support.units == made.config.atlas.units


def test_the_atlas_is_the_held_out_codes_to_float16(checkpoints):
    from autoencoder.data.loading import load_dataset

    made, test = checkpoints["vae"], load_dataset("digits", "test")
    codes = made.model.encode(test.images[:25])
    np.testing.assert_allclose(made.atlas.latents, codes, rtol=2**-10, atol=1e-6)
    np.testing.assert_array_equal(made.atlas.labels, test.labels[:25])
    np.testing.assert_array_equal(made.atlas.rows, np.arange(25))


def test_two_saves_are_the_same_bytes(checkpoints, tmp_path):
    folders = [save_checkpoint(checkpoints["vae"], tmp_path / name) for name in ("one", "other")]
    assert contents(folders[0]) == contents(folders[1])
    assert sorted(contents(folders[0])) == sorted(FILES)


def test_the_config_is_for_people_too(saved):
    text = (saved / CONFIG).read_text()
    entries = json.loads(text)
    assert entries["format_version"] == 1 and entries["model"]["latent_dim"] == 3
    assert [epoch["epoch"] for epoch in entries["training"]["history"]] == [1, 2]
    assert len(text.splitlines()) > 40


def test_a_fingerprint_changes_with_weights_and_atlas(checkpoints):
    made = checkpoints["ae"]
    moved = Atlas(made.atlas.rows, made.atlas.latents + 1, made.atlas.labels)
    prints = {made.fingerprint, checkpoints["dae"].fingerprint, replace(made, atlas=moved).fingerprint}
    assert len(prints) == 3


def test_images_without_labels_have_an_atlas(digits, tmp_path):
    bare = replace(digits, labels=None, class_names=(), split="all")
    trainer = Trainer(bare.images, ModelSettings("ae", 3), TrainingSettings(1, 64), Runtime())
    rows = trainer.held_back_rows
    made = make_checkpoint("bare", trainer, bare, None)
    loaded = load_checkpoint(save_checkpoint(made, tmp_path / "bare"))
    assert loaded.atlas.labels is None and loaded.config.source.note == ""
    np.testing.assert_array_equal(loaded.atlas.rows, rows)
    assert codes_of_atlas(loaded).class_of(0) == ""


def test_codes_of_images_and_of_the_atlas_know_their_rows(checkpoints, digits):
    made = checkpoints["ae"]
    of_images, of_atlas = codes_of_images(made, digits), codes_of_atlas(made)
    assert of_images.images is digits.images and of_atlas.images is None
    assert of_images.class_of(7) == str(digits.labels[7])
    assert (of_atlas.dataset, of_atlas.split) == ("digits", "test")
    assert of_images.key != of_atlas.key


def test_a_large_code_has_a_small_file(digits, monkeypatch):
    """The widest code that there is, for as many images as MNIST has, and codes that do not compress."""
    monkeypatch.setattr(result, "Support", lambda model, latents: _NoUnits())
    many = digits.subset(np.zeros(10_000, dtype=int))
    trainer = Trainer(digits.images, ModelSettings("ae", 128), TrainingSettings(1), Runtime())
    monkeypatch.setattr(
        "autoencoder.model.autoencoder.Autoencoder.encode",
        lambda self, images: np.random.default_rng(0).standard_normal((len(images), 128), np.float32),
    )
    made = make_checkpoint("wide", trainer, digits, many)
    file = io.BytesIO()
    np.savez_compressed(
        file, latents=made.atlas.latents.astype(np.float16), rows=made.atlas.rows.astype(np.int32),
        labels=made.atlas.labels.astype(np.int16),
    )  # fmt: skip
    assert 1_000 < len(made.atlas.latents) < 10_000
    assert len(file.getvalue()) < 500_000


class _NoUnits:
    units = Units(1.0, 1.0, 1.0)


def test_saving_replaces_the_old_model(checkpoints, saved):
    save_checkpoint(checkpoints["ae"], saved)
    assert load_checkpoint(saved).config.model.kind == "ae"
    assert [path.name for path in saved.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("breaks", ["config", "weights", "atlas", "last rename"])
def test_a_write_that_fails_leaves_the_old_model_whole(checkpoints, saved, monkeypatch, breaks):
    before = contents(saved)

    def no_space(*args, **options):
        raise OSError(28, "No space left on device")

    rename = Path.rename
    if breaks == "config":
        monkeypatch.setattr(Path, "write_text", no_space)
    elif breaks == "weights":
        monkeypatch.setattr(Path, "write_bytes", no_space)
    elif breaks == "atlas":
        monkeypatch.setattr(np, "savez_compressed", no_space)
    else:
        monkeypatch.setattr(
            Path, "rename", lambda self, to: no_space() if self.name == "fresh" else rename(self, to)
        )
    with pytest.raises(CheckpointError, match="No space left"):
        save_checkpoint(checkpoints["ae"], saved)
    monkeypatch.undo()
    assert contents(saved) == before
    assert [path.name for path in saved.parent.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_holds_something_else_is_refused(checkpoints, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("two years of work")
    (tmp_path / "file").write_text("more of it")
    for name in ("thesis", "file"):
        with pytest.raises(CheckpointError, match="something other than a model"):
            save_checkpoint(checkpoints["ae"], tmp_path / name)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "two years of work"


def test_an_empty_folder_and_folders_to_come_are_taken(checkpoints, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "not" / "yet" / "there"):
        assert load_checkpoint(save_checkpoint(checkpoints["ae"], folder)).name == folder.name


def test_a_list_passes_over_what_is_no_model(checkpoints, tmp_path):
    for name in ("b", "a", ".hidden"):
        save_checkpoint(checkpoints["ae"], tmp_path / name)
    for name, text in (("foreign", "{}"), ("broken", "{")):
        (tmp_path / name).mkdir()
        (tmp_path / name / CONFIG).write_text(text)
    assert [info.name for info in list_checkpoints(tmp_path)] == ["a", "b"]
    assert list_checkpoints(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "name", ["no-such-model", "/nowhere/at/all", "x" * 5000, "\0", "../checkpoints/README.md"]
)
def test_a_model_that_is_not_there_is_answered_with_those_that_are(name):
    with pytest.raises(CheckpointError, match=r"There is no model folder .* Shipped models: "):
        load_checkpoint(name)


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
    "newer": (_config(format_version=2), r"newer version of this program \(format 2, this one reads 1\)"),
    "no such kind": (_config(model__kind="gan"), r"config.json is damaged.*kind must be one of"),
    "absurd size": (_config(model__latent_dim=10**9), r"config.json is damaged.*1 to 128"),
    "absurd number": (_config(training__seconds=10**400), r"config.json is damaged"),
    "absurd units": (_config(atlas__units__round_trip=float("nan")), r"config.json is damaged"),
    "a number for a name": (_config(source__name=3), r"config.json is damaged.*name cannot be 3"),
    "a list for a name": (_config(source__name=["mnist"]), r"config.json is damaged.*name cannot be"),
    "a dict for a number": (_config(source__n_images={}), r"config.json is damaged.*n_images cannot be"),
    "a text for a measure": (
        _config(training__history=[{"epoch": 1, "validation_psnr": "x"}]),
        r"config.json is damaged.*validation_psnr cannot be 'x'",
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
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_has_its_sentence(saved, damage):
    harm, sentence = DAMAGES[damage]
    harm(saved)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        load_checkpoint(saved)
    message = str(caught.value)
    assert message.endswith(".") and message.isprintable() and len(message) < 600


def test_an_atlas_without_a_single_code_is_refused(saved):
    edit_atlas(saved, latents=CODES[:0], rows=np.arange(0), labels=None)
    edit_config(saved, atlas__n_codes=0)
    with pytest.raises(CheckpointError, match="do not fit"):
        load_checkpoint(saved)


def test_a_bomb_is_not_unpacked(saved, monkeypatch):
    np.savez_compressed(saved / ATLAS, latents=np.zeros((1_000_000, 3), np.float16))
    monkeypatch.setattr(module, "MAX_ATLAS_UNPACKED", 1_000_000)
    with pytest.raises(CheckpointError, match="unpacked, it would be larger"):
        load_checkpoint(saved)


def test_a_file_over_the_limit_is_not_read(saved, monkeypatch):
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 100)
    with pytest.raises(CheckpointError, match="larger than any model"):
        load_checkpoint(saved)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory can be limited on Linux only")
def test_the_widest_network_a_config_can_name_takes_no_memory(saved):
    """Its 3,288 million weights are not there, and the room for them is not taken before that is known."""
    import resource

    widest = {"name": "x", "channels": [256] * 4, "widths": [2048] * 4, "kernel": 5, "stride": 1}
    edit_config(saved, model__architecture=widest)
    assert sum(row.n_parameters for row in mirror_table(read_config(saved).model)) > 400_000_000
    limit, unit = resource.getrlimit(resource.RLIMIT_AS), 1024
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 512 * unit**2, limit[1]))
    try:
        with pytest.raises(CheckpointError, match="do not fit"):
            load_checkpoint(saved)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)


@pytest.fixture(scope="module")
def template(checkpoints, tmp_path_factory) -> Path:
    return save_checkpoint(checkpoints["vae"], tmp_path_factory.mktemp("fuzz") / "small")


@given(data=st.data(), file=st.sampled_from(FILES))
@settings(max_examples=150)
def test_whatever_happens_to_a_file_it_is_a_model_or_a_sentence(template, data, file):
    """Flipped, cut and inserted bytes: CheckpointError or a model that works, and nothing else."""
    original = (template / file).read_bytes()
    place = data.draw(st.integers(0, len(original) - 1), label="place")
    some = data.draw(st.binary(max_size=4), label="bytes")
    damaged = data.draw(
        st.sampled_from(
            [
                original[:place],
                original[:place] + some + original[place + len(some) :],
                original[:place] + some + original[place:],
                original[:place] + original[place + 1 + len(some) :],
            ]
        ),
        label="damaged",
    )
    folder = template.parent / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    (folder / file).write_bytes(damaged)
    try:
        loaded = load_checkpoint(folder)
    except CheckpointError:
        return
    assert np.isfinite(loaded.model.decode(loaded.atlas.latents)).all()
    codes_of_atlas(loaded).class_of(0)


def test_a_small_checkpoint_of_every_size_loads(digits, tmp_path):
    for latent_dim in (1, 2, 128):
        made = make_small_checkpoint(digits, "vae", latent_dim)
        assert load_checkpoint(save_checkpoint(made, tmp_path / str(latent_dim))).config == made.config


def test_shipped_models_lie_beside_the_package():
    assert (SHIPPED / "reproduce.py").is_file()
