"""Files that the README names exist, and commands that it tells people to type work."""

import re
import shlex
import shutil

import numpy as np
import pytest

from autoencoder.checkpoint.store import SHIPPED
from autoencoder.cli import parser
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.loading import load_dataset
from tests.tools.project import PROJECT
from ui.state.pages import PAGES

README = (PROJECT / "README.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]
COMMANDS = [line for line in LINES if line.startswith("python -m autoencoder ")]
SET_UPS = [line for line in LINES if line.startswith("python3 -m venv ")]
ENTRIES = [
    line.split()[0] for block in BLOCKS for line in block.splitlines() if re.match(r"\S+\s{2,}\S", line)
]


def test_there_are_two_commands_and_the_small_install():
    run, tests, small = sorted(SET_UPS, key=lambda line: ("index-url" in line, "pytest" in line))
    for line, requirements, last in (
        (run, "requirements.txt", ".venv/bin/streamlit run app.py"),
        (tests, "requirements-dev.txt", ".venv/bin/python -m pytest"),
    ):
        parts = line.split(" && ")
        assert parts == ["python3 -m venv .venv", f".venv/bin/pip install -q -r {requirements}", last]
        assert (PROJECT / requirements).is_file()
    assert "download.pytorch.org/whl/cpu" in small


def test_the_requirements_hold_for_what_is_installed():
    from importlib.metadata import version

    from packaging.requirements import Requirement

    named = set()
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (PROJECT / file).read_text().splitlines():
            text = line.partition("#")[0].strip()
            if text and not text.startswith("-r"):
                requirement = Requirement(text)
                named.add(requirement.name)
                assert requirement.specifier.contains(version(requirement.name)), text
    assert {"torch", "streamlit", "numpy", "pytest", "hypothesis", "playwright", "ruff"} <= named


@pytest.mark.parametrize("name", ENTRIES)
def test_every_file_and_folder_of_the_house_is_there(name):
    assert (PROJECT / name).exists() and (PROJECT / name).is_dir() == name.endswith("/")


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\((.+?)\)", README)
    assert len(links) >= 5
    for link in links:
        assert (PROJECT / link).exists(), link


def test_every_file_named_in_passing_is_there():
    for name in re.findall(r"`((?:autoencoder|checkpoints|benchmarks|docs|pages|tests|ui)/[^`]*)`", README):
        assert (PROJECT / name).exists(), name
    for module in re.findall(r"`python -m (benchmarks\.\w+)`", README):
        assert (PROJECT / f"{module.replace('.', '/')}.py").is_file()


def test_models_and_data_sets_are_called_by_their_names():
    for name in re.findall(r"`((?:e?mnist|fashion-mnist|kmnist|digits)[a-z0-9-]*)`", README):
        assert name in DATASETS or (SHIPPED / name / "config.json").is_file(), name
    for dataset in DATASETS.values():
        assert dataset.title.split(" ")[0] in README and str(dataset.credit[:10]) in README


def test_pages_are_called_by_their_titles():
    titles = {page.title for page in PAGES.values()}
    named = re.findall(r"^\d+\. \*\*(.+?)\*\*", README, flags=re.MULTILINE)
    assert len(named) == 10
    assert set(named) <= titles


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_runs(line, tmp_path, monkeypatch, capsys):
    """In a folder of its own; a training is cut to one epoch."""
    words = shlex.split(line)[3:]
    model = words[1] if words[0] in ("describe", "evaluate", "embed", "interpolate") else None
    if model and not (SHIPPED / model / "config.json").is_file():
        pytest.fail(f"{model} is not shipped")
    if "--epochs" in words:
        words[words.index("--epochs") + 1] = "1"
        words += ["--threads", "1"]
    monkeypatch.chdir(tmp_path)
    np.savez("my-images.npz", images=load_dataset("digits", "test").images[:9])
    assert parser.main(words) == 0
    assert capsys.readouterr().out.strip()
    if "--out" in words:
        assert (tmp_path / words[words.index("--out") + 1]).exists()


def test_help_s_examples_are_the_readme_s():
    for line in parser.EXAMPLES.splitlines()[1:]:
        assert any(command.startswith(line.strip()) for command in COMMANDS), line


def test_the_benchmark_runs(capsys):
    from benchmarks import training as benchmark

    outcomes = benchmark.main(["--epochs", "1"])
    assert list(outcomes) == ["ours", "textbook"]
    assert all(0 < outcome.bce < 600 and outcome.images_per_second > 0 for outcome in outcomes.values())
    out = capsys.readouterr().out
    assert "digits: 1,437 images" in out and "times the images/s" in out


def test_the_checks_run_the_readme_s_own_command():
    text = (PROJECT / ".ci" / "run").read_text()
    pattern = re.search(r"grep -m1 -E '(.+?)' README.md", text)[1]
    found = [line for line in README.splitlines() if re.search(pattern, line)]
    assert len(found) == 1 and found[0] in SET_UPS
    assert shutil.which("bash") is None or (PROJECT / ".ci" / "run").stat().st_mode & 0o111


def test_decisions_are_short_and_say_what_they_cost():
    records = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text()
        assert len(text.splitlines()) <= 25, path.name
        for part in ("**Context.**", "**Choice.**", "**Why.**", "**What it costs.**"):
            assert part in text, (path.name, part)
