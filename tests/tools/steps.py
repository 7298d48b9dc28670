"""Driver of steps that holds them to the protocol of ``autoencoder.steps``."""

from typing import Any

from autoencoder.steps import Step, Steps


def driven(steps: Steps[Any]) -> tuple[list[Step], Any]:
    """Every step that was yielded, and the result. The shares only grow, from 0 to 1 at most."""
    seen: list[Step] = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            shares = [step.share for step in seen]
            assert all(isinstance(step, Step) for step in seen)
            assert shares == sorted(shares) and all(0 <= share <= 1 for share in shares)
            return seen, end.value
