"""Laws of what a visitor keeps: names, limits, saving and loading, and hostile uploads."""

import io
import re
import zipfile
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.checkpoint.store import SHIPPED
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from autoencoder.errors import CheckpointError
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.runtime import Runtime
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer
from tests.tools.bad_models import HOSTILE, zipped
from ui.storage import workspace as module
from ui.storage.disk import WorkspaceError, state_root
from ui.storage.models import export_model, import_model, model_infos, proposed_name
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
        workspace.models.save(checkpoint, name)
    with pytest.raises(WorkspaceError, match="letters, digits"):
        workspace.images.save(images, name)


@pytest.mark.parametrize("name", [*BAD_NAMES, "unknown"])
def test_a_name_from_a_link_reaches_no_path(workspace, name):
    models, images = workspace.models, workspace.images
    for ask in (models.load, images.load, models.delete, partial(export_model, models)):
        with pytest.raises(WorkspaceError, match="You have no"):
            ask(name)


@pytest.mark.parametrize("name", [f"../../{OTHER}/models/theirs", "../models/theirs", ".saving-x", "."])
def test_a_name_from_a_link_leads_to_nothing_that_is_there(tmp_path, workspace, checkpoint, name):
    Workspace(tmp_path, OTHER).models.save(checkpoint, "theirs")
    workspace.models.save(checkpoint, "theirs")
    workspace.models.save(checkpoint, "hidden")
    workspace.models.load("hidden").folder.rename(tmp_path / "visitors" / VISITOR / "models" / ".saving-x")
    with pytest.raises(WorkspaceError, match="You have no"):
        workspace.models.load(name)
    with pytest.raises(WorkspaceError, match="You have no"):
        workspace.models.delete(name)


@given(name=st.text(max_size=70))
def test_what_is_made_of_any_text_is_a_name(tmp_path_factory, name):
    workspace = Workspace(tmp_path_factory.getbasetemp() / "none", VISITOR)
    free = workspace.images.free_name(name)
    assert workspace.images.check_new(free) == free
    assert re.fullmatch(r"[\w .-]{1,60}", free)


def test_names_of_what_is_there_for_all_are_refused(workspace, checkpoint, images):
    for shipped in SHIPPED.glob("[!.]*/"):
        with pytest.raises(WorkspaceError, match="taken"):
            workspace.models.save(checkpoint, shipped.name.upper())
    for name in DATASETS:
        with pytest.raises(WorkspaceError, match="taken"):
            workspace.images.save(images, name)


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
    assert workspace.models.save(checkpoint, "  my model ") == "my model"
    loaded = workspace.models.load("my model")
    assert loaded.fingerprint == checkpoint.fingerprint and loaded.config == checkpoint.config
    assert [info.name for info in model_infos(workspace.models)] == ["my model"]


def test_visitors_do_not_see_each_other(tmp_path, workspace, checkpoint, images):
    workspace.models.save(checkpoint, "mine")
    workspace.images.save(images, "mine")
    other = Workspace(tmp_path, OTHER)
    assert model_infos(other.models) == other.images.names() == []
    with pytest.raises(WorkspaceError, match="You have no model"):
        other.models.load("mine")


def test_a_taken_name_is_refused_and_a_free_one_found(workspace, checkpoint):
    workspace.models.save(checkpoint, "Mine")
    with pytest.raises(WorkspaceError, match="taken"):
        workspace.models.save(checkpoint, "mine")
    assert workspace.models.free_name("mine") == "mine-v2"
    workspace.models.save(checkpoint, "mine-v2")
    assert workspace.models.free_name("mine") == "mine-v3"


def test_renaming_keeps_the_model_and_frees_the_name(workspace, checkpoint):
    workspace.models.save(checkpoint, "old")
    workspace.models.save(checkpoint, "taken")
    with pytest.raises(WorkspaceError, match="taken"):
        workspace.models.rename("old", "Taken")
    with pytest.raises(WorkspaceError, match="letters, digits"):
        workspace.models.rename("old", "../new")
    assert workspace.models.rename("old", "new") == "new"
    assert [info.name for info in model_infos(workspace.models)] == ["new", "taken"]
    assert workspace.models.load("new").fingerprint == checkpoint.fingerprint


def test_what_was_deleted_last_can_be_had_back(workspace, checkpoint):
    for name in ("first", "second"):
        workspace.models.save(checkpoint, name)
        workspace.models.delete(name)
    assert model_infos(workspace.models) == [] and workspace.models.deleted() == "second"
    assert workspace.models.restore() == "second" and workspace.models.deleted() is None
    assert workspace.models.load("second").fingerprint == checkpoint.fingerprint
    with pytest.raises(WorkspaceError, match="no deleted model"):
        workspace.models.restore()


def test_there_is_a_limit_to_what_is_kept(tmp_path, monkeypatch, checkpoint, images):
    monkeypatch.setattr(module, "MAX_MODELS", 1)
    monkeypatch.setattr(module, "MAX_IMAGE_SETS", 1)
    workspace = Workspace(tmp_path, VISITOR)
    workspace.models.save(checkpoint, "first")
    workspace.images.save(images, "first")
    with pytest.raises(WorkspaceError, match="Delete one first"):
        workspace.models.save(checkpoint, "second")
    with pytest.raises(WorkspaceError, match="Delete one first"):
        workspace.images.save(images, "second")


def test_a_disk_that_takes_nothing_is_said(tmp_path, checkpoint, images):
    (tmp_path / "visitors").write_text("a file where the folder should be")
    workspace = Workspace(tmp_path, VISITOR)
    with pytest.raises(CheckpointError, match="could not be written"):
        workspace.models.save(checkpoint, "mine")
    with pytest.raises(WorkspaceError, match="could not be written"):
        workspace.images.save(images, "mine")
    assert model_infos(workspace.models) == workspace.images.names() == []


@pytest.fixture
def files(workspace, checkpoint) -> dict[str, bytes]:
    """The files of a model that the visitor downloaded and deleted."""
    workspace.models.save(checkpoint, "mine")
    with zipfile.ZipFile(io.BytesIO(export_model(workspace.models, "mine"))) as archive:
        files = {entry.split("/")[-1]: archive.read(entry) for entry in archive.namelist()}
    workspace.models.delete("mine")
    return files


def test_a_downloaded_model_can_be_loaded_again(tmp_path, workspace, checkpoint):
    workspace.models.save(checkpoint, "mine")
    info = import_model(Workspace(tmp_path, OTHER).models, export_model(workspace.models, "mine"), "theirs")
    assert info.name == "theirs" and info.config == checkpoint.config
    assert Workspace(tmp_path, OTHER).models.load("theirs").fingerprint == checkpoint.fingerprint


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
    workspace.models.save(checkpoint, "taken")
    data = zipped({folder + file_name: content for file_name, content in files.items()})
    assert proposed_name(workspace.models, data, file) == name
    assert proposed_name(workspace.models, data[:-40], "cut.zip") == "cut"


@pytest.mark.parametrize("folder", ["", "model/", "../"])
def test_the_archives_own_paths_lead_nowhere(tmp_path, workspace, files, folder):
    data = zipped({folder + name: content for name, content in files.items()})
    info = import_model(workspace.models, data, "again")
    assert {path.name for path in info.folder.iterdir()} == set(files)
    assert [path.name for path in tmp_path.iterdir()] == ["visitors"]
    assert [info.name for info in model_infos(workspace.models)] == ["again"]


def test_what_systems_add_to_archives_is_passed_over(workspace, files):
    added = {"__MACOSX/._config.json": b"x", ".DS_Store": b"x"}
    assert import_model(workspace.models, zipped({**files, **added}), "again").name == "again"


@pytest.mark.parametrize(("make", "sentence"), HOSTILE.values(), ids=HOSTILE.keys())
def test_an_upload_that_is_no_model_is_refused_and_leaves_nothing(tmp_path, workspace, files, make, sentence):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CheckpointError, match=sentence) as refused:
        import_model(workspace.models, make(files), "again")
    assert str(tmp_path) not in str(refused.value) and "/tmp" not in str(refused.value)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 600
    assert sorted(tmp_path.rglob("*")) == before


# Images


def test_images_come_back_as_they_were_kept(workspace, images):
    assert workspace.images.save(images, "my.set v1") == "my.set v1"
    loaded = workspace.images.load("my.set v1")
    assert (loaded.name, loaded.split, loaded.class_names) == ("my.set v1", "all", images.class_names)
    assert loaded.fingerprint == images.fingerprint
    assert workspace.images.names() == ["my.set v1"]


def test_images_without_labels_come_back_without(workspace, images):
    workspace.images.save(replace(images, labels=None, class_names=()), "plain")
    loaded = workspace.images.load("plain")
    assert loaded.labels is None and loaded.class_names == ()
    np.testing.assert_array_equal(loaded.images, images.images)


def test_deleted_images_can_be_had_back(workspace, images):
    workspace.images.save(images, "mine")
    workspace.images.delete("mine")
    assert workspace.images.names() == [] and workspace.images.deleted() == "mine"
    workspace.images.restore()
    assert workspace.images.load("mine").fingerprint == images.fingerprint
