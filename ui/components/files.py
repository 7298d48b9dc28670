"""File store for browsers: files made on first request, kept in bounded memory, and shared by all visitors.

A file's name is made of its content, so that a browser may cache it for ever, and only a client that has been
given the name of a visitor's file can fetch it.
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
    """File that is being computed; ``share`` of the work is done, 0 to 1."""

    share: float


Maker = Callable[[], bytes | NotYet]


class FileStore:
    """Files by name; of the least recently used, the bytes and then the names are dropped."""

    def __init__(self, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES):
        self._most_files, self._most_bytes = most_files, most_bytes
        self._lock = threading.Lock()
        self._makers: OrderedDict[str, Maker] = OrderedDict()
        self._ready: OrderedDict[str, bytes] = OrderedDict()
        self._turns: dict[str, threading.Lock] = {}  # held while a file is made

    def offer(self, name: str, make: Maker) -> str:
        """Address of a file that is made on its first request."""
        with self._lock:
            self._makers[name] = make
            self._makers.move_to_end(name)
            while len(self._makers) > self._most_files:
                forgotten, _ = self._makers.popitem(last=False)
                self._ready.pop(forgotten, None)
                self._turns.pop(forgotten, None)
        return f"{base_path()}{PREFIX}/{name}"

    def get(self, name: str) -> bytes | NotYet | None:
        """Compressed bytes of a file; None for a name that is unknown or was dropped."""
        with self._lock:
            make = self._makers.get(name)
            turn = self._turns.setdefault(name, threading.Lock()) if make else None
        if make is None:
            return None
        with turn:  # a class of thirty requests the same file at once
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
    """File store of this server."""
    return FileStore()


def send_file(request: Request) -> Response:
    """Respond to a browser; Starlette runs this in a thread, so that making a file blocks nobody."""
    found = file_store().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("This file is not here any more. Reload the page.", 404)
    if isinstance(found, NotYet):
        return JSONResponse({"share": found.share}, 202, {"cache-control": "no-store"})
    headers = {"content-encoding": "gzip", "cache-control": FOR_EVER}
    return Response(found, headers=headers, media_type="application/octet-stream")


FILES = Route(PREFIX + "/{name}", send_file)


def base_path() -> str:
    """Common start of all addresses of this server, as "/lab"; "" without one."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""
