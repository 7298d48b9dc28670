"""The server around the pages: what happens once, before the first visitor, and on every request."""

import asyncio
import gc
import logging
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.cluster import close_cluster, start_cluster
from ui.components.latent_map import MODULES
from ui.files import FILES
from ui.visitors import VisitorCookie
from ui.workspace import clear_unfinished, state_root

MAIN = Path(__file__).resolve().parent / "main.py"
HEADERS = {
    # Streamlit compiles expressions of its charts, hence the evals; no foreign host is allowed anywhere.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' ws: wss: blob: data:; worker-src 'self' blob:; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


@asynccontextmanager
async def lifespan(app: st.App):
    """Warm up, so that the first visitor does not wait for imports; have workers meanwhile, until the end."""
    clear_unfinished(state_root())
    start_cluster()
    warm_up()
    yield
    await asyncio.to_thread(close_cluster)


def warm_up() -> None:
    """Import what pages need, load the default model and its map, and settle the memory.

    The server computes on one thread: with more, the threads of one visitor's request wait for each other
    at barriers while another visitor has a core. What has been imported is frozen, so that
    no later garbage collection walks over it.
    """
    import plotly.graph_objects  # noqa: F401

    from autoencoder.runtime import use_one_thread
    from ui import caches
    from ui.choice import DEFAULT_DATASET, DEFAULT_MODEL

    use_one_thread()
    # The caches miss a visitor's script run around them here, which is as it should be.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    checkpoint = caches.shipped_checkpoint(DEFAULT_MODEL)
    caches.latent_map(caches.codes(checkpoint, caches.named_dataset(DEFAULT_DATASET, "test")))
    gc.collect()
    gc.freeze()


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


MIDDLEWARE = [Middleware(SecurityHeaders), Middleware(VisitorCookie)]
ROUTES = [FILES, MODULES]
