"""Every work can be sent to a worker, and what it reports can be sent back."""

import pickle
import sys

import numpy as np
import pytest
from distributed import Client, LocalCluster

from autoencoder.checkpoint.codes import codes_of_images
from autoencoder.checkpoint.path_kinds import smooth_paths_steps
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels.measure import few_label_steps
from autoencoder.experiments.few_labels.task import few_label_task
from autoencoder.experiments.gaps.statistic import matrix_steps, statistics_steps
from autoencoder.experiments.generate.samples import compare_steps
from autoencoder.experiments.outliers.trials import Experiment, experiment_steps
from autoencoder.latent.fields import gap_field_steps
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.projection import project, tsne_steps
from autoencoder.latent.sources import mixture_steps
from autoencoder.training.plan import TrainingPlan
from autoencoder.training.session import Training
from ui.jobs import worker
from ui.jobs.cluster import WorkerExecutor
from ui.jobs.transfer import Scattered
from ui.jobs.work import StepsWork

WORKS = {
    "map": lambda model, codes, train, test: StepsWork(tsne_steps, codes.latents),
    "statistic": lambda model, codes, train, test: StepsWork(
        statistics_steps, [(model, codes.latents)], codes.images, random_pairs(codes.labels, 40, 8, 0)
    ),
    "matrix": lambda model, codes, train, test: StepsWork(
        matrix_steps, model.support, codes.latents, codes.labels, 12, 0
    ),
    "smooth": lambda model, codes, train, test: StepsWork(
        smooth_paths_steps, [(model, (codes.latents[0], codes.latents[1]))], 5
    ),
    "gaps": lambda model, codes, train, test: StepsWork(
        gap_field_steps, model.support, project(codes.latents), codes.latents[0]
    ),
    "mixture": lambda model, codes, train, test: StepsWork(mixture_steps, codes.latents, 0, 2),
    "scores": lambda model, codes, train, test: StepsWork(
        compare_steps, {model.name: (model.support, codes.latents)}, train, test, 20, 0
    ),
    "few labels": lambda model, codes, train, test: StepsWork(
        few_label_steps, model.model, few_label_task(train, test, 0), ["codes-knn"], [10], 1, 0
    ),
    "outliers": lambda model, codes, train, test: StepsWork(
        experiment_steps, Experiment(train, test, "one-class", 8, 2, 0), 1
    ),
    "training": lambda model, codes, train, test: Training(
        TrainingPlan("a", train, test, model.config.model, TrainingSettings(1))
    ),
}


@pytest.fixture(scope="module")
def client():
    """A client with one worker process."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as local,
        Client(local, set_as_default=False) as client,
    ):
        client.run(worker.prepare, 0)
        yield client


@pytest.fixture(scope="module")
def datasets(client):
    return Scattered(client)


@pytest.mark.parametrize("name", WORKS)
def test_a_work_goes_to_a_worker_and_its_reports_come_back(name, client, datasets, checkpoints, digits):
    model = checkpoints["vae"]
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    work = WORKS[name](model, codes_of_images(model, digits), train, test)
    before = pickle.dumps(work.progress)
    (address,) = client.scheduler_info()["workers"]
    executor = WorkerExecutor(client, address, datasets)
    executor.begin("job", work, None)
    report = executor.advance("job", lambda event: True)
    assert report.has_paused and report.progress is not None
    assert pickle.dumps(work.progress) == before, "the server's own copy is not worked on"
    assert executor.finish("job").is_done
    assert np.isfinite(report.progress.latest.loss) if name == "training" else 0 <= report.progress[0] <= 1
    in_worker = client.run(lambda: [name for name in sys.modules if name.split(".")[0] == "streamlit"])
    assert in_worker == {address: []}, "works need no page"
