"""Browser and server of the browser benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
FLAGS = ("--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--use-angle=swiftshader")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Server:
    """Address of a server that was started here, and its process number."""

    address: str
    process: int


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium on the PATH, or Playwright's own."""
    with sync_playwright() as tools:
        executable = next(filter(None, map(shutil.which, NAMES)), None)
        yield tools.chromium.launch(executable_path=executable, args=FLAGS)


@contextmanager
def server(script: str = "app.py") -> Iterator[Server]:
    """A new server that answers, with nothing on disk but the repository."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        folders = {"LATENT_STATE_ROOT": f"{folder}/state", "LATENT_DATA_ROOT": f"{folder}/data"}
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | folders, **silent)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield Server(f"http://127.0.0.1:{port}", process.pid)
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
