"""Commands run as scripts run them, on few images."""

import json
from pathlib import Path

import numpy as np
import pytest

from autoencoder.cli import parser, running
from autoencoder.data.loading import load_dataset


@pytest.fixture
def answer(capsys):
    """Runs a command with --json and gives its one object."""

    def run(*words: object) -> dict:
        assert parser.main([*map(str, words), "--json"]) == 0
        report = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
        assert isinstance(report, dict)
        return report

    return run


@pytest.fixture
def refusal(capsys):
    """Runs a command that the world does not let work and gives its sentence."""

    def run(*words: object) -> str:
        assert parser.main(list(map(str, words))) == 1
        out, err = capsys.readouterr()
        assert out == "" and "Traceback" not in err
        lines = [line for line in err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1
        return lines[0]

    return run


@pytest.fixture
def own_file(tmp_path, digits) -> Path:
    """A visitor's .npz: 30 images with labels of 3 classes of unequal size."""
    chosen = digits.subset(np.arange(30))
    np.savez(tmp_path / "own.npz", images=chosen.images, labels=np.repeat([0, 1, 2], [15, 10, 5]))
    return tmp_path / "own.npz"


@pytest.fixture
def few_digits(monkeypatch):
    """Embedded sets with few images of every class, so that commands on them are quick."""

    def load(source, split, *args, **options):
        dataset = load_dataset(source, split, *args, **options)
        is_embedded = source in ("digits", "mnist-5k")
        n_images = {"digits": {"train": 30, "test": 20}, "mnist-5k": {"train": 100, "test": 50}}
        return dataset.subset(np.arange(n_images[source][split])) if is_embedded else dataset

    monkeypatch.setattr(running, "load_dataset", load)
