"""Parts that benchmarks share: arguments, data, and the machine and figures in print."""

import argparse
import os
import platform
import statistics


def arguments(doc: str) -> argparse.ArgumentParser:
    """Parser whose help begins with a benchmark's docstring as it is."""
    return argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def report_machine() -> None:
    """Print the machine, and its load before the figures below."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.machine()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}")


def use_one_thread() -> None:
    """Compute on one thread, as in the server, and print the machine."""
    import torch

    from autoencoder.model import runtime

    runtime.use_one_thread()
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, one thread")


def largest_on_disk() -> str:
    """Name of the data set to measure on: MNIST if it is on disk, else the embedded digits."""
    from autoencoder.data.catalogue import list_datasets

    on_disk = {info.name for info in list_datasets() if info.status == "on disk"}
    return "mnist" if "mnist" in on_disk else "digits"


def report(title: str, values: list[float]) -> None:
    figures = f"median {statistics.median(values):.3g}, p95 {p95(values):.3g}, n {len(values)}"
    print(f"{title}: {figures}", flush=True)


def p95(values: list[float]) -> float:
    """The 95th percentile, one of the values."""
    return sorted(values)[round(0.95 * (len(values) - 1))]
