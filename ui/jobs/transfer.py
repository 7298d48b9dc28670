"""Payload from the server to a worker, in which large data sets are only named: dask holds them.

Pickles pass only between the server and its own workers; no file and nothing from a visitor is unpickled.
"""

import hashlib
import io
import pickle
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

import cloudpickle

from autoencoder.data.dataset import Dataset

MIN_BYTES = 1_000_000  # smallest data set that is sent by name
LATEST = 2  # data sets that workers keep for later jobs; 70,000 images have 55 MB


def pack(content: Any) -> tuple[bytes, dict[str, Dataset]]:
    """Payload of a content, and the data sets that it only names."""
    buffer = io.BytesIO()
    packer = _Packer(buffer)
    packer.dump(content)
    return buffer.getvalue(), packer.named


def unpack(payload: bytes, datasets: Mapping[str, Dataset]) -> Any:
    """Inverse of ``pack``."""
    unpickler = pickle.Unpickler(io.BytesIO(payload))
    unpickler.persistent_load = datasets.__getitem__
    return unpickler.load()


class Scattered:
    """Data sets in the workers' memory: sent to one, copied to another by dask when a job there needs it.

    They stay as long as a job holds their futures, the latest ones longer; one whose worker was lost is sent
    again.
    """

    def __init__(self, client):
        self._client, self._lock = client, threading.Lock()
        self._futures: WeakValueDictionary[str, Any] = WeakValueDictionary()  # by name
        self._latest: deque[Any] = deque(maxlen=LATEST)

    def send(self, datasets: Mapping[str, Dataset], address: str) -> dict[str, Any]:
        """Futures of these data sets, by name."""
        with self._lock:
            futures = {name: self._send(name, dataset, address) for name, dataset in datasets.items()}
            self._latest.extend(futures.values())
            return futures

    def _send(self, name: str, dataset: Dataset, address: str) -> Any:
        future = self._futures.get(name)
        if future is None or future.status != "finished":
            future = self._futures[name] = self._client.scatter({name: dataset}, workers=[address])[name]
        return future


class _Packer(cloudpickle.Pickler):
    def __init__(self, file):
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.named: dict[str, Dataset] = {}

    def persistent_id(self, content: Any) -> str | None:
        if not isinstance(content, Dataset) or content.images.nbytes < MIN_BYTES:
            return None
        name = _name(content)
        self.named[name] = content
        return name


def _name(dataset: Dataset) -> str:
    """Unique name of a data set; dask's dashboard shows its beginning."""
    facts = (dataset.name, dataset.split, dataset.class_names, dataset.fingerprint)
    return f"{dataset.name} {dataset.split}-{hashlib.sha256(repr(facts).encode()).hexdigest()}"
