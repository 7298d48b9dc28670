"""Executor: the interface through which a queue drives works, and the one in this process."""

from collections.abc import Callable
from typing import Any, Protocol

from ui.jobs.runner import Bench, Report, Work

SLICE = 0.1  # seconds of one job before it is the next one's turn


class Desk(Protocol):
    """Where works are done, each known by its job's key. Every call may raise DeskLost."""

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        """Take a work on, from a snapshot if there is one."""

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        """A slice of the work."""

    def release(self, key: str) -> Report:
        """Let go of a Resumable work; the report has its snapshot."""

    def finish(self, key: str) -> Report:
        """The end of the work, with its result."""


class OwnDesk:
    """A desk in this process, at the thread that uses it."""

    def __init__(self):
        self._bench = Bench()
        self.begin, self.release, self.finish = self._bench.begin, self._bench.release, self._bench.finish

    def advance(self, key: str, is_last: Callable[[Any], bool] | None) -> Report:
        return self._bench.advance(key, SLICE, is_last)
