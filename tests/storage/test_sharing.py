"""Shared models and images: others open them by their link and cannot change them."""

import os
import re
import shutil
import time
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.replay import REPLAY, Replay
from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from tests.tools.app import living_map, visit_as, words
from tests.tools.models import make_small_checkpoint
from ui.state.defaults import DATASET, MODEL
from ui.state.session import visitor_of
from ui.storage import shares as shares_module
from ui.storage.disk import SHARING, WorkspaceError, bytes_in, state_root
from ui.storage.models import export_model, import_model, model_infos
from ui.storage.shares import path_of_copy, share_copy, shelf_of
from ui.storage.upkeep import DAY, remove_unused
from ui.storage.workspace import Workspace
from ui.widgets import kept as kept_controls

OWNER, OTHER = "the one who shares", "somebody else"


@pytest.fixture
def own() -> Workspace:
    """The workspace of the one who shares, empty."""
    shutil.rmtree(state_root(), ignore_errors=True)
    return Workspace(state_root(), visitor_of(OWNER))


def switch(app: AppTest, is_on: bool) -> AppTest:
    return next(toggle for toggle in app.toggle if toggle.label == "Share").set_value(is_on).run()


def shared_name(app: AppTest) -> str:
    link = next(code.value for code in app.code if "~" in code.value)  # at the switch; below is what else is
    return re.search(r"=(.+)$", link)[1].replace("%7E", "~").replace("+", " ")


def test_a_shared_model_is_opened_by_its_link_and_by_nobody_without_it(own, digits):
    own.models.save(make_small_checkpoint(digits, "vae"), "my model")
    name = shared_name(switch(visit_as(OWNER, "train"), True))
    app = visit_as(OTHER, "latent_map", model=name)
    assert not app.exception and not app.error and not app.warning
    assert app.selectbox(key="model").value == name
    assert (
        living_map(app)["panes"][0]["id"] == load_checkpoint(own.models.folder / "my model").fingerprint[:8]
    )
    assert [option for option in app.selectbox(key="model").options if "Shared" in option]
    others = visit_as(OTHER, "latent_map").selectbox(key="model").options
    assert not [option for option in others if "Shared" in option or name in option]
    assert model_infos(Workspace(state_root(), visitor_of(OTHER)).models) == []


def test_a_copy_stays_when_the_original_goes_and_goes_when_it_is_withdrawn(own, digits):
    own.models.save(make_small_checkpoint(digits, "ae"), "one")
    app = switch(visit_as(OWNER, "train"), True)
    name = shared_name(app)
    switch(app, False)
    assert visit_as(OTHER, "latent_map", model=name).warning
    switch(app, True)
    own.models.delete("one")
    assert visit_as(OTHER, "latent_map", model=name).selectbox(key="model").value == name


def test_shared_images_are_the_images(own):
    images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)
    labels = np.repeat([0, 1], 15)
    own.images.save(Dataset("drawn", "all", images, labels, ("up", "down")), "drawn")
    name = shared_name(switch(visit_as(OWNER, "your_images"), True))
    app = visit_as(OTHER, "latent_map", data=name)
    assert not app.exception and not app.error and app.selectbox(key="data").value == name
    assert living_map(app)["classes"] == ["up", "down"]
    kept = load_dataset(path_of_copy("data", name))
    np.testing.assert_array_equal(kept.images, images)


@pytest.mark.parametrize(
    "text", ["x~" + "0" * 20, "../x~" + "0" * 20, "~" + "0" * 20, "/etc~" + "a" * 20, "x~.."]
)
def test_a_foreign_name_opens_nothing(own, text):
    app = visit_as(OTHER, "latent_map", model=text, data=text)
    assert not app.exception
    assert (app.selectbox(key="data").value, app.selectbox(key="model").value) == (DATASET, MODEL)
    assert words(app).count("does not exist") == 2


def test_what_was_opened_the_longest_ago_makes_room(own, digits, monkeypatch):
    monkeypatch.setattr(shares_module, "MAX_SHARED_OF_ALL", 2)
    names = []
    for number in range(3):
        own.models.save(make_small_checkpoint(digits, ("ae", "dae", "vae")[number]), f"m{number}")
        folder = own.models.folder / f"m{number}"
        names.append(f"m{number}~{number:020}")
        share_copy(own, "model", folder, names[-1])
    assert [path_of_copy("model", name).exists() for name in names] == [False, True, True]


def test_a_full_server_shares_nothing_more_and_what_is_shared_counts(own, digits, monkeypatch):
    own.models.save(make_small_checkpoint(digits, "ae"), "one")
    kept = bytes_in(state_root())
    app = visit_as(OWNER, "train")
    monkeypatch.setenv("LATENT_MAX_STATE_BYTES", str(kept + 1_000))
    switch(app, True)
    assert "full" in app.error[0].value and not list(state_root().glob("shared/model/*"))
    monkeypatch.setenv("LATENT_MAX_STATE_BYTES", str(3 * kept))
    switch(app, True)
    assert bytes_in(state_root()) == 2 * kept
    monkeypatch.setenv("LATENT_MAX_STATE_BYTES", str(2 * kept + 1_000))
    with pytest.raises(WorkspaceError, match="full"):
        own.quota.check(2_000)


def two_frames() -> Replay:
    return Replay(
        latent_dim=2,
        class_names=(),
        inputs=np.zeros((8, 28, 28), np.uint8),
        labels=np.zeros(5, np.int16),
        epochs=np.array([0.0, 1.0]),
        positions=np.zeros((2, 5, 2), np.float32),
        pictures=np.zeros((2, 8, 28, 28), np.uint8),
        train_losses=np.ones(2),
        validation_losses=np.ones(2),
        gap_scores=np.ones(2),
    )


def test_the_replay_of_a_training_is_shared_with_its_model(own, digits):
    trained = replace(make_small_checkpoint(digits, "ae"), replay=two_frames())
    own.models.save(trained, "watched")
    own.models.save(replace(trained, replay=None), "unwatched")
    again = import_model(own.models, export_model(own.models, "watched"), "loaded again")
    assert (again.folder / REPLAY).read_bytes() == (own.models.folder / "watched" / REPLAY).read_bytes()
    other = import_model(own.models, export_model(own.models, "unwatched"), "the other")
    assert not (other.folder / REPLAY).exists()
    for which, is_shown in (("watched", True), ("unwatched", False)):
        app = visit_as(OWNER, "train")
        next(box for box in app.selectbox if box.label == "Model of yours").set_value(which)
        name = shared_name(switch(app.run(), True))
        app = visit_as(OTHER, "train", model=name, runs=name)
        assert not app.exception and not app.error
        titles = [element.value for element in app.markdown]
        assert (f"**Replay the training of {name}**" in titles) == is_shown
        assert (f"was kept with {name}" in words(app)) != is_shown
    assert "Replay the training" not in words(visit_as(OTHER, "train"))


def shares(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_what_is_shared_counts_for_who_shares_it_until_it_is_withdrawn(own, digits, monkeypatch):
    own.models.save(make_small_checkpoint(digits, "ae"), "one")
    kept = bytes_in(own.models.folder)
    monkeypatch.setattr("ui.storage.quota.MAX_VISITOR_BYTES", 2 * kept + 1_000)
    switch(visit_as(OWNER, "train"), True)
    with pytest.raises(WorkspaceError, match="what you share included"):
        own.quota.check(2_000)
    own.models.delete("one")  # and what is shared of it can still be withdrawn
    app = visit_as(OWNER, "train")
    shares(app, "Withdraw one")
    assert not app.exception and not app.error and not list(state_root().glob("shared/model/*"))
    assert "Withdraw one" not in [button.label for button in app.button]
    own.quota.check(2 * kept)


def test_a_visitor_shares_so_many_and_no_more(own, digits, monkeypatch):
    monkeypatch.setattr(shares_module, "MAX_SHARED", 1)
    for name in ("one", "two"):
        own.models.save(make_small_checkpoint(digits, "ae"), name)
    share_copy(own, "model", own.models.folder / "one", f"one~{1:020}")
    with pytest.raises(WorkspaceError, match="You share 1 models, which is as many"):
        share_copy(own, "model", own.models.folder / "two", f"two~{2:020}")
    other = Workspace(state_root(), visitor_of(OTHER))  # for whom it does not count
    share_copy(other, "model", own.models.folder / "two", f"two~{2:020}")
    assert [path.name[:3] for path in (*own.shared.copies(), *other.shared.copies())] == ["one", "two"]


def test_what_two_share_stays_until_both_have_withdrawn_it(own, digits):
    own.models.save(make_small_checkpoint(digits, "ae"), "one")
    other, name = Workspace(state_root(), visitor_of(OTHER)), f"one~{1:020}"
    for who in (own, other):
        share_copy(who, "model", own.models.folder / "one", name)
    place = path_of_copy("model", name)
    kept_controls._withdraw(own, place)
    assert place.exists() and own.shared.copies() == [] and other.shared.copies() == [place]
    kept_controls._withdraw(other, place)
    assert not place.exists()


def test_what_nobody_opens_goes_with_time_and_what_is_opened_stays(own, digits):
    own.models.save(make_small_checkpoint(digits, "ae"), "one")
    names = [f"one~{number:020}" for number in range(2)]
    for name in names:
        share_copy(own, "model", own.models.folder / "one", name)
        os.utime(path_of_copy("model", name), (0, time.time() - 100 * DAY))
    half_written = shelf_of("model") / f"{SHARING}killed"
    half_written.mkdir()
    os.utime(half_written, (0, time.time() - 2 * DAY))
    visit_as(OTHER, "latent_map", model=names[1])
    remove_unused(state_root())
    assert [path_of_copy("model", name).exists() for name in names] == [False, True]
    assert not half_written.exists() and [path.name for path in own.shared.copies()] == names[1:]
    assert (own.models.folder / "one").exists()
