"""Assignment: the work of one job, and the executor that has it at present."""

from collections.abc import Callable
from typing import Any

from ui.jobs.executor import Executor
from ui.jobs.runner import Report, Resumable, Work


class Assignment:
    """Work with one executor, or with none and its latest snapshot. One thread at a time drives it."""

    def __init__(self, key: str, work: Work | None, snapshot: bytes | None):
        self.snapshot = snapshot
        self.executor: Executor | None = None
        self.is_resumable = isinstance(work, Resumable)
        self.is_in_hand = False  # an executor's thread drives it now
        self.last_turn = 0.0  # monotonic seconds
        self.n_losses = 0  # executors that were lost with it
        self._key, self._work = key, work

    def advance(self, executor: Executor, is_last: Callable[[Any], bool] | None) -> Report:
        """One slice of the work, handed to the executor first where that does not have it."""
        self._begin(executor)
        return self._noted(executor.advance(self._key, is_last))

    def release(self) -> Report | None:
        """Take resumable work back from its executor, for any other one; None where there is none to take."""
        if self.executor is None or not self.is_resumable:
            return None
        report = self.executor.release(self._key)
        self.executor = None
        return self._noted(report)

    def finish(self, executor: Executor) -> Report:
        if self.executor is None and self.snapshot is None:  # before its first step
            result = self._work.finish()
            return Report(self._work.progress, is_done=True, result=result)
        self._begin(executor)
        return executor.finish(self._key)

    def let_go(self) -> None:
        """Free the memory of what is over."""
        self._work = self.snapshot = None

    def _begin(self, executor: Executor) -> None:
        if self.executor is None:
            executor.begin(self._key, self._work, self.snapshot)
            self.executor = executor

    def _noted(self, report: Report) -> Report:
        self.snapshot = report.snapshot or self.snapshot
        return report
