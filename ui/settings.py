"""Environment variables of the server, read when they are asked for; imports nothing of ours.

Defaults stand with what uses them: ``ui/storage/limits.py`` has the numbers.
"""

import os

STATE_ROOT = "LATENT_STATE_ROOT"  # folder of what visitors keep
CLUSTER = "LATENT_CLUSTER"  # address of a dask scheduler
TEACHER_TOKEN = "LATENT_TEACHER_TOKEN"  # secret that opens the teacher's page
MAX_STATE_BYTES = "LATENT_MAX_STATE_BYTES"
MAX_IDLE_DAYS = "LATENT_MAX_IDLE_DAYS"
MAX_SESSIONS = "LATENT_MAX_SESSIONS"


def text(name: str) -> str:
    """Value of a variable; empty where it is not set."""
    return os.environ.get(name, "")


def number(name: str, default: int) -> int:
    """Whole number of a variable; raises ValueError for anything else."""
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit():
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return int(value)
