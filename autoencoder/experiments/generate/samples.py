"""Samples: codes drawn from a source, decoded, and judged.

As a whole by the Fréchet distance from real images; one by one for being off the data, or a near-copy of a
training image. N training images, M samples, F features, D latent dimensions, C classes.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from autoencoder.data.dataset import Dataset, hold_back
from autoencoder.latent.picture_distance import nearest_steps
from autoencoder.latent.sources import FEWEST_CODES, MIXTURE, SOURCES, Sampler, sampler_steps
from autoencoder.latent.support import Codec, Support, is_off_support
from autoencoder.steps import Steps, part_of
from autoencoder.training.classifier import (
    ClassifierFacts,
    FeatureClassifier,
    classifier_steps,
    why_not_teach,
)

COPY_PERCENTILE = 5
MOST_REAL = 10_000  # training images for the floor of the Fréchet distance
MOST_YARDSTICKS = 500  # held-out images for the distance of a near-copy
TEACHING = 0.2  # the classifier's share of the work
EDGE = 0.05  # of the probability, left out at each side of the plane of samples


@dataclass(frozen=True, eq=False)
class Samples:
    """Codes drawn from a source: ``latents`` float32 (M, D), their ``images`` (M, 28, 28) in [0, 1].

    oddity   (M,), above 1 a sample is off the data
    """

    latents: np.ndarray
    images: np.ndarray
    oddity: np.ndarray


@dataclass(frozen=True, eq=False)
class Yardstick:
    """Real images that samples are compared with.

    images            uint8 (N, 28, 28), of training
    copy_distance     a sample nearer than this to a training image is a near-copy: the 5th percentile of this
                      distance for the model's reconstructions of held-out images, as blurred as samples are
    features          float32 (N', F), of up to 10,000 training images at random
    test_features     float32 (T, F), of held-out images; both None without a classifier
    """

    images: np.ndarray
    copy_distance: float
    classifier: FeatureClassifier | None
    features: np.ndarray | None
    test_features: np.ndarray | None


@dataclass(frozen=True, eq=False)
class SampleScores:
    """Scores of a source's samples; NaN and None without a classifier.

    frechet, frechet_floor   in the features of our own classifier, the floor for as many training images
    off_support_share        of the samples, off the data
    copy_share               of the samples, near-copies of a training image; 5 % for reconstructions
    class_shares             (C,), of the samples by the classifier
    """

    source: str
    n: int
    frechet: float
    frechet_floor: float
    off_support_share: float
    copy_share: float
    class_shares: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Judgement:
    """Scores of every model, by its name, and the classifier for their features, if there is one."""

    scores: dict[str, tuple[SampleScores, ...]]
    classifier: ClassifierFacts | None = None


def sample(sampler: Sampler, support: Support, n: int, seed: int, temperature: float = 1.0) -> Samples:
    """``n`` samples from a source, the same for the same seed."""
    latents = sampler.draw(n, np.random.default_rng(seed), temperature).astype(np.float32)
    images = support.codec.decode(latents)
    return Samples(latents, images, support.oddity(latents, images))


def plane(support: Support, n_side: int, is_prior: bool) -> np.ndarray:
    """A grid of codes float32 (n_side, n_side, D), row by row, along their two principal axes.

    Spaced by quantiles from 5 % to 95 % of the Gaussian fitted to the codes (one axis for a code of one
    dimension). For two-dimensional codes with a prior it is the prior, along the code's own axes (Kingma &
    Welling 2014, appendix A).
    """
    steps = norm.ppf(np.linspace(EDGE, 1 - EDGE, n_side))
    across, down = np.meshgrid(steps, -steps)
    middle, axes = _axes(support.latents, is_prior)
    return (middle + across[..., None] * axes[0] + down[..., None] * axes[1]).astype(np.float32)


def yardstick_steps(
    codec: Codec, training: np.ndarray, held_out: np.ndarray, classifier: FeatureClassifier | None
) -> Steps[Yardstick]:
    """The yardstick of a model, from images uint8 (N, 28, 28) and (T, 28, 28)."""
    few = held_out[:: -(-len(held_out) // MOST_YARDSTICKS)]
    distances, _ = yield from nearest_steps(codec.decode(codec.encode(few)), training)
    copy_distance = float(np.percentile(distances, COPY_PERCENTILE))
    if classifier is None:
        return Yardstick(training, copy_distance, None, None, None)
    some = training[np.random.default_rng(0).permutation(len(training))[:MOST_REAL]]
    features, test_features = classifier.features(some), classifier.features(held_out)
    return Yardstick(training, copy_distance, classifier, features, test_features)


def score_steps(source: str, samples: Samples, yardstick: Yardstick) -> Steps[SampleScores]:
    """Judge samples."""
    distances, _ = yield from nearest_steps(samples.images, yardstick.images)
    n, distance, floor, shares = len(samples.images), np.nan, np.nan, None
    if yardstick.classifier is not None:
        features = yardstick.classifier.features(samples.images)
        distance = frechet(features, yardstick.test_features)
        floor = frechet(yardstick.features[:n], yardstick.test_features)
        found = yardstick.classifier.predict(features)
        shares = (found[:, None] == yardstick.classifier.class_labels).mean(axis=0)
    off_share = float(is_off_support(samples.oddity).mean())
    copy_share = float((distances < yardstick.copy_distance).mean())
    return SampleScores(source, n, float(distance), float(floor), off_share, copy_share, shares)


def frechet(first: np.ndarray, second: np.ndarray) -> float:
    """The Fréchet distance of the Gaussians fitted to features (N, F) and (M, F); at least 0.

    ‖m₁ − m₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) (Dowson & Landau 1982; Heusel et al. 2017, arXiv 1706.08500). It
    shrinks with more images: compare distances of equal numbers of them.
    """
    first, second = first.astype(np.float64), second.astype(np.float64)
    one, other = (np.atleast_2d(np.cov(features, rowvar=False)) for features in (first, second))
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    overlap = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    between = ((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum()
    return max(0.0, float(between + np.trace(one) + np.trace(other) - 2 * overlap))


def compare_steps(
    models: dict[str, tuple[Support, np.ndarray]], training: Dataset, held_out: Dataset, n: int, seed: int
) -> Steps[Judgement]:
    """``n`` samples from every source of every model, judged.

    ``models`` are, by name, a model and the codes (N, D) to which its sources are fitted. A classifier learns
    from the training images, if their labels are of two classes or more; where these are also ``held_out``, a
    seeded half is.
    """
    known = Judgement({})
    training, held_out = apart(training, held_out)
    if not why_not_teach(training):
        classifier = yield from part_of(classifier_steps(training, held_out), 0, TEACHING, known)
        known = Judgement({}, classifier)
    width = (1 - TEACHING) / len(models)
    for number, (name, (support, latents)) in enumerate(models.items()):
        start = TEACHING + number * width
        steps = yardstick_steps(support.codec, training.images, held_out.images, known.classifier)
        yardstick = yield from part_of(steps, start, width / 6, known)
        sources = [*SOURCES, *([MIXTURE] if len(latents) >= FEWEST_CODES else [])]
        for place, source in enumerate(sources):
            low, part = start + width * (1 + 5 * place / len(sources)) / 6, width * 5 / 12 / len(sources)
            sampler = yield from part_of(sampler_steps(source, latents, 0), low, part, known)
            samples = sample(sampler, support, n, seed)
            found = yield from part_of(score_steps(source, samples, yardstick), low + part, part, known)
            known = replace(known, scores={**known.scores, name: (*known.scores.get(name, ()), found)})
    return known


def apart(training: Dataset, held_out: Dataset) -> tuple[Dataset, Dataset]:
    """Training and held-out images; two halves of one set that serves as both, if it has two images."""
    if training.fingerprint != held_out.fingerprint or training.n_images < 2:
        return training, held_out
    ones, others = hold_back(training.n_images, 0.5, 0)
    return training.subset(ones), training.subset(others)


def _axes(latents: np.ndarray, is_prior: bool) -> tuple[np.ndarray, np.ndarray]:
    """Middle (D,) of the plane and its two axes (2, D), each one standard deviation long."""
    latent_dim = latents.shape[1]
    if is_prior and latent_dim == 2:
        return np.zeros(2), np.eye(2)
    middle = latents.mean(axis=0)
    _, lengths, directions = np.linalg.svd(latents - middle, full_matrices=False)
    axes = np.zeros((2, latent_dim))
    n_axes = min(2, len(directions))
    axes[:n_axes] = directions[:n_axes] * lengths[:n_axes, None] / np.sqrt(max(1, len(latents) - 1))
    return middle, axes
