"""Executor: the interface through which a queue drives works, and the one in this process."""

from collections.abc import Callable
from typing import Any, Protocol

from ui.jobs.runner import Report, Runner, Work

SLICE = 0.1  # seconds of one job before it is the next one's turn


class Executor(Protocol):
    """Where works are done, each known by its job's key. Every call may raise ExecutorLost."""

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        """Take a work on, from a snapshot if there is one."""

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        """A slice of the work."""

    def release(self, key: str) -> Report:
        """Let go of a Resumable work; the report has its snapshot."""

    def finish(self, key: str) -> Report:
        """The end of the work, with its result."""


class LocalExecutor:
    """An executor in this process, at the thread that uses it."""

    def __init__(self):
        self._runner = Runner()
        self.begin, self.release, self.finish = self._runner.begin, self._runner.release, self._runner.finish

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        return self._runner.advance(key, SLICE, is_last)
