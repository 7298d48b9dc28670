"""Long work behind four words: submit, progress, stop, result. Knows neither Streamlit nor training.

One thread works on the jobs of all visitors in turns, a slice of each, so that everybody's moves on and
pages stay quick. The first few that are not paused take turns; the others wait in line. The thread
leaves what it knows in the job and in its work, for whoever asks.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import streamlit as st

from autoencoder.errors import LatentSpaceError

SLICE = 0.1  # seconds of one job before it is the next one's turn
MAX_AT_ONCE = 4  # jobs that take turns
MAX_UNFINISHED = 20  # jobs under way, paused or waiting
MAX_FINISHED = 50  # jobs that are over and still kept

UNFINISHED = ("waiting", "running", "paused", "finishing")

logger = logging.getLogger(__name__)


class JobError(LatentSpaceError):
    """A job that cannot be taken on now."""


class Work(Protocol):
    """What a job does; used by the worker's thread alone, but for ``progress``."""

    @property
    def progress(self) -> Any:
        """Where the work stands, unchanging; may be asked for by any thread at any time."""

    def steps(self) -> Iterator[Any]:
        """The work in steps of some hundredths of a second; what they yield is for ``Job.step``."""

    def finish(self) -> Any:
        """The result, after the last step or where the work was stopped, perhaps before the first."""


class Job:
    """One visitor's work and how far it is.

    ``status`` is waiting, running, paused, finishing, done, stopped or failed.
    """

    def __init__(self, owner: str, work: Work, changed: threading.Condition):
        self.owner, self.work = owner, work
        self.status = "waiting"
        self.place = 0  # in the line of those that wait, from 1; 0 once it has its turns
        self.result: Any = None
        self.error: Exception | None = None
        self._changed = changed
        self._steps: Iterator | None = None
        self._is_stopping = False
        self._pauses_after: Callable[[Any], bool] | None = None

    @property
    def progress(self) -> Any:
        return self.work.progress

    @property
    def is_over(self) -> bool:
        return self.status not in UNFINISHED

    def stop(self) -> None:
        """End the work where it is; what there is of a result is kept."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Keep the work as it is and leave the turns to others."""
        self._turn("paused", None)

    def resume(self) -> None:
        self._turn("waiting", None)

    def step(self, is_last: Callable[[Any], bool] = lambda event: True) -> None:
        """Go on until a step yields what ``is_last`` says yes to, and pause then."""
        self._turn("waiting", is_last)

    def wait(self, seconds: float, *statuses: str) -> bool:
        """Wait until the job is in one of these states, or over; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_over or self.status in statuses, seconds)

    def _turn(self, status: str, pauses_after: Callable[[Any], bool] | None) -> None:
        with self._changed:
            if not self.is_over and self.status != "finishing":
                self.status, self._pauses_after = status, pauses_after
                self._changed.notify_all()

    def _advance(self, seconds: float) -> None:
        """A slice of the work, in the worker's thread."""
        self._steps = self._steps or self.work.steps()
        deadline = time.monotonic() + seconds
        while self.status == "running" and not self._is_stopping and time.monotonic() < deadline:
            event = next(self._steps, self)  # the job itself stands for the end: no step yields it
            if event is self:
                return self._end("done")
            self._pause_after(event)
        if self._is_stopping:
            self._end("stopped")

    def _pause_after(self, event: Any) -> None:
        with self._changed:
            if self._pauses_after is not None and self._pauses_after(event):
                self.status, self._pauses_after = "paused", None
                self._changed.notify_all()

    def _end(self, status: str) -> None:
        self._set("finishing")
        result = self.work.finish()
        with self._changed:
            self.result = result
        self._set(status)

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self.error = error
        self._set("failed")

    def _set(self, status: str) -> None:
        with self._changed:
            self.status = status
            self._changed.notify_all()


class JobQueue:
    """Jobs of many owners, one unfinished job each, worked on by one thread."""

    def __init__(self):
        self._changed = threading.Condition()
        self._line: list[Job] = []  # unfinished, the next turn first
        self._kept: OrderedDict[str, Job] = OrderedDict()  # by owner, the newest last
        threading.Thread(target=self._work, name="jobs", daemon=True).start()

    def submit(self, owner: str, work: Work) -> Job:
        """Take on a job. Raises JobError while the owner has another one, or there are too many."""
        with self._changed:
            before = self._kept.get(owner)
            if before and not before.is_over:
                raise JobError("One of yours is under way already. Stop it first, or wait for its end.")
            if len(self._line) >= MAX_UNFINISHED:
                raise JobError(
                    f"{MAX_UNFINISHED} others are under way or in line. Try again in some minutes."
                )
            job = Job(owner, work, self._changed)
            self._line.append(job)
            self._keep(job)
            self._changed.notify_all()
            return job

    def find(self, owner: str) -> Job | None:
        """The owner's newest job, under way or over."""
        with self._changed:
            return self._kept.get(owner)

    def forget(self, owner: str) -> None:
        """Let go of the owner's job if it is over."""
        with self._changed:
            if owner in self._kept and self._kept[owner].is_over:
                del self._kept[owner]

    def _keep(self, job: Job) -> None:
        self._kept[job.owner] = job
        self._kept.move_to_end(job.owner)
        over = [owner for owner, kept in self._kept.items() if kept.is_over]
        for owner in over[:-MAX_FINISHED]:
            del self._kept[owner]

    def _work(self) -> None:
        while True:
            job = self._next()
            try:
                job._advance(SLICE)
            except Exception as error:  # the thread is everybody's: it outlives what goes wrong in one job
                logger.exception("A job failed")
                job._fail(error)
            self._put_back(job)

    def _next(self) -> Job:
        """The job whose turn it is, waited for if there is none."""
        with self._changed:
            self._changed.wait_for(self._ready)
            job = self._ready()[0]
            if not job._is_stopping:
                job.status = "running"
            return job

    def _ready(self) -> list[Job]:
        """Those that are to stop, then those that take turns."""
        stopping = [job for job in self._line if job._is_stopping]
        awake = sorted(
            (job for job in self._line if job.status != "paused"), key=lambda job: job.status != "running"
        )
        return stopping or awake[:MAX_AT_ONCE]

    def _put_back(self, job: Job) -> None:
        with self._changed:
            self._line.remove(job)
            if not job.is_over:
                self._line.append(job)
            self._count_places()
            self._changed.notify_all()

    def _count_places(self) -> None:
        """Tell those that wait how many are before them."""


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """The queue of this server."""
    return JobQueue()
