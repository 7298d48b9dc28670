"""Latency of the map: decoding under the pointer, many visitors, many points.

    python -m benchmarks.map            needs a Chromium on the PATH, or Playwright's own

watch.js measures in the page: the times of pointer events, and of the canvas paintings after them. The chart
for comparison is Streamlit's own (st.plotly_chart) of the same points, on the same server, in the same run.
There is no graphics card: the processor draws.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.browser import PROJECT, Server, chromium, server
from benchmarks.reporting import arguments, report, report_machine

WATCH = Path(__file__).with_name("watch.js")
WINDOW = {"width": 1280, "height": 1100}
STRIDES = (4, 30, 150)  # pixels from one move to the next: a hand that is slow, quick, and hurried
HERTZ = 60  # moves a second of a hand
LOADS = 3  # of a page, each by a browser that has kept nothing
PANNING = 3  # seconds
CIRCLING = 10  # seconds that many visitors move for,
CIRCLING_HERTZ = 5  # each of them so often
CIRCLE = "(stage, [seconds, pause]) => watch.circle(stage, seconds, pause)"
POINTS = (10_000, 70_000)
FACES = {"map": ".lm-stage", "chart": ".nsewdrag"}  # view of the points, and the pointer's target in it
# Answers to a hover, by the names of watch.js. The map shows the nearest image after a stay of 90 ms.
ANSWERS = {
    "map": {"front": "ring", "drawn": "decoded image", "near": "nearest image"},
    "chart": {"label": "label"},
}

Places = Iterator[tuple[float, float]]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--moves", type=int, default=60, help="moves per figure; default: 60")
    parser.add_argument("--browsers", type=int, default=30, help="visitors at once; default: 30")
    parser.add_argument("--models", nargs="*", default=shipped_models(), help="default: all that are shipped")
    args = parser.parse_args()
    report_machine()
    with chromium() as browser, server() as served:
        for model in args.models:
            report_decoding(browser, served, model, args.moves)
        if args.browsers:
            report_visitors(browser, served, args.browsers)
    with chromium() as browser, server("benchmarks/map_app.py") as served:
        for n_points in POINTS:
            for face in FACES:
                report_points(browser, served, n_points, face, args.moves)
    report_machine()


def shipped_models() -> list[str]:
    return sorted(path.parent.name for path in (PROJECT / "checkpoints").glob("*/config.json"))


# Decoding under the pointer


def report_decoding(browser: Browser, served: Server, model: str, n_moves: int) -> None:
    """From a pointer event to the decoded image in the card, on the home page.

    Once with each move made after the last one's answer, once at 60 moves a second.
    """
    config = json.loads((PROJECT / "checkpoints" / model / "config.json").read_text(encoding="utf-8"))
    page = open_map(browser, f"{served.address}/?data={config['source']['name']}&model={model}")
    for manner, make_moves in {"one by one": one_by_one, "in motion": in_motion}.items():
        page.evaluate("() => { watch.log.length = 0; }")
        make_moves(page, islice(walk(page, FACES["map"]), n_moves))
        latencies = answered(page.evaluate("watch.log"))
        report(f"{model}, {manner}: pointer event to decoded pixels, ms", latencies)
    page.context.close()


def one_by_one(page: Page, places: Places) -> None:
    for place in places:
        answer(page, place, "settled")


def in_motion(page: Page, places: Places) -> None:
    start = time.monotonic()
    for number, place in enumerate(places, start=1):
        page.mouse.move(*place)
        time.sleep(max(0, start + number / HERTZ - time.monotonic()))
    wait_until_quiet(page)


def answered(log: list) -> list[float]:
    """Milliseconds from each event that was answered with an image to that image.

    The map has one question under way: an image answers it, and the image's measures end it. Of the events
    that come meanwhile the map keeps the newest, and asks for that then; those in between are never answered.
    """
    latencies, asked, newest = [], None, None
    for kind, at in log:
        if kind == "move" and asked is None:
            asked = at
        elif kind == "move":
            newest = at
        elif kind == "drawn" and asked is not None:
            latencies.append(at - asked)
        elif kind == "settled":
            asked, newest = newest, None
    return latencies


# Many visitors


def report_visitors(browser: Browser, served: Server, n_browsers: int) -> None:
    """The server's load in percent of one core, and the traffic, while many visitors move over the map."""
    traffic = Counter()
    pages = [open_map(browser, served.address, traffic) for _ in range(n_browsers)]
    for manner in ("at rest", "moving"):
        n_drawn = count_drawn(pages)
        traffic.clear()
        if manner == "moving":
            for page in pages:
                page.locator(FACES["map"]).evaluate(CIRCLE, [CIRCLING, 1000 / CIRCLING_HERTZ])
        share = psutil.Process(served.process).cpu_percent(CIRCLING)
        n_drawn = count_drawn(pages) - n_drawn  # and by now all traffic is counted
        sent = f"{traffic['requests']} requests, {traffic['messages']} messages, {n_drawn} images decoded"
        print(f"{n_browsers} browsers {manner}: server CPU {share:.1f} % of one core, {sent}", flush=True)
    for page in pages:
        page.context.close()


def count_drawn(pages: list[Page]) -> int:
    return sum(page.evaluate("watch.log.filter(([kind]) => kind === 'drawn').length") for page in pages)


# Many points


def report_points(browser: Browser, served: Server, n_points: int, face: str, n_moves: int) -> None:
    """Points as map or as chart: time to the first paint, frames while panning, latency of a hover."""
    address, title = f"{served.address}/?points={n_points}&as={face}", f"{n_points:,} points as {face}"
    load(browser, address)  # from here on the server has everything ready
    seconds, weights = zip(*(load(browser, address) for _ in range(LOADS)), strict=True)
    report(f"{title}: load, s", seconds)
    sizes = weights[0]
    print(f"{title}: {sizes['script'] / 1e6:.2f} MB of scripts, {sum(sizes.values()) / 1e6:.2f} MB in all")
    page = new_page(browser)
    page.goto(address)
    page.evaluate("watch.seen")
    wait_until_quiet(page)
    painted, frames = pan(page, FACES[face])
    print(f"{title}: panned, {painted:.0f} frames a second with points painted, {frames:.0f} in all")
    if face == "chart":
        page.evaluate("watch.labels()")
    for kind, words in ANSWERS[face].items():
        found = [answer(page, place, kind) for place in islice(walk(page, FACES[face]), n_moves)]
        report(f"{title}: pointer event to {words}, ms", [time for time in found if time is not None])
    page.context.close()


def load(browser: Browser, address: str) -> tuple[float, Counter]:
    """Seconds from the navigation to painted points in a new browser, and the bytes by type of request.

    Those of the websocket are "ws".
    """
    page, requests, sizes = new_page(browser), [], Counter()
    page.on("requestfinished", lambda request: requests.append(request))
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.update(ws=len(data))))
    page.goto(address)
    seconds = page.evaluate("watch.seen") / 1000
    wait_until_quiet(page)
    for request in requests:
        sizes[request.resource_type] += max(0, request.sizes()["responseBodySize"])  # a blob's is below 0
    page.context.close()
    return seconds, sizes


def pan(page: Page, target: str) -> tuple[float, float]:
    """Frames a second with the points painted, and all frames a second, while the pointer drags them."""
    box = page.locator(target).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("seconds => { window.counted = watch.frames(seconds); }", PANNING)
    start = time.monotonic()
    while (passed := time.monotonic() - start) < PANNING:
        page.mouse.move(x + 80 * math.sin(4 * passed), y + 50 * math.sin(5 * passed), steps=10)
    rates = page.evaluate("window.counted")
    page.mouse.up()
    wait_until_quiet(page)
    return rates


# Pages and the pointer


def new_page(browser: Browser) -> Page:
    """An empty page of a new browser, with watch.js."""
    page = browser.new_context(viewport=WINDOW).new_page()
    page.add_init_script(path=WATCH)
    return page


def open_map(browser: Browser, address: str, traffic: Counter | None = None) -> Page:
    """A page whose map is ready; its requests and messages are counted in ``traffic``."""
    page = new_page(browser)
    if traffic is not None:
        page.on("request", lambda _: traffic.update(requests=1))
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: traffic.update(messages=1)))
    page.goto(address)
    page.locator(".lm[data-ready]").wait_for()
    wait_until_quiet(page)
    return page


def wait_until_quiet(page: Page) -> None:
    """Wait until nothing was painted, and no file came, for half a second."""
    page.wait_for_function("performance.now() - watch.log.at(-1)[1] > 500")


def walk(page: Page, target: str) -> Places:
    """Places on the map along circles, at several speeds and distances from its middle."""
    box, angle = page.locator(target).bounding_box(), 0.0
    for stride in cycle(STRIDES):
        reach = 0.14 + 0.1 * math.sin(0.37 * angle)
        angle += stride / (reach * box["width"])
        yield (
            box["x"] + box["width"] * (0.5 + reach * math.cos(angle)),
            box["y"] + box["height"] * (0.5 + reach * math.sin(angle)),
        )


def answer(page: Page, place: tuple[float, float], kind: str) -> float | None:
    """Milliseconds from the pointer event of a move to the painting that answers it; None without one."""
    page.evaluate("kind => { window.answer = watch.answer(kind); }", kind)
    page.mouse.move(*place)
    return page.evaluate("window.answer")


if __name__ == "__main__":
    main()
