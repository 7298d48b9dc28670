"""A server of the app in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools.project import PROJECT
from tests.tools.waiting import SOON


@contextmanager
def started_server(
    folder: Path, health: str, port: int | None = None, **settings: str
) -> Iterator[tuple[str, list[int]]]:
    """Its address, and what its health page answered until all was well; state and log lie in ``folder``.

    Without a ``port`` a free one is taken.
    """
    address = f"http://127.0.0.1:{port or free_port()}"
    folders = {"LATENT_STATE_ROOT": str(folder / "state"), "LATENT_DATA_ROOT": str(folder / "data")}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        address.rpartition(":")[2],
    ]
    with open(folder / "log", "w") as log:
        environment = os.environ | folders | settings
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
    try:
        yield address, _wait_until_healthy(address + health, process, folder / "log")
    finally:
        process.terminate()
        try:
            process.wait(SOON)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path) -> list[int]:
    answers, deadline = [], time.monotonic() + SOON
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=SOON) as answer:
                return [*answers, answer.status]
        except urllib.error.HTTPError as error:
            answers.append(error.code)
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")
