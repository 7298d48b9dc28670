"""Downloads on pages: each gives its file, in every format of a figure, and leaves the page as it is."""

import re

import pytest

from autoencoder.figures.formats import FORMATS
from tests.tools.app import visit
from tests.tools.project import PROJECT
from ui.state.pages import PAGES, PATHS

PARTS = [("gaps", "space"), ("gaps", "study")]
LEAST = {"reconstruction": 5, "interpolation": 8, "space": 3, "study": 7, "generate": 4, "lesson": 1}


@pytest.mark.parametrize(("path", "part"), [*((path, "") for path in PATHS), *PARTS])
def test_a_download_does_not_run_the_page_again(path, part):
    """A run gives every button a new file; a second click, on the button still shown, would find none."""
    app = visit(PAGES[path].name, **({"part": part} if part else {}))
    assert not app.exception
    offered = [button.proto for button in app.get("download_button")]
    assert all(button.ignore_rerun for button in offered)
    assert len(offered) >= LEAST.get(part or path, 0)


def test_every_download_goes_through_one_door():
    texts = {file: file.read_text() for room in ("ui", "pages") for file in (PROJECT / room).rglob("*.py")}
    with_buttons = [file.name for file, text in texts.items() if re.search(r"\.download_button\(", text)]
    assert with_buttons == ["charts.py"]


def test_a_figure_is_offered_in_every_format():
    app = visit("interpolation")
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels.count("PNG") == labels.count("SVG") == labels.count("PDF") == 2, "strips and profile"
    assert [format.upper() for format in FORMATS] == ["PNG", "SVG", "PDF"]
    assert any("ink on white paper whatever the theme" in caption.value for caption in app.caption)
