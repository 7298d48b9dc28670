"""Facts of a value as JSON: shapes, first numbers and digests, to compare what two programs read.

Imports nothing of the program: names of modules and classes may change, names of fields and bits may not.
"""

import hashlib
import math
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np

N_FIRST = 3  # numbers of an array that are written out


def facts_of(value):
    """A JSON value of arrays, dataclasses, networks and containers; equal only for equal bits."""
    if isinstance(value, np.ndarray):
        first = [facts_of(number) for number in value.ravel()[:N_FIRST]]
        return {
            "shape": list(value.shape),
            "dtype": str(value.dtype),
            "first": first,
            "sha256": digest(value),
        }
    if isinstance(value, np.generic):
        return facts_of(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # NaN is unequal to itself
    if is_dataclass(value):
        return {part.name: facts_of(getattr(value, part.name)) for part in fields(value)}
    if hasattr(value, "weights"):  # a network
        return {"settings": facts_of(value.settings), "weights": facts_of(value.weights)}
    if isinstance(value, dict) and all(isinstance(array, np.ndarray) for array in value.values()):
        arrays = dict(sorted(value.items()))  # many: one digest for all of them
        shapes = {name: [str(array.dtype), *array.shape] for name, array in arrays.items()}
        return {"arrays": shapes, "sha256": digest(*arrays.values())}
    if isinstance(value, dict):
        return {str(name): facts_of(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [facts_of(each) for each in value]
    return value


def digest(*arrays: np.ndarray) -> str:
    """16 hexadecimal digits of the arrays' bytes."""
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[
        :16
    ]


def machine() -> str:
    """Digits of the CPU and the libraries that decide the last bits of a training; empty where unknown."""
    import torch  # slow to import

    cpu = Path("/proc/cpuinfo")
    if not cpu.exists():
        return ""
    lines = cpu.read_text().splitlines()
    first = [next((line for line in lines if line.startswith(name)), "") for name in ("model name", "flags")]
    return hashlib.sha256("\n".join([*first, torch.__version__, np.__version__]).encode()).hexdigest()[:16]
