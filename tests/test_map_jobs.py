"""A t-SNE map as a job: it forms, can be stopped, and is there for the next visitor."""

import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.codes import codes_of_images
from autoencoder.latent.projection import project, tsne_steps
from autoencoder.steps import result_of
from ui.jobs.executor import OwnDesk
from ui.jobs.queue import JobQueue
from ui.jobs.work import StepsWork
from ui.widgets.map import tsne

MAIN = Path(__file__).resolve().parent.parent / "ui" / "main.py"


@pytest.fixture
def codes(checkpoints, digits):
    return codes_of_images(checkpoints["vae"], digits)


def test_the_finished_map_is_that_of_the_method(codes):
    job = JobQueue(OwnDesk()).submit("map", StepsWork(tsne_steps, codes.latents))
    assert job.wait(60) and job.status == "done"
    assert job.progress.share == 1
    np.testing.assert_array_equal(job.result.positions, result_of(tsne_steps(codes.latents)).positions)


def test_a_stopped_map_is_kept_as_it_was(codes):
    job = JobQueue(OwnDesk()).submit("map", StepsWork(tsne_steps, codes.latents))
    job.stop()
    assert job.wait(60) and job.status == "stopped"
    assert job.progress.share < 1 and job.result is job.progress.partial


def test_before_its_first_step_the_map_is_the_plane(codes, monkeypatch):
    queue = JobQueue()  # nobody works on it
    monkeypatch.setattr(tsne, "job_queue", lambda: queue)
    monkeypatch.setattr(tsne, "_watch", lambda job, codes: None)
    np.testing.assert_array_equal(tsne.tsne_map(codes).positions, project(codes.latents).positions)


def test_the_page_shows_the_map_when_it_is_done():
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params["projection"] = "t-SNE"
    app.run()
    deadline = time.monotonic() + 60
    while "t-SNE 1" not in _map(app) or _buttons(app) & {"Stop here"}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert not app.exception and not app.error


def test_two_maps_side_by_side_form_at_once():
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params.update({"model": "digits-ae-16", "beside": "digits-dae-16", "projection": "t-SNE"})
    app.run()
    assert not app.exception and not app.error
    deadline = time.monotonic() + 60
    while _map(app).count("t-SNE 1") < 2 or _buttons(app) & {"Stop here"}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert not app.exception and not app.error


def _map(app: AppTest) -> str:
    return app.get("bidi_component")[0].proto.json


def _buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button}
