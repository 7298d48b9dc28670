"""The frames of a training: what they show, which are kept, and that they come back from disk."""

from dataclasses import replace

import numpy as np
import pytest

from autoencoder.checkpoint import replay as replays
from autoencoder.checkpoint.record import EpochResult, TrainingSettings
from autoencoder.checkpoint.replay import REPLAY, Replay, is_kept, read_replay, stride
from autoencoder.checkpoint.store import load_checkpoint, save_checkpoint
from autoencoder.data import measures
from autoencoder.data.images import as_floats
from autoencoder.errors import CheckpointError
from autoencoder.latent.gap_score import gap_score, mean_score, random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.support import Support
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.runtime import Runtime
from autoencoder.training import recorder
from autoencoder.training.recorder import Recorder, positions_of
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Trainer
from tests.tools.models import SMALL


def trainer(digits, latent_dim: int = 3, kind: str = "ae", epochs: int = 3, batch_size: int = 8) -> Trainer:
    settings = TrainingSettings(epochs, batch_size, seed=5)
    return Trainer(
        digits.images, ModelSettings(kind, latent_dim, 1.0, SMALL), settings, Runtime(), digits.labels
    )


def recorded(training: Trainer, digits) -> Recorder:
    recorder = Recorder(training, digits)
    recorder.begin()
    for _, event in training.steps():
        recorder.note(event)
    return recorder


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_frames_hold_what_the_network_gives_at_their_epochs(digits, latent_dim):
    training = trainer(digits, latent_dim)
    replay = recorded(training, digits).replay
    model, rows = training.autoencoder(), training.held_back_rows
    assert list(replay.epochs) == [0, 1, 2, 3] and replay.positions.shape == (4, 4, 2)
    assert sorted(replay.labels) == sorted(digits.labels[rows])
    assert {image.tobytes() for image in replay.inputs} == {image.tobytes() for image in digits.images[rows]}
    back = np.round(model.reconstruct(replay.inputs) * 255)
    np.testing.assert_array_equal(replay.pictures[-1], back)
    assert [*replay.train_losses[1:]] == [result.train_loss for result in training.history]
    assert [*replay.validation_losses[1:]] == [result.validation_loss for result in training.history]
    assert replay.train_losses[0] == pytest.approx(training_loss_of_fresh_weights(digits, latent_dim))
    if latent_dim == 2:
        np.testing.assert_array_equal(replay.positions[-1], model.encode(replay.inputs))


def training_loss_of_fresh_weights(digits, latent_dim: int) -> float:
    fresh = trainer(digits, latent_dim)
    images = as_floats(digits.images[fresh.seen_rows])
    model = fresh.autoencoder()
    return measures.bce(images, model.logits(model.encode(images))).mean()


def test_the_plane_is_turned_to_lie_on_the_frame_before():
    rng = np.random.default_rng(0)
    latents = rng.normal(size=(50, 5)) * [4, 3, 0.1, 0.1, 0.1]
    first = positions_of(latents, None)
    angle = 2.0
    turned = latents.copy()
    turned[:, 0] = np.cos(angle) * latents[:, 0] - np.sin(angle) * latents[:, 1]
    turned[:, 1] = np.sin(angle) * latents[:, 0] + np.cos(angle) * latents[:, 1]
    np.testing.assert_allclose(positions_of(turned * [1, -1, 1, 1, 1], first), first, atol=0.02)
    twice = positions_of(2 * latents, first)
    np.testing.assert_allclose(twice, 2 * first, atol=1e-4)  # sizes stay


@pytest.mark.parametrize("latent_dim", [2, 3])
def test_the_quick_gap_score_is_that_of_the_statistic(digits, latent_dim):
    training = trainer(digits, latent_dim, epochs=20)
    list(training.steps())  # a fresh plane has no picture that changes
    model = training.autoencoder()
    latents = model.encode(digits.images)
    pairs = random_pairs(digits.labels, 40, 6, 0).cross
    support = Support(model, latents)
    measures = [support.measure(linear(latents[a], latents[b], 17)) for a, b in pairs]
    scores = [gap_score(latent_dim).of(each) for each in measures]
    assert mean_score(model, latents, pairs) == pytest.approx(np.mean(scores), rel=1e-4)
    assert np.isnan(mean_score(model, latents, pairs[:0]))


def test_of_many_epochs_some_are_kept_evenly():
    epochs = [0.0, 0.5]
    for epoch in range(1, 1001):
        if epoch % stride(epoch) == 0 or epoch == 1000:
            epochs.append(float(epoch))
            epochs = list(np.array(epochs)[is_kept(np.array(epochs))])
        assert len(epochs) <= replays.MOST_EPOCHS + 3
    assert epochs[:2] == [0, 0.5] and epochs[-1] == 1000 and set(np.diff(epochs[2:-1])) == {32}
    assert [stride(n) for n in (1, 60, 61, 120, 121)] == [1, 1, 2, 2, 4]


def test_a_large_set_has_frames_within_its_first_epoch(digits, monkeypatch):
    monkeypatch.setattr(recorder, "FEWEST_STEPS", 18)
    replay = recorded(trainer(digits, batch_size=2), digits).replay
    assert list(replay.epochs) == [0, 1 / 18, 2 / 18, 4 / 18, 9 / 18, 1, 2, 3]  # 18 steps an epoch


def test_a_training_taken_up_again_goes_on_with_its_frames(digits):
    whole, stopped, resumed = (trainer(digits) for _ in range(3))
    recorder = Recorder(stopped, digits)
    recorder.begin()
    for _, event in stopped.steps():
        recorder.note(event)
        if isinstance(event, EpochResult) and event.epoch == 2:
            break
    resumed.restore(stopped.snapshot())
    again = Recorder(resumed, digits, Replay.from_arrays(recorder.replay.to_arrays()))
    again.begin()
    for _, event in resumed.steps():
        again.note(event)
    for name, array in recorded(whole, digits).replay.to_arrays().items():
        np.testing.assert_array_equal(again.replay.to_arrays()[name], array, err_msg=name)


def test_the_end_is_taken_where_a_training_is_stopped(digits):
    training = trainer(digits)
    recorder = Recorder(training, digits)
    recorder.begin()
    for (_, event), _ in zip(training.steps(), range(10), strict=False):
        recorder.note(event)
    recorder.end()
    assert list(recorder.replay.epochs) == [0, 1, training.step / 5]
    recorder.end()
    assert len(recorder.replay) == 3


def test_a_replay_lies_beside_the_model(digits, tmp_path):
    training = trainer(digits)
    replay = recorded(training, digits).replay
    made = replace(make_checkpoint("m", training, digits, None), replay=replay)
    folder = save_checkpoint(made, tmp_path / "m")
    read = read_replay(folder)
    for name, array in replay.to_arrays().items():
        np.testing.assert_array_equal(read.to_arrays()[name], array, err_msg=name)
    assert read.class_names == digits.class_names and load_checkpoint(folder).fingerprint == made.fingerprint
    assert read_replay(tmp_path) is None
    (folder / REPLAY).write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match=r"replay\.npz is damaged"):
        read_replay(folder)


def test_frames_that_do_not_fit_together_are_refused(digits):
    arrays = recorded(trainer(digits), digits).replay.to_arrays()
    for name in ("positions", "pictures", "gap_scores"):
        with pytest.raises(ValueError, match=name):
            Replay.from_arrays({**arrays, name: arrays[name][:-1]})


FOREIGN = {
    "texts": {"positions": np.full((4, 4, 2), "x")},
    "floats for pictures": {"pictures": np.zeros((4, 4, 28, 28))},
    "larger pictures": {
        "pictures": np.zeros((4, 4, 28, 30), np.uint8),
        "inputs": np.zeros((4, 28, 30), np.uint8),
    },
    "places nowhere": {"positions": np.full((4, 4, 2), np.nan, np.float32)},
    "epochs that go back": {"epochs": np.array([0.0, 2, 1, 3])},
    "endless epochs": {"epochs": np.array([0.0, 1, 2, np.inf])},
    "classes without a name": {"labels": np.full(4, 10, np.int16)},
    "no number": {"facts": np.frombuffer(b'{"latent_dim": null, "class_names": []}', np.uint8)},
    "no code": {"facts": np.frombuffer(b'{"latent_dim": 0, "class_names": []}', np.uint8)},
    "no JSON": {"facts": np.frombuffer(b"{", np.uint8)},
    "a list": {"facts": np.frombuffer(b"[]", np.uint8)},
}


@pytest.mark.parametrize("changes", FOREIGN.values(), ids=FOREIGN.keys())
def test_frames_that_no_training_gives_are_refused(digits, tmp_path, changes):
    arrays = recorded(trainer(digits), digits).replay.to_arrays()
    assert len(arrays["labels"]) == 4  # as the changes take it
    np.savez(tmp_path / REPLAY, **arrays)
    assert len(read_replay(tmp_path)) == 4
    np.savez(tmp_path / REPLAY, **{**arrays, **changes})
    with pytest.raises(CheckpointError, match=r"replay\.npz is damaged"):
        read_replay(tmp_path)


def test_a_dae_is_shown_what_it_is_given_and_mapped_from_clean_images(digits):
    training = trainer(digits, kind="dae")
    recorder = Recorder(training, digits)
    assert not {image.tobytes() for image in recorder.replay.inputs} & {
        image.tobytes() for image in digits.images
    }


def test_images_without_labels_and_a_single_one_held_back_have_frames(digits):
    bare = replace(digits.subset(np.arange(5)), labels=None, class_names=())
    settings = TrainingSettings(1, 4)
    training = Trainer(bare.images, ModelSettings("vae", 3, 1.0, SMALL), settings, Runtime())
    replay = recorded(training, bare).replay
    assert list(replay.labels) == [-1] and np.isnan(replay.gap_scores).all() and len(replay) == 2
