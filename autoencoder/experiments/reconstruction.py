"""Measures of reconstruction: per image, their means, and their means by class.

N images, 28 by 28 pixels each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data import measures
from autoencoder.data.dataset import Dataset
from autoencoder.data.images import as_floats
from autoencoder.data.noise import Noise, corrupt
from autoencoder.figures.chart import Pictures, Row
from autoencoder.model.autoencoder import Autoencoder, as_probabilities
from autoencoder.wording import counted


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Measures per image, each (N,), of the reconstruction against the clean image.

    mse            mean squared error over pixels in [0, 1]
    psnr           dB
    ssim           structural similarity, -1 to 1
    bce            nats per image; of a vae at one draw from the posterior, so that bce + kl is its
                   negative ELBO (Kingma & Welling 2014, equation 10)
    kl             nats per image; None unless the model is a vae
    is_far         the images far from those that the model has learnt from, by `Posterior.is_bounded`: their
                   kl is a lower bound; None unless the model is a vae
    noisy_psnr     the same of the corrupted input against the clean image; None without noise
    noisy_ssim
    """

    mse: np.ndarray
    psnr: np.ndarray
    ssim: np.ndarray
    bce: np.ndarray
    kl: np.ndarray | None
    is_far: np.ndarray | None
    noisy_psnr: np.ndarray | None = None
    noisy_ssim: np.ndarray | None = None

    def means(self) -> dict[str, float | None]:
        """The mean of each measure by its name; None for those that are None."""
        measured = {name: values for name, values in vars(self).items() if name != "is_far"}
        return {name: None if values is None else float(values.mean()) for name, values in measured.items()}

    @property
    def n_far(self) -> int:
        return 0 if self.is_far is None else int(self.is_far.sum())

    def of(self, rows: np.ndarray) -> "Evaluation":
        """The measures of some of the images."""
        return Evaluation(*(None if values is None else values[rows] for values in vars(self).values()))


def evaluate(model: Autoencoder, images: np.ndarray, noise: Noise | None = None, seed: int = 0) -> Evaluation:
    """Measure the model on images uint8 (N, 28, 28), given to it with ``noise`` drawn from ``seed``."""
    clean = as_floats(images)
    given = images if noise is None else corrupt(images, noise, np.random.default_rng(seed))
    posterior = model.posterior(given)
    logits = model.logits(posterior.mean)
    reconstructions = as_probabilities(logits)
    if model.is_variational:
        logits = model.logits(posterior.sample(np.random.default_rng(seed)))
    return Evaluation(
        mse=measures.mse(clean, reconstructions),
        psnr=measures.psnr(clean, reconstructions),
        ssim=measures.ssim(clean, reconstructions),
        bce=measures.bce(clean, logits),
        kl=measures.kl(posterior.mean, posterior.log_variance) if model.is_variational else None,
        is_far=posterior.is_bounded,
        noisy_psnr=None if noise is None else measures.psnr(clean, as_floats(given)),
        noisy_ssim=None if noise is None else measures.ssim(clean, as_floats(given)),
    )


def far_words(n_far: int, n_images: int) -> str:
    """A sentence on the images whose KL is a lower bound; empty where there are none."""
    if n_far == 0:
        return ""
    which = f"{n_far:,} of the {counted(n_images, 'image')} {'lies' if n_far == 1 else 'lie'} far from those"
    whose = "its KL is" if n_far == 1 else "their KL is"
    return f"{which} that the model was trained on: {whose} at least what is counted here."


def by_class(
    evaluation: Evaluation, labels: np.ndarray, class_names: tuple[str, ...]
) -> list[dict[str, str | int | float | None]]:
    """The means of each class that has images: its name, ``n_images`` and every measure."""
    return [
        {"class": name, "n_images": int((labels == label).sum()), **evaluation.of(labels == label).means()}
        for label, name in enumerate(class_names)
        if (labels == label).any()
    ]


def reconstruction_figure(
    lines: dict[str, np.ndarray], heads: Sequence[str], psnr: np.ndarray, title: str
) -> Pictures:
    """Lines of N images by name, input to error, under ``heads``; ``psnr`` (N,) is the reconstruction's."""
    notes = {"Reconstruction": [f"{value:.3g}" for value in psnr]}
    rows = [Row(name, images, notes.get(name, ())) for name, images in lines.items()]
    legend = "Below each reconstruction: its PSNR in dB."
    return Pictures(rows, heads, title, legend=legend, n_columns=12)


def reconstruction_sheet(
    checkpoint: Checkpoint, dataset: Dataset, noise: Noise | None, seed: int, n: int
) -> Pictures:
    """The first ``n`` images of a data set, as they are given to the model, and as they come back."""
    images = as_floats(dataset.images[:n])
    given = dataset.images if noise is None else corrupt(dataset.images, noise, np.random.default_rng(seed))
    back = checkpoint.model.reconstruct(given[:n])
    noisy = {} if noise is None else {"Noisy input": given[:n]}
    lines = {"Input": images, **noisy, "Reconstruction": back, "Error": np.abs(back - images)}
    heads = [str(row) for row in range(len(images))]
    title = f"{dataset.name} through {checkpoint.name}" + (f", noise {noise}" if noise else "")
    return reconstruction_figure(lines, heads, measures.psnr(images, back), title)
