"""Parts of several commands: load images and drive steps with a progress bar, write files."""

import argparse
import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.data.readers.pictures import looks_inverted
from autoencoder.errors import DatasetError
from autoencoder.figures.chart import Drawing
from autoencoder.steps import Step, Steps


def run(steps: Steps, what: str, note: Callable[[Step, tqdm], None] = lambda step, bar: None) -> Any:
    """Drive steps to their result behind a progress bar; ``note`` is called with each step."""
    with tqdm(total=100, unit="%", leave=False, delay=1, disable=None, desc=what) as bar:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return end.value
            bar.update(round(100 * step.share) - bar.n)
            note(step, bar)


def load(args: argparse.Namespace, split: str) -> Dataset:
    """Images that ``--dataset`` names."""
    with tqdm(total=100, unit="%", leave=False, delay=1, disable=None) as bar:

        def on_progress(share: float, sentence: str) -> None:
            bar.set_description(sentence)
            bar.update(round(100 * share) - bar.n)

        options = {"invert": bool(args.invert), "on_progress": on_progress}
        dataset = load_dataset(args.dataset, split, args.data_root, **options)
    if args.invert is None and dataset.split == "all" and looks_inverted(dataset.images):
        words = "dark ink on light ground, it seems, so it is inverted; --no-invert leaves it as it is"
        print(f"note: {words}", file=sys.stderr)
        return replace(dataset, images=255 - dataset.images)
    return dataset


def load_both(args: argparse.Namespace) -> tuple[Dataset, Dataset | None]:
    """Training and test images; None for those of a data set without a split."""
    training = load(args, "train")
    return training, load(args, "test") if training.split == "train" else None


def seen_in_training(checkpoint, dataset: Dataset) -> bool:
    """True for images that a model's training had, with a note where they belong to another set."""
    from autoencoder.checkpoint.seen import has_seen, note_on_seen

    if note := note_on_seen(checkpoint, dataset.name, dataset.split):
        print(f"note: {note}", file=sys.stderr)
    return has_seen(checkpoint.config, dataset)


def draw(drawing: Drawing, path: Path) -> None:
    """Write a figure in the format of the path's suffix. Raises DatasetError where it cannot be written."""
    from autoencoder.figures.paper import paper

    with writing(path) as file:
        file.write(paper(drawing, path.suffix.lower().removeprefix(".")))


@contextmanager
def writing(path: Path):
    """An open file that becomes ``path`` when all of it is written. Raises DatasetError."""
    scratch = path.with_name(f".{path.name}.part")
    try:
        with open(scratch, "wb") as file:
            yield file
        scratch.replace(path)
    except OSError as error:
        raise DatasetError(f"{path} could not be written: {error.strerror}. Choose another place.") from error
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def last_losses(history) -> dict:
    """Losses and PSNR of the last epoch; None each where there is none."""
    last = asdict(history[-1]) if history else {}
    return {name: last.get(name) for name in ("train_loss", "validation_loss", "validation_psnr")}
