"""Waiting for a state, with a ceiling that only a failure reaches."""

import time

SOON = 600  # seconds: far more than anything in the tests takes, so that a slow machine fails none


def wait_until(condition, every: float = 0.01) -> None:
    """Until this holds; it is looked at after so many seconds each."""
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(every)
