"""Every work can be sent to a worker, and what it reports can be sent back."""

import pickle
import sys

import numpy as np
import pytest
from distributed import Client, LocalCluster

from autoencoder.codes import codes_of_images
from autoencoder.datasets import load_dataset
from autoencoder.label_tasks import few_label_task
from autoencoder.projection import project
from autoencoder.training import TrainingSettings
from ui import workers
from ui.cluster import ClusterDesk
from ui.few_label_jobs import FewLabelWork
from ui.few_label_jobs import Plan as LabelPlan
from ui.field_jobs import GapWork
from ui.generate_jobs import MixtureWork, ScoreWork
from ui.map_jobs import MapWork
from ui.outlier_jobs import Experiment, OutlierWork
from ui.parcels import Scattered
from ui.plans import Plan
from ui.smooth_jobs import SmoothWork
from ui.statistic_jobs import MatrixWork, StatisticWork
from ui.trainings import Training

WORKS = {
    "map": lambda model, codes, train, test: MapWork(codes),
    "statistic": lambda model, codes, train, test: StatisticWork(
        [model], [codes.latents], codes.images, codes.labels, 8, 0
    ),
    "matrix": lambda model, codes, train, test: MatrixWork(model, codes.latents, codes.labels, 0),
    "smooth": lambda model, codes, train, test: SmoothWork(
        [(model, (codes.latents[0], codes.latents[1]))], 5
    ),
    "gaps": lambda model, codes, train, test: GapWork(model, project(codes.latents), codes.latents[0]),
    "mixture": lambda model, codes, train, test: MixtureWork(codes.latents, 2),
    "scores": lambda model, codes, train, test: ScoreWork([model], [codes.latents], train, test, 20, 0),
    "few labels": lambda model, codes, train, test: FewLabelWork(
        LabelPlan(model, train, test, few_label_task(train, test, 0), ["codes-knn"], [10], 1, 0)
    ),
    "outliers": lambda model, codes, train, test: OutlierWork(
        Experiment(train, test, "one-class", 8, 2, 0), 1
    ),
    "training": lambda model, codes, train, test: Training(
        Plan("a", train, test, model.config.model, TrainingSettings(1))
    ),
}


@pytest.fixture(scope="module")
def client():
    """A client with one worker process."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as local,
        Client(local, set_as_default=False) as client,
    ):
        client.run(workers.prepare, 0)
        yield client


@pytest.mark.parametrize("name", WORKS)
def test_a_work_goes_to_a_worker_and_its_reports_come_back(name, client, checkpoints, digits):
    model = checkpoints["vae"]
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    work = WORKS[name](model, codes_of_images(model, digits), train, test)
    before = pickle.dumps(work.progress)
    (address,) = client.scheduler_info()["workers"]
    desk = ClusterDesk(client, address, Scattered(client))
    desk.begin("job", work, None)
    report = desk.advance("job", lambda event: True)
    assert report.has_paused and report.progress is not None
    assert pickle.dumps(work.progress) == before, "the server's own copy is not worked on"
    assert desk.finish("job").is_done
    assert np.isfinite(report.progress.latest.loss) if name == "training" else 0 <= report.progress[0] <= 1
    in_worker = client.run(lambda: [name for name in sys.modules if name.split(".")[0] == "streamlit"])
    assert in_worker == {address: []}, "works need no page"
