"""Limits of a visitor's use of a server; the README has a table of them.

A visitor who reaches a limit reads a sentence that says so and how to go on. Limits of files stand with
their readers (autoencoder/data/readers/source.py), those of the web server in .streamlit/config.toml.
"""

from functools import partial

from ui import settings

MAX_MODELS = 20
MAX_IMAGE_SETS = 10
MAX_SHARED = 20  # of each kind, of one visitor
MAX_SHARED_OF_ALL = 300  # of each kind; beyond, the least recently opened are removed
MAX_MODEL_FILE_BYTES = 100_000_000  # of a model that is loaded
MAX_VISITOR_BYTES = 500_000_000  # on disk, of one visitor's models and images
MAX_STATE_BYTES = 20_000_000_000  # on disk, of all visitors' together
MAX_RESULT_BYTES = 500_000_000  # on disk, of measurements kept to be shown again
MAX_RESULT_DAYS = 30  # since it was last shown, then a measurement is removed
MAX_UNFINISHED_BYTES = 1_000_000_000  # on disk, of all visitors' unfinished trainings; one has 3 to 30 MB
MAX_UNFINISHED_DAYS = 14  # since its last snapshot, then an unfinished training is removed
MAX_IDLE_DAYS = 90  # without a visit, then a visitor's things are removed; so are shared copies not opened
MAX_SESSIONS = 200  # open pages; each has 0.5 to 1 MB of its own


# The limits in force: environment variables can set these three.
max_state_bytes = partial(settings.number, settings.MAX_STATE_BYTES, MAX_STATE_BYTES)
max_idle_days = partial(settings.number, settings.MAX_IDLE_DAYS, MAX_IDLE_DAYS)
max_sessions = partial(settings.number, settings.MAX_SESSIONS, MAX_SESSIONS)


def size(n_bytes: int) -> str:
    """Bytes in words: 500 MB, 20 GB."""
    return f"{n_bytes / 1e9:,.0f} GB" if n_bytes >= 1e10 else f"{n_bytes / 1e6:,.0f} MB"
