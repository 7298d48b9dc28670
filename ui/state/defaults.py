"""Defaults of the pages' controls, used by the pages and by the warm-up."""

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.data.noise import Noise

DEFAULT_DATASET = "digits"
DEFAULT_MODEL = "digits-vae-2"


N_PLACES = 1_000  # of empty space: as many as the page that generates judges, so that the numbers agree


MOST_FITTED = 10_000  # training images whose codes a source is fitted to


PATH, N_STEPS = "linear", 11  # before others are chosen


PLAIN, VARIATIONAL, FLAT = "mnist-ae-32", "mnist-vae-32", "mnist-vae-2"
OWN_CHOICE = f"The lesson brings its own: MNIST's test images, with {PLAIN}, {VARIATIONAL} and {FLAT}."


def counterparts(first: Checkpoint, options: list[str]) -> list[str]:
    """The shipped models of the same images and size but another kind: those that show the difference."""
    model, source = first.config.model, first.config.source.name
    kinds = ("ae", "dae") if model.kind == "vae" else ("vae",)
    wanted = [f"{source}-{kind}-{model.latent_dim}" for kind in kinds]
    return [name for name in wanted if name in options][:1]


KIND, LEVEL, SEED = "gaussian", 0.2, 0  # before a choice is made
N_LEVELS = 21  # a class then looks at the same ones, each of which is measured once
STEP = 1 / (N_LEVELS - 1)


def slider_noises() -> list[Noise]:
    """What the slider leads through before another kind is chosen."""
    return [Noise(KIND, rounded_level(step * STEP)) for step in range(N_LEVELS)]


def rounded_level(level: float) -> float:
    """Without what a browser's arithmetic leaves behind, so that all visitors ask for the same level."""
    return round(level, 6)


N_SHOWN = 10  # before another number is chosen
MEASURED_IMAGES = 500  # of each split: enough for two digits, quick enough to follow the slider


def at_random(members: np.ndarray, count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(members)[:count]
