"""Fair job queue: runs each job in short slices, in a worker process or in a thread of the server.

The jobs of all visitors take turns, a slice of each, so that every job moves on and pages stay quick.
Executors run the slices: worker processes where there are some (cluster.py), else one thread of the server.
The first few jobs that are not paused take turns; the others wait in line. A job's latest progress is on
the ``Job``.
"""

import atexit
import logging
import threading
import time
from typing import Any

from autoencoder.steps import Step
from ui.jobs.executor import SLICE, Executor
from ui.jobs.job import Job, JobError, ResultHandler
from ui.jobs.line import Line
from ui.jobs.runner import ExecutorLost, Work

MAX_UNFINISHED = 80  # jobs under way, paused or in line
MAX_FINISHED = 50  # jobs that are over and still kept

logger = logging.getLogger(__name__)


class JobQueue:
    """Jobs of many owners, one unfinished job each, and a thread for each executor.

    An owner is a visitor's id, or the key of a measurement (work.py: job_key).
    """

    def __init__(self, *executors: Executor):
        self._line = Line()
        self._changed = self._line.changed
        self._newest: dict[str, Job] = {}  # by owner, the latest last
        self._threads: list[threading.Thread] = []
        self._is_closing = False
        for executor in executors:
            self.add_executor(executor)
        atexit.register(self.shut_down)

    def submit(
        self,
        owner: str,
        work: Work,
        handler: ResultHandler | None = None,
        snapshot: bytes | None = None,
        name: str = "",
    ) -> Job:
        """Accept a job. Raises JobError while the owner has an unfinished one, or there are too many.

        ``handler`` keeps what the job produces. A job with a ``snapshot`` to resume from is paused at first.
        """
        with self._changed:
            before = self._newest.get(owner)
            if before and not before.is_over:
                raise JobError("Something of yours is under way already. Stop it first, or wait.")
            self._make_room()
            self._newest.pop(owner, None)
            job = self._newest[owner] = Job(self._line, owner, work, handler, snapshot, name)
            self._line.jobs.append(job)
            self._changed.notify_all()
            return job

    def find(self, owner: str) -> Job | None:
        """The owner's newest job, under way or over."""
        return self._newest.get(owner)

    def recall(self, owner: str, result: Any) -> Job:
        """The owner's newest job; where there is none, one that is over and has this result."""
        with self._changed:
            if owner not in self._newest:
                self._trim()
                job = self._newest[owner] = Job(self._line, owner, None)
                job.status, job.progress, job.result = "done", Step(1.0, result), result
            return self._newest[owner]

    def forget(self, owner: str) -> None:
        """Drop the owner's job if it is over."""
        with self._changed:
            job = self._newest.get(owner)
            if job and job.is_over:
                del self._newest[owner]

    def unfinished(self) -> list[Job]:
        """All jobs that are under way, paused or in line."""
        with self._changed:
            return list(self._line.jobs)

    @property
    def is_staffed(self) -> bool:
        return bool(self._line.executors)

    def add_executor(self, executor: Executor) -> None:
        """Start a thread that has this executor run slices."""
        with self._changed:
            self._line.executors.append(executor)
            thread = threading.Thread(target=self._work, args=(executor,), name="jobs", daemon=True)
            self._threads = [*(thread for thread in self._threads if thread.is_alive()), thread]
            thread.start()

    def remove_executor(self, executor: Executor) -> None:
        """Give its jobs to other executors, from their latest snapshots."""
        with self._changed:
            self._line.remove_executor(executor)
            self._changed.notify_all()

    def has_executor(self, executor: Executor) -> bool:
        return executor in self._line.executors

    def shut_down(self) -> None:
        """End the threads: one that still computes would crash the process at its exit."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(10 * SLICE)

    def _trim(self) -> None:
        """Drop the oldest jobs that are over, before one more comes."""
        for owner in [owner for owner, job in self._newest.items() if job.is_over][: -MAX_FINISHED + 1]:
            del self._newest[owner]

    def _make_room(self) -> None:
        self._trim()
        if len(self._line.jobs) < MAX_UNFINISHED:
            return
        paused = [job for job in self._line.jobs if job.status == "paused"]
        if not paused:
            raise JobError(f"{MAX_UNFINISHED} others are under way or in line. Try again in some minutes.")
        paused[0].stop()

    # In an executor's thread

    def _work(self, executor: Executor) -> None:
        while job := self._next(executor):
            try:
                job.take_turn(executor)
            except ExecutorLost as loss:
                logger.warning("A worker was lost: %s", loss)
                self.remove_executor(executor)
                job.note_loss()
            except Exception as error:  # the thread is everybody's: it outlives what goes wrong in one job
                logger.exception("A job failed")
                job.fail(error)
            self._end_turn(job)

    def _next(self, executor: Executor) -> Job | None:
        """Wait for a job whose turn it is; None once the executor is removed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_gone(executor) or self._line.next_for(executor))
            if self._is_gone(executor):
                return None
            job = self._line.next_for(executor)
            job.assignment.is_in_hand = True
            if job.status == "waiting":
                job.status = "running"
                self._changed.notify_all()
            return job

    def _is_gone(self, executor: Executor) -> bool:
        return self._is_closing or not self.has_executor(executor)

    def _end_turn(self, job: Job) -> None:
        with self._changed:
            assigned = job.assignment
            assigned.is_in_hand, assigned.last_turn = False, time.monotonic()
            if assigned.executor not in self._line.executors:
                assigned.executor = None
            if job.is_over:
                self._line.jobs.remove(job)
                job.let_go()
            self._changed.notify_all()
