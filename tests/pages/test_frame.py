"""The frame of every page as a script: menu in groups, tab title, projector view, a training under way."""

import pytest

from tests.tools.app import press, visit, visit_as
from tests.tools.waiting import SOON
from tests.tools.works import plan
from ui.jobs.executor import LocalExecutor
from ui.jobs.queue import JobQueue
from ui.state import training
from ui.state.pages import ASK, HOME, LOOK, MAKE, PAGES, PATHS, TEACH
from ui.state.session import visitor_of
from ui.storage.disk import state_root
from ui.storage.workspace import Workspace
from ui.views.home import NAME
from ui.widgets import frame

TITLES = {
    LOOK: ["Latent map", "Reconstruction", "Interpolation"],
    ASK: ["Gaps", "Generate", "Outliers", "Few labels"],
    MAKE: ["Train", "Your images"],
    TEACH: ["Lesson"],
}


def styles(app) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def links(app) -> list[str]:
    return [link.proto.label for link in app.sidebar.get("page_link")]


def test_the_menu_has_every_page_in_its_group():
    app = visit("gaps")
    said = [caption.value for caption in app.sidebar.caption]
    assert said[: len(TITLES)] == list(TITLES)
    assert links(app) == [title for titles in TITLES.values() for title in titles]
    assert {PAGES[path].title for path in PATHS} == set(links(app))


def test_the_tab_has_the_page_s_title_and_the_app_s_name():
    assert frame.tab_title(HOME) == frame.NAME == NAME
    titles = [frame.tab_title(path) for path in PAGES]
    assert frame.tab_title("few-labels") == f"Few labels · {NAME}" and len(set(titles)) == len(PAGES)


@pytest.mark.parametrize(
    "page", ["reconstruction", "interpolation", "gaps", "generate", "outliers", "few_labels"]
)
def test_a_page_says_how_it_is_read_and_folds_the_rest(page):
    app = visit_as("a reader", page)
    assert not app.exception and not app.error
    assert "How to read this" in [head.value for head in app.subheader]
    assert "Details and references" in [block.label for block in app.expander]


def leaving(app):
    return next(button for button in app.button if button.label == "Leave the projector view")


def test_the_projector_view_lasts_over_pages_until_it_is_left_and_is_in_no_link():
    app = visit("gaps", model="digits-ae-16")
    before = dict(app.query_params)
    assert frame.HIDE_LEAVE in styles(app) and frame.PROJECTOR not in styles(app) and leaving(app).disabled
    press(app, "Projector view")
    assert frame.PROJECTOR in styles(app) and frame.HIDE_LEAVE not in styles(app)
    assert not leaving(app).disabled and dict(app.query_params) == before
    app.switch_page("../pages/lesson.py").run()
    assert frame.PROJECTOR in styles(app) and frame.HIDE_LEAVE not in styles(app)
    assert frame.PROJECTOR not in styles(visit("gaps")), "it is of one session"
    press(app, "Leave the projector view")
    assert frame.PROJECTOR not in styles(app) and frame.HIDE_LEAVE in styles(app)


def test_a_training_under_way_is_said_on_every_page_but_its_own(monkeypatch):
    queue = JobQueue()  # nobody works: it stays in line
    for module in (frame, training):
        monkeypatch.setattr(module, "job_queue", lambda: queue)
    token = "a visitor who trains"
    assert not [label for label in links(visit_as(token, "gaps")) if "Training" in label]
    space = Workspace(state_root(), visitor_of(token))
    job = training.train(queue, visitor_of(token), plan(4), space)
    assert "Training under way: in line" in links(visit_as(token, "gaps"))
    assert not [label for label in links(visit_as(token, "train")) if "Training" in label]
    assert not [label for label in links(visit_as("another", "gaps")) if "Training" in label]
    job.pause()
    assert "Training paused: in line" in links(visit_as(token, "lesson"))
    queue.add_executor(LocalExecutor())
    job.stop()
    assert job.wait(SOON)
    assert not [label for label in links(visit_as(token, "gaps")) if "Training" in label]
