"""Laws of what a visitor keeps: names, limits, saving and loading, and hostile uploads."""

import io
import json
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.checkpoint.store import ATLAS, CONFIG, MAX_ATLAS_UNPACKED, SHIPPED, WEIGHTS
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.errors import CheckpointError
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.runtime import Runtime
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer
from ui.storage import workspace as module
from ui.storage.disk import WorkspaceError, state_root
from ui.storage.workspace import Workspace

VISITOR, OTHER = "0" * 32, "1" * 32


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, VISITOR)


@pytest.fixture(scope="module")
def images() -> Dataset:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
    return Dataset("stripes", "all", pixels, np.arange(40) % 3, ("none", "one", "größer"))


@pytest.fixture(scope="module")
def checkpoint(images) -> Checkpoint:
    model = ModelSettings("vae", 3, architecture=Architecture("tiny", (4,), (8,)))
    trainer = Trainer(images.images, model, TrainingSettings(epochs=1, batch_size=16), Runtime())
    list(trainer.steps())
    return make_checkpoint("new", trainer, images, images)


# Names

BAD_NAMES = ["", " ", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a\0b", "a\nb", "a" * 61, "con:", "end."]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_could_lead_elsewhere_is_refused(workspace, checkpoint, images, name):
    with pytest.raises(WorkspaceError, match="letters, digits"):
        workspace.save_model(checkpoint, name)
    with pytest.raises(WorkspaceError, match="letters, digits"):
        workspace.save_images(images, name)


@pytest.mark.parametrize("name", [*BAD_NAMES, "unknown"])
def test_a_name_from_a_link_reaches_no_path(workspace, name):
    for ask in (workspace.load_model, workspace.load_images, workspace.delete_model, workspace.export_model):
        with pytest.raises(WorkspaceError, match="You have no"):
            ask(name)


@pytest.mark.parametrize("name", [f"../../{OTHER}/models/theirs", "../models/theirs", ".saving-x", "."])
def test_a_name_from_a_link_leads_to_nothing_that_is_there(tmp_path, workspace, checkpoint, name):
    Workspace(tmp_path, OTHER).save_model(checkpoint, "theirs")
    workspace.save_model(checkpoint, "theirs")
    workspace.save_model(checkpoint, "hidden")
    workspace.load_model("hidden").folder.rename(tmp_path / "visitors" / VISITOR / "models" / ".saving-x")
    with pytest.raises(WorkspaceError, match="You have no"):
        workspace.load_model(name)
    with pytest.raises(WorkspaceError, match="You have no"):
        workspace.delete_model(name)


@given(name=st.text(max_size=70))
def test_what_is_made_of_any_text_is_a_name(tmp_path_factory, name):
    workspace = Workspace(tmp_path_factory.getbasetemp() / "none", VISITOR)
    free = workspace.free_images_name(name)
    assert workspace.check_new_images(free) == free
    assert re.fullmatch(r"[\w .-]{1,60}", free)


def test_names_of_what_is_there_for_all_are_refused(workspace, checkpoint, images):
    for shipped in SHIPPED.glob("[!.]*/"):
        with pytest.raises(WorkspaceError, match="taken"):
            workspace.save_model(checkpoint, shipped.name.upper())
    for name in DATASETS:
        with pytest.raises(WorkspaceError, match="taken"):
            workspace.save_images(images, name)


def test_a_visitor_is_not_a_path(tmp_path):
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        Workspace(tmp_path, "../" + "0" * 29)


def test_the_root_is_what_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))
    assert state_root() == tmp_path
    monkeypatch.delenv("LATENT_STATE_ROOT")
    assert state_root().name == ".state"


# Models


def test_a_model_comes_back_as_it_was_kept(workspace, checkpoint):
    assert workspace.save_model(checkpoint, "  my model ") == "my model"
    loaded = workspace.load_model("my model")
    assert loaded.fingerprint == checkpoint.fingerprint and loaded.config == checkpoint.config
    assert [info.name for info in workspace.models()] == ["my model"]


def test_visitors_do_not_see_each_other(tmp_path, workspace, checkpoint, images):
    workspace.save_model(checkpoint, "mine")
    workspace.save_images(images, "mine")
    other = Workspace(tmp_path, OTHER)
    assert other.models() == other.image_sets() == []
    with pytest.raises(WorkspaceError, match="You have no model"):
        other.load_model("mine")


def test_a_taken_name_is_refused_and_a_free_one_found(workspace, checkpoint):
    workspace.save_model(checkpoint, "Mine")
    with pytest.raises(WorkspaceError, match="taken"):
        workspace.save_model(checkpoint, "mine")
    assert workspace.free_model_name("mine") == "mine-v2"
    workspace.save_model(checkpoint, "mine-v2")
    assert workspace.free_model_name("mine") == "mine-v3"


def test_renaming_keeps_the_model_and_frees_the_name(workspace, checkpoint):
    workspace.save_model(checkpoint, "old")
    workspace.save_model(checkpoint, "taken")
    with pytest.raises(WorkspaceError, match="taken"):
        workspace.rename_model("old", "Taken")
    with pytest.raises(WorkspaceError, match="letters, digits"):
        workspace.rename_model("old", "../new")
    assert workspace.rename_model("old", "new") == "new"
    assert [info.name for info in workspace.models()] == ["new", "taken"]
    assert workspace.load_model("new").fingerprint == checkpoint.fingerprint


def test_what_was_deleted_last_can_be_had_back(workspace, checkpoint):
    for name in ("first", "second"):
        workspace.save_model(checkpoint, name)
        workspace.delete_model(name)
    assert workspace.models() == [] and workspace.deleted_model() == "second"
    assert workspace.restore_model() == "second" and workspace.deleted_model() is None
    assert workspace.load_model("second").fingerprint == checkpoint.fingerprint
    with pytest.raises(WorkspaceError, match="no deleted model"):
        workspace.restore_model()


def test_there_is_a_limit_to_what_is_kept(tmp_path, monkeypatch, checkpoint, images):
    monkeypatch.setattr(module, "MAX_MODELS", 1)
    monkeypatch.setattr(module, "MAX_IMAGE_SETS", 1)
    workspace = Workspace(tmp_path, VISITOR)
    workspace.save_model(checkpoint, "first")
    workspace.save_images(images, "first")
    with pytest.raises(WorkspaceError, match="Delete one first"):
        workspace.save_model(checkpoint, "second")
    with pytest.raises(WorkspaceError, match="Delete one first"):
        workspace.save_images(images, "second")


def test_a_disk_that_takes_nothing_is_said(tmp_path, checkpoint, images):
    (tmp_path / "visitors").write_text("a file where the folder should be")
    workspace = Workspace(tmp_path, VISITOR)
    with pytest.raises(CheckpointError, match="could not be written"):
        workspace.save_model(checkpoint, "mine")
    with pytest.raises(WorkspaceError, match="could not be written"):
        workspace.save_images(images, "mine")
    assert workspace.models() == workspace.image_sets() == []


# Uploaded models


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def files(workspace, checkpoint) -> dict[str, bytes]:
    """The files of a model that the visitor downloaded and deleted."""
    workspace.save_model(checkpoint, "mine")
    with zipfile.ZipFile(io.BytesIO(workspace.export_model("mine"))) as archive:
        files = {entry.split("/")[-1]: archive.read(entry) for entry in archive.namelist()}
    workspace.delete_model("mine")
    return files


def test_a_downloaded_model_can_be_loaded_again(tmp_path, workspace, checkpoint):
    workspace.save_model(checkpoint, "mine")
    info = Workspace(tmp_path, OTHER).import_model(workspace.export_model("mine"), "theirs")
    assert info.name == "theirs" and info.config == checkpoint.config
    assert Workspace(tmp_path, OTHER).load_model("theirs").fingerprint == checkpoint.fingerprint


@pytest.mark.parametrize(
    ("folder", "file", "name"),
    [
        ("digits-v3/", "download (1).zip", "digits-v3"),
        ("", "download (1).zip", "download 1"),
        ("../", "again.zip", "again"),
        ("taken/", "again.zip", "taken-v2"),
    ],
)
def test_a_zipped_model_proposes_its_folders_name(workspace, checkpoint, files, folder, file, name):
    workspace.save_model(checkpoint, "taken")
    data = zipped({folder + file_name: content for file_name, content in files.items()})
    assert workspace.proposed_model_name(data, file) == name
    assert workspace.proposed_model_name(data[:-40], "cut.zip") == "cut"


@pytest.mark.parametrize("folder", ["", "model/", "../"])
def test_the_archives_own_paths_lead_nowhere(tmp_path, workspace, files, folder):
    data = zipped({folder + name: content for name, content in files.items()})
    info = workspace.import_model(data, "again")
    assert {path.name for path in info.folder.iterdir()} == set(files)
    assert [path.name for path in tmp_path.iterdir()] == ["visitors"]
    assert [info.name for info in workspace.models()] == ["again"]


def test_what_systems_add_to_archives_is_passed_over(workspace, files):
    added = {"__MACOSX/._config.json": b"x", ".DS_Store": b"x"}
    assert workspace.import_model(zipped({**files, **added}), "again").name == "again"


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


@pytest.mark.parametrize(("make", "sentence"), HOSTILE.values(), ids=HOSTILE.keys())
def test_an_upload_that_is_no_model_is_refused_and_leaves_nothing(tmp_path, workspace, files, make, sentence):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CheckpointError, match=sentence) as refused:
        workspace.import_model(make(files), "again")
    assert str(tmp_path) not in str(refused.value) and "/tmp" not in str(refused.value)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 600
    assert sorted(tmp_path.rglob("*")) == before


# Images


def test_images_come_back_as_they_were_kept(workspace, images):
    assert workspace.save_images(images, "my.set v1") == "my.set v1"
    loaded = workspace.load_images("my.set v1")
    assert (loaded.name, loaded.split, loaded.class_names) == ("my.set v1", "all", images.class_names)
    assert loaded.fingerprint == images.fingerprint
    assert workspace.image_sets() == ["my.set v1"]


def test_images_without_labels_come_back_without(workspace, images):
    workspace.save_images(replace(images, labels=None, class_names=()), "plain")
    loaded = workspace.load_images("plain")
    assert loaded.labels is None and loaded.class_names == ()
    np.testing.assert_array_equal(loaded.images, images.images)


def test_deleted_images_can_be_had_back(workspace, images):
    workspace.save_images(images, "mine")
    workspace.delete_images("mine")
    assert workspace.image_sets() == [] and workspace.deleted_images() == "mine"
    workspace.restore_images()
    assert workspace.load_images("mine").fingerprint == images.fingerprint
