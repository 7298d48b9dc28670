"""The commands for what codes are good for: generating, few labels."""

import json
import statistics

import numpy as np
import pytest
from PIL import Image

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.cli import parser
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels.learners import LEARNERS
from autoencoder.experiments.few_labels.measure import few_label_steps
from autoencoder.experiments.few_labels.task import few_label_task
from autoencoder.experiments.generate.samples import sample, score_steps, yardstick_steps
from autoencoder.experiments.outliers.trials import PROTOCOLS, anomalies_report, class_trial, outcome_steps
from autoencoder.latent.sources import SOURCES, mixture_steps
from autoencoder.steps import result_of
from autoencoder.training.classifier import classifier_steps

GENERATE = ("generate", "digits-ae-16", "--dataset", "digits")


def test_generate_reports_the_scores_and_writes_the_samples(answer, tmp_path):
    out = tmp_path / "grid.png"
    options = ("--source", "mixture", "--components", 3, "--n", 36, "--seed", 5, "--out", out)
    report = answer(*GENERATE, *options)
    checkpoint = load_checkpoint("digits-ae-16")
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    mixture = result_of(mixture_steps(checkpoint.model.encode(train.images), 0, 3))
    classifier = result_of(classifier_steps(train, test))
    yardstick = result_of(yardstick_steps(checkpoint.model, train.images, test.images, classifier))
    expected = result_of(score_steps("mixture", sample(mixture, checkpoint.support, 36, 5), yardstick))
    for name in ("frechet", "frechet_floor", "off_support_share", "copy_share"):
        assert report[name] == pytest.approx(getattr(expected, name), rel=1e-4), name
    assert list(report["class_shares"].values()) == pytest.approx(list(expected.class_shares))
    assert (report["n"], report["seed"], report["components"]) == (36, 5, 3)
    with Image.open(out) as picture:
        assert min(picture.size) > 6 * 28
    assert answer(*GENERATE, *options) == report


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_generates(answer, source):
    report = answer(*GENERATE, "--source", source, "--n", 20)
    assert report["source"] == source and report["components"] is None and report["frechet"] > 0


def test_images_without_labels_have_no_frechet_distance(answer, tmp_path):
    np.savez(tmp_path / "own.npz", images=load_dataset("digits", "test").images[:30])
    report = answer("generate", "digits-ae-16", "--dataset", tmp_path / "own.npz", "--n", 10)
    assert report["frechet"] is None and 0 <= report["copy_share"] <= 1


def test_a_mixture_of_too_many_components_is_refused(refusal, tmp_path):
    np.savez(tmp_path / "own.npz", images=load_dataset("digits", "test").images[:30])
    words = ("generate", "digits-ae-16", "--dataset", tmp_path / "own.npz", "--source", "mixture")
    assert "--components up to 15" in refusal(*words, "--components", 16)


def test_few_labels_reports_every_learner_and_number(answer):
    names = "codes-logistic,pca-logistic"
    words = f"few-labels digits-ae-16 --dataset digits --labels 20,10 --draws 2 --learners {names} --seed 3"
    report = answer(*words.split())
    assert json.loads(json.dumps(report)) == report
    assert [(entry["learner"], entry["n_labels"]) for entry in report["results"]] == [
        (name, count) for name in names.split(",") for count in (10, 20)
    ]
    task = few_label_task(load_dataset("digits", "train"), load_dataset("digits", "test"), 3)
    model = load_checkpoint("digits-ae-16").model
    outcome = result_of(few_label_steps(model, task, names.split(","), [10, 20], 2, 3))
    for entry in report["results"]:
        found = [result.accuracy for result in outcome.of(entry["learner"], entry["n_labels"]).values()]
        assert entry["mean"] == pytest.approx(statistics.mean(found))
        assert entry["std"] == pytest.approx(statistics.stdev(found))


def test_the_command_knows_every_learner_and_source():
    from autoencoder.cli.commands.anomalies import PROTOCOL_NAMES
    from autoencoder.cli.commands.few_labels import LEARNER_NAMES
    from autoencoder.cli.commands.generate import SOURCE_NAMES

    assert tuple(LEARNERS) == LEARNER_NAMES
    assert {*SOURCES, "mixture"} == set(SOURCE_NAMES)
    assert tuple(PROTOCOLS) == PROTOCOL_NAMES


@pytest.mark.parametrize("protocol", ["one-class", "leave-one-out"])
def test_anomalies_reports_every_score_and_the_threshold(answer, protocol):
    words = ("anomalies", "--dataset", "digits", "--protocol", protocol, "--class", "8", "--latent-dim", 4)
    report = answer(*words, "--seed", 1, "--false-alarms", 0.1)
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    expected = anomalies_report(result_of(outcome_steps(class_trial(train, test, protocol, 8, 1), 4, 1)), 0.1)
    assert report["auroc"].keys() == expected["auroc"].keys() >= {"mse", "combined", "bce"}
    assert report["auroc"] == pytest.approx(expected["auroc"])
    assert report["threshold"] == pytest.approx(expected["threshold"])
    assert report["false_alarm_rate"] == expected["false_alarm_rate"]


def test_a_class_that_is_not_there_is_refused(refusal):
    words = ("anomalies", "--dataset", "digits", "--protocol", "one-class", "--class", "z")
    assert "0, 1, 2" in refusal(*words)


@pytest.mark.parametrize("labels", ["5", "2000"])
def test_numbers_of_labels_that_cannot_be_are_refused(refusal, labels):
    assert "label" in refusal("few-labels", "digits-ae-16", "--dataset", "digits", "--labels", labels)


@pytest.mark.parametrize("text", ["30,x", "0", "", "10,,30", "9999999"])
def test_labels_that_are_no_numbers_are_a_usage_error(text, capsys):
    with pytest.raises(SystemExit, match="2"):
        parser.main(["few-labels", "digits-ae-16", "--dataset", "digits", "--labels", text])
    assert "whole numbers with commas" in capsys.readouterr().err


def test_a_mixture_of_too_few_images_is_refused(refusal, tmp_path):
    np.savez(tmp_path / "own.npz", images=load_dataset("digits", "test").images[:5])
    words = ("generate", "digits-ae-16", "--dataset", tmp_path / "own.npz", "--source", "mixture")
    assert "needs at least 10" in refusal(*words)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("generate", "--out", "x.npz"),
            "argument --out: must end in .png, .svg or .pdf, the formats of figures, got x.npz",
        ),
        (
            ("interpolate", "--start", "0", "--end", "1", "--out", "x"),
            "argument --out: must end in .png, .svg or .pdf",
        ),
        (("generate", "--components", "3"), "--components are those of --source mixture: the prior has none"),
        (("generate", "--n", "many"), "argument --n: must be a whole number from 2 to 100000, got many"),
        (
            ("generate", "--temperature", "hot"),
            "argument --temperature: must be a number from 0 to 10, got hot",
        ),
        (("few-labels", "--draws", "x"), "argument --draws: must be a whole number from 1 to 20, got x"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error_in_words(arguments, says, capsys):
    command, *options = arguments
    with pytest.raises(SystemExit, match="2"):
        parser.main([command, "digits-ae-16", "--dataset", "digits", *options])
    assert says in capsys.readouterr().err


def test_one_draw_has_no_spread(answer, capsys):
    words = "few-labels digits-ae-16 --dataset digits --labels 10 --draws 1 --learners pca-knn".split()
    (entry,) = answer(*words)["results"]
    assert entry["std"] is None and entry["mean"] > 0
    assert parser.main(words) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[-1] == "–"


@pytest.mark.parametrize("command", ["generate", "few-labels"])
def test_images_that_are_all_alike_are_refused(refusal, tmp_path, command):
    np.savez(tmp_path / "blank.npz", images=np.zeros((60, 28, 28), np.uint8), labels=np.arange(60) % 2)
    assert "do not differ from each other" in refusal(
        command, "digits-ae-16", "--dataset", tmp_path / "blank.npz"
    )


@pytest.mark.parametrize(
    ("name", "is_seen"), [("mnist-vae-2", True), ("mnist-5k-vae-2", False), ("digits-vae-2", False)]
)
@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "--dataset", "mnist-5k"],
        ["gaps", "--dataset", "mnist-5k", "--pairs", "3"],
        ["generate", "--dataset", "mnist-5k", "--n", "4"],
        ["few-labels", "--dataset", "mnist-5k", "--labels", "10", "--learners", "codes-knn", "--draws", "1"],
    ],
    ids=lambda words: words[0],
)
def test_figures_of_images_that_were_trained_on_say_so(capsys, few_digits, words, name, is_seen):
    assert parser.main([words[0], name, *words[1:], "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    (found,) = report["models"] if words[0] == "gaps" else [report]
    assert found["seen_in_training"] is is_seen
    note = f"note: {name} was trained on MNIST's training images, and these are among them"
    assert (note in err) == is_seen


def test_the_training_images_of_a_model_are_seen_and_need_no_note(capsys, few_digits):
    assert parser.main(["evaluate", "digits-vae-2", "--split", "train", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["seen_in_training"] is True and "note" not in err
