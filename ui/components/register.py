"""Registration of the browser components with Streamlit, and the route that serves their modules.

A component is plain ES modules in a folder beside this file. Streamlit runs shared/entry.js, which imports
the component's module from that route.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ui.components.files import base_path

HERE = Path(__file__).parent


def version_of(folder: Path) -> str:
    """Hash of the names and contents of all modules below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.js")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


PREFIX = f"/latent/components-{version_of(HERE)}"


class _Modules(StaticFiles):
    """The modules, cached by browsers without asking again: their address changes with them."""

    def file_response(self, *args, **kwargs) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response

    def lookup_path(self, path: str) -> tuple[str, object]:
        return super().lookup_path(path) if path.endswith(".js") else ("", None)


MODULES = Mount(PREFIX, _Modules(directory=HERE))


def _component(name: str, element: str, module: str, *styles: str):
    """Component whose ``module`` entry.js mounts into a div of the class ``element``."""
    mount = st.components.v2.component(
        name,
        html=f'<div class="{element}" data-component data-testid="{name}"></div>\n',
        css="\n".join((HERE / style).read_text(encoding="utf-8") for style in styles),
        js=(HERE / "shared" / "entry.js").read_text(encoding="utf-8"),
    )
    return lambda data, **options: mount(data={**data, "module": _address(module)}, **options)


_living_map = _component(
    "living_map", "lm", "living_map/map.js", "living_map/map.css", "drawing_pad/draw.css"
)
_path_slider = _component("path_slider", "path-slider", "path_slider/slider.js", "path_slider/slider.css")
_drawing_pad = _component("drawing_pad", "pad-alone", "drawing_pad/pad.js", "drawing_pad/draw.css")
_training_replay = _component(
    "training_replay", "rp", "training_replay/replay.js", "training_replay/replay.css"
)
_menu_closer = _component("menu_closer", "menu-closer", "menu/closer.js")


def living_map(data: dict, key: str, on_commit: Callable[[], None], on_again: Callable[[], None]) -> None:
    """Map that decodes under the pointer; ``data`` is the type Data of living_map/map.js.

    ``on_commit`` reads the visitor's choice from ``st.session_state[key].commit``. ``on_again`` is called
    when the visitor asks once more for files that failed to load; ``.again`` counts these calls.
    """
    _living_map(data, key=key, on_commit_change=on_commit, on_again_change=on_again)


def path_slider(paths: list[dict], dark: bool, key: str) -> None:
    """Slider along the paths of several models; ``paths`` has the type Path of path_slider/slider.js."""
    _path_slider({"paths": paths, "dark": dark}, key=key)


def drawing_pad(drawing: str, seq: int, key: str, on_commit: Callable[[], None]) -> None:
    """Drawing pad that shows a ``drawing`` in the notation of links.

    ``on_commit`` reads the visitor's drawing from ``st.session_state[key].commit``, with the ``seq`` to
    return.
    """
    _drawing_pad({"drawing": drawing, "seq": seq}, key=key, on_commit_change=on_commit)


def training_replay(data: dict, key: str) -> None:
    """Training frame by frame, with a slider; ``data`` is the type Data of training_replay/replay.js."""
    _training_replay(data, key=key)


def menu_closer(key: str) -> None:
    """Nothing to see: it closes the menu of a phone when a page is chosen."""
    _menu_closer({}, key=key)


def _address(module: str) -> str:
    return f"{base_path()}{PREFIX}/{module}"
