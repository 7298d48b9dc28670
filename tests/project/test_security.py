"""Nothing that a visitor sends is run, by the program's text; and the audit of packages judges well."""

import ast
import importlib.machinery
import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.tools.project import PROJECT

PRODUCT = [
    PROJECT / "app.py",
    *sorted((PROJECT / "pages").glob("*.py")),
    *sorted((PROJECT / "ui").rglob("*.py")),
    *sorted((PROJECT / "autoencoder").glob("*.py")),
]
MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "subprocess",
    "ctypes",
    "yaml",
}
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "torch.load",
    "np.fromfile",
    "pd.eval",
}
LOADERS = {"np.load", "numpy.load"}


def offences(text: str) -> list[str]:
    """Calls in a program's text that could run what a visitor sent."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call):
            name, options = ast.unparse(node.func), {k.arg: ast.unparse(k.value) for k in node.keywords}
            if (
                name in CALLS
                or name.endswith((".read_pickle", ".to_pickle"))
                or options.get("shell") == "True"
            ):
                found.append(name)
            if options.get("allow_pickle", "False") != "False" or (
                name in LOADERS and "allow_pickle" not in options
            ):
                found.append(f"{name} that may unpickle")
            if options.get("unsafe_allow_html") == "True":
                found.append(f"{name} of unsafe HTML")
    return found


# Messages between the server and its own workers; in them visitors' data are arrays, never a pickle.
BETWEEN_OUR_OWN = {
    "ui/jobs/transfer.py": {"pickle", "cloudpickle"},
    "ui/jobs/worker.py": {"pickle"},
}


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(PROJECT)))
def test_nothing_of_a_visitor_s_is_run(path):
    allowed = BETWEEN_OUR_OWN.get(str(path.relative_to(PROJECT)), set())
    assert set(offences(path.read_text())) <= allowed


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "eval(x)",
        "exec(x)",
        "torch.load(x)",
        "np.load(x)",
        "np.load(x, allow_pickle=True)",
        "numpy.load(x, None, allow_pickle=flag)",
        "run(x, shell=True)",
        "pd.read_pickle(x)",
        "os.system(x)",
        "st.markdown(x, unsafe_allow_html=True)",
        "import subprocess",
    ],
)
def test_what_could_run_is_seen(text):
    assert offences(text) != []


def test_what_cannot_run_is_not_taken_for_it():
    text = "np.load(x, allow_pickle=False)\nre.compile(x)\nnetwork.eval()\nst.html(x)\nfrom torch import nn"
    assert offences(text) == []


def test_no_token_comes_near_a_log():
    """Files that handle the visitor's cookie log and print nothing, and no message holds it."""
    for name in ("state/session", "server/middleware"):
        text = (PROJECT / "ui" / f"{name}.py").read_text()
        assert not re.search(r"\b(logging|logger|print|warnings)\b", text), name
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and re.match(r"(logger|logging)\.", ast.unparse(node.func)):
                assert "token" not in ast.unparse(node).lower(), path
                assert "cookie" not in ast.unparse(node).lower(), path


# The audit


@pytest.fixture(scope="module")
def audit():
    loader = importlib.machinery.SourceFileLoader("audit", str(PROJECT / ".ci" / "audit"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("audit", loader))
    loader.exec_module(module)
    return module


FINE = {"name": "numpy", "version": "2.4", "vulns": []}
BAD = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-2021-1", "fix_versions": ["9"]}]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([FINE, UNKNOWN], 0, "1 packages audited, no known vulnerability; 1 unknown"),
        ([FINE, BAD, UNKNOWN], 1, "pillow 1.0: PYSEC-2021-1"),
        ([UNKNOWN, UNKNOWN], 0, "NOT AUDITED: nothing is known of any of 2 packages"),
        ([], 0, "NOT AUDITED"),
    ],
)
def test_the_audit_fails_on_what_is_known_and_says_what_is_not(audit, packages, status, words):
    found, sentence = audit.judge(json.dumps({"dependencies": packages, "fixes": []}))
    assert found == status and words in sentence


@pytest.mark.parametrize("report", ["", "Traceback", "{}", "ERROR: ConnectionError"])
def test_without_a_network_the_audit_says_so(audit, report):
    assert audit.judge(report) == (0, "NOT AUDITED: the advisories could not be asked for.")


def test_without_pip_audit_the_audit_says_so(audit, monkeypatch, capsys):
    monkeypatch.setattr(audit, "tool", lambda: Path("/nowhere/pip-audit"))
    assert audit.main([]) == 0 and "NOT AUDITED: pip-audit could not be had" in capsys.readouterr().out


def test_the_checks_run_the_audit():
    assert re.search(r"^\.ci/audit$", (PROJECT / ".ci" / "run").read_text(), re.MULTILINE)
    assert (PROJECT / ".ci" / "audit").stat().st_mode & 0o111
    assert "\naudit:" in (PROJECT / "Makefile").read_text()
