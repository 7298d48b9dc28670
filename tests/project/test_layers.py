"""Imports point one way: app.py and pages/ to ui/, ui/ to autoencoder/, and nothing back."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.project import PROJECT
from tests.tools.waiting import SOON

DOMAIN = sorted((PROJECT / "autoencoder").rglob("*.py"))
PAGES = sorted((PROJECT / "pages").glob("*.py"))
UI = sorted((PROJECT / "ui").rglob("*.py"))


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
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=SOON
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rooms_import_only_what_the_contracts_allow():
    """The contracts are in pyproject.toml. A process of its own: the linter turns our loggers off."""
    run("from importlinter.cli import lint_imports; raise SystemExit(lint_imports(cache_dir=None))")


def test_the_domain_loads_neither_streamlit_nor_torchvision():
    names = [
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for path in DOMAIN
        if path.name != "__main__.py"
    ]
    run(
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "assert not {'streamlit', 'ui', 'torchvision'} & set(sys.modules)"
    )


@pytest.mark.parametrize("path", UI, ids=lambda path: path.stem)
def test_ui_imports_no_page(path):
    assert not imported(path) & {"pages", "app", "tests"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_an_outline(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert imported(path) <= {"streamlit", "ui"}
    assert ast.get_docstring(tree).rstrip().endswith("?"), "the docstring is the question it answers"
    kinds = {type(node) for node in ast.walk(tree)}
    assert not kinds & {ast.Try, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.While}
    assert len(text.splitlines()) <= 60


def test_the_entry_imports_only_the_frame():
    assert imported(PROJECT / "app.py") <= {"streamlit", "ui"}


@pytest.mark.parametrize(
    "path",
    [*UI, *DOMAIN],
    ids=lambda path: f"{path.parent.name}.{path.stem}",
)
def test_no_error_is_swallowed(path):
    """Code that catches every error uses it; `except:` and `pass` hide bugs."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}"
            if ast.unparse(node.type) in ("Exception", "BaseException"):
                used = {
                    name.id for part in node.body for name in ast.walk(part) if isinstance(name, ast.Name)
                }
                assert node.name in used, f"line {node.lineno}"
