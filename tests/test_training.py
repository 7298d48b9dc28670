"""A training repeats to the bit, however often it is stopped on the way."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import SMALL
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.data.images import as_floats
from autoencoder.errors import DatasetError, TrainingError
from autoencoder.model.architecture import KINDS, ModelSettings
from autoencoder.model.runtime import Runtime, resolve_runtime
from autoencoder.training import trainer as trainer_module
from autoencoder.training.trainer import Evaluating, Progress, Trainer, one_cycle

PLAN = TrainingSettings(epochs=3, batch_size=8, seed=5)  # 36 of 40 digits are trained on: 5 steps an epoch


def make(digits, kind: str = "vae", plan: TrainingSettings = PLAN, runtime: Runtime | None = None) -> Trainer:
    return Trainer(digits.images, ModelSettings(kind, 3, 1.5, SMALL), plan, runtime or Runtime())


def finish(trainer: Trainer) -> list:
    return [event for _, event in trainer.steps()]


def take(trainer: Trainer, n_events: int) -> None:
    steps = trainer.steps()
    for _ in range(n_events):
        next(steps)
    steps.close()


def assert_same_bits(one: Trainer, other: Trainer) -> None:
    for name, array in one.autoencoder().weights.items():
        np.testing.assert_array_equal(array, other.autoencoder().weights[name], err_msg=name)
    assert one.history == other.history and one.step == other.step


@pytest.fixture(scope="module")
def finished(digits) -> dict[str, Trainer]:
    """An uninterrupted training of each kind."""
    trainers = {kind: make(digits, kind) for kind in KINDS}
    for trainer in trainers.values():
        finish(trainer)
    return trainers


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_decides_every_bit(digits, finished, kind):
    again, other = make(digits, kind), make(digits, kind, replace(PLAN, seed=6))
    finish(again), finish(other)
    assert_same_bits(again, finished[kind])
    weights = finished[kind].autoencoder().weights
    assert all(
        not np.array_equal(array, weights[name]) for name, array in other.autoencoder().weights.items()
    )


@given(kind=st.sampled_from(sorted(KINDS)), n_events=st.integers(0, 24))
@settings(max_examples=20)
def test_a_training_taken_up_again_ends_in_the_same_bits(digits, finished, kind, n_events):
    """24 events: three epochs of 5 steps, two evaluations and a result. All stops are drawn from them."""
    stopped, resumed = make(digits, kind), make(digits, kind)
    take(stopped, n_events)
    resumed.restore(stopped.snapshot())
    finish(resumed)
    assert_same_bits(resumed, finished[kind])


@pytest.mark.parametrize("n_events", [3, 5, 6, 7, 8, 9])
def test_every_place_at_the_end_of_an_epoch_is_a_place_to_stop(digits, finished, n_events):
    stopped, resumed = make(digits), make(digits)
    take(stopped, n_events)
    resumed.restore(stopped.snapshot())
    finish(resumed)
    assert_same_bits(resumed, finished["vae"])


def test_bfloat16_is_taken_up_again_to_the_bit(digits):
    runtime = Runtime("cpu", "bfloat16", 1)
    whole, stopped, resumed = (make(digits, runtime=runtime) for _ in range(3))
    finish(whole), take(stopped, 7)
    resumed.restore(stopped.snapshot())
    finish(resumed)
    assert_same_bits(resumed, whole)


def test_a_stopped_training_goes_on_by_itself(digits, finished):
    trainer = make(digits)
    for _ in range(4):
        take(trainer, 3)
    finish(trainer)
    assert_same_bits(trainer, finished["vae"])


def test_closing_stops_at_once(digits):
    trainer = make(digits)
    steps = trainer.steps()
    next(steps)
    steps.close()
    assert trainer.step == 1 and list(steps) == []


def test_what_was_taken_does_not_change_under_the_training(digits):
    trainer = make(digits)
    take(trainer, 2)
    snapshot, model = trainer.snapshot(), trainer.autoencoder()
    arrays = {name: array.copy() for name, array in snapshot.arrays.items()}
    codes = model.encode(digits.images)
    finish(trainer)
    for name, array in arrays.items():
        np.testing.assert_array_equal(snapshot.arrays[name], array)
    np.testing.assert_array_equal(model.encode(digits.images), codes)
    assert snapshot.step == 2 and snapshot.history == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_falls_on_digits(digits, kind):
    trainer = make(digits, kind, TrainingSettings(30, 8, 1e-2))
    losses = [event.loss for _, event in trainer.steps() if isinstance(event, Progress)]
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])
    assert trainer.history[-1].validation_loss < trainer.history[0].validation_loss


@pytest.mark.parametrize("kind", KINDS)
def test_images_held_back_are_never_trained_on(digits, kind, monkeypatch):
    seen = []
    original = Trainer._loss_terms
    monkeypatch.setattr(
        Trainer,
        "_loss_terms",
        lambda self, images, rng: (seen.append(images), original(self, images, rng))[1],
    )
    trainer = make(digits, kind)
    finish(trainer)
    trained_on = {image.tobytes() for image in np.concatenate(seen)}
    assert trained_on == {image.tobytes() for image in digits.images[trainer.train_rows]}
    assert trained_on.isdisjoint(image.tobytes() for image in digits.images[trainer.held_back_rows])
    assert sorted([*trainer.train_rows, *trainer.held_back_rows]) == list(range(40))


def test_an_epoch_is_every_training_image_once_in_a_new_order(digits, monkeypatch):
    seen = []
    original = Trainer._batch_rows
    monkeypatch.setattr(Trainer, "_batch_rows", lambda self: (seen.append(original(self)), seen[-1])[1])
    trainer = make(digits)
    finish(trainer)
    epochs = [np.concatenate(seen[5 * epoch : 5 * epoch + 5]) for epoch in range(3)]
    for rows in epochs:
        np.testing.assert_array_equal(np.sort(rows), trainer.train_rows)
    assert not np.array_equal(epochs[0], epochs[1]) and not np.array_equal(epochs[1], epochs[2])


def test_a_dae_is_given_noise_and_asked_for_the_clean_image(digits, monkeypatch):
    pairs = []
    original = Trainer._pair

    def pair(self, images, rng):
        pairs.append((images, *original(self, images, rng)))
        return pairs[-1][1:]

    monkeypatch.setattr(Trainer, "_pair", pair)
    for kind in KINDS:
        take(make(digits, kind, replace(PLAN, noise="salt-pepper:0.4")), 1)
        images, inputs, targets = pairs.pop()
        np.testing.assert_array_equal(targets.numpy()[:, 0], images / np.float32(255))
        changed = (inputs != targets).float().mean().item()
        assert 0.2 < changed < 0.5 if kind == "dae" else changed == 0


def test_events_tell_where_the_training_is(digits, finished):
    trainer = make(digits)
    events = finish(trainer)
    steps = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in steps] == list(range(1, 16))
    assert [event.epoch for event in steps] == [1] * 5 + [2] * 5 + [3] * 5
    for event in steps:
        assert event.n_steps == trainer.n_steps == 15
        assert event.images_per_second > 0 and event.seconds_left >= 0
        assert event.loss == pytest.approx(event.reconstruction + 1.5 * event.kl, rel=1e-5)
    assert steps[-1].seconds_left == 0
    shares = [event.share for event in events if isinstance(event, Evaluating)]
    assert all(0 <= share < 1 for share in shares) and len(shares) == 6
    assert [event for event in events if isinstance(event, EpochResult)] == trainer.history


def test_a_point_has_no_kl(digits):
    for _, event in make(digits, "ae").steps():
        assert not isinstance(event, Progress) or (event.kl == 0 and event.loss == event.reconstruction)


def test_the_history_holds_what_the_weights_give(digits, finished):
    """By the measures of the domain, on the images that the epoch's result speaks of."""
    from autoencoder.data import measures

    trainer = finished["ae"]
    model, last = trainer.autoencoder(), trainer.history[-1]
    assert [result.epoch for result in trainer.history] == [1, 2, 3]
    for rows, loss in (
        (trainer.seen_rows, last.train_loss),
        (trainer.held_back_rows, last.validation_loss),
    ):
        images = as_floats(digits.images[rows])
        assert measures.bce(images, model.logits(model.encode(images))).mean() == pytest.approx(
            loss, rel=1e-4
        )
    images = as_floats(digits.images[trainer.held_back_rows])
    psnr = measures.psnr(images, model.reconstruct(images)).mean()
    assert psnr == pytest.approx(last.validation_psnr, rel=1e-4)


def test_the_gradient_is_that_of_torch_s_own_losses(digits):
    """An oracle of other formulas: distributions, and probabilities instead of logits."""
    trainer = make(digits)
    with torch.no_grad():
        for parameter in trainer.network.code.parameters():
            parameter.mul_(8)  # fresh weights give variances so near to 1 that their root looks the same
    images = digits.images[:6]
    reconstruction, kl = trainer._loss_terms(images, np.random.default_rng(2))
    pixels = torch.from_numpy(images / np.float32(255))[:, None]
    mean, log_variance = trainer.network.encode(pixels)
    posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    draw = torch.from_numpy(np.random.default_rng(2).standard_normal(mean.shape, dtype=np.float32))
    drawn = trainer.network.decode(posterior.mean + posterior.stddev * draw).sigmoid()
    bce = torch.nn.functional.binary_cross_entropy(drawn, pixels, reduction="sum") / 6
    divergence = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum() / 6
    assert reconstruction.item() == pytest.approx(bce.item(), rel=1e-5)
    assert kl.item() == pytest.approx(divergence.item(), rel=1e-4)


def test_training_leaves_the_process_wide_generators_alone(digits):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    for kind in KINDS:
        take(make(digits, kind), 8)
    assert torch.equal(before[0], torch.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])


def test_a_batch_may_be_larger_than_the_set(digits):
    trainer = make(digits.subset(np.arange(5)), plan=TrainingSettings(2, 64))
    assert [event.step for _, event in trainer.steps() if isinstance(event, Progress)] == [1, 2]


def test_two_images_are_enough_and_one_is_not(digits):
    finish(make(digits.subset(np.arange(2))))
    for n in (0, 1):
        with pytest.raises(DatasetError, match="at least 2 images"):
            make(digits.subset(np.arange(n)))


def test_a_training_that_runs_away_says_so(digits):
    trainer = make(digits)
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(math.nan)
    with pytest.raises(TrainingError, match=r"learning rate well below"):
        finish(trainer)


def test_the_rate_rises_for_a_fifth_and_falls_to_nothing():
    assert one_cycle(0) == pytest.approx((0.04, 0.95))
    assert one_cycle(trainer_module.WARM_UP) == pytest.approx((1, 0.85))
    assert one_cycle(1) == pytest.approx((0, 0.95))
    rates = [one_cycle(share)[0] for share in np.linspace(0, 1, 101)]
    assert np.argmax(rates) == 20
    assert (np.diff(rates[:21]) > 0).all() and (np.diff(rates[20:]) < 0).all()


def test_every_step_takes_the_rate_of_its_place(digits):
    trainer = make(digits, plan=replace(PLAN, learning_rate=0.02))
    for _, event in trainer.steps():
        if isinstance(event, Progress):
            rate, momentum = one_cycle((event.step - 1) / 15)
            (group,) = trainer.optimizer.param_groups
            assert group["lr"] == pytest.approx(0.02 * rate) and group["betas"] == (momentum, 0.999)


def test_the_rate_is_torch_s_one_cycle():
    """Up to the last of torch's steps, which it counts from 0 to N - 1 and ours from 0 to N."""
    n = 50
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=n + 1, pct_start=(0.2 * n + 1) / (n + 1), div_factor=25
    )
    for step in range(n):
        rate, momentum = one_cycle(step / n)
        assert rate == pytest.approx(schedule.get_last_lr()[0], abs=1e-4)
        assert momentum == pytest.approx(optimizer.param_groups[0]["betas"][0], abs=1e-4)
        optimizer.step(), schedule.step()


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"epochs": 1001},
        {"batch_size": 0},
        {"batch_size": 4097},
        {"learning_rate": 0},
        {"learning_rate": 1.1},
        {"learning_rate": math.nan},
        {"seed": -1},
        {"seed": 2**32},
        {"noise": "fog:0.3"},
        {"noise": "gaussian:2"},
        {"n_images": -1},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TrainingSettings(**wrong)


@pytest.mark.parametrize("wrong", [{"device": "tpu"}, {"precision": "int8"}, {"threads": 0}])
def test_a_runtime_checks_itself(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Runtime(**wrong)


def test_the_runtime_follows_a_rule():
    assert resolve_runtime() == resolve_runtime()
    assert resolve_runtime(3).threads == 3
    assert Runtime(**resolve_runtime().to_dict()) == resolve_runtime()


def few(digits, n_images: int, labels="labels", **changes) -> Trainer:
    plan = replace(PLAN, n_images=n_images, **changes)
    given = digits.labels if labels == "labels" else labels
    return Trainer(digits.images, ModelSettings("ae", 3, 1.0, SMALL), plan, Runtime(), given)


def test_few_images_are_drawn_by_class_and_never_from_those_held_back(digits):
    trainer, everything = few(digits, 20), make(digits)
    np.testing.assert_array_equal(trainer.held_back_rows, everything.held_back_rows)
    assert len(trainer.train_rows) == 20 and set(trainer.train_rows) < set(everything.train_rows)
    counts = np.bincount(digits.labels[trainer.train_rows], minlength=10)
    whole = np.bincount(digits.labels[everything.train_rows], minlength=10)
    assert (abs(counts - whole * 20 / 36) <= 1).all()
    np.testing.assert_array_equal(trainer.train_rows, few(digits, 20).train_rows)
    assert set(trainer.train_rows) != set(few(digits, 20, seed=6).train_rows)
    assert len(few(digits, 20, labels=None).train_rows) == 20


def test_only_few_images_are_trained_on_and_taken_up_again_in_the_same_bits(digits):
    whole, stopped, resumed = (few(digits, 20) for _ in range(3))
    finish(whole), take(stopped, 5)
    assert whole.steps_per_epoch == 3 and whole.n_steps == 9
    resumed.restore(stopped.snapshot())
    finish(resumed)
    assert_same_bits(resumed, whole)


def test_more_images_than_there_are_is_told(digits):
    with pytest.raises(DatasetError, match="36 images to train on, beside those held back, and 37"):
        few(digits, 37)
    assert len(few(digits, 36).train_rows) == 36


def test_with_few_images_few_are_measured_and_with_all_of_them_all(digits, monkeypatch):
    monkeypatch.setattr(trainer_module, "FEWEST_MEASURED", 2)
    trainer = few(digits, 20)
    assert len(trainer.measured_rows) == len(trainer.seen_rows) == 2
    assert set(trainer.measured_rows) < set(trainer.held_back_rows)
    assert set(trainer.seen_rows) < set(trainer.train_rows)
    assert len(make(digits).measured_rows) == 4


def test_what_is_measured_of_the_training_images_is_not_one_class(digits):
    """A file may hold its images class by class: its first ones say nothing of the others."""
    order = np.argsort(digits.labels, kind="stable")
    trainer = make(digits.subset(order))
    assert len(set(digits.labels[order][trainer.seen_rows])) > 1


def test_a_training_that_was_stopped_within_an_epoch_is_measured_there(digits):
    trainer = Trainer(digits.images, ModelSettings("ae", 3, 1.0, SMALL), TrainingSettings(3, 8), Runtime())
    trainer.measure_end()
    assert trainer.history == []  # before the first epoch nothing is
    for _, event in trainer.steps():
        if isinstance(event, Progress) and event.step == trainer.steps_per_epoch + 2:
            break
    trainer.measure_end()
    trainer.measure_end()
    assert [result.epoch for result in trainer.history] == [1, 1 + 2 / trainer.steps_per_epoch]
    assert trainer.history[-1].validation_loss == pytest.approx(trainer.losses_now(1_000)[1])
    assert trainer.history[-1].validation_loss != trainer.history[0].validation_loss
