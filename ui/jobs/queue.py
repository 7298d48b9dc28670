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

from ui.jobs.executor import SLICE, Desk
from ui.jobs.job import Job, JobError, Keeper
from ui.jobs.runner import DeskLost, Resumable, Work

MAX_AT_ONCE = 4  # jobs that take turns
MAX_UNFINISHED = 80  # jobs under way, paused or in line
MAX_FINISHED = 50  # jobs that are over and still kept
MAX_LOSSES = 3  # desks that may be lost under a job

logger = logging.getLogger(__name__)


class JobQueue:
    """Jobs of many owners, one unfinished job each, worked on at desks by one thread each."""

    def __init__(self, *desks: Desk):
        self.changed = threading.Condition()  # guards the lists and the jobs' states
        self._line: list[Job] = []  # unfinished, in the order in which they came
        self._newest: dict[str, Job] = {}  # by owner, the latest last
        self._desks: list[Desk] = []
        self._threads: list[threading.Thread] = []
        self._is_closing = False
        for desk in desks:
            self.open(desk)
        atexit.register(self._close)

    def submit(
        self,
        owner: str,
        work: Work,
        keeper: Keeper | None = None,
        snapshot: bytes | None = None,
        name: str = "",
    ) -> Job:
        """Take on a job. Raises JobError while the owner has another one, or there are too many.

        ``keeper`` is given what comes out of it; with a ``snapshot`` to go on from, it is paused at first.
        """
        with self.changed:
            before = self._newest.pop(owner, None)
            if before and not before.is_over:
                self._newest[owner] = before
                raise JobError("Something of yours is under way already. Stop it first, or wait.")
            self._make_room()
            job = Job(self, owner, work, keeper, snapshot, name)
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
        """Whether there is any desk at present."""
        return bool(self._desks)

    def open(self, desk: Desk) -> None:
        """Have jobs worked on at this desk too."""
        with self.changed:
            self._desks.append(desk)
            thread = threading.Thread(target=self._work, args=(desk,), name="jobs", daemon=True)
            self._threads = [*(thread for thread in self._threads if thread.is_alive()), thread]
            thread.start()

    def close(self, desk: Desk) -> None:
        """Count on this desk no longer; what it had is begun anew at others, from the last snapshot."""
        with self.changed:
            if desk in self._desks:
                self._desks.remove(desk)
            for job in self._line:
                if job._desk is desk and not job._is_in_hand:
                    job._desk = None
            self.changed.notify_all()

    def is_open(self, desk: Desk) -> bool:
        return desk in self._desks

    @property
    def _n_at_once(self) -> int:
        return max(MAX_AT_ONCE, len(self._desks))

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

    # In a desk's thread

    def _work(self, desk: Desk) -> None:
        while job := self._next(desk):
            try:
                job._take_turn(desk)
            except DeskLost as loss:
                logger.warning("A worker was lost: %s", loss)
                self.close(desk)
                self._note_loss(job)
            except Exception as error:  # the thread is everybody's: it outlives what goes wrong in one job
                logger.exception("A job failed")
                job._set("failed", error=error)
            self._note_turn(job)

    def _next(self, desk: Desk) -> Job | None:
        """The job whose turn it is, waited for if there is none; None when the desk is closed."""
        with self.changed:
            self.changed.wait_for(lambda: self._is_closing or desk not in self._desks or self._ready(desk))
            if self._is_closing or desk not in self._desks:
                return None
            job = min(self._ready(desk), key=lambda job: job._last_turn)
            job._is_in_hand = True
            if job.status == "waiting":
                job.status = "running"
                self.changed.notify_all()
            return job

    def _ready(self, desk: Desk) -> list[Job]:
        """Those that are to stop or to leave the desk, else those that take turns."""
        here = [job for job in self._line if not job._is_in_hand and job._desk in (desk, None)]
        ending = [job for job in here if job._is_stopping or self._is_leaving(job)]
        if ending:
            return ending
        turns = self._awake()[: self._n_at_once]
        can_take = self._load(desk) == min(map(self._load, self._desks))
        return [job for job in turns if job in here and (job._desk or can_take)]

    def _is_leaving(self, job: Job) -> bool:
        return job.status == "paused" and job._desk is not None and job._is_resumable

    def _load(self, desk: Desk) -> int:
        return sum(job._desk is desk for job in self._awake())

    def _note_turn(self, job: Job) -> None:
        with self.changed:
            job._is_in_hand = False
            job._last_turn = time.monotonic()
            if job._desk not in self._desks:
                job._desk = None
            if job.is_over:
                self._line.remove(job)
                job._work = job._keeper = job._snapshot = None
            self.changed.notify_all()

    def _note_loss(self, job: Job) -> None:
        job._n_losses += job._desk is not None  # a desk that was gone before it took the work says nothing
        if job._n_losses < MAX_LOSSES:
            return job._set("paused" if job.status == "paused" else "waiting")
        job._set(
            "failed",
            error=JobError(
                f"The process that worked on this was lost {MAX_LOSSES} times, perhaps for want of memory. "
                "Try it with fewer images or a smaller network."
            ),
        )
