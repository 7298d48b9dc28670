"""Our training against the textbook recipe: the same network, data and epochs, in one run.

    python -m benchmarks.training --epochs 5 --threads 1

The textbook recipe is that of most tutorials: a DataLoader that builds each batch item by item, Adam at 1e-3,
batches of 128, float32, all training images. Ours holds a tenth of them back, and measures its losses on
these after every epoch: that time is counted, those images are not. MNIST is used if it is on disk, else the
embedded digits.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, Dataset

from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.images import as_floats
from autoencoder.data.loading import load_dataset
from autoencoder.data.measures import bce
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder, build_network
from autoencoder.model.runtime import resolve_runtime
from autoencoder.steps import result_of
from autoencoder.training.trainer import Trainer
from benchmarks.reporting import arguments, largest_on_disk

TEXTBOOK_BATCH, TEXTBOOK_RATE = 128, 1e-3
WARM_UP_IMAGES = 200


@dataclass(frozen=True)
class Outcome:
    """Cost and quality of a recipe: images trained on per second, and ``bce`` in nats per test image."""

    images_per_second: float
    seconds: float
    cpu_seconds: float
    bce: float


class Items(Dataset):
    """One image at a time, turned into a tensor when it is asked for."""

    def __init__(self, images: np.ndarray):
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.tensor(self.images[index]).float().div(255)[None]


def main(argv: list[str] | None = None) -> dict[str, Outcome]:
    parser = arguments(__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    help = "default: the same; more show the cost of its quality"
    parser.add_argument("--textbook-epochs", type=int, help=help)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--latent-dim", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dataset", default=None, help="default: mnist where it is on disk, else digits")
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    name = args.dataset or largest_on_disk()
    train, test = (load_dataset(name, split).images for split in ("train", "test"))
    print(f"{_machine(args.threads)}\n{name}: {len(train):,} images, {args.epochs} epochs, ae, ", end="")
    print(f"{args.latent_dim} dimensions, seed {args.seed}")
    print(f"the textbook: {args.textbook_epochs or args.epochs} epochs\n")
    recipes = {"ours": train_ours, "textbook": train_textbook}
    outcomes = {title: measure(recipe, train, test, args) for title, recipe in recipes.items()}
    print_table(outcomes)
    return outcomes


def train_ours(images: np.ndarray, args: argparse.Namespace) -> tuple[Autoencoder, int]:
    """The model, and how many images it was trained on in all epochs together."""
    settings = TrainingSettings(args.epochs, seed=args.seed)
    trainer = Trainer(images, _model(args), settings, resolve_runtime(args.threads))
    result_of(trainer.steps())
    return trainer.autoencoder(), args.epochs * len(trainer.train_rows)


def train_textbook(images: np.ndarray, args: argparse.Namespace) -> tuple[Autoencoder, int]:
    network = build_network(_model(args), args.seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=TEXTBOOK_RATE)
    generator = torch.Generator().manual_seed(args.seed)
    loader = DataLoader(Items(images), TEXTBOOK_BATCH, shuffle=True, generator=generator)
    n_epochs = args.textbook_epochs or args.epochs
    for _ in range(n_epochs):
        for batch in loader:
            logits = network.decode(network.encode(batch)[0])
            loss = binary_cross_entropy_with_logits(logits, batch, reduction="sum") / len(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return Autoencoder(_model(args), network), n_epochs * len(images)


def measure(recipe: Callable, train: np.ndarray, test: np.ndarray, args: argparse.Namespace) -> Outcome:
    recipe(train[:WARM_UP_IMAGES], args)  # the set-up at the first use of an operation is not counted
    wall, cpu = time.perf_counter(), time.process_time()
    model, n_seen = recipe(train, args)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    loss = bce(as_floats(test), model.logits(model.encode(test))).mean()
    return Outcome(n_seen / seconds, seconds, cpu_seconds, float(loss))


def print_table(outcomes: dict[str, Outcome]) -> None:
    print(f"{'':10}{'images/s':>10}{'seconds':>10}{'CPU-s':>10}{'test BCE':>10}")
    for title, outcome in outcomes.items():
        times = f"{outcome.seconds:10.1f}{outcome.cpu_seconds:10.1f}"
        print(f"{title:10}{outcome.images_per_second:10,.0f}{times}{outcome.bce:10.2f}")
    ours, textbook = outcomes["ours"], outcomes["textbook"]
    print(
        f"\nours / textbook: {ours.images_per_second / textbook.images_per_second:.2f} times the images/s, "
        f"{ours.cpu_seconds / textbook.cpu_seconds:.2f} times the CPU-seconds, "
        f"{ours.bce - textbook.bce:+.2f} nats"
    )


def _model(args: argparse.Namespace) -> ModelSettings:
    return ModelSettings("ae", args.latent_dim)


def _machine(threads: int) -> str:
    runtime = resolve_runtime(threads)
    return (
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"torch {torch.__version__} on {threads} thread(s), ours in {runtime.precision} on {runtime.device}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main()
