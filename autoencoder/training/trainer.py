"""Training, as a generator of progress events that a page, the command line and a test consume alike.

B images, C channels, H and W pixels, D latent dimensions. Every random number of a step is drawn
from (seed, step), so a training that was stopped and resumed ends in the same bits.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, cos, isfinite, pi

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from autoencoder.checkpoint.record import HELD_BACK_SHARE, EpochResult, TrainingSettings
from autoencoder.data.dataset import hold_back, stratified_order
from autoencoder.data.images import as_floats
from autoencoder.data.measures import psnr
from autoencoder.data.noise import Noise, corrupt
from autoencoder.errors import DatasetError, TrainingError
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder, as_pixels, build_network
from autoencoder.model.runtime import Runtime
from autoencoder.steps import Step, Steps

FEWEST_MEASURED = 500  # held-back images that a training on few images is measured on, if there are as many
FEWEST_IMAGES = 2  # to train with: one to learn from and one to hold back
EVALUATION_BATCH = 500  # images between two events while the losses are taken at the end of an epoch
WARM_UP = 0.2  # the share of the steps in which the learning rate rises
PURPOSES = ("order", "step", "evaluation", "images", "measured")  # each draws its own random numbers


@dataclass(frozen=True)
class Progress:
    """State of a training after a step. Losses are nats per image, a mean over the step's batch."""

    step: int
    n_steps: int
    epoch: int  # the current one, from 1
    loss: float  # reconstruction + beta * kl
    reconstruction: float
    kl: float
    images_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class Evaluating:
    """The losses at the end of ``epoch`` are being taken; ``share`` of the images are done."""

    epoch: int
    share: float


Event = Progress | Evaluating | EpochResult


@dataclass(frozen=True)
class Snapshot:
    """State from which a training can resume: ``arrays`` hold weights and optimizer moments."""

    arrays: dict[str, np.ndarray]
    step: int
    seconds: float
    history: list[EpochResult]


class Trainer:
    """A training that can be paused (take no further event), stopped (close) and resumed.

    ``images`` are the training images, uint8 (N, 28, 28); a seeded tenth is held back from them. Where only
    some of the others are trained on, they are drawn from the seed, and by ``labels`` (N,) if there are any:
    each class has its share. Raises DatasetError when there are fewer than two, or than are asked for.
    """

    def __init__(
        self,
        images: np.ndarray,
        model: ModelSettings,
        settings: TrainingSettings,
        runtime: Runtime,
        labels: np.ndarray | None = None,
    ):
        if len(images) < FEWEST_IMAGES:
            raise DatasetError("Training needs at least 2 images: one to learn from and one to hold back.")
        self.images, self.model, self.settings, self.runtime = images, model, settings, runtime
        self.train_rows, self.held_back_rows = hold_back(len(images), HELD_BACK_SHARE, settings.seed)
        self.measured_rows = self.held_back_rows
        if settings.n_images:
            self._limit_images(labels)
        self.seen_rows = self._sample_rows(self.train_rows, len(self.measured_rows))
        network = build_network(model, settings.seed)
        self.network = network.to(runtime.device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.network.parameters(), fused=runtime.device != "mps")
        self.noise = Noise.parse(settings.noise) if model.kind == "dae" else None
        self.step = 0
        self.seconds = 0.0  # of computing; pauses do not count
        self.history: list[EpochResult] = []
        self._ordered_epoch: int | None = None  # the epoch of `_order`

    @property
    def steps_per_epoch(self) -> int:
        return ceil(len(self.train_rows) / self.settings.batch_size)

    @property
    def n_steps(self) -> int:
        return self.settings.epochs * self.steps_per_epoch

    def steps(self) -> Steps[list[EpochResult]]:
        """Train from where the training stands to its end; the partial results are events.

        Raises TrainingError where the loss is no longer a number.
        """
        self.runtime.apply()
        for event in self._events():
            yield Step(self.step / self.n_steps, event)
        return self.history

    def _events(self) -> Iterator[Event]:
        for epoch in range(len(self.history) + 1, self.settings.epochs + 1):
            while self.step < epoch * self.steps_per_epoch:
                yield self._train_step(epoch)
            yield from self._finish_epoch(epoch)

    def autoencoder(self) -> Autoencoder:
        """The model as it is now; training on does not change it."""
        return Autoencoder.from_weights(self.model, _arrays(self.network.state_dict()))

    def losses_now(self, most: int) -> tuple[float, float]:
        """The losses of an EpochResult as they are now, over ``most`` images of each side."""
        generator = self._generator("evaluation", 0)
        parts = [self._sample_rows(rows, most) for rows in (self.seen_rows, self.measured_rows)]
        return tuple(self._measure(self.images[rows], generator)[0] / len(rows) for rows in parts)

    def measure_end(self) -> None:
        """Add the measures of a training that was stopped within an epoch, but not the first, to its history.

        The training is over with it.
        """
        epoch = self.step / self.steps_per_epoch
        if self.history and self.history[-1].epoch < epoch:
            for _ in self._finish_epoch(int(epoch) if epoch.is_integer() else epoch):
                pass

    def snapshot(self) -> Snapshot:
        """Snapshot of the training now; training on does not change it."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        for index, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in moments.items()}
        return Snapshot(_arrays(tensors), self.step, self.seconds, list(self.history))

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot of a training with the same images and settings."""
        tensors = {name: torch.tensor(array) for name, array in snapshot.arrays.items()}
        self.network.load_state_dict(_with_prefix("network.", tensors))
        parameters = list(self.network.parameters())
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _with_prefix("optimizer.", tensors).items():
            index, moment = name.split(".")
            moments.setdefault(int(index), {})[moment] = _laid_out_like(parameters[int(index)], tensor)
        self.optimizer.load_state_dict(self.optimizer.state_dict() | {"state": moments})
        self.step, self.seconds, self.history = snapshot.step, snapshot.seconds, list(snapshot.history)

    def _limit_images(self, labels: np.ndarray | None) -> None:
        """Train on the wanted number of images; an epoch is then short, and so is its measuring."""
        wanted, rows = self.settings.n_images, self.train_rows
        if wanted > len(rows):
            there = f"There are {len(rows):,} images to train on, beside those held back"
            raise DatasetError(f"{there}, and {wanted:,} were asked for. Ask for fewer, or for all.")
        classes = np.zeros(len(rows), np.int64) if labels is None else labels[rows]
        self.train_rows = np.sort(rows[stratified_order(classes, self._generator("images", 0))[:wanted]])
        self.measured_rows = self._sample_rows(self.held_back_rows, max(FEWEST_MEASURED, wanted // 9))

    def _sample_rows(self, rows: np.ndarray, most: int) -> np.ndarray:
        """``most`` of the rows, always the same ones: a file may hold its images class by class."""
        return rows if len(rows) <= most else np.sort(self._generator("measured", 0).permutation(rows)[:most])

    def _train_step(self, epoch: int) -> Progress:
        started = time.perf_counter()
        images, generator = self.images[self._batch_rows()], self._generator("step", self.step)
        reconstruction, kl = self._loss_terms(images, generator)
        loss = reconstruction + self.model.beta * kl
        self.optimizer.zero_grad()
        loss.backward()
        set_rate(self.optimizer, self.step / self.n_steps, self.settings.learning_rate)
        self.optimizer.step()
        self.step += 1
        losses = self._check_finite(loss.item()), reconstruction.item(), kl.item()
        self.seconds += time.perf_counter() - started
        per_step = self.seconds / self.step
        images_per_second = min(self.settings.batch_size, len(self.train_rows)) / per_step
        seconds_left = (self.n_steps - self.step) * per_step
        return Progress(self.step, self.n_steps, epoch, *losses, images_per_second, seconds_left)

    def _finish_epoch(self, epoch: float) -> Iterator[Event]:
        train_loss, _ = yield from self._evaluate(epoch, self.seen_rows, done=0.0)
        validation_loss, validation_psnr = yield from self._evaluate(epoch, self.measured_rows, done=0.5)
        self._check_finite(train_loss + validation_loss)
        self.history.append(EpochResult(epoch, train_loss, validation_loss, validation_psnr))
        yield self.history[-1]

    def _evaluate(self, epoch: float, rows: np.ndarray, done: float) -> Iterator[Evaluating]:
        """Mean loss and PSNR over the images of these rows."""
        losses, psnrs = [], []
        generator = self._generator("evaluation", 0)  # the same draws every epoch: curves without their noise
        for first in range(0, len(rows), EVALUATION_BATCH):
            started = time.perf_counter()
            loss, image_psnr = self._measure(self.images[rows[first : first + EVALUATION_BATCH]], generator)
            losses.append(loss)
            psnrs.append(image_psnr)
            self.seconds += time.perf_counter() - started
            yield Evaluating(epoch, done + 0.5 * first / len(rows))
        return float(np.sum(losses) / len(rows)), float(np.mean(np.concatenate(psnrs)))

    @torch.no_grad()
    def _measure(self, images: np.ndarray, generator: np.random.Generator) -> tuple[float, np.ndarray]:
        """The sum of the losses of a batch, and the PSNR of each image."""
        inputs, targets = self._pair(images, generator)
        mean, log_variance = self.network.encode(inputs)
        logits = self.network.decode(mean)
        sampled = logits
        if log_variance is not None:
            sampled = self.network.decode(_sample(mean, log_variance, generator))
        loss = _bce(sampled, targets) + self.model.beta * _kl(mean, log_variance)
        return loss.item(), psnr(as_floats(images), logits.sigmoid()[:, 0].cpu().numpy())

    def _loss_terms(self, images: np.ndarray, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Reconstruction and KL, nats per image, means over the batch."""
        inputs, targets = self._pair(images, generator)
        with self.runtime.autocast():
            mean, log_variance = self.network.encode(inputs)
            logits = self.network.decode(_sample(mean, log_variance, generator))
        return _bce(logits, targets) / len(images), _kl(mean, log_variance) / len(images)

    def _pair(self, images: np.ndarray, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Inputs of the encoder and targets of the decoder, each (B, 1, H, W)."""
        targets = as_pixels(images).to(self.runtime.device)
        if not self.noise:
            return targets, targets
        return as_pixels(corrupt(images, self.noise, generator)).to(self.runtime.device), targets

    def _batch_rows(self) -> np.ndarray:
        epoch, position = divmod(self.step, self.steps_per_epoch)
        if self._ordered_epoch != epoch:
            self._order = self._generator("order", epoch).permutation(self.train_rows)
            self._ordered_epoch = epoch
        return self._order[position * self.settings.batch_size :][: self.settings.batch_size]

    def _generator(self, purpose: str, number: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, PURPOSES.index(purpose), number])

    def _check_finite(self, loss: float) -> float:
        if not isfinite(loss):
            fault = f"The training ran away at step {self.step}: its loss is no longer a number"
            rate = f"a learning rate well below {self.settings.learning_rate:g}"
            raise TrainingError(f"{fault}. Train again with {rate}, or with a smaller beta.")
        return loss


def set_rate(optimizer: torch.optim.Adam, share: float, peak: float) -> None:
    """Set learning rate and first moment of the optimizer as in `one_cycle`, with this ``peak`` rate."""
    rate, momentum = one_cycle(share)
    for group in optimizer.param_groups:
        group["lr"], group["betas"] = rate * peak, (momentum, 0.999)


def one_cycle(share: float) -> tuple[float, float]:
    """Learning rate (a share of its peak) and first Adam moment after this ``share`` of a training.

    Two cosines: up in the first fifth, down to zero in the rest; the momentum runs against the
    rate (Smith & Topin 2017, arXiv 1708.07120).
    """
    if share < WARM_UP:
        height = 0.5 - 0.5 * cos(pi * share / WARM_UP)
        return 0.04 + 0.96 * height, 0.95 - 0.1 * height
    height = 0.5 + 0.5 * cos(pi * (share - WARM_UP) / (1 - WARM_UP))
    return height, 0.95 - 0.1 * height


def _sample(mean: Tensor, log_variance: Tensor | None, generator: np.random.Generator) -> Tensor:
    """A draw (B, D) from the posterior by the reparametrisation of Kingma & Welling 2014, section 2.4."""
    if log_variance is None:
        return mean
    standard = torch.from_numpy(generator.standard_normal(mean.shape, dtype=np.float32)).to(mean.device)
    return mean + standard * (0.5 * log_variance).exp()


def _bce(logits: Tensor, targets: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits.float(), targets, reduction="sum")


def _kl(mean: Tensor, log_variance: Tensor | None) -> Tensor:
    """KL from the prior N(0, I), summed (Kingma & Welling 2014, appendix B)."""
    if log_variance is None:
        return torch.zeros((), device=mean.device)
    mean, log_variance = mean.float(), log_variance.float()
    return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum()


def _arrays(tensors: dict[str, Tensor]) -> dict[str, np.ndarray]:
    return {name: value.detach().cpu().contiguous().numpy().copy() for name, value in tensors.items()}


def _laid_out_like(parameter: Tensor, moment: Tensor) -> Tensor:
    # Fused Adam reads weights and moments in memory order, and assumes that it is the same.
    return torch.empty_like(parameter).copy_(moment) if moment.shape == parameter.shape else moment


def _with_prefix(prefix: str, entries: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in entries.items() if name.startswith(prefix)}
