"""One class of MNIST is normal, all others are outliers: the AUROC of every score on the test set.

python -m benchmarks.outliers             ten digits, three seeds, one thread: some ten minutes
python -m benchmarks.outliers --classes 1 8 --seeds 0
"""

import time
from collections.abc import Sequence

import numpy as np

from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.outliers.scores import CHOSEN, SCORES, Detector
from autoencoder.experiments.outliers.trials import LATENT_DIM, class_trial, outcome_steps
from autoencoder.steps import result_of
from benchmarks.reporting import arguments, use_one_thread


def main(argv: Sequence[str] | None = None) -> dict[str, float]:
    """Print a row for each digit and the means; returns the mean AUROC of every score, and CPU-seconds."""
    parser = arguments(__doc__)
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--classes", type=int, nargs="+", default=range(10))
    parser.add_argument("--seeds", type=int, nargs="+", default=(0, 1, 2))
    parser.add_argument("--latent-dim", type=int, default=LATENT_DIM)
    parser.add_argument("--protocol", default="one-class")
    args = parser.parse_args(argv)
    use_one_thread()
    print(f"{args.dataset}, {args.protocol}, code of {args.latent_dim}; AUROC in %, means over {args.seeds}")
    print("class", *SCORES, "empty", "CPU-s", sep="\t")
    train, test = (load_dataset(args.dataset, split, download=False) for split in ("train", "test"))
    rows = []
    for label in args.classes:
        found = [_row(train, test, args.protocol, label, args.latent_dim, seed) for seed in args.seeds]
        rows.append(np.array(found))
        _show(str(label), rows[-1].mean(axis=0))
    means = np.mean(rows, axis=(0, 1))
    _show("mean", means)
    by_seed = np.mean(rows, axis=0)[:, list(SCORES).index(CHOSEN)]
    print(f"{CHOSEN}, mean over the classes by seed:", *(f"{100 * value:.2f}" for value in by_seed))
    return dict(zip([*SCORES, "empty", "seconds"], means.tolist(), strict=True))


def _row(train: Dataset, test: Dataset, protocol: str, label: int, latent_dim: int, seed: int) -> list[float]:
    """AUROC of every score, share of the normal test images that score below an empty one, CPU-seconds."""
    started = time.process_time()
    trial = class_trial(train, test, protocol, label, seed)
    outcome = result_of(outcome_steps(trial, latent_dim, seed))
    seconds = time.process_time() - started
    detector = Detector(outcome.model, trial.normal, trial.held_back)
    normal_scores = outcome.scores[CHOSEN][~outcome.test.is_outlier]
    black = float((normal_scores < detector.scores(np.zeros((1, 28, 28), np.uint8))[CHOSEN]).mean())
    return [*(outcome.aurocs[name] for name in SCORES), black, seconds]


def _show(name: str, row: np.ndarray) -> None:
    print(name, *(f"{100 * value:.2f}" for value in row[:-1]), f"{row[-1]:.1f}", sep="\t", flush=True)


if __name__ == "__main__":
    main()
