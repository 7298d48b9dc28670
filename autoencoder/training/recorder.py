"""Recorder of a training's frames: codes and reconstructions of fixed images."""

import numpy as np
from scipy.linalg import orthogonal_procrustes

from autoencoder.checkpoint.record import EpochResult
from autoencoder.checkpoint.replay import (
    EARLY,
    MEASURED,
    N_MEASURED,
    N_ON_MAP,
    N_PAIRS,
    N_SHOWN,
    SEED,
    Replay,
    stride,
)
from autoencoder.data.dataset import Dataset, stratified_order
from autoencoder.data.images import as_bytes
from autoencoder.data.noise import corrupt
from autoencoder.latent.gap_score import mean_score, random_pairs
from autoencoder.latent.projection import CodeMap, PCAMap
from autoencoder.training.trainer import Event, Progress, Trainer

FEWEST_STEPS = 40  # of an epoch that has frames within


class Recorder:
    """The frames of a running training; ``before`` are those of one that is resumed."""

    def __init__(self, trainer: Trainer, dataset: Dataset, before: Replay | None = None):
        held_back = trainer.held_back_rows
        classes = np.zeros(dataset.n_images, np.int64) if dataset.labels is None else dataset.labels
        rows = held_back[stratified_order(classes[held_back], np.random.default_rng(SEED))[:N_ON_MAP]]
        self._trainer, self._images = trainer, dataset.images[rows]
        labels = None if dataset.labels is None else classes[rows]
        self._pairs = random_pairs(labels, len(rows), N_PAIRS, SEED).cross if len(rows) > 1 else None
        inputs = self._images[:N_SHOWN]
        if trainer.noise:
            inputs = corrupt(inputs, trainer.noise, np.random.default_rng(SEED))
        labels = np.full(len(rows), -1) if labels is None else labels
        self.replay = before or _empty(trainer.model.latent_dim, dataset.class_names, inputs, labels)
        self._last = self.replay.positions[-1] if len(self.replay) else None  # where a frame's turn starts
        self._early = {round(share * trainer.steps_per_epoch) for share in EARLY}

    def begin(self) -> None:
        """Take a frame of the untrained network."""
        if self._trainer.step == 0 and not len(self.replay):
            self._take(0.0)

    def note(self, event: Event) -> bool:
        """Take a frame after this event if one is due; True if it was."""
        epoch, losses = self._trainer.step / self._trainer.steps_per_epoch, None
        if isinstance(event, EpochResult):
            is_due = event.epoch % stride(event.epoch) == 0 or event.epoch == self._trainer.settings.epochs
            epoch, losses = float(event.epoch), (event.train_loss, event.validation_loss)
        else:
            is_early = self._trainer.steps_per_epoch >= FEWEST_STEPS and self._trainer.step in self._early
            is_due = isinstance(event, Progress) and is_early
        if is_due:
            self._take(epoch, losses)
        return is_due

    def end(self) -> None:
        """Take a frame of the final network, unless that is the last frame already."""
        epoch = self._trainer.step / self._trainer.steps_per_epoch
        if not len(self.replay) or self.replay.epochs[-1] < epoch:
            last = self._trainer.history[-1] if self._trainer.history else None
            is_whole = last is not None and last.epoch == epoch
            self._take(epoch, (last.train_loss, last.validation_loss) if is_whole else None)

    def look(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Positions (N, 2) and pictures uint8 (S, 28, 28) now; None where codes are no numbers."""
        model = self._trainer.autoencoder()
        latents = model.encode(self._images)
        if not np.isfinite(latents).all():
            return None
        return positions_of(latents, self._last), as_bytes(model.reconstruct(self.replay.inputs))

    def _take(self, epoch: float, losses: tuple[float, float] | None = None) -> None:
        """Take a frame with these training and validation losses, or with those of now."""
        model = self._trainer.autoencoder()
        latents = model.encode(self._images)
        if not np.isfinite(latents).all():
            return
        train_loss, validation_loss = losses or self._trainer.losses_now(N_MEASURED)
        self._last = positions_of(latents, self._last)
        self.replay = self.replay.with_frame(
            epochs=epoch,
            positions=self._last,
            pictures=as_bytes(model.reconstruct(self.replay.inputs)),
            train_losses=train_loss,
            validation_losses=validation_loss,
            gap_scores=np.nan if self._pairs is None else mean_score(model, latents, self._pairs),
        )


def positions_of(latents: np.ndarray, before: np.ndarray | None) -> np.ndarray:
    """Positions of codes (N, D) on the map, float32 (N, 2), rotated onto those before (N, 2) if D > 2."""
    if latents.shape[1] <= 2:
        return CodeMap(latents).positions
    positions = PCAMap.fit(latents).positions
    if before is None:
        return positions
    turn, _ = orthogonal_procrustes(positions.astype(np.float64), before.astype(np.float64))
    return (positions @ turn).astype(np.float32)


def _empty(latent_dim: int, class_names: tuple[str, ...], inputs: np.ndarray, labels: np.ndarray) -> Replay:
    positions, pictures = np.empty((0, len(labels), 2), np.float32), np.empty((0, *inputs.shape), np.uint8)
    frames = dict.fromkeys(("epochs", *MEASURED), np.empty(0)) | {
        "positions": positions,
        "pictures": pictures,
    }
    return Replay(latent_dim, class_names, inputs, labels.astype(np.int16), **frames)
