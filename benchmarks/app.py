"""Latency of the app: from its start to a map on screen, and from a moved slider to new pixels.

    python -m benchmarks.app            needs a Chromium on the PATH, or Playwright's own

Every cold start has a new server, with the disk cache warm; times run from the start of the
process, and from the key press in the browser to the changed image.
"""

import time
from collections.abc import Iterable
from itertools import cycle, islice

from benchmarks.browser import chromium, server
from benchmarks.reporting import arguments, report, report_machine

# Milliseconds from the key press until the first image of this row of the table changes.
PIXELS = """row => new Promise(resolve => {
  const image = () => document.querySelectorAll('.lse-strip tr')[row]?.querySelector('img')?.src;
  const before = image();
  document.addEventListener('keydown', () => {
    const started = performance.now();
    const look = () => image() && image() !== before
      ? resolve(performance.now() - started) : requestAnimationFrame(look);
    look();
  }, { once: true, capture: true });
  document.body.dataset.ready = 'yes';
})"""


# The page, the control and its keys in turn, and the row of images that changes. The slider has 21 levels:
# each is measured on the way up, and cached on the way down.
SWEEP = ("ArrowRight",) * 20 + ("ArrowLeft",) * 20
PATHS = "/interpolation?data=digits&model=digits-ae-16"
NEXT_PAIR = (("spinbutton", "A, image"), ("ArrowUp",), 1)
MOVES = {
    "changed noise to new pixels": ("/reconstruction?data=digits&level=0", ("slider", "Level"), SWEEP, 2),
    "another pair to its strip, one model": (
        f"{PATHS}&with=",
        *NEXT_PAIR,
    ),
    "another pair to its strips, two models": (PATHS, *NEXT_PAIR),
}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--starts", type=int, default=3, help="cold starts; default: 3")
    parser.add_argument("--moves", type=int, default=30, help="moves of the noise slider; default: 30")
    args = parser.parse_args()
    report_machine()
    with chromium() as browser:
        report("cold start to a map on screen, s", [cold_start(browser) for _ in range(args.starts)])
        for what, (path, control, keys, row) in MOVES.items():
            report(f"{what}, ms", latencies(browser, path, control, islice(cycle(keys), args.moves + 1), row))


def cold_start(browser) -> float:
    """Seconds from starting the server to points drawn in a browser that is already open."""
    page = browser.new_page()
    started = time.perf_counter()
    with server() as served:
        page.goto(served.address)
        page.locator(".lm[data-points]").first.wait_for()
        seconds = time.perf_counter() - started
    page.close()
    return seconds


def latencies(browser, path: str, control: tuple[str, str], keys: Iterable[str], row: int) -> list[float]:
    """Milliseconds from a key press on a control, its role and name, to new pixels."""
    page = browser.new_page()
    with server() as served:
        page.goto(f"{served.address}{path}")
        role, name = control
        moved = page.get_by_role(role, name=name)
        moved.wait_for()
        measured = [latency(page, moved, key, row) for key in keys]
    page.close()
    return measured[1:]  # the first one waits for the page's own first run


def latency(page, control, key: str, row: int) -> float:
    page.locator("[data-test-script-state=notRunning]").wait_for()
    handle = page.evaluate_handle(f"() => {{ window.pixels = ({PIXELS})({row}); }}")
    control.press(key)
    milliseconds = page.evaluate("() => window.pixels")
    handle.dispose()
    return milliseconds


if __name__ == "__main__":
    main()
