"""A full server says so, and sends nobody away who is there already."""

import asyncio

import pytest

from ui.server import middleware
from ui.server.middleware import SPARE, SessionLimit
from ui.state.session import COOKIE

HTML = "text/html,application/xhtml+xml"


class Server:
    """The middleware around an application that notes who reached it; websockets stay open until let go."""

    def __init__(self):
        self.limit, self.reached, self.may_close = SessionLimit(self._app), [], asyncio.Event()

    async def _app(self, scope, receive, send):
        self.reached.append(scope["path"])
        if scope["type"] == "websocket":
            await self.may_close.wait()

    async def ask(self, path="/", cookie="", accept=HTML, kind="http", method="GET") -> list[dict]:
        """Messages that the middleware itself answers."""
        sent = []

        async def receive():
            return {"type": f"{kind}.connect"}

        async def send(message):
            sent.append(message)

        headers = [
            (b"accept", accept.encode()),
            (b"cookie", f"{COOKIE}={cookie}".encode() if cookie else b""),
        ]
        scope = {"type": kind, "path": path, "method": method, "headers": headers}
        await self.limit(scope, receive, send)
        return sent

    async def open(self, n: int, cookie="") -> list[asyncio.Task]:
        """So many pages that are open."""
        path = "/_stcore/stream"
        tasks = [asyncio.create_task(self.ask(path, cookie, kind="websocket")) for _ in range(n)]
        await asyncio.sleep(0)
        return tasks


def play(story, monkeypatch, most=3):
    monkeypatch.setenv("LATENT_MAX_SESSIONS", str(most))

    async def run():
        await story(Server())

    asyncio.run(run())


def test_a_full_server_says_so_and_has_room_again_when_somebody_leaves(monkeypatch):
    async def story(server):
        await server.open(2)
        assert await server.ask() == [] and server.limit.n_open() == 2
        [last] = await server.open(1)
        start, body = await server.ask("/train")
        assert start["status"] == 503
        headers = dict(start["headers"])
        assert headers[b"retry-after"] == b"60" and headers[b"cache-control"] == b"no-store"
        assert b"The server is full" in body["body"] and b"3 pages are open" in body["body"]
        last.cancel()
        await asyncio.gather(last, return_exceptions=True)
        assert await server.ask() == [] and server.limit.n_open() == 2

    play(story, monkeypatch)


def test_who_is_there_can_reload(monkeypatch):
    async def story(server):
        await server.open(3, cookie="mine")
        assert await server.ask(cookie="mine") == []
        [start, _] = await server.ask(cookie="another's")
        assert start["status"] == 503
        server.may_close.set()

    play(story, monkeypatch)


@pytest.mark.parametrize(
    ("path", "accept", "method"),
    [
        ("/_stcore/health", HTML, "GET"),
        ("/latent/health", HTML, "GET"),
        ("/base/latent/files/x", HTML, "GET"),
        ("/static/js/main.js", "*/*", "GET"),
        ("/_stcore/upload_file/1/2", HTML, "PUT"),
    ],
)
def test_what_open_pages_ask_for_is_answered(monkeypatch, path, accept, method):
    async def story(server):
        await server.open(3)
        assert await server.ask(path, accept=accept, method=method) == [] and server.reached[-1] == path

    play(story, monkeypatch)


def test_connections_end_where_no_page_led_to_them(monkeypatch):
    async def story(server):
        await server.open(3 + SPARE)
        [answer] = await server.ask("/_stcore/stream", kind="websocket")
        assert answer == {
            "type": "websocket.close",
            "code": middleware.TRY_AGAIN,
            "reason": "The server is full.",
        }
        assert server.limit.n_open() == 3 + SPARE
        server.may_close.set()

    play(story, monkeypatch)


def test_nothing_is_remembered_of_who_has_left(monkeypatch):
    async def story(server):
        tasks = await server.open(2, cookie="mine")
        server.may_close.set()
        await asyncio.gather(*tasks)
        assert server.limit.n_open() == 0 and not server.limit._open

    play(story, monkeypatch)


def test_the_start_of_a_server_passes_through(monkeypatch):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(SessionLimit(app)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
