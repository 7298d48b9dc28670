"""Dataset: images (N, 28, 28) uint8 with labels and classes; stratified order and held-back rows."""

import functools
import hashlib
from dataclasses import dataclass, replace

import numpy as np

SIDE = 28  # pixels
SPLITS = ("train", "test", "all")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with labels and classes. The arrays are read-only, so one copy can serve everybody."""

    name: str
    split: str  # "train", "test" or "all"
    images: np.ndarray  # uint8 (N, 28, 28)
    labels: np.ndarray | None  # int64 (N,)
    class_names: tuple[str, ...]  # by label; () without labels

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if self.split not in SPLITS:
            raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {self.split!r}")
        if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"images must be uint8 (N, {SIDE}, {SIDE}), got {images.dtype} {images.shape}")
        object.__setattr__(self, "images", _read_only(images))
        if labels is None:
            return
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            raise ValueError(f"labels must be int64 ({len(images)},), got {labels.dtype} {labels.shape}")
        if labels.size and not 0 <= labels.min() <= labels.max() < len(self.class_names):
            raise ValueError(f"labels must lie in the {len(self.class_names)} class names")
        object.__setattr__(self, "labels", _read_only(labels))

    @property
    def n_images(self) -> int:
        return len(self.images)

    @functools.cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change with any pixel, any label and the order of the images."""
        digest = hashlib.sha256(repr(self.images.shape).encode())
        digest.update(self.images)
        if self.labels is not None:
            digest.update(self.labels)
        return digest.hexdigest()[:16]

    def subset(self, indices: np.ndarray) -> "Dataset":
        """The images at `indices`, in that order."""
        labels = None if self.labels is None else self.labels[indices]
        return replace(self, images=self.images[indices], labels=labels)


def _read_only(array: np.ndarray) -> np.ndarray:
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def hold_back(n: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random split of range(n) into indices to train on and a `share` held back, both ascending.

    From two images on, each side has one at least.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    held_back = n_held_back(n, share)
    order = np.random.default_rng(seed).permutation(n)
    return np.sort(order[held_back:]), np.sort(order[:held_back])


def n_held_back(n: int, share: float) -> int:
    """Number of n images that `hold_back` holds back."""
    return min(max(round(n * share), 1), n - 1) if n > 1 else 0


def stratified_order(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random order (N,) whose every prefix is stratified by class.

    It starts with one image of each class; then each class has its share, up to rounding. So the first 100
    hold the first 10.
    """
    order = rng.permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    sizes = np.unique(labels, return_counts=True)[1]
    ranks = np.concatenate([np.arange(size) for size in sizes]) if len(labels) else np.empty(0)
    place = np.where(ranks == 0, 0, (ranks + 0.5) / np.repeat(sizes, sizes))
    return by_class[np.lexsort([rng.random(len(labels)), place])]
