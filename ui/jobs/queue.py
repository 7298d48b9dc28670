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

from ui.jobs.executor import SLICE, Executor
from ui.jobs.job import Job, JobError, ResultHandler
from ui.jobs.runner import ExecutorLost, Resumable, Work

MAX_AT_ONCE = 4  # jobs that take turns
MAX_UNFINISHED = 80  # jobs under way, paused or in line
MAX_FINISHED = 50  # jobs that are over and still kept
MAX_LOSSES = 3  # executors that may be lost under a job

logger = logging.getLogger(__name__)


class JobQueue:
    """Jobs of many owners, one unfinished job each, worked on at executors by one thread each."""

    def __init__(self, *executors: Executor):
        self.changed = threading.Condition()  # guards the lists and the jobs' states
        self._line: list[Job] = []  # unfinished, in the order in which they came
        self._newest: dict[str, Job] = {}  # by owner, the latest last
        self._executors: list[Executor] = []
        self._threads: list[threading.Thread] = []
        self._is_closing = False
        for executor in executors:
            self.open(executor)
        atexit.register(self._close)

    def submit(
        self,
        owner: str,
        work: Work,
        handler: ResultHandler | None = None,
        snapshot: bytes | None = None,
        name: str = "",
    ) -> Job:
        """Take on a job. Raises JobError while the owner has another one, or there are too many.

        ``handler`` is given what comes out of it; with a ``snapshot`` to go on from, it is paused at first.
        """
        with self.changed:
            before = self._newest.pop(owner, None)
            if before and not before.is_over:
                self._newest[owner] = before
                raise JobError("Something of yours is under way already. Stop it first, or wait.")
            self._make_room()
            job = Job(self, owner, work, handler, snapshot, name)
            if snapshot is None and isinstance(work, Resumable):
                job.keep_rest(False)
                job.keep_snapshot(work.snapshot())  # a job in line is found again too
            self._line.append(job)
            self._newest[owner] = job
            self.changed.notify_all()
            return job

    def find(self, owner: str) -> Job | None:
        """The owner's newest job, under way or over."""
        return self._newest.get(owner)

    def recall(self, owner: str, work: Work) -> Job:
        """A job whose work needs no steps any more: its result is there already."""
        with self.changed:
            if owner not in self._newest:
                self._trim()
                job = self._newest[owner] = Job(self, owner, work, None, None)
                job.status, job.result, job._work = "done", work.finish(), None
            return self._newest[owner]

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
            return max(0, awake.index(job) + 1 - self._n_at_once) if job in awake else 0

    def move_to_end(self, job: Job) -> None:
        with self.changed:
            self._line.remove(job)
            self._line.append(job)

    @property
    def is_staffed(self) -> bool:
        """Whether there is any executor at present."""
        return bool(self._executors)

    def open(self, executor: Executor) -> None:
        """Have jobs worked on at this executor too."""
        with self.changed:
            self._executors.append(executor)
            thread = threading.Thread(target=self._work, args=(executor,), name="jobs", daemon=True)
            self._threads = [*(thread for thread in self._threads if thread.is_alive()), thread]
            thread.start()

    def close(self, executor: Executor) -> None:
        """Count on this executor no longer; what it had is begun anew at others, from the last snapshot."""
        with self.changed:
            if executor in self._executors:
                self._executors.remove(executor)
            for job in self._line:
                if job._executor is executor and not job._is_in_hand:
                    job._executor = None
            self.changed.notify_all()

    def is_open(self, executor: Executor) -> bool:
        return executor in self._executors

    @property
    def _n_at_once(self) -> int:
        return max(MAX_AT_ONCE, len(self._executors))

    def _trim(self) -> None:
        """Let go of the oldest jobs that are over, before one more comes."""
        for owner in [owner for owner, job in self._newest.items() if job.is_over][: -MAX_FINISHED + 1]:
            del self._newest[owner]

    def _make_room(self) -> None:
        self._trim()
        if len(self._line) < MAX_UNFINISHED:
            return
        paused = [job for job in self._line if job.status == "paused"]
        if not paused:
            raise JobError(f"{MAX_UNFINISHED} others are under way or in line. Try again in some minutes.")
        paused[0].stop()

    def _awake(self) -> list[Job]:
        return [job for job in self._line if job.status != "paused"]

    def _close(self) -> None:
        """Let the threads come to their end: one that is still computing would take the process down."""
        with self.changed:
            self._is_closing = True
            self.changed.notify_all()
        for thread in self._threads:
            thread.join(10 * SLICE)

    # In an executor's thread

    def _work(self, executor: Executor) -> None:
        while job := self._next(executor):
            try:
                job._take_turn(executor)
            except ExecutorLost as loss:
                logger.warning("A worker was lost: %s", loss)
                self.close(executor)
                self._note_loss(job)
            except Exception as error:  # the thread is everybody's: it outlives what goes wrong in one job
                logger.exception("A job failed")
                job._set("failed", error=error)
            self._note_turn(job)

    def _next(self, executor: Executor) -> Job | None:
        """The job whose turn it is, waited for if there is none; None when the executor is closed."""
        with self.changed:
            self.changed.wait_for(
                lambda: self._is_closing or executor not in self._executors or self._ready(executor)
            )
            if self._is_closing or executor not in self._executors:
                return None
            job = min(self._ready(executor), key=lambda job: job._last_turn)
            job._is_in_hand = True
            if job.status == "waiting":
                job.status = "running"
                self.changed.notify_all()
            return job

    def _ready(self, executor: Executor) -> list[Job]:
        """Those that are to stop or to leave the executor, else those that take turns."""
        here = [job for job in self._line if not job._is_in_hand and job._executor in (executor, None)]
        ending = [job for job in here if job._is_stopping or self._is_leaving(job)]
        if ending:
            return ending
        turns = self._awake()[: self._n_at_once]
        can_take = self._load(executor) == min(map(self._load, self._executors))
        return [job for job in turns if job in here and (job._executor or can_take)]

    def _is_leaving(self, job: Job) -> bool:
        return job.status == "paused" and job._executor is not None and job._is_resumable

    def _load(self, executor: Executor) -> int:
        return sum(job._executor is executor for job in self._awake())

    def _note_turn(self, job: Job) -> None:
        with self.changed:
            job._is_in_hand = False
            job._last_turn = time.monotonic()
            if job._executor not in self._executors:
                job._executor = None
            if job.is_over:
                self._line.remove(job)
                job._work = job._handler = job._snapshot = None
            self.changed.notify_all()

    def _note_loss(self, job: Job) -> None:
        job._n_losses += job._executor is not None  # one lost before it took the work does not count
        if job._n_losses < MAX_LOSSES:
            return job._set("paused" if job.status == "paused" else "waiting")
        job._set(
            "failed",
            error=JobError(
                f"The process that worked on this was lost {MAX_LOSSES} times, perhaps for want of memory. "
                "Try it with fewer images or a smaller network."
            ),
        )
