"""Every work can be sent to a worker, and what it reports can be sent back."""

import asyncio
import pickle

import numpy as np
import pytest

from autoencoder.checkpoint.codes import codes_of_images
from autoencoder.checkpoint.record import TrainingSettings
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels.task import Plan as LabelPlan
from autoencoder.experiments.few_labels.task import few_label_task
from autoencoder.experiments.outliers.trials import Experiment
from autoencoder.latent.projection import project
from autoencoder.training.plan import Plan
from autoencoder.training.session import Training
from ui.jobs import worker
from ui.jobs.cluster import ClusterDesk
from ui.jobs.work import (
    FewLabelWork,
    GapWork,
    MapWork,
    MatrixWork,
    MixtureWork,
    OutlierWork,
    ScoreWork,
    SmoothWork,
    StatisticWork,
)

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


class HereClient:
    """A client whose worker is this process."""

    def run(self, function, *arguments, workers):
        async def call():
            answer = await function(*arguments)
            await settled()
            return answer

        return {workers[0]: asyncio.run(call())}


async def settled() -> None:
    """What was begun ahead ends before the loop does."""
    for place in worker._places.values():
        await asyncio.gather(*place._ahead.values())


@pytest.mark.parametrize("name", WORKS)
def test_a_work_goes_to_a_worker_and_its_reports_come_back(name, checkpoints, digits):
    model = checkpoints["vae"]
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    work = WORKS[name](model, codes_of_images(model, digits), train, test)
    before = pickle.dumps(work.progress)
    desk = ClusterDesk(HereClient(), "here")
    desk.begin("job", work, None)
    report = desk.advance("job", lambda event: True)
    assert report.has_paused and report.progress is not None
    assert pickle.dumps(work.progress) == before, "the server's own copy is not worked on"
    assert desk.finish("job").is_done
    assert np.isfinite(report.progress.latest.loss) if name == "training" else 0 <= report.progress[0] <= 1
