"""The command line as scripts use it: one JSON object, an exit status, a sentence where it fails."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.cli import parser, running
from autoencoder.cli.commands import train as train_command
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.loading import load_dataset
from autoencoder.model.architecture import KINDS
from tests.tools.project import PROJECT
from tests.tools.waiting import SOON

MEASURES = ["mse", "psnr", "ssim", "bce", "kl"]
ABOUT = ["dataset", "split", "n_images", "seen_in_training"]
STEP = ["t", "latent", "round_trip", "neighbour_distance", "decoded_step", "off_support"]


def train(dataset, out, *more) -> list:
    return [
        "train",
        "--dataset",
        dataset,
        "--latent-dim",
        3,
        "--epochs",
        2,
        "--threads",
        1,
        "--out",
        out,
        *more,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_train_reports_and_writes_a_model(answer, few_digits, tmp_path, kind):
    report = answer(*train("digits", tmp_path / "m", "--kind", kind, "--batch-size", 8, "--seed", 3))
    losses = ["train_loss", "validation_loss", "validation_psnr"]
    assert list(report) == ["checkpoint", "epochs", "seconds", *losses]
    made = load_checkpoint(tmp_path / "m")
    assert report["checkpoint"] == str(tmp_path / "m") and report["epochs"] == 2 and report["seconds"] > 0
    assert report["validation_loss"] == made.config.training.history[-1].validation_loss
    assert made.config.model.kind == kind and made.config.training.settings.seed == 3
    assert made.config.atlas.split == "test" and made.config.atlas.n_codes == 20
    assert made.config.source.note == "the first 30 of 1,437 training images"


@pytest.mark.parametrize("architecture", ["conv", "dense"])
def test_train_repeats_to_the_bit(answer, few_digits, tmp_path, architecture):
    for name in ("one", "other"):
        answer(
            *train("digits", tmp_path / name, "--kind", "vae", "--architecture", architecture, "--beta", 2)
        )
    one, other = (load_checkpoint(tmp_path / name) for name in ("one", "other"))
    assert one.fingerprint == other.fingerprint and one.config.model.beta == 2
    assert one.config.model.architecture.name == architecture


def test_train_on_few_images_says_so_in_the_model(answer, tmp_path, capsys):
    answer(*train("digits", tmp_path / "m", "--kind", "ae", "--images", 50, "--architecture", "dense"))
    config = load_checkpoint(tmp_path / "m").config
    assert config.training.settings.n_images == config.source.n_images == 50
    assert config.source.note == "50 of 1,437 images, drawn with seed 0"


def test_train_on_a_file_holds_back_a_tenth(answer, own_file, tmp_path):
    answer(*train(own_file, tmp_path / "m", "--kind", "ae"))
    made = load_checkpoint(tmp_path / "m")
    assert (made.config.source.name, made.config.source.n_images) == ("own", 30)
    assert made.config.source.class_names == ("0", "1", "2") and made.config.source.note == ""
    assert made.config.atlas.split == "all" and made.config.atlas.n_codes == 3
    images = load_dataset(own_file).images
    codes = made.model.encode(images[made.atlas.rows])
    np.testing.assert_allclose(made.atlas.latents, codes, rtol=2e-3, atol=1e-5)


def test_a_model_of_a_file_works_in_every_command(answer, own_file, tmp_path):
    model = tmp_path / "m"
    answer(*train(own_file, model, "--kind", "vae"))
    assert answer("evaluate", model, "--dataset", own_file)["n_images"] == 30
    answer("embed", model, "--dataset", own_file, "--out", tmp_path / "codes.npz")
    answer("interpolate", model, "--dataset", own_file, "--start", 0, "--end", 29)
    assert answer("describe", model)["dataset"] == "own"


@pytest.mark.parametrize("kind", KINDS)
def test_evaluate_gives_the_measures(answer, checkpoints, digits, tmp_path, kind):
    from autoencoder.checkpoint.store import save_checkpoint
    from autoencoder.experiments.reconstruction import evaluate

    folder = save_checkpoint(checkpoints[kind], tmp_path / kind)
    report = answer("evaluate", folder, "--seed", 5)
    assert list(report) == [*ABOUT, *MEASURES]
    assert [report[name] for name in ABOUT] == ["digits", "test", 360, False]
    means = evaluate(checkpoints[kind].model, load_dataset("digits", "test").images, None, 5).means()
    assert {name: report[name] for name in MEASURES} == {name: means[name] for name in MEASURES}
    assert (report["kl"] is None) == (kind != "vae")


def test_evaluate_with_noise_adds_the_noisy_input(answer, saved, few_digits):
    report = answer(
        "evaluate", saved, "--dataset", "digits", "--noise", "salt-pepper:0.25", "--split", "train"
    )
    assert list(report) == [*ABOUT, *MEASURES, "noisy_psnr", "noisy_ssim"]
    assert report["split"] == "train" and report["n_images"] == 30 and 5 < report["noisy_psnr"] < 15


def test_what_is_no_number_is_null(answer, saved, few_digits):
    """Without any noise the input is the clean image, and its PSNR infinite."""
    report = answer("evaluate", saved, "--noise", "gaussian:0")
    assert report["noisy_psnr"] is None and report["noisy_ssim"] == 1


def test_evaluate_of_a_file_uses_all_of_it(answer, saved, own_file):
    for split in ("train", "test"):
        report = answer("evaluate", saved, "--dataset", own_file, "--split", split)
        assert (report["dataset"], report["split"], report["n_images"]) == ("own", "all", 30)


def test_embed_writes_codes_map_and_labels(answer, saved, own_file, tmp_path):
    answer("embed", saved, "--dataset", own_file, "--out", tmp_path / "codes.npz")
    dataset, model = load_dataset(own_file), load_checkpoint(saved).model
    with np.load(tmp_path / "codes.npz") as file:
        assert sorted(file) == ["labels", "latents", "map"]
        assert file["latents"].shape == (30, 3) and file["map"].shape == (30, 2)
        np.testing.assert_array_equal(file["latents"], model.encode(dataset.images))
        np.testing.assert_array_equal(file["labels"], dataset.labels)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_embed_leaves_out_labels_that_are_not_there(answer, saved, digits, tmp_path):
    np.savez(tmp_path / "bare.npz", images=digits.images)
    answer("embed", saved, "--dataset", tmp_path / "bare.npz", "--out", tmp_path / "codes.npz")
    with np.load(tmp_path / "codes.npz") as file:
        assert sorted(file) == ["latents", "map"]


def test_embed_counts_the_test_images_of_a_named_set(answer, saved, tmp_path):
    assert answer("embed", saved, "--dataset", "digits", "--out", tmp_path / "c.npz")["n_images"] == 360


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_interpolate_has_both_ends_and_all_its_measures(answer, saved, tmp_path, path):
    out = tmp_path / "strip.png"
    words = "--dataset digits --start 2 --end 7 --steps 5 --path".split()
    report = answer("interpolate", saved, *words, path, "--out", out)
    assert list(report) == ["steps", "off_support_share", "jump_ratio"]
    steps = report["steps"]
    assert [list(step) for step in steps] == [STEP] * 5
    assert [step["t"] for step in steps] == [0, 0.25, 0.5, 0.75, 1]
    codes = load_checkpoint(saved).model.encode(load_dataset("digits", "test").images)
    np.testing.assert_allclose([steps[0]["latent"], steps[-1]["latent"]], codes[[2, 7]], rtol=1e-4, atol=1e-5)
    assert [step["decoded_step"] is None for step in steps] == [True, False, False, False, False]
    far = [step["neighbour_distance"] > 1 for step in steps]  # a code of three numbers
    assert [step["off_support"] for step in steps] == far
    assert report["off_support_share"] == np.mean([step["off_support"] for step in steps])
    assert report["jump_ratio"] >= 1
    with Image.open(out) as strip:
        assert strip.width > 5 * 28 and np.asarray(strip.convert("L"))[0, 0] == 255, "ink on white paper"


def test_a_path_that_stands_still_has_no_jump(answer, saved):
    report = answer("interpolate", saved, "--dataset", "digits", "--start", 3, "--end", 3)
    assert report["jump_ratio"] is None and len(report["steps"]) == 17


def test_describe_is_the_mirror_table(answer, saved):
    report = answer("describe", saved)
    assert report["name"] == "small" and report["kind"] == "vae" and report["latent_dim"] == 3
    assert [layer["output_shape"] for layer in report["layers"]] == [[3, 14, 14], [5, 7, 7], [12], [7], [3]]
    counted = sum(array.size for array in load_checkpoint(saved).model.weights.values())
    assert report["n_parameters"] == counted


def test_checkpoints_and_datasets_list_items_by_name(answer, saved, monkeypatch, tmp_path):
    from autoencoder.checkpoint import store as module

    listed = module.list_checkpoints
    monkeypatch.setattr(module, "list_checkpoints", lambda: listed(saved.parent))
    assert [item["name"] for item in answer("checkpoints")["items"]] == ["small"]
    items = answer("datasets", "--data-root", tmp_path)["items"]
    assert [item["name"] for item in items] == list(DATASETS)
    assert {item["name"]: item["status"] for item in items}["digits"] == "embedded"
    assert {item["status"] for item in items} == {"embedded", "to download"}


@pytest.mark.parametrize("command", ["evaluate", "describe", "interpolate", "checkpoints", "datasets"])
def test_without_json_the_report_is_for_people(saved, capsys, few_digits, command):
    words = [] if command in ("checkpoints", "datasets") else [str(saved)]
    if command == "interpolate":
        words += ["--dataset", "digits", "--start", "0", "--end", "1"]
    assert parser.main([command, *words]) == 0
    out = capsys.readouterr().out
    assert out.strip() and "{" not in out and "nan" not in out.lower().split()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["evaluate"],
        ["evaluate", "x", "--noise", "fog:0.3"],
        ["evaluate", "x", "--noise", "gaussian:1.5"],
        ["evaluate", "x", "--noise", "gaussian"],
        ["evaluate", "x", "--split", "all"],
        ["evaluate", "x", "--seed", "-1"],
        ["embed", "x", "--dataset", "digits"],
        ["interpolate", "x", "--dataset", "digits", "--start", "0"],
        ["interpolate", "x", "--dataset", "digits", "--start", "-1", "--end", "2"],
        ["interpolate", "x", "--dataset", "digits", "--start", "0", "--end", "2", "--steps", "1"],
        ["interpolate", "x", "--dataset", "digits", "--start", "0", "--end", "2", "--path", "round"],
        [*map(str, train("digits", "m")), "--kind", "gan"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--latent-dim", "0"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--latent-dim", "129"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--latent-dim", "two"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--epochs", "0"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--batch-size", "0"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--architecture", "deep"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--images", "49"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--learning-rate", "0"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--learning-rate", "nan"],
        [*map(str, train("digits", "m")), "--kind", "vae", "--beta", "-1"],
        [*map(str, train("digits", "m")), "--kind", "vae", "--beta", "inf"],
        [*map(str, train("digits", "m")), "--kind", "dae", "--noise", "fog:1"],
        [*map(str, train("digits", "m")), "--kind", "ae", "--seed", "4294967296"],
    ],
    ids=" ".join,
)
def test_a_slip_in_the_words_is_a_usage_error(words, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        parser.main([*words, "--json"])
    out, err = capsys.readouterr()
    assert caught.value.code == 2 and out == ""
    assert "usage:" in err and "error:" in err.splitlines()[-1] and "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_said_in_a_sentence(refusal, saved, tmp_path):
    assert "There is no model folder nobody" in refusal("evaluate", "nobody")
    assert "There is no model folder nobody" in refusal("describe", "nobody")
    assert "Did you mean digits" in refusal("evaluate", saved, "--dataset", "digit")
    assert "no-such.npz" in refusal("evaluate", saved, "--dataset", tmp_path / "no-such.npz")
    there = ["interpolate", saved, "--dataset", "digits"]
    assert "There is no image 360" in refusal(*there, "--start", 0, "--end", 360)
    nowhere = tmp_path / "no" / "folder" / "c.npz"
    assert "could not be written" in refusal("embed", saved, "--dataset", "digits", "--out", nowhere)


def test_a_folder_that_holds_something_else_is_refused_before_the_training(refusal, tmp_path, monkeypatch):
    (tmp_path / "thesis.txt").write_text("two years of work")
    monkeypatch.setattr(train_command, "follow", lambda trainer: pytest.fail("trained for nothing"))
    assert "something other than a model" in refusal(*train("digits", tmp_path, "--kind", "ae"))
    assert (tmp_path / "thesis.txt").read_text() == "two years of work"


def test_a_model_that_is_there_stays_unless_it_is_to_be_replaced(answer, refusal, few_digits, saved):
    before = load_checkpoint(saved).fingerprint
    assert "add --replace" in refusal(*train("digits", saved, "--kind", "ae"))
    assert load_checkpoint(saved).fingerprint == before
    answer(*train("digits", saved, "--kind", "ae", "--replace"))
    assert load_checkpoint(saved).config.model.kind == "ae"


@pytest.mark.parametrize(
    ("ground", "words", "is_inverted"),
    [
        (255, [], True),
        (255, ["--no-invert"], False),
        (255, ["--invert"], True),
        (0, [], False),
        (0, ["--invert"], True),
    ],
)
def test_dark_ink_on_light_ground_is_turned_round_unless_it_is_told_not_to(
    saved, digits, tmp_path, capsys, ground, words, is_inverted
):
    images = abs(np.int16(ground) - digits.images).astype(np.uint8)
    np.savez(tmp_path / "own.npz", images=images)
    asked = ["embed", saved, "--dataset", tmp_path / "own.npz", "--out", tmp_path / "c.npz", *words]
    assert parser.main(list(map(str, asked))) == 0
    expected = load_checkpoint(saved).model.encode(255 - images if is_inverted else images)
    with np.load(tmp_path / "c.npz") as file:
        np.testing.assert_array_equal(file["latents"], expected)
    assert ("--no-invert leaves it as it is" in capsys.readouterr().err) == (ground == 255 and not words)


def test_one_image_is_too_few_to_train(refusal, digits, tmp_path):
    np.savez(tmp_path / "one.npz", images=digits.images[:1])
    assert "at least 2 images" in refusal(*train(tmp_path / "one.npz", tmp_path / "m", "--kind", "ae"))
    assert not (tmp_path / "m").exists()


def test_an_interrupt_keeps_the_epochs_that_are_done(monkeypatch, few_digits, tmp_path, capsys):
    from autoencoder.checkpoint.record import EpochResult
    from autoencoder.training.trainer import Trainer

    original = Trainer.steps

    def interrupted(self):
        for step in original(self):
            yield step
            if isinstance(step.partial, EpochResult):
                raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "steps", interrupted)
    assert parser.main(list(map(str, train("digits", tmp_path / "m", "--kind", "ae", "--json")))) == 0
    assert json.loads(capsys.readouterr().out)["epochs"] == 1
    assert len(load_checkpoint(tmp_path / "m").config.training.history) == 1


def test_a_bug_looks_like_one(saved, monkeypatch):
    """Only the world's errors become a sentence."""
    monkeypatch.setattr(running, "load_dataset", lambda *args, **options: [][0])
    with pytest.raises(IndexError):
        parser.main(["evaluate", str(saved)])


def test_help_teaches_and_needs_no_torch():
    code = (
        "import sys; from autoencoder.cli.parser import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "slow = {'torch', 'sklearn', 'streamlit', 'torchvision', 'matplotlib', 'plotly'}\n"
        "assert not slow & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=SOON
    )
    assert done.returncode == 0, done.stderr
    for command in (
        "train",
        "evaluate",
        "embed",
        "interpolate",
        "describe",
        "checkpoints",
        "datasets",
        "examples:",
    ):
        assert command in done.stdout


@pytest.mark.parametrize(
    "command", ["train", "evaluate", "embed", "interpolate", "describe", "checkpoints", "datasets"]
)
def test_every_command_has_help_and_a_data_root(capsys, command):
    with pytest.raises(SystemExit) as caught:
        parser.main([command, "--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0 and "--data-root" in out and "--json" in out


def test_the_package_runs_as_a_module_with_its_status(saved):
    def run(*words):
        command = [sys.executable, "-m", "autoencoder", *words]
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=SOON)

    good, missing, usage = run("describe", str(saved), "--json"), run("describe", "nobody"), run("fly")
    assert (good.returncode, missing.returncode, usage.returncode) == (0, 1, 2)
    assert json.loads(good.stdout)["name"] == "small" and good.stderr == ""
    assert missing.stdout == "" and missing.stderr.startswith("error: ")
