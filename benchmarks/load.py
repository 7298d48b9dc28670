"""Latency of one server for a class that moves sliders, opens pages and trains.

    python -m benchmarks.load                       thirty sessions for a minute, and two real browsers
    python -m benchmarks.load --visitors 60
    python -m benchmarks.load --between 1           every visitor acts about once a second

Sessions follow the protocol of Streamlit (visitor.py). Each moves the noise about once in five seconds, opens
a page now and then, and starts one training, so that some run all the time. Memory is that of the server and
all its processes.
"""

import argparse
import asyncio
import random
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle, takewhile

import psutil

from benchmarks.app import MOVES, latency
from benchmarks.browser import chromium, server
from benchmarks.reporting import arguments, p95, report, report_machine
from benchmarks.visitor import Dropped, Visitor

PAGES = ("", "interpolation", "gaps", "lesson")
LEVELS = [round(0.05 * step, 2) for step in range(21)]  # where the page's slider can stand
SETTLE = 20.0  # seconds that the server has before the class comes: its workers are started by then
PAGE_SHARE = 0.15  # of what they do is opening a page
EPOCHS = 10


@dataclass
class Figures:
    """Seconds of runs by the visitor's action, errors, and memory."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    dropped: int = 0
    most_bytes: int = 0

    def add(self, what: str, seconds: float) -> None:
        self.seconds.setdefault(what, []).append(seconds)


def main() -> Figures:
    args, figures = options(), Figures()
    report_machine()
    with server() as served:
        time.sleep(SETTLE)
        are_open = threading.Event()
        watch = threading.Thread(target=browse, args=(served.address, args, figures, are_open), daemon=True)
        watch.start()
        are_open.wait()  # a browser's own start is not the server's
        asyncio.run(crowd(served, args, figures))
        watch.join()
    show(figures, args.visitors)
    return figures


def options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--visitors", type=int, default=30, help="sessions without a browser; default: 30")
    parser.add_argument("--browsers", type=int, default=2, help="real browsers; default: 2")
    parser.add_argument("--seconds", type=float, default=60, help="after all have come; default: 60")
    help = "mean time between two actions of a visitor, give or take half; default: 5"
    parser.add_argument("--between", type=float, default=5.0, metavar="SECONDS", help=help)
    parser.add_argument("--no-training", action="store_true", help="start no training")
    return parser.parse_args()


def show(figures: Figures, n_visitors: int) -> None:
    """Print the figures."""
    for what, values in sorted(figures.seconds.items()):
        report(f"{what}, ms", [1000 * value for value in values])
    everything = [value for values in figures.seconds.values() for value in values]
    print(f"all interactions: p95 {1000 * p95(everything):.0f} ms of {len(everything):,}")
    print(f"errors {len(figures.errors)}, dropped sessions {figures.dropped} of {n_visitors}")
    print(f"server and workers: at most {figures.most_bytes / 1e9:.2f} GB")
    for error in figures.errors[:5]:
        print("  ", error)


async def crowd(served, args: argparse.Namespace, figures: Figures) -> None:
    """Run all visitors, who come within ten seconds."""
    until = time.monotonic() + 10 + args.seconds
    visits = [visit(served.address, number, until, args, figures) for number in range(args.visitors)]
    memory = asyncio.create_task(note_memory(served.process, figures))
    await asyncio.gather(*visits)
    memory.cancel()


async def visit(address: str, number: int, until: float, args: argparse.Namespace, figures: Figures) -> None:
    """Run one visitor."""
    rng = random.Random(number)
    visitor = Visitor(address)
    await asyncio.sleep(10 * number / args.visitors)
    try:
        await visitor.connect()
        figures.add("first page", await visitor.open(""))
        if not args.no_training:
            await start_training(visitor, figures)
        figures.add("a page opened", await visitor.open("reconstruction"))
        while time.monotonic() < until:
            await asyncio.sleep(args.between * rng.uniform(0.5, 1.5))
            if rng.random() < PAGE_SHARE:
                figures.add("a page opened", await visitor.open(rng.choice(PAGES)))
                figures.add("a page opened", await visitor.open("reconstruction"))
            level = {"data": [rng.choice(LEVELS)]}
            figures.add("noise moved", await visitor.set("slider", "Level", double_array_value=level))
        await visitor.close()
    except (Dropped, OSError, ValueError) as error:
        figures.dropped += 1
        figures.errors.append(f"visitor {number}: {type(error).__name__} {error}")
    figures.errors += [f"visitor {number}: {text}" for text in visitor.errors]


async def start_training(visitor: Visitor, figures: Figures) -> None:
    figures.add("a page opened", await visitor.open("train"))
    await visitor.set("number_input", "Epochs", int_value=EPOCHS)
    figures.add("training started", await visitor.set("button", "Start", trigger_value=True))


async def note_memory(process: int, figures: Figures) -> None:
    """Note the peak memory of the server and its child processes together, shared pages counted once."""
    root = psutil.Process(process)
    while True:
        held = [one.memory_full_info().pss for one in [root, *root.children(recursive=True)]]
        figures.most_bytes = max(figures.most_bytes, sum(held))
        await asyncio.sleep(2)


def browse(address: str, args: argparse.Namespace, figures: Figures, are_open: threading.Event) -> None:
    """Move the noise in real browsers, and measure from the key press to new pixels."""
    try:
        _browse(address, args, figures, are_open)
    except Exception as error:
        figures.errors.append(f"browsers: {type(error).__name__} {error}")
    finally:
        are_open.set()  # also after an error: the main thread waits for it


def _browse(address: str, args: argparse.Namespace, figures: Figures, are_open: threading.Event) -> None:
    if not args.browsers:
        return
    path, (role, name), keys, row = MOVES["changed noise to new pixels"]
    with chromium() as browser:
        pages = [browser.new_context().new_page() for _ in range(args.browsers)]
        for page in pages:
            page.goto(address + path)
            page.get_by_role(role, name=name).wait_for(timeout=60_000)
        are_open.set()
        until = time.monotonic() + 10 + args.seconds
        for key in takewhile(lambda _: time.monotonic() < until, cycle(keys)):
            for page in pages:
                milliseconds = latency(page, page.get_by_role(role, name=name), key, row)
                figures.add("noise moved to new pixels, in a browser", milliseconds / 1000)
                time.sleep(args.between / args.browsers)


if __name__ == "__main__":
    main()
