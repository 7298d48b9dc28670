"""Cost of a training as a job: images a second in a worker against those of the command line.

    python -m benchmarks.jobs --epochs 2 --rounds 2

Both with one thread and the same niceness, in turns, in wall time. MNIST is used if it is on disk, else the
embedded digits. Also: the time until a worker is ready, until the first progress and until a stop takes
effect, and the memory of server and workers together.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.checkpoint.store import read_config
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.model.architecture import ModelSettings
from autoencoder.training.plan import TrainingPlan
from benchmarks.reporting import arguments, largest_on_disk
from ui.jobs.cluster import NICENESS, Cluster
from ui.jobs.job import Job
from ui.jobs.queue import JobQueue
from ui.state.training import train
from ui.storage.workspace import Workspace


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--dataset", default=None, help="default: mnist where it is on disk, else digits")
    args = parser.parse_args()
    dataset = load_dataset(args.dataset or largest_on_disk(), "train")
    print(f"{dataset.name}, {dataset.n_images:,} images, {args.epochs} epochs, ae, 16 dimensions")
    with tempfile.TemporaryDirectory() as folder:
        measure(dataset, args, Path(folder))


def measure(dataset: Dataset, args: argparse.Namespace, folder: Path) -> None:
    started = time.perf_counter()
    cluster, queue = Cluster(), JobQueue()
    cluster.staff("long", queue)
    wait_until(lambda: queue.is_staffed)
    print(f"a worker is ready after {time.perf_counter() - started:.1f} s")
    plan = TrainingPlan("model", dataset, None, ModelSettings("ae", 16), TrainingSettings(args.epochs))
    in_jobs, outside = [], []
    for number in range(args.rounds):
        in_jobs.append(in_a_job(queue, plan, Workspace(folder, f"{number:032x}")))
        outside.append(on_the_command_line(plan, folder / f"{number}"))
        print(f"images per second of wall time: {in_jobs[-1]:,.0f} in a job, {outside[-1]:,.0f} without")
    print(f"in a job / on the command line: {sum(in_jobs) / sum(outside):.3f}")
    print(f"a stop is heard after {seconds_to_stop(queue, plan, Workspace(folder, 'f' * 32)):.2f} s")
    print(f"server and workers together: {memory() / 1e6:,.0f} MB")
    cluster.close()


def in_a_job(queue: JobQueue, plan: TrainingPlan, workspace: Workspace) -> float:
    """Images a second between the first progress and the end of the last epoch."""
    started = time.perf_counter()
    job = train(queue, "a visitor", plan, workspace)
    wait_until(lambda: job.progress.latest)
    begun, n_before = time.perf_counter(), job.progress.latest.step
    print(f"first progress after {begun - started:.1f} s")
    wait_until(lambda: len(job.progress.epochs) == plan.settings.epochs)
    seconds, latest = time.perf_counter() - begun, job.progress.latest
    wait_until(lambda: job.is_over)
    return n_seen(plan) * (1 - n_before / latest.n_steps) / seconds


def on_the_command_line(plan: TrainingPlan, folder: Path) -> float:
    """Images a second by the seconds in the trained model's record."""
    model = ["--kind", plan.model.kind, "--latent-dim", f"{plan.model.latent_dim}", "--threads", "1"]
    epochs = ["--epochs", f"{plan.settings.epochs}", "--out", f"{folder}", "--json"]
    command = [sys.executable, "-m", "autoencoder", "train", "--dataset", plan.dataset.name, *model, *epochs]
    subprocess.run(["nice", "-n", f"{NICENESS}", *command], check=True, capture_output=True)
    return n_seen(plan) / read_config(folder).training.seconds


def seconds_to_stop(queue: JobQueue, plan: TrainingPlan, workspace: Workspace) -> float:
    job: Job = train(queue, "another", plan, workspace)
    wait_until(lambda: job.progress.latest)
    time.sleep(1)
    started = time.perf_counter()
    job.stop()
    wait_until(lambda: job.status in ("finishing", "stopped"))
    seconds = time.perf_counter() - started
    wait_until(lambda: job.is_over)
    return seconds


def n_seen(plan: TrainingPlan) -> float:
    """Training images, in all epochs together."""
    return 0.9 * plan.dataset.n_images * plan.settings.epochs


def memory() -> int:
    """Bytes of this process and its children, shared pages counted for each."""
    own = psutil.Process()
    return sum(process.memory_info().rss for process in (own, *own.children(recursive=True)))


def wait_until(condition) -> None:
    while not condition():
        time.sleep(0.01)


if __name__ == "__main__":
    main()
