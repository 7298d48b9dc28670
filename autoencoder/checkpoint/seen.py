"""Images that a model has seen in training: of its own data set, or of one that shares images with it."""

from autoencoder.checkpoint.checkpoint import Checkpoint, Config
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset


def has_seen(config: Config, dataset: Dataset) -> bool:
    """True for images of which the model's training had some, so that figures on them are not held-out ones.

    A visitor's name can hold other images by now; the fingerprint tells them apart.
    """
    if config.source.name != dataset.name:
        return is_shared_part(config, dataset.name, dataset.split)
    return dataset.split == "train" or (
        dataset.split == "all" and config.source.fingerprint == dataset.fingerprint
    )


def is_shared_part(config: Config, name: str, split: str) -> bool:
    """True where a split of another named set has images of the model's training.

    Then one of the two sets is a part of the other's training images.
    """
    own, other = DATASETS.get(config.source.name), DATASETS.get(name)
    if own is None or other is None or "all" in (split, config.atlas.split):  # all: a file of that name
        return False
    return other.part_of == own.name or (own.part_of == other.name and split == "train")


def note_on_seen(checkpoint: Checkpoint, name: str, split: str) -> str:
    """Sentence on images of another named set that were in the model's training; "" where there are none."""
    if not is_shared_part(checkpoint.config, name, split):
        return ""
    own, other = DATASETS[checkpoint.config.source.name], DATASETS[name]
    if other.part_of == own.name:
        return (
            f"{checkpoint.name} was trained on {own.title}'s training images, and these are among them: its "
            "figures here are those of training images, not held-out ones."
        )
    return (
        f"{checkpoint.name} was trained on {own.title}, a part of {other.title}'s training images: its "
        "figures on these are not held-out ones."
    )
