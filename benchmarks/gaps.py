"""Cost of the figures on gaps: the statistic, the graph of codes, a path, and a pair on the page.

python -m benchmarks.gaps           one torch thread, as in the server; MNIST's test images if on disk
"""

import statistics
import time

import numpy as np

from autoencoder.checkpoint.path_kinds import find_path
from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from autoencoder.experiments.gaps.statistic import statistics_steps
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.paths import CodeGraph
from autoencoder.steps import result_of
from benchmarks.reporting import arguments, use_one_thread


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Print every figure; returns seconds by name."""
    parser = arguments(__doc__)
    parser.add_argument("--pairs", type=int, default=400, help="pairs of each kind; default: 400")
    parser.add_argument("--paths", type=int, default=40, help="paths through the data; default: 40")
    args = parser.parse_args(argv)
    use_one_thread()
    names = ("mnist-ae-32", "mnist-vae-32")
    figures = {
        f"statistic of {args.pairs} + {args.pairs} pairs, two models": statistic_seconds(names, args.pairs),
        **graph_seconds(names[0], args.paths),
    }
    for name, seconds in figures.items():
        print(f"{name}: {seconds:.3g} s")
    return figures


def statistic_seconds(names: tuple[str, ...], n_pairs: int) -> float:
    """From the codes to the result, with the distances to real images where MNIST is on disk."""
    models = [load_checkpoint(name) for name in names]
    try:
        dataset = load_dataset("mnist", "test", download=False)
        images, labels = dataset.images, dataset.labels
        coded = [(model, model.model.encode(images)) for model in models]
    except DatasetError:
        images, labels = None, models[0].atlas.labels
        coded = [(model, model.atlas.latents) for model in models]
        print("MNIST is not on disk: without the distances to real images")
    pairs = random_pairs(labels, len(labels), n_pairs, 0)
    started = time.perf_counter()
    result_of(statistics_steps(coded, images, pairs))
    return time.perf_counter() - started


def graph_seconds(name: str, n_paths: int) -> dict[str, float]:
    """The index, and the median path through the data and measured straight path between random codes."""
    checkpoint = load_checkpoint(name)
    latents = checkpoint.atlas.latents
    started = time.perf_counter()
    graph = CodeGraph(latents)
    built = time.perf_counter() - started
    ends = latents[np.random.default_rng(0).integers(len(latents), size=(n_paths, 2))]
    seconds = {"through the data": [], "straight, measured": []}
    for start, end in ends:
        started = time.perf_counter()
        graph.path(start, end, 17)
        seconds["through the data"].append(time.perf_counter() - started)
        started = time.perf_counter()
        checkpoint.support.measure(find_path(checkpoint, "linear", start, end, 11))
        seconds["straight, measured"].append(time.perf_counter() - started)
    figures = {f"graph of {len(graph.latents):,} codes, built": built}
    for kind, values in seconds.items():
        figures[f"a path {kind}, median of {n_paths}"] = statistics.median(values)
    return figures


if __name__ == "__main__":
    main()
