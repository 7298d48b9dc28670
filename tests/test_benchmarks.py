"""The benchmarks measure what they say."""

import importlib

import pytest
from conftest import PROJECT


@pytest.fixture
def map_benchmark(monkeypatch):
    pytest.importorskip("playwright")
    monkeypatch.syspath_prepend(str(PROJECT / "benchmarks"))
    return importlib.import_module("map")


def test_an_image_answers_the_newest_event_that_the_map_had_when_it_asked(map_benchmark):
    log = [
        ["drawn", 0], ["settled", 1],  # what the map shows before anything moves
        ["move", 10], ["move", 12],  # asks for 10
        ["drawn", 15],
        ["move", 16],  # 12 is never answered
        ["settled", 17],  # asks for 16
        ["drawn", 24], ["settled", 25],
        ["move", 30], ["drawn", 33],
    ]  # fmt: skip
    assert map_benchmark.answered(log) == [5, 8, 3]
