"""Replay of a training: frames with the map positions of held-out images and eight reconstructions.

The map is the code itself where that has two dimensions. Else it is the plane in which the codes of that
moment vary most (PCA), rotated and mirrored for the best fit to the frame before (orthogonal Procrustes:
Schönemann 1966); sizes stay, so only the training moves points from frame to frame.

F frames, N images on the map, S images shown, D latent dimensions.
"""

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from autoencoder.data.readers.arrays import read_arrays
from autoencoder.data.serial import from_tree
from autoencoder.errors import CheckpointError
from autoencoder.model.architecture import MAX_LATENT_DIM

REPLAY = "replay.npz"
N_ON_MAP = 400  # held-out images
N_SHOWN = 8
N_PAIRS = 20  # of images of two classes, between which the gap score is taken
N_MEASURED = 250  # images of each side whose errors are taken before the end of the first epoch
SEED = 0  # of these choices: the same for every training, so that trainings compare
MOST_EPOCHS = 60  # with a frame each; of more, every second, every fourth … is kept
EARLY = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the first epoch, in which the most happens
MOST_FRAMES = 200  # in a file; 66 are kept
MAX_BYTES = 2_000_000  # of a file: 64 frames take 0.6 MB before packing
MAX_UNPACKED = 20_000_000


@dataclass(frozen=True, eq=False)
class Replay:
    """The frames of a training, in the order in which they were taken."""

    latent_dim: int
    class_names: tuple[str, ...]
    inputs: np.ndarray  # uint8 (S, 28, 28), the encoder's inputs
    labels: np.ndarray  # int16 (N,) of the images on the map; -1 where there are none
    epochs: np.ndarray  # (F,), epochs done: 0 is the network untrained
    positions: np.ndarray  # float32 (F, N, 2)
    pictures: np.ndarray  # uint8 (F, S, 28, 28), reconstructions
    train_losses: np.ndarray  # (F,), nats per image; over fewer images before the end of the first epoch
    validation_losses: np.ndarray  # (F,), likewise
    gap_scores: np.ndarray  # (F,), mean over straight paths between pairs of images: see gap_score.GapScore

    def __post_init__(self) -> None:
        n_frames, n_images, n_shown = len(self.epochs), len(self.labels), len(self.inputs)
        shapes = {
            "inputs": ("u", (n_shown, 28, 28)),
            "labels": ("i", (n_images,)),
            "positions": ("f", (n_frames, n_images, 2)),
            "pictures": ("u", (n_frames, n_shown, 28, 28)),
            **{name: ("f", (n_frames,)) for name in ("epochs", *MEASURED)},
        }
        for name, (kind, shape) in shapes.items():
            array = getattr(self, name)
            if array.dtype.kind != kind or array.shape != shape:
                raise ValueError(f"{name} must be {shape} of kind {kind}, got {array.shape}, {array.dtype}")

    def __len__(self) -> int:
        return len(self.epochs)

    def with_frame(self, **frame) -> "Replay":
        """Replay with one frame more, thinned out where there are too many."""
        added = {name: np.concatenate([getattr(self, name), [value]]) for name, value in frame.items()}
        longer = replace(self, **{name: added[name].astype(getattr(self, name).dtype) for name in added})
        return longer.of(is_kept(longer.epochs))

    def of(self, frames: np.ndarray) -> "Replay":
        """Some of the frames."""
        return replace(self, **{name: getattr(self, name)[frames] for name in FRAMED})

    def to_arrays(self) -> dict[str, np.ndarray]:
        """All of it as arrays of numbers, for files without pickle."""
        entries = {part.name: getattr(self, part.name) for part in fields(self)}
        facts = json.dumps({name: entries.pop(name) for name in FACTS})
        return {"facts": np.frombuffer(facts.encode(), np.uint8), **entries}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "Replay":
        """The inverse of ``to_arrays``; raises KeyError, TypeError or ValueError for anything else."""
        entries = dict(arrays)
        facts = json.loads(entries.pop("facts").tobytes())
        replay = from_tree(cls, {**facts, **entries})
        replay._check_values()
        return replay

    def _check_values(self) -> None:
        """Raises ValueError for values that no training gives: a file may hold anything."""
        is_sound = (
            1 <= self.latent_dim <= MAX_LATENT_DIM
            and len(self) <= MOST_FRAMES
            and self.inputs.dtype == self.pictures.dtype == np.uint8
            and ((self.labels >= -1) & (self.labels < max(1, len(self.class_names)))).all()
            and np.isfinite(self.positions).all()
            and (np.isfinite(self.epochs) & (self.epochs >= 0)).all()
            and (np.diff(self.epochs) > 0).all()
        )
        if not is_sound:
            raise ValueError("no frames of a training")


FACTS = ("latent_dim", "class_names")
MEASURED = ("train_losses", "validation_losses", "gap_scores")
FRAMED = ("epochs", "positions", "pictures", *MEASURED)
ARRAYS = ("facts", "inputs", "labels", *FRAMED)  # of a file


def stride(epoch: int) -> int:
    """Number of epochs between two kept frames after ``epoch`` epochs."""
    step = 1
    while epoch / step > MOST_EPOCHS:
        step *= 2
    return step


def is_kept(epochs: np.ndarray) -> np.ndarray:
    """Mask of the frames at these epochs (F,) to keep: those below 1, the last, and evenly between."""
    last = epochs[-1]
    return (epochs < 1) | (epochs == last) | (epochs % stride(int(last)) == 0)


def read_replay(folder: Path) -> Replay | None:
    """Replay of the model in a folder; None where none was kept. Raises CheckpointError."""
    path = folder / REPLAY
    if not path.exists():
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("too large")
        return Replay.from_arrays(read_arrays(path, ARRAYS, len(ARRAYS), MAX_UNPACKED))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        fault = f"How {folder.name} came about cannot be shown: {REPLAY} is damaged"
        raise CheckpointError(f"{fault}. The model can be used.") from error
