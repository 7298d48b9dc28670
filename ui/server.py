"""The server around the pages: what happens once, before the first visitor, and on every request."""

import asyncio
import logging
import re
import threading
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ui import results
from ui.cluster import close_cluster, start_cluster
from ui.components.files import FILES, base_path
from ui.components.register import MODULES
from ui.menu import PATHS, TEACHER
from ui.sessions import SessionLimit, asks_for_a_page
from ui.visitors import VisitorCookie
from ui.warm_up import Warmer, warm_up
from ui.workspace import clear_unfinished, remove_unused, state_root

CLEAR_EVERY = 3_600.0  # seconds
MAIN = Path(__file__).resolve().parent / "main.py"
HEADERS = {
    # Streamlit compiles expressions of its charts, hence the evals; no foreign host is allowed anywhere.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' {sockets}blob: data:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


HOST = re.compile(r"[\w.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?", re.ASCII)
HEALTH_PATH = "/latent/health"
IS_READY = threading.Event()
PAGES = {*PATHS, TEACHER} - {""}


@asynccontextmanager
async def lifespan(app: st.App):
    """Clear up and warm up, so that the first visitor does not wait; have workers until the end."""
    clear_up()
    start_cluster()
    warm_up()
    IS_READY.set()
    warmer = Warmer()
    warmer.start()
    clearing = asyncio.create_task(_clear_up_again())
    yield
    IS_READY.clear()
    clearing.cancel()
    await asyncio.to_thread(warmer.stop)
    await asyncio.to_thread(close_cluster)


def clear_up() -> None:
    """Remove what nobody came back to."""
    remove_unused(state_root())
    clear_unfinished(state_root())
    results.remove_old()


async def _clear_up_again() -> None:
    while True:
        await asyncio.sleep(CLEAR_EVERY)
        try:
            await asyncio.to_thread(clear_up)
        except OSError as error:  # the disk's trouble is no reason to stop looking
            logging.getLogger(__name__).warning("What is unused could not be removed: %s", error)


def health(request: Request) -> Response:
    """For a load balancer: 200 once the first visitor would not wait any more, 503 before and at the end."""
    status, text = (200, "ok") if IS_READY.is_set() else (503, "not ready")
    return PlainTextResponse(text, status, {"cache-control": "no-store"})


def headers_for(host: str) -> dict[str, str]:
    """The headers of an answer to a browser that called the server by this name.

    Some browsers do not count websockets of the page's own host under 'self', so it is named; what is no name
    of a host is left out.
    """
    sockets = f"ws://{host} wss://{host} " if HOST.fullmatch(host) else ""
    return {name: value.replace("{sockets}", sockets) for name, value in HEADERS.items()}


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                host = Headers(scope=scope).get("host", "")
                extra = [(name.encode(), value.encode()) for name, value in headers_for(host).items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class NoDeepPages:
    """ASGI middleware that leads from addresses below a page, as /train/x, to that page.

    Streamlit answers them with its page, whose scripts the browser then looks for beside it: it stays blank.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        answer = self.app
        if asks_for_a_page(scope):
            page, _, rest = scope["path"].removeprefix(f"{base_path()}/").partition("/")
            if rest and page in PAGES:
                answer = RedirectResponse(f"{base_path()}/{page}")
        await answer(scope, receive, send)


MIDDLEWARE = [
    Middleware(SecurityHeaders),
    Middleware(NoDeepPages),
    Middleware(SessionLimit),
    Middleware(VisitorCookie),
]
ROUTES = [FILES, MODULES, Route(HEALTH_PATH, health)]
