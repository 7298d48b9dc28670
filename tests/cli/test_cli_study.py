"""The command that runs the study of what closes the gaps."""

import json

import numpy as np
import pytest

from autoencoder.data.loading import load_dataset
from autoencoder.experiments.gaps.study import Setting, read_study, table


def test_the_command_writes_after_every_model_and_takes_up_again(answer, refusal, tmp_path, monkeypatch):
    np.savez(tmp_path / "own.npz", images=load_dataset("digits", "test").images[:120])
    settings = "--sizes 3 --at 4 --noise 0.2 --beta 1 --seeds 1 --epochs 1 --pairs 12 --out".split()
    words = ("study", "--dataset", tmp_path / "own.npz", *settings, tmp_path / "s.json")
    report = answer(*words)
    study = read_study(tmp_path / "s.json")
    assert [run.setting for run in study.runs] == [
        Setting("ae", 3),
        Setting("ae", 4),
        Setting("dae", 4, 0.2),
        Setting("vae", 4, 1),
    ]
    assert (study.n_train, study.n_held_out, study.plan.n_pairs) == (108, 12, 12)
    kept = json.loads(json.dumps(table(study), allow_nan=True))
    for shown, line in zip(report["settings"], kept, strict=True):
        assert shown["off the data"] == pytest.approx(line["off the data"], rel=1e-5)
    monkeypatch.setattr(
        "autoencoder.experiments.gaps.study_trials.Trainer", None
    )  # nothing is trained a second time
    assert answer(*words)["findings"] == report["findings"]
    assert "another --out" in refusal(*words, "--epochs", 2)


def test_too_few_images_are_refused(refusal, tmp_path):
    np.savez(tmp_path / "own.npz", images=load_dataset("digits", "test").images[:30])
    assert "at least 10" in refusal("study", "--dataset", tmp_path / "own.npz")
