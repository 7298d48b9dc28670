"""Imports point one way: app.py and pages/ to ui/, ui/ to autoencoder/, and nothing back."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

DOMAIN = sorted(path.stem for path in (PROJECT / "autoencoder").glob("[!_]*.py"))
PAGES = sorted((PROJECT / "pages").glob("*.py"))
UI = sorted((PROJECT / "ui").rglob("*.py"))
WITH_TORCH = {
    "runtime",
    "models",
    "training",
    "overfitting",
    "replay",
    "checkpoints",
    "evaluation",
    "codes",
    "figures",
    "smooth",
    "walks",
    "features",
    "generation",
    "fine_tuning",
    "supervised",
    "learners",
    "few_labels",
    "label_verdicts",
    "label_figures",
    "outlier_trials",
    "study_trials",
    "study_figures",
    "outlier_figures",
}


def imported(path: Path) -> set[str]:
    """The first words of all that a file imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names.add(node.module.partition(".")[0])
    return names


def run(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_the_domain_imports_without_streamlit():
    run(
        "import importlib, sys; sys.modules['streamlit'] = None\n"
        f"for name in {DOMAIN!r}: importlib.import_module('autoencoder.' + name)\n"
        "assert 'ui' not in sys.modules and 'torchvision' not in sys.modules"
    )


def test_what_sees_only_arrays_imports_no_torch():
    bare = [name for name in DOMAIN if name not in WITH_TORCH]
    assert {"noise", "measures", "paths", "support", "projection", "datasets", "readers"} <= set(bare)
    run(
        "import importlib, sys\n"
        f"for name in {bare!r}:\n"
        "    importlib.import_module('autoencoder.' + name)\n"
        "    assert not {'torch', 'torchvision', 'plotly'} & set(sys.modules), name"
    )


@pytest.mark.parametrize("path", sorted((PROJECT / "autoencoder").glob("*.py")), ids=lambda path: path.stem)
def test_the_domain_knows_nothing_above_it(path):
    assert not imported(path) & {"streamlit", "ui", "pages", "app", "tests"}
    if path.stem not in ("models", "training", "runtime", "smooth", "supervised", "features", "fine_tuning"):
        assert "torch" not in imported(path), "torch stays in the model and training files"


@pytest.mark.parametrize("path", UI, ids=lambda path: path.stem)
def test_ui_imports_no_page(path):
    assert not imported(path) & {"pages", "app", "tests"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_an_outline(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert imported(path) <= {"streamlit", "ui", "autoencoder"}
    assert ast.get_docstring(tree).rstrip().endswith("?"), "the docstring is the question it answers"
    kinds = {type(node) for node in ast.walk(tree)}
    assert not kinds & {ast.Try, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.While}
    assert len(text.splitlines()) <= 60


def test_the_entry_imports_only_the_frame():
    assert imported(PROJECT / "app.py") <= {"streamlit", "ui"}


@pytest.mark.parametrize(
    "path",
    [*UI, *sorted((PROJECT / "autoencoder").glob("*.py"))],
    ids=lambda path: f"{path.parent.name}.{path.stem}",
)
def test_no_error_is_swallowed(path):
    """Whoever catches every error keeps it in hand and passes it on; `except:` and `pass` hide bugs."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}"
            if ast.unparse(node.type) in ("Exception", "BaseException"):
                used = {
                    name.id for part in node.body for name in ast.walk(part) if isinstance(name, ast.Name)
                }
                assert node.name in used, f"line {node.lineno}"
