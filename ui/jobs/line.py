"""Line: the unfinished jobs of a queue in order, the executors, and whose turn is next."""

import threading
from typing import Protocol

from ui.jobs.assignment import Assignment
from ui.jobs.executor import Executor

MAX_AT_ONCE = 4  # jobs that take turns


class Queued(Protocol):
    """A job, as far as the order of turns depends on it."""

    status: str
    is_stopping: bool
    assignment: Assignment


class Line:
    """Unfinished jobs in the order in which they came. ``changed`` guards them, and reports every change."""

    def __init__(self):
        self.changed = threading.Condition()
        self.jobs: list[Queued] = []
        self.executors: list[Executor] = []

    @property
    def n_at_once(self) -> int:
        return max(MAX_AT_ONCE, len(self.executors))

    def place_of(self, job: Queued) -> int:
        """Number of turns to wait for, from 1; 0 for a job that takes turns, is paused or is over."""
        with self.changed:
            awake = self._awake()
            return max(0, awake.index(job) + 1 - self.n_at_once) if job in awake else 0

    def move_to_end(self, job: Queued) -> None:
        with self.changed:
            self.jobs.remove(job)
            self.jobs.append(job)

    def next_for(self, executor: Executor) -> Queued | None:
        """The job that waited longest for its turn at this executor."""
        return min(self._ready(executor), key=lambda job: job.assignment.last_turn, default=None)

    def remove_executor(self, executor: Executor) -> None:
        """Take back what a lost executor had: others begin with it again, from the latest snapshot."""
        if executor in self.executors:
            self.executors.remove(executor)
        for job in self.jobs:
            if job.assignment.executor is executor and not job.assignment.is_in_hand:
                job.assignment.executor = None

    def _awake(self) -> list[Queued]:
        return [job for job in self.jobs if job.status != "paused"]

    def _ready(self, executor: Executor) -> list[Queued]:
        """Jobs that stop or leave the executor; without any, those that take turns."""
        here = [
            job
            for job in self.jobs
            if not job.assignment.is_in_hand and job.assignment.executor in (executor, None)
        ]
        ending = [job for job in here if job.is_stopping or _is_leaving(job)]
        if ending:
            return ending
        turns = self._awake()[: self.n_at_once]
        can_take = self._load(executor) == min(map(self._load, self.executors))
        return [job for job in turns if job in here and (job.assignment.executor or can_take)]

    def _load(self, executor: Executor) -> int:
        return sum(job.assignment.executor is executor for job in self._awake())


def _is_leaving(job: Queued) -> bool:
    has_left = job.assignment.executor is None or not job.assignment.is_resumable
    return job.status == "paused" and not has_left
