"""Runtime of a training: device, precision and threads, resolved once by a rule.

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

    For processes that share the cores with others: threads that wait for each other keep spinning meanwhile.
    """
    import sklearn.mixture  # noqa: F401  the limit reaches only the libraries that are loaded

    torch.set_num_threads(1)
    threadpool_limits(1)


def resolve_runtime(threads: int | None = None) -> Runtime:
    """The best this machine has: a GPU if there is one, bfloat16 where the hardware computes it."""
    if torch.cuda.is_available():
        device, has_bfloat16 = "cuda", torch.cuda.is_bf16_supported()
    elif torch.backends.mps.is_available():
        device, has_bfloat16 = "mps", False
    else:  # emulated bfloat16 is slower than float32, so the processor must have it itself
        found = torch.cpu.get_capabilities()
        device, has_bfloat16 = "cpu", found.get("avx512_bf16") or found.get("amx_bf16")
    precision = "bfloat16" if has_bfloat16 else "float32"
    return Runtime(device, precision, threads or min(n_cores(), MAX_THREADS))


def n_cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
