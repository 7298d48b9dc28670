"""Work being done, in whatever process: the server's own thread and a worker process drive it alike.

Knows nothing of visitors, queues and Streamlit, so that a worker needs none of them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from autoencoder.steps import Step

FIRST_SNAPSHOTS = 1.0  # seconds between the first two, and then twice as long each time
SNAPSHOT_EVERY = 10.0  # seconds of work that are lost, at most, with the process; a snapshot has megabytes


class ExecutorLost(Exception):
    """The process in which a work was done is gone, or out of reach."""


class Work(Protocol):
    """What a job does. It is pickled on its way to a worker: what cannot be is made in ``steps``."""

    @property
    def progress(self) -> Any:
        """Where the work stands, as a value that does not change any more."""

    def steps(self) -> Iterator[Step]:
        """The work, in steps of some hundredths of a second."""

    def finish(self) -> Any:
        """The result, after the last step or where the work was stopped, perhaps before the first."""


@runtime_checkable
class Resumable(Protocol):
    """A work that can be taken up by another process, or another day."""

    def snapshot(self) -> bytes:
        """All that ``resume`` needs, also before the first step."""

    def resume(self, snapshot: bytes) -> None:
        """Go on from there with the first step."""


class Recalled:
    """A work that was done before, with its result."""

    def __init__(self, result: Any):
        self._result, self.progress = result, Step(1.0, result)

    def steps(self) -> Iterator[Step]:
        return iter(())

    def finish(self) -> Any:
        return self._result


@dataclass(frozen=True)
class Report:
    """What a slice of work came to. ``has_paused``: its last step was the one that was asked for."""

    progress: Any
    is_done: bool = False
    has_paused: bool = False
    snapshot: bytes | None = None
    result: Any = None


class Runner:
    """The works under way in one process, by the keys of their jobs. One thread uses it."""

    def __init__(self):
        self._runs: dict[str, _Run] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def begin(self, key: str, work: Work, snapshot: bytes | None) -> None:
        if snapshot is not None:
            work.resume(snapshot)
        self._runs[key] = _Run(work)

    def advance(self, key: str, seconds: float, is_last: Callable[[Any], bool] | None) -> Report:
        run = self._runs.pop(key)  # a work that fails is let go of
        report = run.advance(seconds, is_last)
        self._runs[key] = run
        return report

    def release(self, key: str) -> Report:
        """Let go of a work that can be taken up again, with its snapshot."""
        work = self._runs.pop(key).work
        snapshot = work.snapshot()  # which may look once more how far it is
        return Report(work.progress, snapshot=snapshot)

    def finish(self, key: str) -> Report:
        work = self._runs.pop(key).work
        result = work.finish()
        return Report(work.progress, is_done=True, result=result)


class _Run:
    """A work and how far its steps are."""

    def __init__(self, work: Work):
        self.work = work
        self._steps = work.steps()
        self._keep_at = float("-inf")  # the first slice is kept: from then on the job can be found again
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
