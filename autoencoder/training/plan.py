"""Training plan and its defaults as plain values, for pages and files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autoencoder.checkpoint.checkpoint import Config
from autoencoder.checkpoint.record import HELD_BACK_SHARE, TrainingSettings
from autoencoder.data.dataset import Dataset, n_held_back
from autoencoder.data.noise import Noise
from autoencoder.errors import LatentSpaceError
from autoencoder.model.architecture import Architecture, ModelSettings, mirror_table


@dataclass(frozen=True)
class TrainingPlan:
    """Plan of a training: images, model, settings, and the name of the result.

    ``name`` is None while no name can be used: such a plan is only shown. ``test`` is None if there is none.
    """

    name: str | None
    dataset: Dataset
    test: Dataset | None
    model: ModelSettings
    settings: TrainingSettings

    @property
    def n_parameters(self) -> int:
        return sum(row.n_parameters + row.mirror_n_parameters for row in mirror_table(self.model))

    @property
    def n_trained(self) -> int:
        """Number of images that are trained on."""
        return self.settings.n_images or n_to_train_on(self.dataset.n_images)


def n_to_train_on(n_images: int) -> int:
    """Number of images that are not held back."""
    return n_images - n_held_back(n_images, HELD_BACK_SHARE)


def n_learnt_from(config: Config) -> int:
    """Number of images that a model was trained on, without those held back."""
    return config.training.settings.n_images or n_to_train_on(config.source.n_images)


FEW, SMALL = 500, 5_000  # images: fewer need more epochs, and smaller batches


def default_epochs(n_images: int) -> int:
    return 100 if n_images < FEW else 50 if n_images < SMALL else 10


def default_batch(n_images: int) -> int:
    """Images of a batch: few enough that an epoch has some steps."""
    return 10 if n_images < FEW else 32 if n_images < 1_000 else TrainingSettings().batch_size


def default_name(dataset: str, kind: str, latent_dim: int, n_images: int = 0) -> str:
    name = f"{dataset[:40].rstrip('. ')}-{kind}-{latent_dim}"
    return f"{name}-of-{n_images}" if n_images else name


def model_settings(kind: str, latent_dim: int, architecture: str, beta: float) -> ModelSettings:
    """Model settings of a form; raises LatentSpaceError for what cannot be built."""
    with _form():
        return ModelSettings(kind, latent_dim, beta, Architecture.preset(architecture))


def training_settings(
    epochs: int, batch_size: int, learning_rate: float, seed: int, noise: str, level: float, n_images: int = 0
) -> TrainingSettings:
    """Training settings of a form; raises LatentSpaceError for what cannot be trained."""
    with _form():
        return TrainingSettings(epochs, batch_size, learning_rate, seed, str(Noise(noise, level)), n_images)


@contextmanager
def _form() -> Iterator[None]:
    """Show refused settings at the form: a browser's own limits can be passed over."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise LatentSpaceError(f"These settings cannot be used: {error}.") from error
