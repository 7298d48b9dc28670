"""The server around the pages: ready when it says so, no foreign host allowed, and no secret in its log."""

import asyncio
import os
import re
import time
import urllib.error
import urllib.request

import pytest
from starlette.requests import Request
from websockets.sync.client import connect

from tests.tools.server import started_server
from tests.tools.waiting import SOON, wait_until
from ui.server import app as module
from ui.server.app import HEALTH_PATH
from ui.server.middleware import KnownPages, headers_for
from ui.state.session import COOKIE, TOKEN
from ui.storage.limits import MAX_IDLE_DAYS

SECRET = "S" * 43


# Health


def health() -> tuple[int, str]:
    answer = module.health(Request({"type": "http"}))
    return answer.status_code, answer.headers["cache-control"]


def test_health_is_what_the_warm_up_says(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(module, "warm_up", lambda: seen.append(health()))

    async def live():
        async with module.lifespan(None):
            seen.append(health())

    asyncio.run(live())
    assert [*seen, health()] == [(503, "no-store"), (200, "no-store"), (503, "no-store")]


def test_views_are_prepared_while_the_server_lives(monkeypatch, tmp_path):
    seen = []

    class Prepares:
        def start(self):
            seen.append(("start", health()[0]))

        def stop(self):
            seen.append(("stop", health()[0]))

    monkeypatch.setattr(module, "Warmer", Prepares)
    monkeypatch.setattr(module, "warm_up", lambda: None)

    async def live():
        async with module.lifespan(None):
            seen.append("visitors")

    asyncio.run(live())
    assert seen == [("start", 200), "visitors", ("stop", 503)]


# Headers


def policy(host: str = "lab.example.org") -> dict[str, list[str]]:
    """The content-security policy: what is allowed, by directive."""
    entries = [entry.split() for entry in headers_for(host)["content-security-policy"].split(";")]
    return {name: sources for name, *sources in entries}


def test_no_foreign_host_is_allowed():
    own = {"ws://lab.example.org", "wss://lab.example.org"}
    words = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "'wasm-unsafe-eval'", "blob:", "data:"}
    for name, sources in policy().items():
        assert set(sources) <= words | (own if name == "connect-src" else set()), name
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert policy()[name] == ["'self'"]
    assert policy()["object-src"] == ["'none'"]
    assert not {"data:", "blob:"} & set(policy()["default-src"]) and "data:" not in policy()["script-src"]


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "a-b.example.org:443"])
def test_the_page_s_own_host_is_named(host):
    assert {f"ws://{host}", f"wss://{host}"} <= set(policy(host)["connect-src"])


@pytest.mark.parametrize(
    "host", ["", "*", "evil.org; script-src *", "a b", "a\nb", "evil.org/x", "ü", "a'b", "*.org"]
)
def test_what_is_no_host_comes_into_no_header(host):
    assert policy(host) == policy("")
    assert [source for source in policy(host)["connect-src"] if "ws" in source] == []


# Addresses


@pytest.mark.parametrize(
    ("path", "accept", "leads_to"),
    [
        ("/train/x", "text/html", "/train"),
        ("/teacher/x/y", "text/html", "/teacher"),
        ("/few_labels", "text/html", "/few-labels"),
        ("/Your_Images/x", "text/html", "/your-images"),
        ("/GAPS", "text/html", "/gaps"),
        ("/few-labels", "text/html", None),
        ("/few__labels", "text/html", None),
        ("/latent_map", "text/html", None),
        ("/few_labels", "*/*", None),
        ("/train", "text/html", None),
        ("/", "text/html", None),
        ("/media/0a1b.csv", "text/html", None),  # a download
        ("/train/_stcore/health", "text/html", None),
        ("/train/x", "*/*", None),
    ],
)
@pytest.mark.parametrize("query", ["", "data=digits&with=a%7Cb"])
def test_a_near_miss_of_a_page_leads_to_the_page_with_its_choices(path, accept, leads_to, query):
    answers, passed = [], []

    async def app(scope, receive, send):
        passed.append(scope["path"])

    async def send(message):
        answers.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept", accept.encode())]}
    scope["query_string"] = query.encode()
    asyncio.run(KnownPages(app)(scope, None, send))
    if leads_to is None:
        assert passed == [path] and not answers
    else:
        location = dict(answers[0]["headers"])[b"location"].decode()
        assert not passed and location == (f"{leads_to}?{query}" if query else leads_to)


# A started server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address and the folder of a server that was just started, with an old visitor's folder."""
    folder = tmp_path_factory.mktemp("server")
    old = folder / "state" / "visitors" / ("0" * 32)
    old.mkdir(parents=True)
    long_ago = time.time() - (MAX_IDLE_DAYS + 1) * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    with started_server(folder, HEALTH_PATH, LATENT_MAX_SESSIONS="1") as (address, answers):
        assert set(answers) <= {503, 200}
        yield address, folder


def ask(url: str, accept: str = "*/*", token: str = SECRET) -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(url, headers={"accept": accept, "cookie": f"{COOKIE}={token}"})
    try:
        answer = urllib.request.urlopen(request, timeout=SOON)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()


def test_a_warm_server_answers_a_load_balancer(server):
    status, headers, body = ask(server[0] + HEALTH_PATH)
    assert (status, body, headers["cache-control"]) == (200, "ok", "no-store")
    host = server[0].removeprefix("http://")
    assert headers["content-security-policy"] == headers_for(host)["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and "set-cookie" not in headers


def test_a_full_server_says_so(server):
    address = server[0] + "/train"
    assert ask(address, "text/html")[0] == 200
    socket_address = server[0].replace("http", "ws") + "/_stcore/stream"
    cookie = {"cookie": f"{COOKIE}={SECRET}"}
    with connect(socket_address, additional_headers=cookie, subprotocols=["streamlit"]):
        status, headers, body = ask(address, "text/html", "another's")
        assert status == 503 and "The server is full" in body and headers["retry-after"]
        assert "content-security-policy" in headers and "set-cookie" not in headers
        assert ask(address, "text/html")[0] == 200  # a reload
        assert ask(server[0] + "/_stcore/health")[0] == 200
    wait_until(lambda: ask(address, "text/html", "another's")[0] == 200, every=0.1)


def test_a_near_miss_of_a_page_is_that_page(server):
    for path, leads_to in (("/train/x", "/train"), ("/few_labels?draws=2", "/few-labels?draws=2")):
        asked = urllib.request.Request(server[0] + path, headers={"accept": "text/html"})
        with urllib.request.urlopen(asked, timeout=SOON) as answer:
            assert (answer.status, answer.geturl()) == (200, server[0] + leads_to)


def test_a_start_removes_what_is_too_old(server):
    assert list((server[1] / "state" / "visitors").iterdir()) == []


def test_no_secret_is_in_the_log(server):
    address, folder = server
    for path in (
        "/",
        f"/?{COOKIE}={SECRET}",
        "/latent/files/none",
        f"/_stcore/upload_file/{SECRET}/1",
        "/\0",
    ):
        ask(address + urllib.request.quote(path, safe="/?="))
    log = (folder / "log").read_text()
    assert SECRET not in log and COOKIE not in log and not re.search(rf"\b{TOKEN.pattern}\b", log)
    assert "Traceback" not in log
