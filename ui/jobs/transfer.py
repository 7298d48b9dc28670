"""What goes from the server to a worker. Large data sets are named in it, and sent to each worker once.

Pickles pass only between the server and its own workers; no file and nothing of a visitor's is unpickled.
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from typing import Any

import cloudpickle

from autoencoder.data.dataset import Dataset

MIN_BYTES = 1_000_000  # of a data set that is worth a name
MAX_DATASETS = 6  # that a worker keeps
MAX_BYTES = 120_000_000  # that they may have together; a set of 70,000 images has 55 MB
MOST_NAMED = 4  # data sets that one parcel names: so many are kept whatever they have


class MissingDatasets(Exception):
    """A parcel names data sets that have not been sent."""


def pack(content: Any) -> tuple[bytes, dict[str, Dataset]]:
    """The parcel, and the data sets that it only names."""
    buffer = io.BytesIO()
    packer = _Packer(buffer)
    packer.dump(content)
    return buffer.getvalue(), packer.named


class Store:
    """The data sets that a worker process was sent, the latest used last."""

    def __init__(self):
        self._datasets: OrderedDict[str, Dataset] = OrderedDict()

    def add(self, name: str, dataset: Dataset) -> None:
        self._datasets[name] = dataset
        while len(self._datasets) > MAX_DATASETS or self._is_too_large():
            self._datasets.popitem(last=False)

    def _is_too_large(self) -> bool:
        n_bytes = sum(dataset.images.nbytes for dataset in self._datasets.values())
        return n_bytes > MAX_BYTES and len(self._datasets) > MOST_NAMED

    def unpack(self, parcel: bytes) -> Any:
        """The inverse of ``pack``; raises MissingDatasets."""
        return _Unpacker(io.BytesIO(parcel), self).load()

    def find(self, name: str) -> Dataset:
        if name not in self._datasets:
            raise MissingDatasets(name)
        self._datasets.move_to_end(name)
        return self._datasets[name]


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


class _Unpacker(pickle.Unpickler):
    def __init__(self, file, store: Store):
        super().__init__(file)
        self.persistent_load = store.find


def _name(dataset: Dataset) -> str:
    """What tells a data set from all others."""
    facts = (dataset.name, dataset.split, dataset.class_names, dataset.fingerprint)
    return hashlib.sha256(repr(facts).encode()).hexdigest()
