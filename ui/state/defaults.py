"""Defaults of the pages' controls, used by the table of the address and by the warm-up."""

import numpy as np

from autoencoder.checkpoint import places
from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.data.catalogue import DATASETS, data_root
from autoencoder.data.noise import Noise


def opening_dataset() -> str:
    """Name of the images that the app opens on: MNIST where it is on disk, else its part that is embedded."""
    return "mnist" if DATASETS["mnist"].is_on_disk(data_root()) else "mnist-5k"


def preferred_model(dataset: str) -> str:
    """Name of the model that is shown first for a named set, shipped or not."""
    return f"{dataset}-vae-2"


DATASET = opening_dataset()  # decided once a process, so that all its visitors open the same view
MODEL = preferred_model(DATASET)
PLAIN, VARIATIONAL, FLAT = "mnist-ae-32", "mnist-vae-32", "mnist-vae-2"  # of the lesson
SEED = 0

# Images that are A and B before others are chosen, by their set: the default model gives both back as what
# they are, and the path between them leads through other digits.
PAIRS = {"mnist-5k": (114, 425), "mnist": (0, 1), "digits": (313, 41)}

# Reconstruction
NO_NOISE, NOISE, LEVEL = "none", "gaussian", 0.2  # the first of the noises, and its level, once one is wanted
N_LEVELS = 21  # few, so that a class looks at the same ones, each of which is measured once
LEVEL_STEP = 1 / (N_LEVELS - 1)
N_SHOWN = 10
MEASURED_IMAGES = 500  # of each split: enough for two digits, quick enough to follow the slider

# Interpolation
PATH, N_STEPS = "linear", 11

# Gaps and Generate
SOURCE = "prior"
EMPTY_SOURCE = "box"
N_PLACES = 1_000  # of empty space, and samples that are judged: the same number, so that the figures agree
MOST_FITTED = 10_000  # training images whose codes a source is fitted to


def default_pair(codes: Codes) -> tuple[int, int]:
    """The two images to begin with: of the table, or else the first two of different classes."""
    is_in_table = codes.dataset in PAIRS and codes.images is not None
    return PAIRS[codes.dataset] if is_in_table else places.default_pair(codes)


def counterparts(first: Checkpoint, options: list[str]) -> list[str]:
    """The shipped models of the same images and size but another kind: those that show the difference."""
    model, source = first.config.model, first.config.source.name
    kinds = ("ae", "dae") if model.kind == "vae" else ("vae",)
    wanted = [f"{source}-{kind}-{model.latent_dim}" for kind in kinds]
    return [name for name in wanted if name in options][:1]


def slider_noises() -> list[Noise]:
    """The noises of every position of the level's slider, of the kind that is tried first."""
    return [Noise(NOISE, rounded_level(step * LEVEL_STEP)) for step in range(N_LEVELS)]


def rounded_level(level: float) -> float:
    """A level without the rounding errors of a browser, so that all visitors ask for the same one."""
    return round(level, 6)


def at_random(members: np.ndarray, count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(members)[:count]
