"""Files for browsers: made once, bounded, and never another's."""

import gzip
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request
from starlette.responses import Response

from ui.components import files
from ui.components.files import FileStore, NotYet, send_file


@pytest.fixture
def store(monkeypatch):
    store = FileStore(most_files=3, most_bytes=2_500)
    monkeypatch.setattr(files, "file_store", lambda: store)
    return store


def ask(address: str) -> Response:
    """The server's answer to a browser."""
    name = address.removeprefix(f"{files.PREFIX}/").removesuffix(f"?{files.FORMAT}")
    return send_file(Request({"type": "http", "path_params": {"name": name}}))


def test_a_file_is_made_when_asked_for_and_once(store):
    made = []
    address = store.offer("codes-1", lambda: made.append(1) or b"some codes")
    assert made == []
    for _ in range(2):
        answer = ask(address)
        assert gzip.decompress(answer.body) == b"some codes"
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"] and "private" in answer.headers["cache-control"]
    assert made == [1]


@pytest.mark.parametrize("name", ["codes-2", "../../etc/passwd", "\0", "codes-1/x", ""])
def test_what_was_not_offered_is_not_there(store, name):
    store.offer("codes-1", lambda: b"some codes")
    assert ask(f"{files.PREFIX}/{name}").status_code == 404


def test_a_file_under_way_says_how_far_it_is(store):
    answers = [NotYet(0.25), b"done"]
    address = store.offer("gaps-1", lambda: answers.pop(0))
    first = ask(address)
    assert (first.status_code, json.loads(first.body)) == (202, {"share": 0.25})
    assert first.headers["cache-control"] == "no-store"
    assert gzip.decompress(ask(address).body) == b"done"


def test_names_and_bytes_are_bounded(store):
    for number in range(5):
        store.offer(f"file-{number}", lambda number=number: bytes([number]) * 10)
    assert store.get("file-0") is None and store.get("file-1") is None
    assert gzip.decompress(store.get("file-4")) == bytes([4]) * 10


def test_the_oldest_bytes_are_let_go_and_made_again(store):
    made = []
    for number in range(3):
        store.offer(f"file-{number}", lambda number=number: made.append(number) or os.urandom(1_000))
    for number in range(3):
        store.get(f"file-{number}")
    assert sum(map(len, store._ready.values())) <= 2_500
    store.get("file-0")
    assert made == [0, 1, 2, 0]


def test_offering_again_keeps_what_is_ready(store):
    made = []
    for _ in range(2):
        store.offer("file", lambda: made.append(1) or b"x")
        store.get("file")
    assert made == [1]


def test_a_browser_asks_anew_where_contents_of_old_names_have_changed(store, monkeypatch):
    before = store.offer("codes-1", lambda: b"some codes")
    monkeypatch.setattr(files, "FORMAT", files.FORMAT + 1)
    assert store.offer("codes-1", lambda: b"some codes") != before


def test_a_file_larger_than_the_store_is_sent_all_the_same(store):
    content = os.urandom(3_000)
    address = store.offer("large", lambda: content)
    assert gzip.decompress(ask(address).body) == content == gzip.decompress(store.get("large"))


def test_many_requests_at_once_make_a_file_once(store):
    made = []
    store.offer("file", lambda: time.sleep(0.1) or made.append(1) or b"x")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(store.get, ["file"] * 8))
    assert len(set(answers)) == len(made) == 1
