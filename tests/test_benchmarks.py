"""The benchmarks measure what they say."""

import importlib

import pytest
from conftest import PROJECT


@pytest.fixture
def map_benchmark(monkeypatch):
    pytest.importorskip("playwright")
    monkeypatch.syspath_prepend(str(PROJECT / "benchmarks"))
    return importlib.import_module("map")


def test_an_answer_belongs_to_the_newest_event_that_the_map_had_when_it_asked(map_benchmark):
    log = [
        ["drawn", 0],  # what the map shows before anything moves
        ["move", 10], ["move", 12], ["move", 14],  # asks for 10; 12 is never answered
        ["drawn", 15],  # asks for 14
        ["move", 16], ["heard", 17], ["drawn", 21],
        ["drawn", 24],
        ["move", 30], ["drawn", 33],
    ]  # fmt: skip
    assert map_benchmark.answered(log, "move") == [5, 7, 8, 3]
    assert map_benchmark.answered(log, "heard") == [4]
