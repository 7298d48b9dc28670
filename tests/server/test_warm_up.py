"""Warm-up of the server: pages then compute nothing, and it follows what the teacher sets."""

import threading
from dataclasses import replace

import pytest
import streamlit as st

from autoencoder.latent.support import Support
from tests.tools.app import visit
from tests.tools.waiting import wait_until
from ui import settings
from ui.server import warm_up
from ui.server.warm_up import LESSON, View, Warmer, steps, views
from ui.state import caches
from ui.state.defaults import DATASET, MODEL, NOISE, slider_noises
from ui.storage import classroom

DEFAULT = View(DATASET, MODEL)
COMPUTED = (
    "evaluate",
    "codes_of_images",
    "project",
    "fit_classifier",
    "PictureDistance",
    "empty_space",
    "empty_figure",
    "path_figure",
    "study_figures",
    "on_screen",
)


@pytest.fixture
def computed(monkeypatch) -> set[str]:
    """The names of what is computed from now on, nothing being kept yet."""
    seen: set[str] = set()

    def noting(owner, name: str) -> None:
        work = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *args, **kw: (seen.add(name), work(*args, **kw))[1])

    for name in COMPUTED:
        noting(caches, name)
    noting(Support, "measure")
    st.cache_resource.clear()
    yield seen
    st.cache_resource.clear()


def test_pages_compute_nothing_of_what_is_prepared(computed):
    assert sum(1 for _ in steps(DEFAULT)) > len(slider_noises())
    assert {*COMPUTED, "measure"} == computed  # these are what the pages would compute
    computed.clear()
    for page in ("latent_map", "reconstruction", "interpolation", "gaps"):
        assert not visit(page, data=DATASET).exception
        assert computed == set(), page
    for part in ("space", "study"):
        assert not visit("gaps", data=DATASET, part=part).exception
        assert computed == set(), part
    for noise in slider_noises():
        app = visit("reconstruction", data=DATASET, noise=noise.kind, level=noise.level)
        assert app.slider(key="level").value == noise.level and not app.exception
    assert computed == set()
    visit("reconstruction", data=DATASET, noise="speckle")
    assert computed == {"evaluate"}


def test_a_browser_s_arithmetic_makes_no_other_level(computed):
    visit("reconstruction", noise=NOISE, level=0.15)
    computed.clear()
    app = visit("reconstruction", noise=NOISE, level=0.05 + 0.1)
    assert app.slider(key="level").value != 0.15 and computed == set()


def test_copies_of_a_model_have_charts_of_their_own():
    model = caches.shipped_checkpoint(MODEL)
    path = model.atlas.latents[:5]
    for name in ("one", "a copy of it"):
        chart = caches.path_chart([replace(model, name=name, folder=None)], [path])
        assert chart.marks[0].name == name and caches.drawn(chart, False).data[0].name == name


@pytest.fixture
def teacher(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path / "state"))
    monkeypatch.setenv(settings.TEACHER_TOKEN, "a long enough secret")


def test_what_the_class_starts_with_comes_first(teacher):
    assert views() == [DEFAULT, *LESSON]
    classroom.change(start="http://lab/reconstruction?data=mnist&model=mnist-vae-2&noise=none")
    assert views() == [View("mnist", "mnist-vae-2"), DEFAULT, *LESSON]
    classroom.change(start="interpolation?model=digits-ae-2")
    assert views()[:2] == [View(DATASET, "digits-ae-2"), DEFAULT]


@pytest.mark.parametrize("start", ["no page", "?data=../../etc", "?model=of+a+visitor", "?data=&model="])
def test_a_start_that_cannot_be_prepared_is_left_out(teacher, start):
    classroom.change(start=start)
    assert views() == [DEFAULT, *LESSON]


def test_the_thread_follows_the_teacher_and_stops(teacher, monkeypatch):
    prepared, looks = [], []

    def note(view: View):
        prepared.append(view)
        yield
        yield

    monkeypatch.setattr(warm_up, "steps", note)
    monkeypatch.setattr(warm_up, "views", lambda: (looks.append(views()), views())[1])
    monkeypatch.setattr(warm_up, "LOOK_EVERY", 0.01)
    warmer = Warmer()
    warmer.start()
    wait_until(lambda: prepared == [DEFAULT, *LESSON])
    n_looks = len(looks)
    wait_until(lambda: len(looks) > n_looks + 3)
    classroom.change(start="?model=digits-ae-2")
    wait_until(lambda: prepared == [DEFAULT, *LESSON, View(DATASET, "digits-ae-2")])
    warmer.stop()
    assert "warmer" not in [thread.name for thread in threading.enumerate()]


def test_it_stops_between_two_steps(monkeypatch):
    taken = []

    def endless(view: View):
        while True:
            yield taken.append(view)

    monkeypatch.setattr(warm_up, "steps", endless)
    warmer = Warmer()
    warmer.start()
    wait_until(lambda: len(taken) > 2)
    warmer.stop()
    assert "warmer" not in [thread.name for thread in threading.enumerate()]
    assert set(taken) == {DEFAULT}


def test_a_view_that_fails_leaves_the_others(monkeypatch):
    prepared = []

    def failing(view: View):
        if view == DEFAULT:
            raise RuntimeError("a bug")
        yield prepared.append(view)

    monkeypatch.setattr(warm_up, "steps", failing)
    warmer = Warmer()
    warmer.start()
    wait_until(lambda: prepared == LESSON)
    warmer.stop()


def test_images_that_are_not_here_are_no_reason_to_end(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_DATA_ROOT", str(tmp_path))
    st.cache_resource.clear()
    monkeypatch.setattr(warm_up, "views", lambda: [*LESSON, View("fashion-mnist", "fashion-mnist-vae-2")])
    seen = []
    work = Warmer._prepare
    monkeypatch.setattr(Warmer, "_prepare", lambda self, view: (seen.append(view), work(self, view))[1])
    warmer = Warmer()
    warmer.start()
    wait_until(lambda: len(seen) == 4)
    warmer.stop()
    st.cache_resource.clear()
