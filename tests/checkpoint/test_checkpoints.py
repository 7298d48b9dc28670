"""A checkpoint comes back as it was, or says in a sentence of its own why it does not."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from tests.tools.bad_models import CODES, DAMAGES, edit_atlas, edit_config
from tests.tools.models import make_small_checkpoint

FILES = (CONFIG, WEIGHTS, ATLAS)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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


@pytest.mark.parametrize("kind", KINDS)
def test_units_of_old_files_are_measured_anew_where_they_were_of_means(checkpoints, tmp_path, kind):
    """Files of format 1 do not say what their units were calibrated on: it was the atlas."""
    made = checkpoints[kind]
    assert made.config.atlas.calibrated_on == "codes in use"
    folder = save_checkpoint(made, tmp_path / "model")
    edit_config(folder, atlas__units={"round_trip": 1e-3, "neighbour_distance": 1.0, "decoded_step": 1.0})
    entries = json.loads((folder / CONFIG).read_text())
    entries["format_version"] = 1
    del entries["atlas"]["calibrated_on"]
    (folder / CONFIG).write_text(json.dumps(entries))
    loaded = load_checkpoint(folder)
    assert loaded.config.atlas.calibrated_on == "atlas"
    if kind == "vae":
        for name, value in vars(made.config.atlas.units).items():
            assert getattr(loaded.support.units, name) == pytest.approx(value, rel=1e-5)
    else:
        assert loaded.support.units == Units(1e-3, 1.0, 1.0)


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
    assert entries["format_version"] == 2 and entries["model"]["latent_dim"] == 3
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
        file,
        latents=made.atlas.latents.astype(np.float16),
        rows=made.atlas.rows.astype(np.int32),
        labels=made.atlas.labels.astype(np.int16),
    )
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
