"""Warm-up of the server: imports and the default map at its start, then the views that a class begins with.

A class opens the same views in the same minute; thirty visitors wait for anything not computed before.
"""

import gc
import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.path_kinds import find_path
from autoencoder.checkpoint.places import ImageAt, code_in
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.readers.read import quiet_parsers
from autoencoder.errors import LatentSpaceError
from autoencoder.model.runtime import use_one_thread
from ui.state import caches, defaults
from ui.state.defaults import DATASET, FLAT, MODEL, PLAIN, SEED, VARIATIONAL
from ui.state.pages import PATHS
from ui.storage.classroom import classroom, starting_view

LOOK_EVERY = 5.0  # seconds between two looks at what the class starts with
REST = 0.05  # seconds between two steps, in which pages come first
PATIENCE = 10.0  # seconds for a step to come to its end

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Import what pages need, load the default model and its map, and settle the memory.

    The server computes on one thread: with more, the threads of one visitor's request wait for each other
    at barriers while another visitor has a core. All imported objects are frozen, so that no later garbage
    collection walks over them.
    """
    import ui

    for module in walk_packages(ui.__path__, "ui."):
        import_module(module.name)
    use_one_thread()
    quiet_parsers()
    # Streamlit warns that no script run surrounds the caches here, as intended.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    with suppress(LatentSpaceError):  # where the images cannot be read, the page says why
        _draw_first_map()
    gc.collect()
    gc.freeze()


def _draw_first_map() -> None:
    checkpoint = caches.shipped_checkpoint(MODEL)
    caches.latent_map(caches.codes(checkpoint, caches.named_dataset(DATASET, "test")), "auto")


@dataclass(frozen=True)
class View:
    """Named images and a shipped model; of ``codes_only`` views no more than the codes are shown."""

    dataset: str
    model: str
    codes_only: bool = False


LESSON = [View("mnist", name, codes_only=True) for name in (PLAIN, VARIATIONAL, FLAT)]


class Warmer(threading.Thread):
    """A thread of the server that prepares views, again after the teacher has changed the start."""

    def __init__(self):
        super().__init__(name="warmer", daemon=True)
        self._leave = threading.Event()

    def stop(self) -> None:
        """Stop between two steps: a computation under way would take the process down."""
        self._leave.set()
        if self.ident is not None:
            self.join(PATIENCE)

    def run(self) -> None:
        import_module("autoencoder.figures.paper")  # matplotlib reads the machine's fonts for it
        done: set[View] = set()
        while not self._leave.wait(REST):
            new = [view for view in views() if view not in done]
            done.update(new)
            if not all(map(self._prepare, new)) or self._leave.wait(LOOK_EVERY):
                return

    def _prepare(self, view: View) -> bool:
        """True unless the thread was stopped meanwhile."""
        try:
            return not any(self._leave.wait(REST) for _ in steps(view))
        except LatentSpaceError as error:  # the first visitor who asks is told
            logger.info("%s is not prepared: %s", view, error)
        except Exception as error:  # the other views are prepared all the same
            logger.error("%s is not prepared", view, exc_info=error)
        return True


def views() -> list[View]:
    """The view that the teacher's class starts with, and those of the default choice and the lesson."""
    choices: dict[str, str] = {}
    with suppress(LatentSpaceError):
        _, choices = starting_view(classroom().start, PATHS)
    first = View(choices.get("data", DATASET), choices.get("model", MODEL))
    shipped = {info.name for info in caches.shipped_models()}
    found = dict.fromkeys([first, View(DATASET, MODEL), *LESSON])
    return [view for view in found if view.dataset in DATASETS and view.model in shipped]


def steps(view: View) -> Iterator[None]:
    """Compute all that pages show of a view at first. Raises DatasetError where the images are missing."""
    checkpoint = caches.shipped_checkpoint(view.model)
    if view.codes_only:
        return (yield from _maps([checkpoint], view.dataset))
    others = defaults.counterparts(checkpoint, [info.name for info in caches.shipped_models()])
    models = [checkpoint, *map(caches.shipped_checkpoint, others)]
    yield from _maps(models, view.dataset)
    yield from _reconstructions(checkpoint, view.dataset)
    yield from _interpolation(models, view.dataset)
    yield from _empty_space(models, view.dataset)


def _maps(models: list[Checkpoint], dataset: str) -> Iterator[None]:
    for checkpoint in models:
        yield caches.latent_map(caches.codes(checkpoint, caches.named_dataset(dataset, "test")), "auto")


def _reconstructions(checkpoint: Checkpoint, dataset: str) -> Iterator[None]:
    """The errors without noise and at every level of the slider, and the images that are shown."""
    test = caches.named_dataset(dataset, "test")
    rows = tuple(defaults.at_random(np.arange(test.n_images), defaults.N_SHOWN, SEED))
    whole = caches.named_dataset(dataset, "train"), test
    parts = [caches.first_images(part, defaults.MEASURED_IMAGES) for part in whole]
    for noise in (None, *defaults.slider_noises()):
        yield caches.reconstructions(checkpoint, test, rows, noise, SEED)
        for part in parts:
            yield caches.evaluation(checkpoint, part, noise, SEED)


def _interpolation(models: list[Checkpoint], dataset: str) -> Iterator[None]:
    """The first pair's path, with the classifier of its pictures."""
    test = caches.named_dataset(dataset, "test")
    codes = caches.codes(models[0], test)
    yield caches.named_classifier(dataset)
    paths = []
    for model in models:
        yield caches.picture_distance(model, test)
        ends = [code_in(model, ImageAt(index), models[0], codes) for index in defaults.default_pair(codes)]
        paths.append(find_path(model, defaults.PATH, *ends, defaults.N_STEPS))
        yield caches.path_measures(model, paths[-1])
    for dark in (False, True):
        yield caches.drawn(caches.path_chart(models, paths), dark)


def _empty_space(models: list[Checkpoint], dataset: str) -> Iterator[None]:
    """The first places of every source, and the study's chart."""
    test, train = (caches.named_dataset(dataset, split) for split in ("test", "train"))
    some = caches.spread_images(train, defaults.MOST_FITTED)
    codes = [caches.codes(checkpoint, test) for checkpoint in models]
    fitted_to = []
    for checkpoint in models:
        fitted_to.append(caches.codes(checkpoint, some))
        yield
    yield caches.study_findings()
    shares = caches.empty_chart(models, codes, fitted_to, defaults.N_PLACES, SEED)
    for chart in (shares, *caches.study_charts().values()):
        for dark in (False, True):
            yield caches.drawn(chart, dark)
