"""Runner: runs works slice by slice, alike in the server's own thread and in a worker process.

Knows no visitor, queue or Streamlit, so that a worker needs none of them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from autoencoder.steps import Step

FIRST_SNAPSHOTS = 1.0  # seconds between the first two, and then twice as long each time
SNAPSHOT_EVERY = 10.0  # seconds of work that a lost process costs, at most; a snapshot has megabytes


class ExecutorLost(Exception):
    """The process that ran a work is gone or out of reach."""


class Work(Protocol):
    """Computation of a job. It is pickled on its way to a worker; ``steps`` makes what cannot be pickled."""

    @property
    def progress(self) -> Any:
        """Latest progress, an immutable value."""

    def steps(self) -> Iterator[Step]:
        """Generator of the work, in steps of some hundredths of a second."""

    def finish(self) -> Any:
        """Result after the last step, or so far where the work was stopped, perhaps before its first step."""


@runtime_checkable
class Resumable(Protocol):
    """Work that another process can resume, also another day."""

    def snapshot(self) -> bytes:
        """Bytes with all that ``resume`` needs, also before the first step."""

    def resume(self, snapshot: bytes) -> None:
        """Continue from there with the first step."""


@dataclass(frozen=True)
class Report:
    """Outcome of a slice of work. ``has_paused``: its last step was the requested one."""

    progress: Any
    is_done: bool = False
    has_paused: bool = False
    snapshot: bytes | None = None
    result: Any = None


class Runner:
    """Works of one process, by the keys of their jobs. One thread uses it."""

    def __init__(self):
        self._runs: dict[str, _Run] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        if snapshot is not None:
            work.resume(snapshot)
        self._runs[key] = _Run(work)

    def advance(self, key: str, seconds: float, is_last: Callable[[Any], bool] | None) -> Report:
        run = self._runs.pop(key)  # dropped where it fails
        report = run.advance(seconds, is_last)
        self._runs[key] = run
        return report

    def release(self, key: str) -> Report:
        """Drop a resumable work, and report its snapshot."""
        work = self._runs.pop(key).work
        snapshot = work.snapshot()  # may update the progress
        return Report(work.progress, snapshot=snapshot)

    def finish(self, key: str) -> Report:
        work = self._runs.pop(key).work
        result = work.finish()
        return Report(work.progress, is_done=True, result=result)


class _Run:
    """A work, its steps, and the time of its next snapshot."""

    def __init__(self, work: Work):
        self.work = work
        self._steps = work.steps()
        self._keep_at = float("-inf")  # a restart finds the job from its first slice on
        self._interval = FIRST_SNAPSHOTS

    def advance(self, seconds: float, is_last: Callable[[Any], bool] | None) -> Report:
        deadline = time.monotonic() + seconds
        for event in self._steps:
            if is_last and is_last(event):
                return Report(self.work.progress, has_paused=True)
            if time.monotonic() > deadline:
                return Report(self.work.progress, snapshot=self._snapshot_if_due())
        return Report(self.work.progress, is_done=True)

    def _snapshot_if_due(self) -> bytes | None:
        now = time.monotonic()
        if now < self._keep_at or not isinstance(self.work, Resumable):
            return None
        self._keep_at = now + self._interval
        self._interval = min(2 * self._interval, SNAPSHOT_EVERY)
        return self.work.snapshot()
