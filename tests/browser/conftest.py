"""A browser, a server for it, a visitor's page, and a page with the modules of the components."""

import os
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests.tools.drawing import seen, shown
from tests.tools.project import PROJECT
from tests.tools.server import started_server
from tests.tools.waiting import SOON

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",  # a container's root has no user namespaces
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader",
)
FOLDER = PROJECT / "ui" / "components"
PAGE = """
<body style="--st-text-color: rgb(29, 31, 35); --st-background-color: rgb(251, 250, 247)">
<div id="host"></div>
<script type="module">
  window.normalise = await import("/drawing_pad/normalise.js");
  const { Pad } = await import("/drawing_pad/draw.js");
  const root = document.querySelector("#host").attachShadow({ mode: "open" });
  window.startPad = () => {
    window.pad?.destroy();
    window.live = [];
    window.committed = [];
    root.innerHTML = '<link rel="stylesheet" href="/drawing_pad/draw.css"><div></div>';
    window.pad = new Pad(root.querySelector("div"), {
      onImage: (image) => live.push({ image: image && [...image], frame }),
      onCommit: (image) => committed.push({ image: image && [...image], frame }),
    });
  };
  window.bytes = (text) => Uint8ClampedArray.from(text, (letter) => letter.charCodeAt(0));
  // A pen at a place given as parts of the pad; the browser knows no such pen, so it cannot be captured.
  window.pen = (name, x, y, buttons, coalescedEvents = []) => {
    const canvas = pad.element.querySelector(".pad-paper");
    canvas.setPointerCapture = () => {};
    const { left, top, width } = canvas.getBoundingClientRect();
    const place = { clientX: left + width * x, clientY: top + width * y };
    const event = new PointerEvent(name, { pointerId: 5, buttons, coalescedEvents, ...place });
    canvas.dispatchEvent(event);
    return event;
  };
  window.frame = 0;
  const count = () => requestAnimationFrame(count, frame++);
  count();
</script>
"""


@pytest.fixture(scope="package")  # while Playwright runs, no test elsewhere can have an event loop
def browser():
    """Without a Chromium the tests skip; where LATENT_REQUIRE_BROWSER is set they fail instead."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        executable = next(filter(None, map(shutil.which, NAMES)), None)
        try:
            started = tools.chromium.launch(executable_path=executable, args=FLAGS)
        except playwright.Error as error:
            _without_browser(str(error).splitlines()[0])
        yield started
        started.close()


@pytest.fixture(scope="session")  # longer than the browser: one server for all files, in whatever order
def lasting_server(tmp_path_factory):
    with _sound_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def server(browser, request):
    """The address of a server; without a browser none is started."""
    return request.getfixturevalue("lasting_server")


@pytest.fixture
def fresh_server(browser, tmp_path):
    """The address of a server that nobody has asked for a page."""
    with _sound_server(tmp_path) as address:
        yield address


@pytest.fixture
def page(browser, server):
    """A new visitor's page; fails at its end if anything was asked of another host."""
    with _visitor(browser, server) as opened:
        yield opened


@pytest.fixture
def first_page(browser, fresh_server):
    """The page of the first visitor of a server."""
    with _visitor(browser, fresh_server) as opened:
        yield opened


@pytest.fixture(scope="package")
def modules(browser):
    """The components' folder, served, and a page that has its modules."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=FOLDER))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opened = browser.new_page()
    opened.set_default_timeout(SOON * 1000)
    opened.goto(f"http://127.0.0.1:{server.server_port}/drawing_pad/draw.css")
    opened.set_content(PAGE)
    opened.wait_for_function("Boolean(window.startPad)")
    yield opened
    opened.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def pad(modules):
    """The page with an empty pad; fails at its end if the preview does not show the pad's image."""
    modules.evaluate("startPad()")
    modules.wait_for_function("getComputedStyle(pad.element).display === 'flex'")
    yield modules
    np.testing.assert_array_equal(seen(modules), 0 if shown(modules) is None else shown(modules))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def _without_browser(reason: str) -> None:
    if os.environ.get("LATENT_REQUIRE_BROWSER"):
        pytest.fail(f"no Chromium could be started: {reason}")
    pytest.skip(f"no Chromium on this machine: {reason}")


@contextmanager
def _sound_server(folder: Path):
    with started_server(folder, "/_stcore/health") as (address, _):
        yield address
    assert "Traceback" not in (folder / "log").read_text()


@contextmanager
def _visitor(browser, address: str):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    opened, asked = context.new_page(), []
    opened.set_default_timeout(SOON * 1000)
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
