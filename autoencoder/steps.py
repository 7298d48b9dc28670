"""Steps of long work: generators that yield how far they are, and return their result."""

from collections.abc import Generator
from typing import Any


def finished(steps: Generator[Any, None, Any]) -> Any:
    """The result that a generator of steps returns at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def part_of(steps: Generator[float, None, Any], start: float, width: float, known: Any) -> Generator:
    """Steps of a part of some work: its shares scaled to ``start`` and ``width``, beside what is ``known``.

    Returns the result of the part.
    """
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            return end.value
        yield start + share * width, known
