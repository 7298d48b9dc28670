"""The benchmarks measure what they say."""

import importlib

import pytest

from tests.tools.project import PROJECT
from tests.tools.waiting import SOON


@pytest.fixture
def map_benchmark(monkeypatch):
    pytest.importorskip("playwright")
    monkeypatch.syspath_prepend(str(PROJECT / "benchmarks"))
    return importlib.import_module("map")


def test_an_image_answers_the_newest_event_that_the_map_had_when_it_asked(map_benchmark):
    log = [
        ["drawn", 0],
        ["settled", 1],  # what the map shows before anything moves
        ["move", 10],
        ["move", 12],  # asks for 10
        ["drawn", 15],
        ["move", 16],  # 12 is never answered
        ["settled", 17],  # asks for 16
        ["drawn", 24],
        ["settled", 25],
        ["move", 30],
        ["drawn", 33],
    ]
    assert map_benchmark.answered(log) == [5, 8, 3]


def test_a_few_hundred_harmed_files_are_read_or_refused(capsys):
    from benchmarks import fuzz

    results = fuzz.main(["--inputs", "300", "--seed", "20"])
    assert [result for result in results if result.outcome not in fuzz.FINE] == []
    outcomes = {outcome for result in results for outcome in [result.outcome]}
    assert outcomes == {"read", "refused"} and len({result.kind for result in results}) == 10
    assert "300 inputs" in capsys.readouterr().out


def test_an_input_is_made_again_from_its_seed_and_number():
    from benchmarks.mutations import make_input

    assert make_input(3, 14) == make_input(3, 14) != make_input(4, 14)


@pytest.mark.parametrize(
    ("harm", "outcome"),
    [
        ("raise KeyError('slip')", "unhandled"),
        ("print('a warning', file=sys.stderr)", "printed"),
        ("raise CheckpointError('two\\nlines, and more of them.')", "bad sentence"),
        ("bytearray(8_000_000_000)", "memory"),
        ("time.sleep(99)", "hung"),
        ("end = time.process_time() + 0.5\n    while time.process_time() < end: pass", "slow"),
        ("os._exit(3)", "died"),
    ],
)
def test_the_fuzzer_sees_what_it_looks_for(tmp_path, monkeypatch, harm, outcome):
    """A reader that misbehaves, in the process that reads: a module that it imports at its start."""
    from benchmarks import fuzz

    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys, time\n"
        "from benchmarks import fuzz\n"
        "from autoencoder.errors import CheckpointError\n"
        f"def use(given, folder):\n    {harm}\n"
        "fuzz._use, fuzz.SECONDS = use, 0.2\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{PROJECT}")
    monkeypatch.setattr(fuzz, "PATIENCE", 0.5 if outcome == "hung" else SOON)
    [result] = fuzz.run(0, range(1))
    assert result.outcome == ("slow" if outcome == "hung" else outcome)


def test_the_yardstick_is_measured_before_and_now(capsys):
    from autoencoder.checkpoint.store import load_checkpoint
    from benchmarks import yardstick

    found = yardstick.main(["digits-vae-16", "digits-ae-16", "--n", "200", "--pairs", "5"])
    before, now = found["digits-vae-16"]["prior"]
    assert before > 0.9 and now < 0.2 and set(found["digits-vae-16"]) == {"prior", "gaussian", "box", "paths"}
    assert all(old == new for old, new in found["digits-ae-16"].values()), "a plain model's codes are one"
    assert f"{load_checkpoint('digits-ae-16').support.units.round_trip:.3g}" in capsys.readouterr().out
