"""Who is visiting: a browser is known again by a random cookie, and by nothing else.

The cookie holds a token that only this server and this browser know. What is kept on disk is named by
the token's digest, so a look at the disk does not make anybody another visitor, and no link can.
"""

import hashlib
import re
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from ui.storage.disk import state_root
from ui.storage.workspace import Workspace

COOKIE = "latent_visitor"
ID = "visitor id"  # in the session
MAX_AGE = 365 * 24 * 3600  # seconds
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes in base64url


class VisitorCookie:
    """ASGI middleware that gives a browser its cookie with the first page it asks for.

    The browser has the cookie before the page's script opens the websocket, so already the first
    script run knows the visitor.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_cookie(message):
            if message["type"] == "http.response.start" and _is_page(scope, message):
                MutableHeaders(scope=message).append("set-cookie", _new_cookie(scope))
            await send(message)

        is_new = scope["type"] == "http" and not is_token(HTTPConnection(scope).cookies.get(COOKIE))
        await self.app(scope, receive, send_with_cookie if is_new else send)


def is_token(text: object) -> bool:
    """Whether this is a token as the middleware makes them."""
    return isinstance(text, str) and TOKEN.fullmatch(text) is not None


def visitor_id() -> str:
    """32 hexadecimal digits: the visitor's own as long as the cookie lives, else as long as the session."""
    if ID not in st.session_state:  # a page asks many times, and parses the cookies each time
        token = st.context.cookies.get(COOKIE)
        st.session_state[ID] = _digest(token if is_token(token) else _session_token())
    return st.session_state[ID]


def current_workspace() -> Workspace:
    """What the visitor has kept here."""
    workspace = Workspace(state_root(), visitor_id())
    workspace.touch()
    return workspace


def _session_token() -> str:
    return st.session_state.setdefault("visitor_token", secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _is_page(scope, message) -> bool:
    """Whether the answer is an HTML page, sent or confirmed to be what the browser still has."""
    kind = Headers(raw=message["headers"]).get("content-type", "")
    accepted = Headers(scope=scope).get("accept", "")
    return "text/html" in (accepted if message["status"] == 304 else kind)


def _new_cookie(scope) -> str:
    cookie = f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax"
    return f"{cookie}; Secure" if scope["scheme"] == "https" else cookie
