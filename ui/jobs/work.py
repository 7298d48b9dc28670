"""Work of steps: the one adapter between ``autoencoder.steps`` and the job queue, and the keys of jobs."""

from collections.abc import Callable
from typing import Any

from autoencoder.steps import Step, Steps


class StepsWork:
    """Work of a function of steps, which travels to a worker with its arguments.

    ``progress`` is the latest `Step`, at first with ``partial``. The result is the steps' return value, or
    the latest partial result of stopped work.
    """

    def __init__(self, function: Callable[..., Steps[Any]], *arguments: Any, partial: Any = None):
        self._function, self._arguments = function, arguments
        self.progress = Step(0.0, partial)

    def steps(self) -> Steps[None]:
        steps = self._function(*self._arguments)
        while True:
            try:
                self.progress = next(steps)
            except StopIteration as end:
                self.progress = Step(1.0, end.value)
                return
            yield self.progress

    def finish(self) -> Any:
        return self.progress.partial


def job_key(kind: str, *parts: Any) -> str:
    """Key of a job: all that its result depends on, in words.

    Visitors with the same request share one job, and its result on disk, by this key.
    """
    return " ".join([kind, *(" ".join(part) if isinstance(part, list) else str(part) for part in parts)])
