"""The living map: decodes under the pointer, in the browser. Python hears of committed choices only.

The script is plain ES modules in this folder; entry.js is what Streamlit runs, and fetches the others.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*.js"))
VERSION = hashlib.sha256(b"".join(path.read_bytes() for path in SCRIPTS)).hexdigest()[:12]
PREFIX = f"/latent/map-{VERSION}"


class _Scripts(StaticFiles):
    """The modules, under an address that changes with them, so that a browser asks once."""

    def file_response(self, *args, **kwargs) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response

    def lookup_path(self, path: str) -> tuple[str, object]:
        return super().lookup_path(path) if path.endswith(".js") else ("", None)


MODULES = Mount(PREFIX, _Scripts(directory=HERE))


def _component(name: str, element: str, styles: tuple[str, ...]):
    """A component whose script is a module of this folder; entry.js mounts it into its ``element``."""
    return st.components.v2.component(
        name,
        html=f'<div class="{element}" data-component data-testid="{name}"></div>\n',
        css="\n".join((HERE / style).read_text(encoding="utf-8") for style in styles),
        js=(HERE / "entry.js").read_text(encoding="utf-8"),
    )


_map = _component("latent_map", "lm", ("map.css", "draw.css"))
_hand = _component("path_hand", "hand", ("hand.css",))
_pad = _component("drawing_pad", "pad-alone", ("draw.css",))
_replay = _component("training_replay", "rp", ("replay.css",))


def latent_map(data: dict, key: str, on_commit: Callable[[], None], on_again: Callable[[], None]) -> None:
    """Draw the map; ``data`` is what mount.js calls Data.

    ``on_commit`` finds what was chosen in ``st.session_state[key].commit``; ``on_again``, called where files
    did not arrive, the number of the call in ``.again``.
    """
    _map(
        data={**data, "module": _address("mount.js")},
        key=key,
        on_commit_change=on_commit,
        on_again_change=on_again,
    )


def path_hand(walks: list[dict], dark: bool, key: str) -> None:
    """A slider along the paths of several models at once; ``walks`` are what hand.js calls Walk."""
    _hand(data={"walks": walks, "dark": dark, "module": _address("hand.js")}, key=key)


def drawing_pad(drawing: str, seq: int, key: str, on_commit: Callable[[], None]) -> None:
    """A pad by itself, with a ``drawing`` on it as a link keeps it.

    ``on_commit`` finds what was drawn in ``st.session_state[key].commit``, with the ``seq`` to give back.
    """
    data = {"drawing": drawing, "seq": seq, "module": _address("pad.js")}
    _pad(data=data, key=key, on_commit_change=on_commit)


def training_replay(data: dict, key: str) -> None:
    """A training frame by frame, under a slider; ``data`` is what replay.js calls Component's data."""
    _replay(data={**data, "module": _address("replay.js")}, key=key)


def _address(module: str) -> str:
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{f'/{base}' if base else ''}{PREFIX}/{module}"
