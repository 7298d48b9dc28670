"""Start of every test: one thread, no network, and a state folder of its own."""

import os
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.store import save_checkpoint
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.model.runtime import use_one_thread
from tests.tools.models import make_small_checkpoint
from tests.tools.project import REAL_DATA

# Threads that wait for each other cost small tests most of their time; children of a test follow.
use_one_thread()
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What the app opens on is decided when its code is imported: for tests, as on a machine without any images.
os.environ["LATENT_DATA_ROOT"] = os.devnull

# On CI the examples are the same every time: it judges a change; looking for new ones is for an executor.
settings.register_profile(
    "laws",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("laws")


MAIN_MODULE = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def the_main_module_stays():
    """AppTest puts the page's script in its place, and a process that is spawned later would run that."""
    yield
    sys.modules["__main__"] = MAIN_MODULE


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Data sets and visitors' things lie below ``tmp_path``."""
    monkeypatch.setenv("LATENT_DATA_ROOT", str(tmp_path / "data"))
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path / "state"))


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Fail at once where a test reaches beyond this machine."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _only_here(getattr(socket.socket, name)))
    resolve = socket.getaddrinfo

    def getaddrinfo(host, *args, **options):
        _check_host(host)
        return resolve(host, *args, **options)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """40 training digits, in which every class occurs."""
    return load_dataset("digits", "train").subset(np.arange(40))


@pytest.fixture(scope="session")
def checkpoints(digits) -> dict[str, Checkpoint]:
    """A hardly trained model of 3 dimensions of each kind, by the kind."""
    return {kind: make_small_checkpoint(digits, kind) for kind in ("ae", "dae", "vae")}


@pytest.fixture
def saved(checkpoints, tmp_path) -> Path:
    """The folder of a vae, written anew for this test."""
    return save_checkpoint(checkpoints["vae"], tmp_path / "small")


@pytest.fixture(scope="session")
def real_mnist() -> Path:
    """The data root with real MNIST; skips where there is none."""
    if not (REAL_DATA / "MNIST").is_dir():
        pytest.skip("no real MNIST on this machine: LATENT_TEST_DATA_ROOT can name its folder")
    return REAL_DATA


def _only_here(connect):
    def guarded(self, address):
        if self.family != getattr(socket, "AF_UNIX", None):
            _check_host(address[0])
        return connect(self, address)

    return guarded


def _check_host(host) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", "0.0.0.0", "::"):
        return
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise RuntimeError(f"a test reached for the network: {host}")
