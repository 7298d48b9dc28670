"""Pages as scripts: opened as a visitor opens them, read and clicked."""

import gzip
import json
from urllib.parse import urlsplit

import numpy as np
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.checkpoint.titles import model_title
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from tests.tools.project import MAIN
from tests.tools.waiting import SOON, wait_until
from ui.components.files import file_store
from ui.state.session import visitor_of
from ui.storage.disk import state_root
from ui.storage.workspace import Workspace


def new_app(token: str = "", **query) -> AppTest:
    """The app before its first run, of a visitor with such a cookie, by a link that asks for the digits.

    What a link without ``data`` opens depends on the images that the machine has: ``data=None`` makes one.
    """
    app = AppTest.from_file(str(MAIN), default_timeout=SOON)
    if token:
        app.session_state["visitor_token"] = token
    for name, value in {"data": "digits", **query}.items():
        if value is not None:
            app.query_params[name] = value if isinstance(value, list) else str(value)
    return app


def visit(page: str, **query) -> AppTest:
    return new_app(**query).switch_page(f"../pages/{page}.py").run()


def visit_as(token: str, page: str, **query) -> AppTest:
    """A page in a new session of a known visitor, who came by a link."""
    return new_app(token, **query).run().switch_page(f"../pages/{page}.py").run()


def visit_unlabelled(page: str, **query) -> AppTest:
    """The page with thirty images of the visitor's own, without classes."""
    workspace = Workspace(state_root(), visitor_of("a visitor of this test"))
    if "scribbles" not in workspace.images.names():
        images = load_dataset("digits", "test").images[:30]
        workspace.images.save(Dataset("scribbles", "all", images, None, ()), "scribbles")
    app = new_app("a visitor of this test", data="scribbles", **query)
    return app.switch_page(f"../pages/{page}.py").run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def buttons(app: AppTest) -> list[str]:
    """Labels of the page's own buttons, without those of the frame."""
    return [button.label for button in app.button if not (button.key or "").startswith("frame.")]


def until(app: AppTest, is_there) -> AppTest:
    """Look at the page again until it shows what is waited for, without any fault."""
    wait_until(lambda: is_there(app) or is_there(app.run()), every=0.2)
    assert not app.exception and not app.error
    return app


def words(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.title]
    return "\n".join(element.value for element in elements)


def listed_as(model: str) -> str:
    """The words by which a list calls a shipped model."""
    return model_title(load_checkpoint(model))


def places_in(app: AppTest, **choice: str) -> None:
    """Choose on the map, as the browser would tell, whose address is still the old one."""
    for name, text in choice.items():
        app.session_state[f"address.{name}"] = text
    app.run()


def tables(app: AppTest) -> list[str]:
    bodies = (element.proto.body for element in app.get("html"))
    return [body for body in bodies if "<div" in body or "<figure" in body]  # not the styles alone


def living_map(app: AppTest) -> dict:
    """Data from which the browser draws the map."""
    given = [json.loads(component.proto.json) for component in app.get("bidi_component")]
    return next(data for data in given if "panes" in data)


def map_file(address: str) -> dict[str, np.ndarray]:
    """The arrays of a file that the map would fetch."""
    return load(file_at(address))


def file_at(address: str) -> bytes:
    """The content of a file that a browser would fetch."""
    return gzip.decompress(file_store().get(urlsplit(address).path.rpartition("/")[2]))
