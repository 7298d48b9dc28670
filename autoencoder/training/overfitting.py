"""Overfitting of a training in words, from the errors on training and on held-out images."""

from dataclasses import dataclass

from autoencoder.checkpoint.record import EpochResult

FEWEST_EPOCHS = 3  # before which nothing is said
APART = 0.05  # of the held-out error: images differ, so the errors on two sets of them differ a little anyway
NOTHING = 0.05  # nats: as a text of one decimal it is nothing
TURNED = 0.01  # of the lowest held-out error: the same images every epoch, so a smaller rise counts


@dataclass(frozen=True)
class Parting:
    """The two errors after the last epoch; ``best`` is the epoch of the lowest held-out error."""

    best: EpochResult
    last: EpochResult

    @property
    def difference(self) -> float:
        """Held-out error less training error, in nats per image."""
        return self.last.validation_loss - self.last.train_loss

    @property
    def rise(self) -> float:
        """Held-out error now less the lowest it was, in nats per image."""
        return self.last.validation_loss - self.best.validation_loss

    @property
    def has_turned(self) -> bool:
        """True if the held-out error has gone up while the training error went on down."""
        falls_on = self.last.train_loss < self.best.train_loss
        return falls_on and self.rise > TURNED * abs(self.best.validation_loss)

    @property
    def is_apart(self) -> bool:
        return self.difference > max(APART * abs(self.last.validation_loss), NOTHING)


def parting(history: tuple[EpochResult, ...] | list[EpochResult]) -> Parting | None:
    """Best and last epoch of a training; None where there are too few to tell."""
    if len(history) < FEWEST_EPOCHS:
        return None
    best = min(history, key=lambda result: result.validation_loss)
    return Parting(best, history[-1])


def sentence(history: tuple[EpochResult, ...] | list[EpochResult], n_images: int, is_over: bool) -> str:
    """Sentence on overfitting: finding, meaning and advice; ``n_images`` are trained on."""
    found = parting(history)
    if found is None:
        return f"Overfitting can be told after {FEWEST_EPOCHS} epochs."
    if found.has_turned:
        return _of_a_turn(found, n_images)
    if found.is_apart:
        advice = "More images would narrow it." if is_over else "Watch whether it turns up."
        numbers = f"It is {found.last.validation_loss:.1f} nats, and the difference is {_difference(found)}"
        meaning = f"the network knows its {n_images:,} images better than others"
        finding = "**The two curves have separated, but the held-out error has not turned up.**"
        return f"{finding} {numbers}: {meaning}. {advice}"
    advice = "**No overfitting so far.**"
    if is_over:
        # Level curves at the end are no evidence: the learning rate of every training ends at zero.
        advice = "**No overfitting:** more epochs or a larger code may lower both errors."
    return f"{advice} The difference is {_difference(found)}."


def _of_a_turn(found: Parting, n_images: int) -> str:
    best, last, turn = found.best, found.last, f"{found.best.epoch:,.4g}"
    return (
        f"**Overfitting: the two curves have separated.** The held-out error was lowest after epoch {turn}, "
        f"{best.validation_loss:.1f} nats, and is {found.rise:.1f} nats higher now, while the training "
        f"error fell from {best.train_loss:.1f} to {last.train_loss:.1f}; the difference is "
        f"{_difference(found)}. Since then the network memorises its {n_images:,} images. Stop at epoch "
        f"{turn}, or better, train on more images."
    )


def _difference(found: Parting) -> str:
    """The difference in nats and as a share, or "none"."""
    nats, last = found.difference, abs(found.last.validation_loss)
    if nats >= NOTHING:
        return f"{nats:.1f} nats ({nats / last if last else 0.0:.0%} of the held-out error)"
    return "none" if nats > -NOTHING else f"none: held-out images fare better by {-nats:.1f} nats"
