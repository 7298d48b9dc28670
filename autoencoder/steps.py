"""Steps: the one protocol of long work.

A function of steps is a generator. It yields a `Step` every few hundredths of a second and returns the final
result; closing it stops the work at any step. Pages, worker processes, the command line and other steps
drive it alike.
"""

from collections.abc import Generator
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


class Step(NamedTuple):
    """Progress of some work: the share done, 0 to 1, and the latest partial result, if any."""

    share: float
    partial: Any = None


Steps = Generator[Step, None, Result]


def result_of(steps: Steps[Result]) -> Result:
    """Final result of steps that are driven to their end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def part_of(steps: Steps[Result], start: float, width: float, partial: Any = None) -> Steps[Result]:
    """Steps of a part of some work, with their shares scaled to ``start`` and ``width``.

    ``partial`` is the partial result of the whole work meanwhile. Returns the result of the part.
    """
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value
        yield Step(start + step.share * width, partial)
