"""Whole flows in a real browser against a real server, with nothing on disk but the repository.

Waits are on what the page says of itself, never on time. Without a Chromium the tests skip; where
LATENT_REQUIRE_BROWSER is set they fail instead.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

PROJECT = Path(__file__).resolve().parent.parent
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
PATIENCE = 60_000  # milliseconds: a busy machine is no failure


@pytest.fixture(scope="module")  # while Playwright runs, no other test can have an event loop
def browser():
    with playwright.sync_playwright() as tools:
        executable = next(filter(None, map(shutil.which, NAMES)), None)
        try:
            started = tools.chromium.launch(executable_path=executable, args=FLAGS)
        except playwright.Error as error:
            _without_browser(str(error).splitlines()[0])
        yield started
        started.close()


def _without_browser(reason: str) -> None:
    if os.environ.get("LATENT_REQUIRE_BROWSER"):
        pytest.fail(f"no Chromium could be started: {reason}")
    pytest.skip(f"no Chromium on this machine: {reason}")


@pytest.fixture(scope="module")
def server(tmp_path_factory, browser):
    """The address of a server that was just started."""
    folder, port = tmp_path_factory.mktemp("server"), _free_port()
    folders = {"LATENT_STATE_ROOT": str(folder / "state"), "LATENT_DATA_ROOT": str(folder / "data")}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | folders, stdout=log, stderr=log)
    try:
        _wait_until_healthy(port, process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture
def page(browser, server):
    """A new visitor's page; fails at its end if anything was asked of another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server)
    opened, asked = context.new_page(), []
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []


def test_a_deep_link_opens_its_page_on_a_fresh_server(page):
    visit(page, "/interpolation?model=digits-ae-2&a=5&b=9&steps=7")
    expect(page.get_by_role("heading", name="Interpolation")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="A, image")).to_have_value("5")
    expect(page.get_by_role("spinbutton", name="B, image")).to_have_value("9")
    decoded = page.locator(".lse-strip").first.locator("tr").nth(1)
    expect(decoded.locator("img")).to_have_count(7)
    assert chosen(page, "Model") == "digits-ae-2"


def test_home_shows_a_living_map(page):
    visit(page, "/")
    expect(page.locator(".lm[data-points='360'][data-ready='1']")).to_be_visible()
    expect(page.locator(".lm-card canvas").first).to_be_visible()


def test_a_chosen_model_stays_chosen_on_every_page(page):
    visit(page, "/")
    choose(page, "Model", "digits-ae-2")
    for name in ("Reconstruction", "Interpolation", "Train", "Latent map"):
        go_to(page, name)
        assert chosen(page, "Model") == "digits-ae-2"
    assert "model=digits-ae-2" in page.url


def test_every_page_is_one_step_back(page):
    visit(page, "/?a=5&b=9")
    before = page.evaluate("history.length")
    for name in ("Interpolation", "Gaps", "Reconstruction"):
        go_to(page, name)
    assert page.evaluate("history.length") == before + 3
    assert "a=5&b=9" in page.url
    for name in ("Gaps", "Interpolation", "Latent map"):
        page.go_back()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_back_is_heard_at_once_and_forward_too(page):
    visit(page, "/interpolation?a=5&b=9")
    enter(page, "A, image", "21")
    page.wait_for_url(re.compile(r"\ba=21\b"))
    page.go_back()
    expect(page.get_by_role("spinbutton", name="A, image")).to_have_value("5")
    settle(page)
    assert re.search(r"\ba=5\b", page.url)
    page.go_forward()
    expect(page.get_by_role("spinbutton", name="A, image")).to_have_value("21")


def test_large_type_is_larger_on_every_page(page):
    visit(page, "/lesson")
    height = page.get_by_role("heading", level=1).bounding_box()["height"]
    page.get_by_text("Large type, for the projector").click()
    expect(page.locator("html")).to_have_css("font-size", "24px")
    go_to(page, "Gaps")
    assert page.get_by_role("heading", level=1).bounding_box()["height"] > 1.3 * height
    assert "large=true" in page.url


def test_moving_the_noise_makes_new_pixels(page):
    visit(page, "/reconstruction?level=0.2")
    row = page.locator(".lse-strip tr").nth(2).locator("img").first
    before = row.get_attribute("src")
    page.get_by_role("slider", name=re.compile("Level")).press("ArrowRight")
    expect(row).not_to_have_attribute("src", before)
    assert "level=0.25" in page.url


def test_two_epochs_on_digits_make_a_model_for_the_map(page):
    visit(page, "/train")
    enter(page, "Epochs", "2")
    enter(page, "Name of the model", "two epochs")
    page.get_by_role("button", name="Start").click()
    look = page.get_by_role("button", name="Look at its map").first
    expect(look).to_be_visible()
    scrub(page)
    look.click()
    expect(page.get_by_role("heading", name="Latent map")).to_be_visible()
    expect(page.locator(".lm[data-ready='1']")).to_be_visible()
    assert chosen(page, "Model") == "two epochs"
    page.reload()
    settle(page)
    assert chosen(page, "Model") == "two epochs"


# Of width and height, between the outermost pixels that are drawn on; the rule at the bottom is left out.
SHARES_DRAWN_ON = """canvas => {
    const height = canvas.height - 34 * devicePixelRatio, pixels = new Set(), lines = new Set();
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, height);
    for (let i = 3; i < data.length; i += 4) {
        if (data[i] === 0) continue;
        pixels.add(((i - 3) / 4) % canvas.width);
        lines.add(Math.floor((i - 3) / 4 / canvas.width));
    }
    const range = (all) => Math.max(...all) - Math.min(...all);
    return [range(pixels) / canvas.width, range(lines) / height];
}"""


def scrub(page) -> None:
    """Map, pictures and numbers follow one slider from the untrained network to the last epoch."""
    expect(page.locator(".rp[data-frames='3'][data-frame='2']")).to_be_visible()
    slider, legend = page.get_by_role("slider", name="Epoch", exact=True), page.locator(".rp-legend").first
    seen = []
    for key, words in (
        ("Home", "before training"),
        ("ArrowRight", "after 1 epoch"),
        ("End", "after 2 epochs"),
    ):
        slider.press(key)
        expect(page.locator(".rp output")).to_have_text(words)
        expect(slider).to_have_attribute("aria-valuetext", words)
        expect(page.locator(".rp-map")).to_have_attribute("aria-label", re.compile(f"{words}$"))
        pixels = ".rp-map, .rp-row:last-child canvas:first-child"
        drawn = page.eval_on_selector_all(pixels, "all => all.map((canvas) => canvas.toDataURL())")
        seen.append((*drawn, legend.inner_text()))
        assert max(page.locator(".rp-map").evaluate(SHARES_DRAWN_ON)) > 0.6  # each frame fills its map
    assert all(len(set(column)) == 3 for column in zip(*seen, strict=True)) and "nats" in seen[-1][-1]
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".rp output")).to_have_text("before training")
    expect(page.locator(".rp output")).to_have_text("after 2 epochs")


def test_a_bad_and_a_good_upload(page, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    np.savez(tmp_path / "wrong.npz", images=images.astype(np.float32))
    np.savez(tmp_path / "scribbles.npz", images=images, labels=np.arange(12) % 3)
    visit(page, "/your-images")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "wrong.npz")
    expect(page.get_by_role("alert").filter(has_text="255")).to_be_visible()
    page.get_by_role("button", name="Choose other files").click()
    expect(page.get_by_role("alert").filter(has_text="255")).not_to_be_visible()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "scribbles.npz")
    page.get_by_role("button", name="Use these images").click()
    settle(page)
    go_to(page, "Reconstruction")
    assert chosen(page, "Images") == "scribbles"
    expect(page.locator(".lse-strip img").first).to_be_visible()


def test_the_cookie_is_out_of_reach_of_scripts(page):
    visit(page, "/")
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "latent_visitor")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert "latent_visitor" not in page.evaluate("document.cookie")


@pytest.mark.parametrize(
    "path", ["/", "/reconstruction", "/interpolation", "/gaps", "/lesson", "/train", "/your-images"]
)
def test_a_phone_needs_no_sideways_scrolling(page, path):
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, path)
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390


def visit(page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    settle(page)


def settle(page) -> None:
    """Until the page has heard of the last input and is drawn."""
    page.wait_for_timeout(100)  # the input is on its way; the state below still says notRunning
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()


def enter(page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(text)
    box.press("Enter")
    settle(page)


def choose(page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def chosen(page, label: str) -> str:
    return page.get_by_test_id("stSidebar").get_by_role("combobox", name=label).input_value()


def go_to(page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    settle(page)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")


def test_a_drawing_on_the_page_of_outliers_is_judged_at_once(page):
    visit(page, "/outliers?model=digits-ae-16&outliers=your+drawing")
    page.locator(".pad-paper").scroll_into_view_if_needed()
    box = page.locator(".pad-paper").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 220, steps=6)
    page.mouse.up()
    verdict = page.get_by_text("of 8 scores call it an outlier")
    expect(verdict).to_be_visible()
    assert re.search(r"[?&]a=d%3A", page.url)
    page.reload()
    expect(verdict).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(verdict).to_have_count(0)
