"""Executor: the interface through which a queue runs works, and the one in this process."""

from collections.abc import Callable
from typing import Any, Protocol

from ui.jobs.runner import Report, Runner, Work

SLICE = 0.1  # seconds of a job's turn


class Executor(Protocol):
    """Runs works, each under its job's key. Every call may raise ExecutorLost."""

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        """Accept a work, from a snapshot if there is one."""

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        """Run a slice of the work."""

    def release(self, key: str) -> Report:
        """Drop a Resumable work; the report has its snapshot."""

    def finish(self, key: str) -> Report:
        """End the work; the report has its result."""


class LocalExecutor:
    """Runs works in the thread that calls it."""

    def __init__(self):
        self._runner = Runner()
        self.begin, self.release, self.finish = self._runner.begin, self._runner.release, self._runner.finish

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        return self._runner.advance(key, SLICE, is_last)
