"""How many pages are open at once, and what is said to who comes when the server is full."""

import threading
from collections import Counter

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from ui.storage.limits import max_sessions
from ui.visitors import COOKIE

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

    Who has a page open already always gets another one: a reload asks for the new page first.
    """

    def __init__(self, app):
        self.app = app
        self._open: Counter[str] = Counter()  # by the visitor's cookie, "" without one
        self._lock = threading.Lock()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif asks_for_a_page(scope) and self._is_full(_token(scope)):
            page = HTMLResponse(
                FULL.format(n=max_sessions()),
                503,
                {"retry-after": str(RETRY_SECONDS), "cache-control": "no-store"},
            )
            await page(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def n_open(self) -> int:
        """Pages that are open now."""
        with self._lock:
            return self._open.total()

    async def _connect(self, scope, receive, send) -> None:
        token = _token(scope)
        with self._lock:
            is_taken = self._open.total() < max_sessions() + SPARE
            self._open[token] += is_taken
        if not is_taken:
            await receive()  # the request to connect
            return await send({"type": "websocket.close", "code": TRY_AGAIN, "reason": "The server is full."})
        try:
            await self.app(scope, receive, send)
        finally:
            with self._lock:
                self._open[token] -= 1
                self._open += Counter()  # lets go of who has none left

    def _is_full(self, token: str) -> bool:
        with self._lock:
            is_known = bool(token) and self._open[token] > 0
            return not is_known and self._open.total() >= max_sessions()


def asks_for_a_page(scope) -> bool:
    """Whether a browser asks for a page, and not for what belongs to one."""
    if scope["type"] != "http" or "/_stcore/" in scope["path"] or "/latent/" in scope["path"]:
        return False
    return scope["method"] == "GET" and "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _token(scope) -> str:
    return HTTPConnection(scope).cookies.get(COOKIE, "")
