"""Caches stand in one file, are bounded, and see when a file has changed."""

import os
import re

from tests.tools.project import PROJECT
from ui.state.caches import stamp

SINGLE = {"ui/components/files.py", "ui/state/queues.py"}  # one object of the server each, no results
CACHE = re.compile(r"\b(?:st\.cache_\w+|cached)\(([^)]*)\)")


def test_caches_stand_in_one_file_and_are_bounded():
    found = {
        str(path.relative_to(PROJECT)): CACHE.findall(path.read_text("utf-8"))
        for path in (PROJECT / "ui").rglob("*.py")
    }
    assert {path for path, caches in found.items() if caches} == {"ui/state/caches.py", *SINGLE}
    assert all("max_entries=" in arguments for arguments in found["ui/state/caches.py"])


def test_a_stamp_changes_with_the_file_and_with_every_checkpoint_in_a_folder(tmp_path):
    file, config = tmp_path / "images.npz", tmp_path / "mine" / "config.json"
    config.parent.mkdir()
    stamps = [stamp(tmp_path), stamp(config.parent), stamp(file)]
    for path in (file, config):
        path.touch()
    stamps += [stamp(tmp_path), stamp(config.parent), stamp(file)]
    for path in (file, config):
        os.utime(path, ns=(1, 1))
    stamps += [stamp(tmp_path), stamp(config.parent), stamp(file)]
    assert len(set(stamps)) == len(stamps)
    assert stamp(tmp_path) == stamps[-3]
