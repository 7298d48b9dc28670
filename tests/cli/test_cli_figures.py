"""Figures of the command line: the suffix is the format, and what cannot be drawn is said."""

from types import SimpleNamespace

import numpy as np
import pytest

from autoencoder.cli import parser
from autoencoder.cli.commands import study
from autoencoder.experiments.gaps.study import SHIPPED_STUDY, read_study

STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize("format", STARTS)
@pytest.mark.parametrize(
    "words",
    [
        ["map"],
        ["map", "--dataset", "digits", "--projection", "pca"],
        ["map", "--dataset", "digits", "--projection", "tsne"],
        ["evaluate", "--dataset", "digits", "--noise", "gaussian:0.3"],
        ["interpolate", "--dataset", "digits", "--start", "0", "--end", "1"],
        ["gaps", "--dataset", "digits", "--pairs", "4"],
    ],
    ids=" ".join,
)
def test_the_suffix_is_the_format(answer, saved, few_digits, tmp_path, words, format):
    command, *options = words
    out = tmp_path / f"figure.{format}"
    answer(command, saved, *options, "--out", out)
    assert out.read_bytes().startswith(STARTS[format])


@pytest.mark.parametrize(
    "words",
    [
        ["few-labels", "digits-ae-16", "--labels", "30", "--draws", 1, "--learners", "codes-knn,pixels-knn"],
        ["anomalies", "--protocol", "one-class", "--class", "8", "--latent-dim", 2],
        ["generate", "digits-ae-16", "--n", 9],
    ],
    ids=lambda words: words[0],
)
def test_experiments_draw_what_they_report(answer, tmp_path, words):
    out = tmp_path / "figure.svg"
    answer(*words, "--dataset", "digits", "--out", out)
    assert b"<text" in out.read_bytes()


def test_a_study_is_drawn_beside_what_it_keeps(answer, tmp_path, monkeypatch):
    shipped = read_study(SHIPPED_STUDY)
    monkeypatch.setattr(study, "run", lambda *_: shipped)
    monkeypatch.setattr(study, "load_both", lambda args: (None, None))
    begun = SimpleNamespace(made_from=None), None, None
    monkeypatch.setattr("autoencoder.experiments.gaps.study_trials.begin_study", lambda *_: begun)
    monkeypatch.setattr("autoencoder.experiments.gaps.study_trials.study_steps", lambda *_: None)
    answer("study", "--dataset", "mnist", "--figure", tmp_path / "study.svg")
    assert b"reconstruction error (MSE)" in (tmp_path / "study.svg").read_bytes()


@pytest.mark.parametrize("name", ["figure.gif", "figure", "figure.pdf.txt", "png"])
def test_another_suffix_is_refused_with_those_that_work(capsys, name):
    with pytest.raises(SystemExit) as caught:
        parser.main(["map", "digits-ae-2", "--out", name])
    assert caught.value.code == 2
    assert f"must end in .png, .svg or .pdf, the formats of figures, got {name}" in capsys.readouterr().err


def test_a_projection_that_cannot_be_is_refused_in_a_sentence(refusal, saved, digits, tmp_path):
    out = ["--out", tmp_path / "map.pdf"]
    assert "3 numbers, and a map two. Choose --projection pca." in refusal(
        "map", saved, "--projection", "code", *out
    )
    np.savez(tmp_path / "three.npz", images=digits.images[:3])
    few = ["--dataset", tmp_path / "three.npz", "--projection", "tsne"]
    assert "t-SNE needs 4 images" in refusal("map", saved, *few, *out)
    assert "nobody" in refusal("map", "nobody", *out)
    assert not (tmp_path / "map.pdf").exists()


def test_a_figure_that_cannot_be_written_is_said(refusal, saved, tmp_path):
    assert "could not be written" in refusal("map", saved, "--out", tmp_path / "nowhere" / "map.pdf")
