"""Modules of the browser components: all are served, nothing else, at an address that holds their version."""

import asyncio
import re

import pytest
from starlette.exceptions import HTTPException

from ui.components import register
from ui.components.register import HERE, MODULES, PREFIX, version_of

SCRIPTS = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.js"))


def status(path: str) -> tuple[int, str | None]:
    scope = {"type": "http", "method": "GET", "headers": []}
    try:
        answer = asyncio.run(MODULES.app.get_response(path, scope))
    except HTTPException as error:
        return error.status_code, None
    return answer.status_code, answer.headers["cache-control"]


def test_every_module_is_served_and_kept():
    assert {"decoder/worker.js", "living_map/map.js", "shared/dom.js"} <= set(SCRIPTS)
    for script in SCRIPTS:
        code, kept = status(script)
        assert code == 200 and "immutable" in kept, script


@pytest.mark.parametrize(
    "path",
    ["register.py", "living_map/map.css", "living_map", "", "../server.py", "a/../register.py", "none.js"],
)
def test_nothing_but_modules_is_served(path):
    assert status(path)[0] == 404


def test_imports_and_the_worker_lead_to_modules():
    named = re.compile(r'(?:from |import\(|new URL\()"(\.[^"]*)"')
    for script in SCRIPTS:
        for other in named.findall((HERE / script).read_text(encoding="utf-8")):
            assert (HERE / script).parent.joinpath(other).resolve().is_file(), (script, other)


def test_the_version_changes_with_contents_and_with_names(tmp_path):
    def version(files: dict[str, str]) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return version_of(folder)

    first = version({"a/x.js": "1", "b/y.js": "2", "a/x.css": "3"})
    assert first == version({"a/x.js": "1", "b/y.js": "2", "a/x.css": "4", "z.py": ""})
    others = [
        version({"a/x.js": "1", "b/y.js": "3"}),
        version({"a/y.js": "1", "b/y.js": "2"}),
        version({"b/x.js": "1", "a/y.js": "2"}),
        version({"a/x.js": "12", "b/y.js": ""}),
        version({"a/x.js": "1"}),
    ]
    assert len({first, *others}) == 6


def test_addresses_hold_version_and_base_path(monkeypatch):
    assert version_of(HERE) in PREFIX
    monkeypatch.setattr(register, "base_path", lambda: "/lab")
    assert register._address("living_map/map.js") == f"/lab{PREFIX}/living_map/map.js"
