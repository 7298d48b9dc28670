"""Accuracy from few labels on MNIST, with the cost: every learner, number of labels and draw.

python -m benchmarks.few_labels           10,000 test images, a pool of 20,000, one thread
"""

import time

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels.learners import LEARNERS
from autoencoder.experiments.few_labels.measure import FewLabels, few_label_steps
from autoencoder.experiments.few_labels.task import few_label_task
from autoencoder.experiments.few_labels.verdicts import curve, sentence
from autoencoder.steps import result_of
from benchmarks.reporting import arguments, use_one_thread


def main(argv: list[str] | None = None) -> FewLabels:
    """Print the table of accuracies and what it says; returns the results."""
    parser = arguments(__doc__)
    parser.add_argument("--checkpoint", default="mnist-ae-32", help="default: mnist-ae-32")
    parser.add_argument("--dataset", default="mnist", help="default: mnist")
    parser.add_argument("--labels", default="100,550,1000", help="numbers of labels; default: 100,550,1000")
    parser.add_argument("--draws", type=int, default=3, help="default: 3")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--learners", default=",".join(LEARNERS), help="default: all of them")
    args = parser.parse_args(argv)
    use_one_thread()
    learners, counts = args.learners.split(","), [int(count) for count in args.labels.split(",")]
    started = time.process_time()
    train, test = (load_dataset(args.dataset, split, download=False) for split in ("train", "test"))
    task = few_label_task(train, None if test.split == "all" else test, args.seed)
    print(f"{args.checkpoint}: {task.pool.n_images:,} images in the pool, {task.test.n_images:,} to test on")
    model = load_checkpoint(args.checkpoint).model
    outcome = result_of(few_label_steps(model, task, learners, counts, args.draws, args.seed))
    seconds = time.process_time() - started
    print_table(outcome)
    print(f"{seconds:.0f} CPU-s")
    return outcome


def print_table(outcome: FewLabels) -> None:
    for point in curve(outcome):
        accuracy = f"{point.mean:6.1%} ± {point.std:.1%}  {point.n_draws} draws"
        title = LEARNERS[point.learner].title
        print(f"{title:45} {point.n_labels:6,} labels  {accuracy}, {point.seconds:.3f} s a fit")
    for name, seconds in outcome.preparations.items():
        print(f"{name}: {seconds:.2f} s, once")
    for n_labels in outcome.counts:
        print(sentence(outcome, n_labels))


if __name__ == "__main__":
    main()
