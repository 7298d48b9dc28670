"""Every limit is stated, and where it is reached a sentence says so."""

import asyncio
import os
import re
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest

from autoencoder.data.dataset import Dataset
from autoencoder.data.readers.source import MAX_FILE_BYTES
from tests.tools.limits_table import table
from tests.tools.models import make_small_checkpoint
from tests.tools.project import PROJECT
from ui.server import app
from ui.state import session as visitor
from ui.storage import limits, models, quota
from ui.storage.disk import WorkspaceError
from ui.storage.models import export_model, import_model
from ui.storage.upkeep import DAY, remove_unused
from ui.storage.workspace import Workspace

VISITOR, OTHER = "0" * 32, "1" * 32
NOISE = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)  # 31 kB that do not compress
CONFIG = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, VISITOR)


@pytest.fixture
def images() -> Dataset:
    return Dataset("noise", "all", NOISE, None, ())


# Stated limits


def test_the_readme_s_table_is_the_program_s():
    lines = (PROJECT / "README.md").read_text().splitlines()
    for what, most, setting in table():
        assert " ".join(f"| {what} | {most} | {setting} |".split()) in lines
    head = lines.index("| limit | at most | set by |")
    assert len(table()) == next(n for n, line in enumerate(lines[head + 2 :]) if not line)


def test_the_server_s_settings_are_stated():
    app, client = CONFIG["server"], CONFIG["client"]
    assert app["enableXsrfProtection"] is True and app["enableCORS"] is True
    assert app["enableStaticServing"] is False and app["enableAgentApi"] is False
    assert client["showErrorDetails"] == "none" and client["allowedOrigins"] == []
    assert app["maxUploadSize"] * 2**20 >= MAX_FILE_BYTES >= app["maxUploadSize"] * 10**6
    assert {"maxMessageSize", "maxWidgetStateSize", "disconnectedSessionTTL"} <= set(app)


def test_limits_can_be_set(monkeypatch):
    for name, read in (
        ("LATENT_MAX_SESSIONS", limits.max_sessions),
        ("LATENT_MAX_STATE_BYTES", limits.max_state_bytes),
        ("LATENT_MAX_IDLE_DAYS", limits.max_idle_days),
    ):
        default = read()
        monkeypatch.setenv(name, "7")
        assert read() == 7
        monkeypatch.setenv(name, "")
        assert read() == default
        for nonsense in ("many", "-1", "1.5", "²"):
            monkeypatch.setenv(name, nonsense)
            with pytest.raises(ValueError, match=f"{name} must be a whole number"):
                read()


# A quota for one visitor, and for all


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_visitor_s_quota_holds_for_images(tmp_path, workspace, images, monkeypatch):
    workspace.images.save(images, "first")
    before = files(tmp_path)
    monkeypatch.setattr(quota, "MAX_VISITOR_BYTES", 50_000)
    with pytest.raises(WorkspaceError, match="are kept for one visitor"):
        workspace.images.save(images, "second")
    assert files(tmp_path) == before
    Workspace(tmp_path, OTHER).images.save(images, "theirs")  # has a quota of their own
    workspace.images.delete("first")
    workspace.images.save(images, "second")  # what was deleted does not count


def test_a_visitor_s_quota_holds_for_models(tmp_path, workspace, checkpoints, monkeypatch):
    workspace.models.save(checkpoints["ae"], "first")
    exported, before = export_model(workspace.models, "first"), files(tmp_path)
    monkeypatch.setattr(quota, "MAX_VISITOR_BYTES", 30_000)
    for keep in (
        lambda: workspace.models.save(checkpoints["ae"], "second"),
        lambda: import_model(workspace.models, exported, "second"),
        lambda: workspace.models.check_new("second"),  # already before the training
    ):
        with pytest.raises(WorkspaceError, match="are kept for one visitor"):
            keep()
    assert files(tmp_path) == before


def test_a_quota_holds_for_all_visitors_together(tmp_path, workspace, images, checkpoints, monkeypatch):
    Workspace(tmp_path, OTHER).images.save(images, "theirs")
    before = files(tmp_path)
    monkeypatch.setenv("LATENT_MAX_STATE_BYTES", "40000")
    for keep in (
        lambda: workspace.images.save(images, "mine"),
        lambda: workspace.models.save(checkpoints["ae"], "mine"),
    ):
        with pytest.raises(WorkspaceError, match="for all visitors together, and that is full"):
            keep()
    assert files(tmp_path) == before
    monkeypatch.setenv("LATENT_MAX_STATE_BYTES", "400000000")
    workspace.images.save(images, "mine")
    monkeypatch.setenv("LATENT_MAX_STATE_BYTES", "40000")
    with pytest.raises(WorkspaceError, match="that is full"):
        workspace.images.check_new("more")


def test_what_a_model_takes_is_known_before_it_is_written(digits, tmp_path, workspace):
    for latent_dim in (2, 128):
        checkpoint = make_small_checkpoint(digits, "vae", latent_dim)
        workspace.models.save(checkpoint, str(latent_dim))
        written = sum(path.stat().st_size for path in (workspace.models.folder / str(latent_dim)).iterdir())
        assert written <= models._n_bytes(checkpoint) <= written + 500_000


# The age limit


def aged(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def test_what_nobody_has_used_for_long_is_removed(tmp_path, workspace, images, monkeypatch):
    workspace.images.save(images, "old")
    Workspace(tmp_path, OTHER).images.save(images, "newer")
    aged(tmp_path / "visitors" / VISITOR, limits.MAX_IDLE_DAYS + 1)
    aged(tmp_path / "visitors" / OTHER, limits.MAX_IDLE_DAYS - 1)
    assert remove_unused(tmp_path) == 1
    assert workspace.images.names() == [] and Workspace(tmp_path, OTHER).images.names() == ["newer"]
    monkeypatch.setenv("LATENT_MAX_IDLE_DAYS", "1")
    assert remove_unused(tmp_path) == 1 and files(tmp_path) == []
    assert remove_unused(tmp_path / "nowhere") == 0


def test_a_server_that_runs_for_long_clears_up_again(tmp_path, workspace, images, monkeypatch):
    for name in ("start_cluster", "warm_up", "close_cluster"):
        monkeypatch.setattr(app, name, lambda: None)
    monkeypatch.setattr(app, "CLEAR_EVERY", 0.01)
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))

    async def run() -> None:
        async with app.lifespan(None):
            workspace.images.save(images, "left behind")
            aged(tmp_path / "visitors" / VISITOR, limits.MAX_IDLE_DAYS + 1)
            for _ in range(500):
                await asyncio.sleep(0.01)
                if not files(tmp_path):
                    break

    asyncio.run(run())
    assert files(tmp_path) == []


def test_only_visitors_folders_are_removed(tmp_path, images):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis").write_text("two years of work")
    visitors_folder = tmp_path / "state" / "visitors"
    visitors_folder.mkdir(parents=True)
    (visitors_folder / VISITOR).symlink_to(outside)
    (visitors_folder / "README").mkdir()
    (visitors_folder / OTHER).write_text("a file")
    for path in (outside, visitors_folder / "README", visitors_folder / OTHER):
        aged(path, 10_000)
    assert remove_unused(tmp_path / "state") == 0
    assert (outside / "thesis").exists() and len(list(visitors_folder.iterdir())) == 3


def test_what_a_killed_server_left_half_written_is_removed_a_day_later(tmp_path, workspace, images):
    workspace.images.save(images, "mine")
    folder = tmp_path / "visitors" / VISITOR / "images"
    for name, days in ((".saving-old", 2), (".saving-now", 0)):
        (folder / name).mkdir()
        aged(folder / name, days)
    remove_unused(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [".saving-now", "mine.npz"]


def test_a_folder_that_cannot_be_removed_stops_no_server(tmp_path, workspace, images, monkeypatch, caplog):
    workspace.images.save(images, "mine")
    aged(tmp_path / "visitors" / VISITOR, 10_000)
    monkeypatch.setattr(os, "rmdir", lambda *args, **options: (_ for _ in ()).throw(OSError(30, "read-only")))
    remove_unused(tmp_path)
    assert "could not be removed" in caplog.text


def test_a_visit_is_noted_once_an_hour(tmp_path, workspace, images, monkeypatch):
    folder = tmp_path / "visitors" / VISITOR
    workspace.touch()
    assert not folder.exists()  # who keeps nothing leaves no trace
    workspace.images.save(images, "mine")
    aged(folder, 50)
    workspace.touch()
    assert time.time() - folder.stat().st_mtime < 60
    monkeypatch.setattr(os, "utime", lambda path: pytest.fail("twice within an hour"))
    workspace.touch()


def test_every_visit_counts_as_use(tmp_path, monkeypatch, images):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))
    monkeypatch.setattr(visitor, "visitor_id", lambda: VISITOR)
    Workspace(tmp_path, VISITOR).images.save(images, "mine")
    aged(tmp_path / "visitors" / VISITOR, limits.MAX_IDLE_DAYS + 1)
    assert visitor.current_workspace().images.names() == ["mine"]
    assert remove_unused(tmp_path) == 0


def test_a_disk_on_which_no_visit_can_be_noted_stops_nobody(tmp_path, workspace, images, monkeypatch):
    workspace.images.save(images, "mine")
    aged(tmp_path / "visitors" / VISITOR, 1)

    def read_only(path):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", read_only)
    workspace.touch()


# A full disk


@pytest.mark.parametrize("when", ["at once", "half way"])
def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path, workspace, images, monkeypatch, when):
    workspace.images.save(images, "first")
    before = {path: path.read_bytes() for path in files(tmp_path)}

    def full(path, **arrays):
        if when == "half way":
            Path(path).write_bytes(bytes(10_000))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(WorkspaceError, match="second could not be written: No space left") as refused:
        workspace.images.save(images, "second")
    assert not re.search(r"/tmp|visitors", str(refused.value))
    assert {path: path.read_bytes() for path in files(tmp_path)} == before
