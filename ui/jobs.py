"""Long work behind four words: submit, progress, stop, result. Knows nothing of what the work is.

One thread works on the jobs of all visitors in turns, a slice of each, so that everybody's moves on and
pages stay quick. The first few that are not paused take turns; the others wait in line. The thread
leaves what it knows in the job and in its work, for whoever asks.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import streamlit as st

from autoencoder.errors import LatentSpaceError

SLICE = 0.1  # seconds of one job before it is the next one's turn
MAX_AT_ONCE = 4  # jobs that take turns
MAX_UNFINISHED = 20  # jobs under way, paused or in line
MAX_FINISHED = 50  # jobs that are over and still kept
OVER = ("done", "stopped", "failed")

logger = logging.getLogger(__name__)


class JobError(LatentSpaceError):
    """A job that cannot be taken on now."""


class Work(Protocol):
    """What a job does. The worker's thread uses it; ``progress`` is for any thread at any time."""

    @property
    def progress(self) -> Any:
        """Where the work stands, as a value that does not change any more."""

    def steps(self) -> Iterator[Any]:
        """The work, in steps of some hundredths of a second; what they yield is for ``Job.step``."""

    def finish(self) -> Any:
        """The result, after the last step or where the work was stopped, perhaps before the first."""


class Job:
    """One owner's work and how far it is.

    ``status`` is waiting, running, paused, finishing, done, stopped or failed.
    """

    def __init__(self, queue: "JobQueue", owner: str, work: Work):
        self.owner, self.work = owner, work
        self.status = "waiting"
        self.result: Any = None
        self.error: Exception | None = None
        self._queue, self._changed = queue, queue.changed
        self._steps: Iterator | None = None
        self._is_stopping = False
        self._is_last: Callable[[Any], bool] | None = None  # says after which step to pause
        self._last_turn = 0.0

    @property
    def progress(self) -> Any:
        return self.work.progress

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def place(self) -> int:
        """The place in line, from 1; 0 for a job that is not in line."""
        return self._queue.place_of(self)

    def stop(self) -> None:
        """End the work where it is; what there is of a result is kept."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Keep the work as it is and leave the turns to others."""
        self._become("paused")

    def resume(self) -> None:
        """Go on; behind those that came to the line in the meantime."""
        self._become("waiting")

    def step(self, is_last: Callable[[Any], bool] = lambda event: True) -> None:
        """Go on until a step yields what ``is_last`` says yes to, and pause then."""
        self._become("waiting", is_last)

    def wait(self, seconds: float, *statuses: str) -> bool:
        """Wait until the job is over or in one of these states; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_over or self.status in statuses, seconds)

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

    # In the worker's thread

    def _take_turn(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        self._steps = self._steps or self.work.steps()
        while self.status == "running" and not self._is_stopping:
            event = next(self._steps, OVER)  # no step yields this tuple
            if event is OVER:
                return self._end("done")
            self._pause_after(event)
            if time.monotonic() > deadline:
                break
        if self._is_stopping:
            self._end("stopped")

    def _pause_after(self, event: Any) -> None:
        with self._changed:
            if self._is_last and self._is_last(event):
                self._become("paused")

    def _end(self, status: str) -> None:
        self._set("finishing")
        self._steps = None
        self._set(status, result=self.work.finish())


class JobQueue:
    """Jobs of many owners, one unfinished job each, worked on by one thread."""

    def __init__(self):
        self.changed = threading.Condition()  # guards the lists and the jobs' states
        self._line: list[Job] = []  # unfinished, in the order in which they came
        self._newest: dict[str, Job] = {}  # by owner, the latest last
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()
        atexit.register(self._close)

    def submit(self, owner: str, work: Work) -> Job:
        """Take on a job. Raises JobError while the owner has another one, or there are too many."""
        with self.changed:
            before = self._newest.pop(owner, None)
            if before and not before.is_over:
                self._newest[owner] = before
                raise JobError("Something of yours is under way already. Stop it first, or wait.")
            self._make_room()
            job = Job(self, owner, work)
            self._line.append(job)
            self._newest[owner] = job
            self.changed.notify_all()
            return job

    def find(self, owner: str) -> Job | None:
        """The owner's newest job, under way or over."""
        return self._newest.get(owner)

    def forget(self, owner: str) -> None:
        """Let go of the owner's job if it is over."""
        with self.changed:
            job = self._newest.get(owner)
            if job and job.is_over:
                del self._newest[owner]

    def unfinished(self) -> list[Job]:
        """All jobs that are under way, paused or in line."""
        with self.changed:
            return list(self._line)

    def place_of(self, job: Job) -> int:
        with self.changed:
            awake = self._awake()
            return max(0, awake.index(job) + 1 - MAX_AT_ONCE) if job in awake else 0

    def move_to_end(self, job: Job) -> None:
        with self.changed:
            self._line.remove(job)
            self._line.append(job)

    def _make_room(self) -> None:
        for owner in [owner for owner, job in self._newest.items() if job.is_over][: -MAX_FINISHED + 1]:
            del self._newest[owner]
        if len(self._line) < MAX_UNFINISHED:
            return
        paused = [job for job in self._line if job.status == "paused"]
        if not paused:
            raise JobError(f"{MAX_UNFINISHED} others are under way or in line. Try again in some minutes.")
        paused[0].stop()

    def _awake(self) -> list[Job]:
        return [job for job in self._line if job.status != "paused"]

    def _close(self) -> None:
        """Let the thread come to its end: one that is still computing would take the process down with it."""
        with self.changed:
            self._is_closing = True
            self.changed.notify_all()
        self._thread.join(10 * SLICE)

    def _work(self) -> None:
        while job := self._next():
            try:
                job._take_turn(SLICE)
            except Exception as error:  # the thread is everybody's: it outlives what goes wrong in one job
                logger.exception("A job failed")
                job._set("failed", error=error)
            self._note_turn(job)

    def _next(self) -> Job | None:
        """The job whose turn it is, waited for if there is none; None when the process is at its end."""
        with self.changed:
            self.changed.wait_for(lambda: self._is_closing or self._ready())
            if self._is_closing:
                return None
            job = min(self._ready(), key=lambda job: job._last_turn)
            if job.status == "waiting":
                job.status = "running"
                self.changed.notify_all()
            return job

    def _ready(self) -> list[Job]:
        """Those that are to stop, else those that take turns."""
        return [job for job in self._line if job._is_stopping] or self._awake()[:MAX_AT_ONCE]

    def _note_turn(self, job: Job) -> None:
        with self.changed:
            job._last_turn = time.monotonic()
            if job.is_over:
                self._line.remove(job)


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """The queue of this server."""
    return JobQueue()


@st.cache_resource(show_spinner=False)
def quick_queue() -> JobQueue:
    """A line of its own for what takes seconds, and shall not wait behind trainings."""
    return JobQueue()
