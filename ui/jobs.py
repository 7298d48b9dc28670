"""Long work behind four words: submit, progress, stop, result. Knows nothing of what the work is.

The jobs of all visitors are worked on in turns, a slice of each, so that everybody's moves on and pages stay
quick. This is done at desks: worker processes where there are some (ui/cluster.py), else one thread of the
server. The first few that are not paused take turns; the others wait in line. A desk's thread leaves
what it knows in the job, for whoever asks.
"""

import atexit
import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import streamlit as st

from autoencoder.errors import LatentSpaceError
from ui.cluster import started_cluster
from ui.runs import Bench, DeskLost, Report, Resumable, Work

SLICE = 0.1  # seconds of one job before it is the next one's turn
MAX_AT_ONCE = 4  # jobs that take turns
MAX_UNFINISHED = 80  # jobs under way, paused or in line
MAX_FINISHED = 50  # jobs that are over and still kept
MAX_LOSSES = 3  # desks that may be lost under a job
NO_WORKER = "No worker is there; the work goes on as soon as one comes"
OVER = ("done", "stopped", "failed")

logger = logging.getLogger(__name__)


class JobError(LatentSpaceError):
    """A job that cannot be taken on now, or is given up."""


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


class Keeper(Protocol):
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
        keeper: Keeper | None,
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
        self._keeper, self._snapshot = keeper, snapshot
        self._desk: Desk | None = None  # that has the work
        self._is_in_hand = False  # a desk's thread is at it
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
        has_left = self._desk is None or not self._is_resumable
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
        self._tell_keeper(lambda keeper: keeper.note(snapshot))

    def keep_rest(self, is_paused: bool) -> None:
        """Have it kept whether the owner wants the work to rest: the next server asks for it."""
        self._tell_keeper(lambda keeper: keeper.rest(is_paused))

    def _tell_keeper(self, tell: Callable[[Keeper], None]) -> None:
        self.notice = ""
        try:
            if self._keeper:
                tell(self._keeper)
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

    # In a desk's thread

    def _take_turn(self, desk: Desk) -> None:
        if self._is_stopping:
            return self._end(desk, "stopped")
        if self.status == "paused":
            return self._release(desk)
        self._begin(desk)
        is_last = self._is_last
        report = desk.advance(self.key, is_last)
        self._note(report)
        if report.is_done or self._is_stopping:
            return self._end(desk, "done" if report.is_done else "stopped")
        if report.has_paused:
            self._release(desk)
            self._pause_after(is_last)

    def _begin(self, desk: Desk) -> None:
        if self._desk is None:
            desk.begin(self.key, self._work, self._snapshot)
            self._desk = desk

    def _note(self, report: Report) -> None:
        self.progress = report.progress
        if report.snapshot is not None:
            self._snapshot = report.snapshot
            self.keep_snapshot(report.snapshot)

    def _release(self, desk: Desk) -> None:
        """Give the desk back, if the work can do without: another one may go on with it."""
        if self._desk is not None and self._is_resumable:
            report = desk.release(self.key)
            self._desk = None
            self._note(report)

    @property
    def _is_resumable(self) -> bool:
        return isinstance(self._work, Resumable)

    def _pause_after(self, is_last: Callable[[Any], bool]) -> None:
        with self._changed:
            if self._is_last is is_last:  # and not asked for something else meanwhile
                self._become("paused")

    def _end(self, desk: Desk, status: str) -> None:
        self._set("finishing")
        if self._desk is None and self._snapshot is None:
            result = self._work.finish()  # before its first step
        else:
            self._begin(desk)
            report = desk.finish(self.key)
            self.progress, result = report.progress, report.result
        if self._keeper:
            result = self._keeper.keep(result, status == "done")
        self._set(status, result=result)


def code_of(owner: str) -> str:
    """What an owner can be called by before others."""
    return owner[:6]


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
        ``name`` is what others read; by default a measurement with the first word of its owner.
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


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """The queue of this server."""
    return _staffed("long")


@st.cache_resource(show_spinner=False)
def quick_queue() -> JobQueue:
    """A line of its own for what takes seconds, and shall not wait behind trainings."""
    return _staffed("quick")


def _staffed(name: str) -> JobQueue:
    """A queue with the desks of the cluster that was started with the server, else with one of its own."""
    cluster = started_cluster()
    if cluster is None:
        return JobQueue(OwnDesk())
    queue = JobQueue()
    cluster.staff(name, queue)
    return queue
