"""The sentence on training and held-out errors follows the numbers."""

import re

import pytest

from autoencoder.checkpoint.record import EpochResult
from autoencoder.training.overfitting import parting, sentence


def history(train, held_out) -> list[EpochResult]:
    pairs = enumerate(zip(train, held_out, strict=True), 1)
    return [EpochResult(epoch, seen, unseen, 12.0) for epoch, (seen, unseen) in pairs]


TURNED = history([200, 150, 120, 90, 60], [205, 180, 170, 190, 240])
APART = history([200, 150, 120, 110, 105], [205, 180, 160, 155, 154])
TOGETHER = history([200, 150, 130, 120, 118], [205, 153, 132, 122, 119.9])


def test_overfitting_is_named_with_the_epoch_of_the_lowest_error():
    found = parting(TURNED)
    assert found.has_turned and found.best.epoch == 3 and (found.difference, found.rise) == (180, 70)
    text = sentence(TURNED, 50, True)
    assert "Overfitting: the two curves have separated" in text and "lowest after epoch 3, 170.0 nats" in text
    assert "70.0 nats higher" in text and "from 120.0 to 60.0" in text and "180.0 nats (75%" in text
    assert "memorises its 50 images" in text and "Stop at epoch 3" in text


def test_a_difference_without_a_turn_is_another_thing():
    text = sentence(APART, 1_000, True)
    assert "has not turned up" in text and "49.0 nats (32%" in text and "1,000 images" in text
    assert "overfitting" not in text and "Watch" not in text and "Watch" in sentence(APART, 1_000, False)


def test_errors_that_stay_together_are_no_reason_to_stop():
    over, running = (sentence(TOGETHER, 50, is_over) for is_over in (True, False))
    assert "The difference is 1.9 nats (2% of the held-out error)" in over
    assert "more epochs or a larger code" in over
    assert "No overfitting so far" in running


def test_held_out_images_may_fare_better():
    text = sentence(history([200, 150, 121], [205, 153, 120]), 50, True)
    assert "No overfitting:" in text and "none: held-out images fare better by 1.0 nats" in text


def test_both_errors_going_up_is_no_overfitting():
    assert not parting(history([100, 90, 80, 95], [101, 92, 82, 96])).has_turned


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_epochs_say_nothing(n):
    assert parting(TURNED[:n]) is None and re.search("after 3 epochs", sentence(TURNED[:n], 50, False))


@pytest.mark.parametrize("held_out", [0.02, 0.0, -0.02])
def test_a_difference_below_the_last_decimal_is_none(held_out):
    text = sentence(history([3, 2, 0.0], [3, 2, held_out]), 50, True)
    assert "The difference is none." in text and "0.0 nats" not in text
