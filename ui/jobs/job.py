"""Job: one owner's work, its status, progress and result."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from autoencoder.errors import LatentSpaceError
from ui.jobs.executor import Executor
from ui.jobs.runner import Report, Resumable, Work

if TYPE_CHECKING:
    from ui.jobs.queue import JobQueue

NO_WORKER = "No worker is there; the work goes on as soon as one comes"
OVER = ("done", "stopped", "failed")


class JobError(LatentSpaceError):
    """A job that cannot be taken on now, or is given up."""


class ResultHandler(Protocol):
    """What the server does with what comes out of a work, which itself knows no disk."""

    def note(self, snapshot: bytes) -> None:
        """Keep a snapshot, in the place of the one before. Raises LatentSpaceError where that fails."""

    def rest(self, is_paused: bool) -> None:
        """Keep whether its owner wants the work to rest. Raises LatentSpaceError where that fails."""

    def keep(self, result: Any, is_whole: bool) -> Any:
        """Keep the result; what is to be known of it. Raises LatentSpaceError where that fails.

        ``is_whole`` is False where the work was stopped before its end.
        """


class Job:
    """One owner's work and how far it is.

    ``status`` is waiting, running, paused, finishing, done, stopped or failed; ``notice`` is a sentence about
    what went wrong on the way without being the end of it.
    """

    def __init__(
        self,
        queue: "JobQueue",
        owner: str,
        work: Work,
        handler: ResultHandler | None,
        snapshot: bytes | None,
        name: str = "",
    ):
        self.owner = owner
        self.name = name or f"Measurement, {owner.split()[0]}"  # on pages, and in dask's dashboard
        self.key = f"{self.name}-{uuid.uuid4().hex}"  # dask shows what stands before the number
        self.status, self.progress = "waiting" if snapshot is None else "paused", work.progress
        self.result: Any = None
        self.error: Exception | None = None
        self.notice = self.stopped_by = ""
        self._queue, self._changed = queue, queue.changed
        self._work: Work | None = work  # and what it holds is let go of at the end
        self._handler, self._snapshot = handler, snapshot
        self._executor: Executor | None = None  # that has the work
        self._is_in_hand = False  # an executor's thread is at it
        self._is_stopping = False
        self._is_last: Callable[[Any], bool] | None = None  # says after which step to pause
        self._last_turn = 0.0
        self._n_losses = 0

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def code(self) -> str:
        """What its owner can be called by before others."""
        return code_of(self.owner)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing moves any more: it is over, or has paused and its progress is the last word."""
        has_left = self._executor is None or not self._is_resumable
        return self.is_over or (self.status == "paused" and not self._is_in_hand and has_left)

    @property
    def place(self) -> int:
        """The place in line, from 1; 0 for a job that is not in line."""
        return self._queue.place_of(self)

    @property
    def has_workers(self) -> bool:
        """Whether anybody is there who could work on it; else it waits until a worker comes."""
        return self._queue.is_staffed

    def stop(self, stopped_by: str = "") -> None:
        """End the work where it is; what there is of a result is kept. Others than its owner are named."""
        with self._changed:
            self._is_stopping = True
            self.stopped_by = stopped_by
            self._changed.notify_all()

    def pause(self) -> None:
        """Keep the work as it is and leave the turns to others."""
        self._become("paused")
        self.keep_rest(True)

    def resume(self) -> None:
        """Go on; behind those that came to the line in the meantime."""
        self._become("waiting")
        self.keep_rest(False)

    def step(self, is_last: Callable[[Any], bool] = lambda event: True) -> None:
        """Go on until a step yields what ``is_last`` says yes to, and pause then."""
        self._become("waiting", is_last)
        self.keep_rest(True)

    def wait(self, seconds: float, *statuses: str) -> bool:
        """Wait until the job is over or in one of these states; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_over or self.status in statuses, seconds)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing moves any more; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_at_rest, seconds)

    def keep_snapshot(self, snapshot: bytes) -> None:
        """Have it kept, if somebody keeps it; the work goes on where that fails."""
        self._tell_handler(lambda handler: handler.note(snapshot))

    def keep_rest(self, is_paused: bool) -> None:
        """Have it kept whether the owner wants the work to rest: the next server asks for it."""
        self._tell_handler(lambda handler: handler.rest(is_paused))

    def _tell_handler(self, tell: Callable[[ResultHandler], None]) -> None:
        self.notice = ""
        try:
            if self._handler:
                tell(self._handler)
        except LatentSpaceError as error:
            self.notice = str(error)

    def _become(self, status: str, is_last: Callable[[Any], bool] | None = None) -> None:
        with self._changed:
            if self.is_over or self.status == "finishing":
                return
            if self.status == "paused":
                self._queue.move_to_end(self)
            self.status, self._is_last = status, is_last
            self._changed.notify_all()

    def _set(self, status: str, result: Any = None, error: Exception | None = None) -> None:
        with self._changed:
            self.status, self.result, self.error = status, result, error
            self._changed.notify_all()

    # In an executor's thread

    def _take_turn(self, executor: Executor) -> None:
        if self._is_stopping:
            return self._end(executor, "stopped")
        if self.status == "paused":
            return self._release(executor)
        self._begin(executor)
        is_last = self._is_last
        report = executor.advance(self.key, is_last)
        self._note(report)
        if report.is_done or self._is_stopping:
            return self._end(executor, "done" if report.is_done else "stopped")
        if report.has_paused:
            self._release(executor)
            self._pause_after(is_last)

    def _begin(self, executor: Executor) -> None:
        if self._executor is None:
            executor.begin(self.key, self._work, self._snapshot)
            self._executor = executor

    def _note(self, report: Report) -> None:
        self.progress = report.progress
        if report.snapshot is not None:
            self._snapshot = report.snapshot
            self.keep_snapshot(report.snapshot)

    def _release(self, executor: Executor) -> None:
        """Give the executor back, if the work can do without: another one may go on with it."""
        if self._executor is not None and self._is_resumable:
            report = executor.release(self.key)
            self._executor = None
            self._note(report)

    @property
    def _is_resumable(self) -> bool:
        return isinstance(self._work, Resumable)

    def _pause_after(self, is_last: Callable[[Any], bool]) -> None:
        with self._changed:
            if self._is_last is is_last:  # and not asked for something else meanwhile
                self._become("paused")

    def _end(self, executor: Executor, status: str) -> None:
        self._set("finishing")
        if self._executor is None and self._snapshot is None:
            result = self._work.finish()  # before its first step
        else:
            self._begin(executor)
            report = executor.finish(self.key)
            self.progress, result = report.progress, report.result
        if self._handler:
            result = self._handler.keep(result, status == "done")
        self._set(status, result=result)


def code_of(owner: str) -> str:
    """Short code by which pages and the teacher name an owner."""
    return owner[:6]
