"""How quickly the app answers: from its start to a map on screen, and from a moved slider to new pixels.

    python benchmarks/app.py            needs a Chromium on the PATH, or Playwright's own

A server is started anew for every cold start, with the disk cache warm; times run from the start of the
process, and from the key press in the browser to the changed image.
"""

import argparse
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
FLAGS = ("--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--use-angle=swiftshader")
# From the key press to the moment at which the first encoded image is another one.
PIXELS = """() => new Promise(resolve => {
  const image = () => document.querySelectorAll('.lse-strip tr')[2]?.querySelector('img')?.src;
  const before = image();
  document.addEventListener('keydown', () => {
    const started = performance.now();
    const look = () => image() && image() !== before
      ? resolve(performance.now() - started) : requestAnimationFrame(look);
    look();
  }, { once: true, capture: true });
  document.body.dataset.ready = 'yes';
})"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--starts", type=int, default=3, help="cold starts; default: 3")
    parser.add_argument("--moves", type=int, default=30, help="moves of the noise slider; default: 30")
    args = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with sync_playwright() as tools:
        names = ("chromium", "chromium-browser", "google-chrome", "chrome")
        executable = next(filter(None, map(shutil.which, names)), None)
        browser = tools.chromium.launch(executable_path=executable, args=FLAGS)
        report("cold start to a map on screen, s", [cold_start(browser) for _ in range(args.starts)])
        report("changed noise to new pixels, ms", noise_latencies(browser, args.moves))


def cold_start(browser) -> float:
    """Seconds from starting the server to points drawn in a browser that is already open."""
    page = browser.new_page()
    started = time.perf_counter()
    with server() as address:
        page.goto(address)
        page.locator(".js-plotly-plot .gl-canvas").first.wait_for()
        seconds = time.perf_counter() - started
    page.close()
    return seconds


def noise_latencies(browser, n_moves: int) -> list[float]:
    """Milliseconds from a key press on the noise slider to new pixels, with the default model on digits."""
    page = browser.new_page()
    with server() as address:
        page.goto(f"{address}/reconstruction")
        slider = page.get_by_role("slider", name="Level")
        slider.wait_for()
        latencies = [move(page, slider) for _ in range(n_moves + 1)]
    page.close()
    return latencies[1:]  # the first one waits for the page's own first run


def move(page, slider) -> float:
    page.locator("[data-test-script-state=notRunning]").wait_for()
    handle = page.evaluate_handle(f"() => {{ window.pixels = ({PIXELS})(); }}")
    slider.press("ArrowRight")
    milliseconds = page.evaluate("() => window.pixels")
    handle.dispose()
    return milliseconds


@contextmanager
def server():
    """The address of a server that was just started; it answers when this returns."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        folders = {"LATENT_STATE_ROOT": f"{folder}/state", "LATENT_DATA_ROOT": f"{folder}/data"}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | folders,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def wait_for(address: str) -> None:
    while True:
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)


def report(title: str, values: list[float]) -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    print(f"{title}: median {statistics.median(values):.3g}, p95 {p95:.3g}, n {len(values)}")


if __name__ == "__main__":
    main()
