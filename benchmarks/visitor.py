"""Visitor without a browser: follows Streamlit's protocol over its WebSocket, as a browser's page does.

A page arrives as deltas; an action of the visitor goes back as the state of a widget. A *run* is the time
from sending one to the end of the script that it starts.
"""

import asyncio
import re
import time
import urllib.request

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 60.0  # seconds for a run
ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
WIDGETS = ("slider", "number_input", "button", "selectbox")


class Dropped(Exception):
    """The server closed the connection, or did not answer."""


class Visitor:
    """One session; ``errors`` are the exceptions and error boxes that a page has shown."""

    def __init__(self, address: str):
        self.address = address
        self.errors: list[str] = []
        self._ids: dict[tuple[str, str], str] = {}  # of widgets, by kind and label
        self._fragments: dict[str, str] = {}  # of those that run a part of their page, by widget
        self._values: dict[str, WidgetState] = {}
        self._pages: dict[str, str] = {}  # hashes, by address
        self._page = ""

    async def connect(self) -> None:
        """Get the cookie as a browser does, and open the session."""
        cookie = await asyncio.to_thread(_cookie, self.address)
        stream = self.address.replace("http", "ws") + "/_stcore/stream"
        options = {"additional_headers": {"Cookie": cookie}, "max_size": None, "open_timeout": PATIENCE}
        self._socket = await websockets.connect(
            stream, subprotocols=["streamlit"], origin=self.address, **options
        )

    async def open(self, page: str) -> float:
        """Open a page by its address, "" for the home page; the seconds of its run."""
        self._ids, self._fragments, self._values = {}, {}, {}
        self._page = self._pages.get(page, "")
        return await self._run()

    async def set(self, kind: str, label: str, **value) -> float:
        """Set a widget by the beginning of its label; the seconds until the page has answered."""
        (id_,) = [id_ for (its, text), id_ in self._ids.items() if its == kind and text.startswith(label)]
        self._values[id_] = WidgetState(id=id_, **value)
        seconds = await self._run(self._fragments.get(id_, ""))
        if kind == "button":
            del self._values[id_]
        return seconds

    async def close(self) -> None:
        await self._socket.close()

    async def _run(self, fragment: str = "") -> float:
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.widget_states.widgets.extend(self._values.values())
        started = time.perf_counter()
        try:
            await self._socket.send(message.SerializeToString())
            async with asyncio.timeout(PATIENCE):
                while not self._take(ForwardMsg.FromString(await self._socket.recv())):
                    pass
        except (websockets.ConnectionClosed, TimeoutError) as error:
            raise Dropped(f"{type(error).__name__}: {error}") from error
        return time.perf_counter() - started

    def _take(self, message: ForwardMsg) -> bool:
        """Take in a message; True for the end of a whole run."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self._page = message.navigation.page_script_hash
        elif kind == "delta":
            self._take_element(message.delta.new_element, message.delta.fragment_id)
        return kind == "script_finished" and message.script_finished in ENDS

    def _take_element(self, element, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind in WIDGETS:
            widget = getattr(element, kind)
            self._ids[kind, widget.label] = widget.id
            self._fragments[widget.id] = fragment
        elif kind == "exception":
            self.errors.append(element.exception.message[:300])
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(element.alert.body[:300])


def _cookie(address: str) -> str:
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return re.match("[^;]*", answer.headers["set-cookie"])[0]
