"""The table of the address: every parameter is in it once, and pages use their own."""

import ast
import re
from pathlib import Path

import pytest

from tests.tools.app import new_app
from ui.state.address import ADDRESS, TEXTS, Listed, Number, Text
from ui.state.pages import PAGES, PATHS

ROOT = Path(__file__).resolve().parents[2]
NAMES = {ADDRESS["with"].pattern, ADDRESS["data"].pattern}
CONTROLS = {"number", "slider", "pick", "pick_model", "segments", "several", "keep_among", "bound", "value"}


def names_in(argument: ast.expr) -> list[str]:
    """The parameter that a call names; of a name with a letter in it, all."""
    if isinstance(argument, ast.Constant):
        return [argument.value]
    start = argument.values[0].value
    return [name for name in ADDRESS if name.startswith(start) and len(name) == len(start) + 1]


USES = [
    (str(path.relative_to(ROOT / "ui")), name)
    for path in sorted((ROOT / "ui").rglob("*.py"))
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(call, ast.Call) and call.args
    if getattr(call.func, "id", getattr(call.func, "attr", "")) in CONTROLS
    if isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    for name in names_in(call.args[0])
]


def test_every_parameter_has_its_control_and_every_control_its_parameter():
    listed = {name for name, row in ADDRESS.items() if isinstance(row, Listed)}
    assert {name for _, name in USES} == set(ADDRESS) - set(TEXTS) | listed


@pytest.mark.parametrize(("path", "name"), sorted(set(USES)))
def test_a_view_reads_parameters_of_its_own_page_only(path, name):
    room, page = [*path.split("/"), ""][:2]
    if room == "views":
        assert page.removesuffix(".py").replace("_", "-") in ADDRESS[name].pages


def test_only_the_table_binds_widgets():
    binding = [path for path in (ROOT / "ui").rglob("*.py") if '"query-params"' in path.read_text("utf-8")]
    assert [path.name for path in binding] == ["address.py"]


def test_defaults_are_values_that_a_link_can_have():
    for row in ADDRESS.values():
        assert set(row.pages) <= set(PAGES)
        if isinstance(row, Number):
            assert row.default is None or row.low <= row.default <= row.high
        if isinstance(row, Text):
            assert re.fullmatch(row.pattern, row.default)
            # Names are free; a list takes only those that it has.
            assert row.pattern in NAMES or not re.fullmatch(row.pattern, "nonsense")


@pytest.mark.parametrize("page", [PAGES[path].name for path in PATHS])
def test_nonsense_in_an_address_changes_nothing(page):
    spoken_of = {"data", "model", "with"}  # of names that are not here the page speaks, or compares with none
    nonsense = dict.fromkeys(set(ADDRESS) - spoken_of, "nonsense")
    usual, odd = (shown(page, **query) for query in ({}, {**nonsense, "foreign": "1"}))
    assert usual == odd and {"data", "model"} <= set(usual)


def shown(page: str, **query: str) -> dict:
    """The values of all controls of a page that stand in the address."""
    app = new_app(**query).run()
    app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception and not app.error and not app.warning
    kinds = ("selectbox", "multiselect", "number_input", "slider", "select_slider", "button_group", "toggle")
    found = [element for kind in kinds for element in app.get(kind)]
    return {element.key: element.value for element in found if element.key in ADDRESS}
