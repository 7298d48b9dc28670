"""Laws of the cookie: who gets one, how it looks, and whom it stands for."""

import asyncio
import re

import pytest
from streamlit.testing.v1 import AppTest

from ui.server.middleware import MAX_AGE, VisitorCookie
from ui.state import session as visitor
from ui.state.session import COOKIE, is_token, visitor_id

TOKEN = "A" * 43
ATTRIBUTES = {"Path=/", f"Max-Age={MAX_AGE}", "HttpOnly", "SameSite=Lax"}


def cookies_set(
    kind="text/html; charset=utf-8", cookie="", scheme="http", status=200, accept="*/*"
) -> list[str]:
    """The Set-Cookie headers of the answer to one request."""
    sent = []

    async def app(scope, receive, send):
        headers = [(b"content-type", kind.encode())] if kind else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"page"})

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie.encode()), (b"accept", accept.encode())]
    scope = {"type": "http", "scheme": scheme, "method": "GET", "path": "/", "headers": headers}
    asyncio.run(VisitorCookie(app)(scope, None, send))
    assert sent[1]["body"] == b"page"
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_the_first_page_brings_a_cookie_that_scripts_and_other_sites_cannot_use():
    [cookie] = cookies_set()
    pair, *attributes = cookie.split("; ")
    name, token = pair.split("=")
    assert name == COOKIE and is_token(token) and set(attributes) == ATTRIBUTES


def test_over_https_the_cookie_is_for_https_alone():
    [cookie] = cookies_set(scheme="https")
    assert "Secure" in cookie.split("; ")


def test_every_new_browser_gets_another_token():
    assert len({cookies_set()[0] for _ in range(20)}) == 20


def test_a_known_browser_keeps_its_cookie():
    assert cookies_set(cookie=f"theme=dark; {COOKIE}={TOKEN}") == []


@pytest.mark.parametrize("token", ["", "short", TOKEN + "A", "../" + TOKEN[3:], TOKEN[1:] + "é"])
def test_a_malformed_cookie_is_replaced(token):
    assert len(cookies_set(cookie=f"{COOKIE}={token}")) == 1


@pytest.mark.parametrize("kind", ["application/javascript", "application/json", "image/png", ""])
def test_only_pages_bring_cookies(kind):
    assert cookies_set(kind=kind) == []


def test_a_page_that_the_browser_still_has_brings_one_too():
    assert len(cookies_set(kind="", status=304, accept="text/html,*/*;q=0.8")) == 1
    assert cookies_set(kind="", status=304) == []


def test_websockets_pass_untouched():
    seen = []

    async def app(scope, receive, send):
        seen.append((receive, send))

    asyncio.run(VisitorCookie(app)({"type": "websocket"}, "receive", "send"))
    assert seen == [("receive", "send")]


class Context:
    def __init__(self, **cookies):
        self.cookies = cookies


def id_with(monkeypatch, session: dict, **cookies) -> str:
    monkeypatch.setattr(visitor.st, "context", Context(**cookies))
    monkeypatch.setattr(visitor.st, "session_state", session)
    return visitor_id()


def test_the_id_is_the_cookies_own_and_does_not_tell_it(monkeypatch):
    first, again, other = (id_with(monkeypatch, {}, **{COOKIE: token}) for token in (TOKEN, TOKEN, "B" * 43))
    assert first == again != other
    assert re.fullmatch("[0-9a-f]{32}", first) and TOKEN not in first


@pytest.mark.parametrize("cookies", [{}, {COOKIE: "../../etc"}])
def test_without_a_proper_cookie_the_id_lasts_as_long_as_the_session(monkeypatch, cookies):
    session, other = {}, {}
    assert id_with(monkeypatch, session, **cookies) == id_with(monkeypatch, session, **cookies)
    assert id_with(monkeypatch, session, **cookies) != id_with(monkeypatch, other, **cookies)


def test_a_link_makes_nobody_another_visitor():
    def script():
        import streamlit as st

        from ui.state.session import visitor_id

        st.text(visitor_id())

    app = AppTest.from_function(script)
    app.query_params[COOKIE] = TOKEN
    app.query_params["visitor_token"] = TOKEN
    first = app.run().text[0].value
    assert app.run().text[0].value == first != visitor.visitor_of(TOKEN)
