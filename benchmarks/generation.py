"""Scores of the samples of every source, and the cost of measuring them.

python -m benchmarks.generation     on MNIST if it is on disk, else on the embedded digits; one thread
"""

import time

import numpy as np

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.generate.samples import SampleScores, compare_steps
from autoencoder.experiments.generate.words import sentence
from autoencoder.steps import result_of
from benchmarks.reporting import arguments, largest_on_disk, use_one_thread

MOST_FITTED = 10_000  # codes of training images


def main(argv: list[str] | None = None) -> dict[int, dict[str, tuple[SampleScores, ...]]]:
    """Print the scores of every source, model and seed; returns them."""
    parser = arguments(__doc__)
    parser.add_argument("--n", type=int, default=5_000, help="samples of each source; default: 5000")
    parser.add_argument("--seeds", type=int, default=3, help="default: 3")
    parser.add_argument("--kinds", default="ae-32,vae-32,ae-16,vae-16", help="of the shipped models")
    args = parser.parse_args(argv)
    use_one_thread()
    name = largest_on_disk()
    print(f"on {name}")
    training, test = (load_dataset(name, split) for split in ("train", "test"))
    rows = np.linspace(0, training.n_images - 1, min(training.n_images, MOST_FITTED)).astype(int)
    models = {}
    for kind in args.kinds.split(","):
        checkpoint = load_checkpoint(f"{name}-{kind}")
        models[checkpoint.name] = checkpoint.support, checkpoint.model.encode(training.images[rows])
    found = {}
    for seed in range(args.seeds):
        started = time.process_time()
        judged = result_of(compare_steps(models, training, test, args.n, seed))
        seconds = time.process_time() - started
        found[seed] = judged.scores
        report(seed, judged.scores)
        accuracy = judged.classifier.accuracy
        print(f"seed {seed}: {seconds:.0f} CPU-s; the classifier is right in {accuracy:.1%}")
    return found


def report(seed: int, scores: dict[str, tuple[SampleScores, ...]]) -> None:
    for name, sources in scores.items():
        for each in sources:
            print(
                f"{name:14} seed {seed}  {each.source:9} Fréchet {each.frechet:8.2f} "
                f"(real {each.frechet_floor:.2f})  off {each.off_support_share:6.1%}  "
                f"copies {each.copy_share:5.1%}"
            )
        print(sentence(name, sources))


if __name__ == "__main__":
    main()
