"""A t-SNE map as a job: it forms, can be stopped, and is there for the next visitor."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.codes import codes_of_images
from autoencoder.latent.projection import project, tsne_steps
from tests.tools.app import buttons, new_app, until
from tests.tools.waiting import SOON
from ui.jobs.executor import OwnDesk
from ui.jobs.queue import JobQueue
from ui.jobs.work import MapWork


@pytest.fixture
def codes(checkpoints, digits):
    return codes_of_images(checkpoints["vae"], digits)


def test_the_finished_map_is_that_of_the_method(codes):
    job = JobQueue(OwnDesk()).submit("map", MapWork(codes))
    assert job.wait(SOON) and job.status == "done"
    *_, (share, positions) = tsne_steps(codes.latents)
    assert job.progress[0] == share == 1
    np.testing.assert_array_equal(job.result.positions, positions)


def test_a_stopped_map_is_kept_as_it_was(codes):
    queue = JobQueue()
    job = queue.submit("map", MapWork(codes))
    job.step()
    queue.open(OwnDesk())
    assert job.wait(SOON, "paused")
    job.stop()
    assert job.wait(SOON) and job.status == "stopped"
    assert job.progress[0] < 1
    np.testing.assert_array_equal(job.result.positions, job.progress[1])


def test_before_its_first_step_the_map_is_the_plane(codes):
    np.testing.assert_array_equal(MapWork(codes).progress[1], project(codes.latents).positions)


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
    return app.get("bidi_component")[0].proto.json
