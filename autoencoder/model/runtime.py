"""Where and how a training computes: device, precision and threads, resolved once by a rule.

The choice is kept in the checkpoint and used again on resuming, since each of the three changes
the last bits of the weights.
"""

import os
from dataclasses import dataclass

import torch
from threadpoolctl import threadpool_limits

MAX_THREADS = 8  # small networks gain nothing from more
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Runtime:
    """Device (cuda, mps, cpu), precision of the forward pass (float32, bfloat16) and CPU threads."""

    device: str = "cpu"
    precision: str = "float32"
    threads: int = 1

    def __post_init__(self):
        if self.device not in ("cuda", "mps", "cpu"):
            raise ValueError(f"device must be cuda, mps or cpu, got {self.device!r}")
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, got {self.precision!r}")
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.threads}")

    def apply(self) -> None:
        """Give torch this many threads. For the whole process: a server calls it once, at its start."""
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bfloat16")


def use_one_thread() -> None:
    """Give torch and the linear algebra under NumPy and scikit-learn one thread, in the whole process.

    For whoever shares the cores with others: threads that wait for each other keep spinning meanwhile.
    """
    import sklearn.mixture  # noqa: F401  the libraries that are not loaded yet would not hear of it

    torch.set_num_threads(1)
    threadpool_limits(1)


def resolve_runtime(threads: int | None = None) -> Runtime:
    """The best this machine has: a GPU if there is one, bfloat16 where the hardware computes it."""
    device = _device()
    return Runtime(device, _precision(device), threads or min(n_cores(), MAX_THREADS))


def _device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _precision(device: str) -> str:
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    # Emulated bfloat16 is slower than float32, so the processor must have it itself.
    has_bfloat16 = device == "cpu" and any(_cpu_has(name) for name in ("avx512_bf16", "amx_bf16"))
    return "bfloat16" if has_bfloat16 else "float32"


def _cpu_has(capability: str) -> bool:
    return bool(torch.cpu.get_capabilities().get(capability, False))


def n_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
