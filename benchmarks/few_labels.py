"""What few labels come to on MNIST, with the cost: every learner, number of labels and draw.

python -m benchmarks.few_labels           10,000 test images, a pool of 20,000, one thread
"""

import argparse
import os
import platform
import time

import torch

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels.learners import LEARNERS
from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import few_label_task
from autoencoder.experiments.few_labels.verdicts import curve, sentence
from autoencoder.model.runtime import use_one_thread
from autoencoder.steps import result_of


def main(arguments: list[str] | None = None) -> FewLabels:
    """Print the table of accuracies and what it says; returns the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", default="mnist-ae-32", help="default: mnist-ae-32")
    parser.add_argument("--dataset", default="mnist", help="default: mnist")
    parser.add_argument("--labels", default="100,550,1000", help="numbers of labels; default: 100,550,1000")
    parser.add_argument("--draws", type=int, default=3, help="default: 3")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--learners", default=",".join(LEARNERS), help="default: all of them")
    args = parser.parse_args(arguments)
    use_one_thread()
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, one thread")
    learners, counts = args.learners.split(","), [int(count) for count in args.labels.split(",")]
    started = time.process_time()
    outcome = measure(args.checkpoint, args.dataset, learners, counts, args.draws, args.seed)
    seconds = time.process_time() - started
    print_table(outcome)
    print(f"{seconds:.0f} CPU-s")
    return outcome


def measure(
    checkpoint: str, dataset: str, learners: list[str], counts: list[int], n_draws: int, seed: int
) -> FewLabels:
    train, test = (load_dataset(dataset, split, download=False) for split in ("train", "test"))
    task = few_label_task(train, None if test.split == "all" else test, seed)
    print(f"{checkpoint}: {task.pool.n_images:,} images in the pool, {task.test.n_images:,} to test on")
    model = load_checkpoint(checkpoint).model
    outcome = result_of(few_label_steps(model, task, learners, counts, n_draws, seed))
    return outcome


def print_table(outcome: FewLabels) -> None:
    for point in curve(outcome):
        print(
            f"{LEARNERS[point.learner].title:45} {point.n_labels:6,} labels  {point.mean:6.1%} ± "
            f"{point.std:.1%}  {point.n_draws} draws, {point.seconds:.3f} s a fit"
        )
    for name, seconds in outcome.preparations.items():
        print(f"{name}: {seconds:.2f} s, once")
    for n_labels in outcome.counts:
        print(sentence(outcome, n_labels))


if __name__ == "__main__":
    main()
