"""Middleware: limit of open pages, security headers, redirects and the visitor's cookie."""

import re
import secrets
from collections import Counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse

from ui.components.files import base_path
from ui.state.pages import HOME, PAGES
from ui.state.session import COOKIE, is_token
from ui.storage.limits import max_sessions

SPARE = 10  # connections beyond the limit, for pages that were sent just before it was reached
TRY_AGAIN = 1013  # the websocket's code for it
RETRY_SECONDS = 60
FULL = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Latent Space Explorer</title>
<meta name="viewport" content="width=device-width">
<body style="font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto; padding: 0 1rem">
<h1>The server is full</h1>
<p>{n} pages are open, which is as many as this server takes. Try again in a minute; what you keep here is
safe.</p>
</body></html>"""


class SessionLimit:
    """ASGI middleware that counts the websockets of open pages, one each, and sends no page beyond the limit.

    A visitor with an open page always gets another one: a reload asks for the new page first.
    """

    def __init__(self, app):
        self.app = app
        # By the visitor's cookie, "" without one. Only the event loop's thread counts: no lock is needed.
        self._open: Counter[str] = Counter()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif asks_for_a_page(scope) and self._is_full(_token(scope)):
            headers = {"retry-after": str(RETRY_SECONDS), "cache-control": "no-store"}
            await HTMLResponse(FULL.format(n=max_sessions()), 503, headers)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def n_open(self) -> int:
        """Pages that are open now."""
        return self._open.total()

    async def _connect(self, scope, receive, send) -> None:
        if self.n_open() >= max_sessions() + SPARE:
            await receive()  # the request to connect
            return await send({"type": "websocket.close", "code": TRY_AGAIN, "reason": "The server is full."})
        token = _token(scope)
        self._open[token] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._open[token] -= 1
            self._open += Counter()  # drops visitors who have none left

    def _is_full(self, token: str) -> bool:
        is_known = bool(token) and self._open[token] > 0
        return not is_known and self.n_open() >= max_sessions()


def asks_for_a_page(scope) -> bool:
    """True for a browser's request for a page, False for its parts."""
    if scope["type"] != "http" or "/_stcore/" in scope["path"] or "/latent/" in scope["path"]:
        return False
    return scope["method"] == "GET" and "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _token(scope) -> str:
    return HTTPConnection(scope).cookies.get(COOKIE, "")


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


def headers_for(host: str) -> dict[str, str]:
    """Headers of a response to a browser that called the server by the name ``host``.

    Some browsers do not count websockets of the page's own host under 'self', so it is named; an invalid name
    is left out.
    """
    sockets = f"ws://{host} wss://{host} " if HOST.fullmatch(host) else ""
    return {name: value.replace("{sockets}", sockets) for name, value in HEADERS.items()}


class _AddsHeaders:
    """ASGI middleware that adds ``headers`` (scope, message) to every HTTP response."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                for name, value in self.headers(scope, message).items():
                    MutableHeaders(scope=message).append(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class SecurityHeaders(_AddsHeaders):
    """ASGI middleware that adds the security headers to every HTTP response."""

    def headers(self, scope, message) -> dict[str, str]:
        return headers_for(Headers(scope=scope).get("host", ""))


class KnownPages:
    """ASGI middleware that redirects near misses of a page: /train/x to /train, /few_labels to /few-labels.

    Streamlit answers the first with its page, whose scripts the browser then looks for beside it: it stays
    blank. It answers the second with the home page.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        answer = self.app
        if asks_for_a_page(scope):
            page, _, rest = scope["path"].removeprefix(f"{base_path()}/").partition("/")
            meant = page.replace("_", "-").lower()
            if (rest or meant != page) and meant in PAGES and meant != HOME:
                query = scope["query_string"].decode("latin-1")
                answer = RedirectResponse(f"{base_path()}/{meant}{'?' if query else ''}{query}")
        await answer(scope, receive, send)


MAX_AGE = 365 * 24 * 3600  # seconds


class VisitorCookie(_AddsHeaders):
    """ASGI middleware that gives a browser its cookie with the first page it asks for.

    The browser has the cookie before the page's script opens the websocket, so already the first
    script run knows the visitor.
    """

    def headers(self, scope, message) -> dict[str, str]:
        if is_token(_token(scope)) or not _is_page(scope, message):
            return {}
        cookie = f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax"
        return {"set-cookie": f"{cookie}; Secure" if scope["scheme"] == "https" else cookie}


def _is_page(scope, message) -> bool:
    """True for an HTML page, sent or confirmed as unchanged."""
    kind = Headers(raw=message["headers"]).get("content-type", "")
    accepted = Headers(scope=scope).get("accept", "")
    return "text/html" in (accepted if message["status"] == 304 else kind)
