"""Files for browsers: made when one first asks, kept in bounded memory, and shared by all visitors.

A file is called by what it holds, so a browser may keep it for ever, and a visitor's own can be asked for
only by who has seen its name.
"""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PREFIX = "/latent/files"
MOST_FILES = 1_000  # known by name; a set of 70,000 images has 69 tiles
MOST_BYTES = 256_000_000  # of what is kept ready
FOR_EVER = "private, max-age=31536000, immutable"


@dataclass(frozen=True)
class NotYet:
    """The file is being computed: the share that is done, 0 to 1."""

    share: float


Maker = Callable[[], bytes | NotYet]


class FileStore:
    """Files by name; of those asked for longest ago the bytes, and then the names, are let go."""

    def __init__(self, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES):
        self._most_files, self._most_bytes = most_files, most_bytes
        self._lock = threading.Lock()
        self._makers: OrderedDict[str, Maker] = OrderedDict()
        self._ready: OrderedDict[str, bytes] = OrderedDict()
        self._turns: dict[str, threading.Lock] = {}  # who makes a file, while others wait for it

    def offer(self, name: str, make: Maker) -> str:
        """The address of a file that is made when it is first asked for."""
        with self._lock:
            self._makers[name] = make
            self._makers.move_to_end(name)
            while len(self._makers) > self._most_files:
                forgotten, _ = self._makers.popitem(last=False)
                self._ready.pop(forgotten, None)
                self._turns.pop(forgotten, None)
        return f"{base_path()}{PREFIX}/{name}"

    def get(self, name: str) -> bytes | NotYet | None:
        """The packed bytes of a file; None for a name that was not offered, or too long ago."""
        with self._lock:
            make = self._makers.get(name)
            turn = self._turns.setdefault(name, threading.Lock()) if make else None
        if make is None:
            return None
        with turn:  # a class of thirty asks for the same file at the same moment
            ready = self._find(name)
            if ready is not None:
                return ready
            made = make()
            return self._keep(name, gzip.compress(made, 4, mtime=0)) if isinstance(made, bytes) else made

    def _find(self, name: str) -> bytes | None:
        with self._lock:
            if name in self._ready:
                self._ready.move_to_end(name)
            return self._ready.get(name)

    def _keep(self, name: str, packed: bytes) -> bytes:
        with self._lock:
            self._ready[name] = packed
            while sum(map(len, self._ready.values())) > self._most_bytes and len(self._ready) > 1:
                self._ready.popitem(last=False)
        return packed


@st.cache_resource(show_spinner=False)
def file_store() -> FileStore:
    """The files of this server."""
    return FileStore()


def send_file(request: Request) -> Response:
    """Answer a browser; runs in a thread of its own, so making a file holds up nobody."""
    found = file_store().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("This file is not here any more. Reload the page.", 404)
    if isinstance(found, NotYet):
        return JSONResponse({"share": found.share}, 202, {"cache-control": "no-store"})
    headers = {"content-encoding": "gzip", "cache-control": FOR_EVER}
    return Response(found, headers=headers, media_type="application/octet-stream")


FILES = Route(PREFIX + "/{name}", send_file)


def base_path() -> str:
    """What every address of this server begins with, as "/lab"; empty where there is nothing such."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""
