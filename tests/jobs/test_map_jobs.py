"""A t-SNE map as a job: it forms, can be stopped, and is there for the next visitor."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.codes import codes_of_images
from autoencoder.latent.projection import project, tsne_steps
from autoencoder.steps import result_of
from tests.tools.app import buttons, living_map, new_app, until
from tests.tools.waiting import SOON
from ui.jobs.executor import LocalExecutor
from ui.jobs.queue import JobQueue
from ui.jobs.work import StepsWork
from ui.widgets import map_jobs


@pytest.fixture
def codes(checkpoints, digits):
    return codes_of_images(checkpoints["vae"], digits)


def test_the_finished_map_is_that_of_the_method(codes):
    job = JobQueue(LocalExecutor()).submit("map", StepsWork(tsne_steps, codes.latents))
    assert job.wait(SOON) and job.status == "done"
    assert job.progress.share == 1
    np.testing.assert_array_equal(job.result.positions, result_of(tsne_steps(codes.latents)).positions)


def test_a_stopped_map_is_kept_as_it_was(codes):
    queue = JobQueue()
    job = queue.submit("map", StepsWork(tsne_steps, codes.latents))
    job.step()
    queue.add_executor(LocalExecutor())
    assert job.wait(SOON, "paused")
    job.stop()
    assert job.wait(SOON) and job.status == "stopped"
    assert job.progress.share < 1 and job.result is job.progress.partial


def test_before_its_first_step_the_map_is_the_plane(codes, monkeypatch):
    queue = JobQueue()  # nobody works on it
    monkeypatch.setattr(map_jobs, "job_queue", lambda: queue)
    monkeypatch.setattr(map_jobs, "_show_progress", lambda job, n_codes: None)
    np.testing.assert_array_equal(map_jobs.tsne_map(codes).positions, project(codes.latents).positions)


def test_the_page_shows_the_map_when_it_is_done():
    app = new_app(projection="t-SNE")
    app.run()
    until(app, lambda app: "t-SNE 1" in _map(app) and "Stop here" not in buttons(app))


def test_two_maps_side_by_side_form_at_once():
    app = new_app(model="digits-ae-16", beside="digits-dae-16", projection="t-SNE")
    app.run()
    assert not app.exception and not app.error
    until(app, lambda app: _map(app).count("t-SNE 1") == 2 and "Stop here" not in buttons(app))


def _map(app: AppTest) -> str:
    return json.dumps(living_map(app))
