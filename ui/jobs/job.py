"""Job: one owner's work as pages see it: status, progress, result and controls."""

import uuid
from collections.abc import Callable
from typing import Any, Protocol

from autoencoder.errors import LatentSpaceError
from ui.jobs.assignment import Assignment
from ui.jobs.executor import Executor
from ui.jobs.line import Line
from ui.jobs.runner import Report, Resumable, Work

OVER = ("done", "stopped", "failed")
MAX_LOSSES = 3  # executors that may be lost under a job


class JobError(LatentSpaceError):
    """A job that cannot be accepted now, or that failed for good."""


class ResultHandler(Protocol):
    """Keeps on disk what a job produces. Each method raises LatentSpaceError where that fails."""

    def keep_snapshot(self, snapshot: bytes) -> None:
        """Keep a snapshot in the place of the one before."""

    def keep_paused(self, is_paused: bool) -> None:
        """Keep whether the owner paused the work."""

    def keep_result(self, result: Any, is_whole: bool) -> Any:
        """Keep the result and return what the job shows of it; not ``is_whole`` where it was stopped."""


class Job:
    """Work of one owner: a visitor, whose id it is, or a measurement, whose key visitors share.

    ``status`` is waiting, running, paused, finishing, done, stopped or failed; ``notice`` is a sentence about
    what went wrong without ending the job.
    """

    def __init__(
        self,
        line: Line,
        owner: str,
        work: Work | None,
        handler: ResultHandler | None = None,
        snapshot: bytes | None = None,
        name: str = "",
    ):
        self.owner = owner
        self.name = name or f"Measurement, {owner.split()[0]}"  # on pages, and in dask's dashboard
        self.status, self.progress = "waiting" if snapshot is None else "paused", work and work.progress
        self.result: Any = None
        self.error: Exception | None = None
        self.notice = self.stopped_by = ""
        self.is_stopping = False
        # dask's dashboard shows what stands before the number
        self.assignment = Assignment(f"{self.name}-{uuid.uuid4().hex}", work, snapshot)
        self._line, self._changed, self._handler = line, line.changed, handler
        self._is_last: Callable[[Any], bool] | None = None  # tells after which step to pause
        if snapshot is None and isinstance(work, Resumable):
            self._keep_paused(False)
            self._keep_snapshot(work.snapshot())  # a restarted server finds jobs in line too

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def code(self) -> str:
        """Short code of its owner, for others' pages."""
        return code_of(self.owner)

    @property
    def is_at_rest(self) -> bool:
        """True once nothing changes any more: it is over, or paused with its last progress."""
        assigned = self.assignment
        has_left = assigned.executor is None or not assigned.is_resumable
        return self.is_over or (self.status == "paused" and not assigned.is_in_hand and has_left)

    @property
    def place(self) -> int:
        """Place in line, from 1; 0 for a job that is not in line."""
        return self._line.place_of(self)

    @property
    def has_workers(self) -> bool:
        """False while there is no executor: the job waits for one."""
        return bool(self._line.executors)

    def stop(self, stopped_by: str = "") -> None:
        """End the work here and keep its result so far. ``stopped_by`` names anyone but the owner."""
        with self._changed:
            self.is_stopping = True
            self.stopped_by = stopped_by
            self._changed.notify_all()

    def pause(self) -> None:
        """Keep the work as it is and leave the turns to others."""
        self._become("paused")
        self._keep_paused(True)

    def resume(self) -> None:
        """Continue, behind the jobs that came to the line in the meantime."""
        self._become("waiting")
        self._keep_paused(False)

    def step(self, is_last: Callable[[Any], bool] = lambda event: True) -> None:
        """Continue up to the first step for which ``is_last`` is true, and pause there."""
        self._become("waiting", is_last)
        self._keep_paused(True)

    def wait(self, seconds: float, *statuses: str) -> bool:
        """Wait until the job is over or in one of these states; False after ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_over or self.status in statuses, seconds)

    def settle(self, seconds: float) -> bool:
        """Wait until the job is at rest; False after ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_at_rest, seconds)

    # For the queue, in an executor's thread

    def take_turn(self, executor: Executor) -> None:
        """One slice of the work, or its end."""
        if self.is_stopping:
            return self._end(executor, "stopped")
        if self.status == "paused":
            return self._note(self.assignment.release())
        is_last = self._is_last
        report = self.assignment.advance(executor, is_last)
        self._note(report)
        if report.is_done or self.is_stopping:
            return self._end(executor, "done" if report.is_done else "stopped")
        if report.has_paused:
            self._note(self.assignment.release())
            self._pause_after(is_last)

    def note_loss(self) -> None:
        """Wait for another executor; fail after several losses."""
        self.assignment.n_losses += (
            self.assignment.executor is not None
        )  # one that never had it does not count
        if self.assignment.n_losses < MAX_LOSSES:
            return self._set("paused" if self.status == "paused" else "waiting")
        self.fail(
            JobError(
                f"The process that worked on this was lost {MAX_LOSSES} times, perhaps for want of memory. "
                "Try it with fewer images or a smaller network."
            )
        )

    def fail(self, error: Exception) -> None:
        self._set("failed", error=error)

    def let_go(self) -> None:
        """Free the memory of a job that is over."""
        self.assignment.let_go()
        self._handler = None

    def _become(self, status: str, is_last: Callable[[Any], bool] | None = None) -> None:
        with self._changed:
            if self.is_over or self.status == "finishing":
                return
            if self.status == "paused":
                self._line.move_to_end(self)
            self.status, self._is_last = status, is_last
            self._changed.notify_all()

    def _set(self, status: str, result: Any = None, error: Exception | None = None) -> None:
        with self._changed:
            self.status, self.result, self.error = status, result, error
            self._changed.notify_all()

    def _note(self, report: Report | None) -> None:
        if report is not None:
            self.progress = report.progress
            if report.snapshot is not None:
                self._keep_snapshot(report.snapshot)

    def _pause_after(self, is_last: Callable[[Any], bool]) -> None:
        with self._changed:
            if self._is_last is is_last:  # and no other control was used meanwhile
                self._become("paused")

    def _end(self, executor: Executor, status: str) -> None:
        self._set("finishing")
        report = self.assignment.finish(executor)
        self.progress, result = report.progress, report.result
        if self._handler:
            result = self._handler.keep_result(result, status == "done")
        self._set(status, result=result)

    def _keep_snapshot(self, snapshot: bytes) -> None:
        self._tell_handler(lambda handler: handler.keep_snapshot(snapshot))

    def _keep_paused(self, is_paused: bool) -> None:
        self._tell_handler(lambda handler: handler.keep_paused(is_paused))

    def _tell_handler(self, tell: Callable[[ResultHandler], None]) -> None:
        """The work goes on where its handler fails, with a notice."""
        self.notice = ""
        try:
            if self._handler:
                tell(self._handler)
        except LatentSpaceError as error:
            self.notice = str(error)


def code_of(owner: str) -> str:
    """Short code by which pages and the teacher name an owner."""
    return owner[:6]
