"""Training record: settings and epoch results as plain values."""

from dataclasses import dataclass

from autoencoder.data.noise import Noise

HELD_BACK_SHARE = 0.1
MAX_EPOCHS = 1000


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of a training. Raises ValueError for a value that is out of range.

    ``noise`` (KIND:LEVEL) is laid over the inputs of a dae; other kinds are trained on clean images.
    ``learning_rate`` is the peak of the one-cycle schedule (Smith & Topin 2017, arXiv 1708.07120).
    ``n_images`` of those that are not held back are trained on, 0 for all of them.
    """

    epochs: int = 15
    batch_size: int = 128
    learning_rate: float = 8e-3
    seed: int = 0
    noise: str = "gaussian:0.3"
    n_images: int = 0

    def __post_init__(self):
        if not 1 <= self.epochs <= MAX_EPOCHS:
            raise ValueError(f"epochs must be from 1 to {MAX_EPOCHS}, got {self.epochs}")
        if not 1 <= self.batch_size <= 4096:
            raise ValueError(f"batch_size must be from 1 to 4096, got {self.batch_size}")
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate must be above 0 and at most 1, got {self.learning_rate}")
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed must be from 0 to {2**32 - 1}, got {self.seed}")
        Noise.parse(self.noise)
        if self.n_images < 0:
            raise ValueError(f"n_images must be at least 0, got {self.n_images}")


@dataclass(frozen=True)
class EpochResult:
    """The measures at the end of an epoch, as its weights give them.

    ``epoch`` is the number done: a whole one but for the last of a training that was stopped within an epoch.
    Both losses are as ``Progress.loss``: over the held-back images, and over as many fixed ones of
    those that the network is trained on, or all of these. A dae is measured at its task, from noisy to clean.
    """

    epoch: int | float
    train_loss: float
    validation_loss: float
    validation_psnr: float  # dB, mean over the same held-back images; from a vae's posterior means
