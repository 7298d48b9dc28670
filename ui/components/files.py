"""File store for browsers: files made on first request, kept in bounded memory, and shared by all visitors.

A file's name is made of its content, so that a browser may cache it for ever, and only a client that has been
given the name of a visitor's file can fetch it.
"""

import gzip
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st
from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PREFIX = "/latent/files"
FORMAT = 2  # a new number when files of old names have new contents: browsers keep what they have for ever
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
        self._lock = threading.Lock()
        self._makers: LRUCache[str, tuple[Maker, threading.Lock]] = LRUCache(most_files)
        self._ready: LRUCache[str, bytes] = LRUCache(most_bytes, getsizeof=len)

    def offer(self, name: str, make: Maker) -> str:
        """Address of a file that is made on its first request."""
        with self._lock:
            _, turn = self._makers.get(name, (make, threading.Lock()))
            self._makers[name] = make, turn
        return f"{base_path()}{PREFIX}/{name}?{FORMAT}"

    def get(self, name: str) -> bytes | NotYet | None:
        """Compressed bytes of a file; None for a name that is unknown or was dropped."""
        with self._lock:
            make, turn = self._makers.get(name, (None, None))
        if make is None:
            return None
        with turn:  # a class of thirty requests the same file at once
            with self._lock:
                ready = self._ready.get(name)
            if ready is None:
                made = make()
                if not isinstance(made, bytes):
                    return made
                ready = gzip.compress(made, 4, mtime=0)
                with self._lock, suppress(ValueError):  # larger than the whole store
                    self._ready[name] = ready
            return ready


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
