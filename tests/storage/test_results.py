"""Results on disk: what comes back is what was kept, a new server has it, and nothing else is believed."""

import dataclasses
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

from autoencoder.data.loading import load_dataset
from autoencoder.experiments.few_labels import measure
from autoencoder.experiments.gaps import statistic
from autoencoder.experiments.generate import samples
from autoencoder.experiments.outliers.outcome import Outcome, TestSet
from autoencoder.latent import fields, projection, sources
from autoencoder.latent.gap_score import GapScores
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder, build_network
from autoencoder.steps import result_of
from autoencoder.training.classifier import classifier_steps
from tests.tools.app import press, visit
from tests.tools.waiting import SOON, wait_until
from ui.jobs import queue as queue_module
from ui.jobs.executor import LocalExecutor
from ui.jobs.queue import JobQueue
from ui.jobs.work import job_key
from ui.server import app as app_module
from ui.state import caches
from ui.state.queues import find_measurement, job_queue, quick_queue, start_measurement
from ui.storage import classroom, results
from ui.storage.limits import MAX_RESULT_DAYS

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))
    return tmp_path


def gap_scores() -> GapScores:
    return GapScores(np.array([0.1, np.nan]), RNG.random(2), RNG.random(2))


def outcomes() -> list[Outcome]:
    """Of two seeds, as the page keeps them: the images are the same, and the first one has its network."""
    settings = ModelSettings("ae", 3)
    images = RNG.integers(0, 256, (4, 28, 28), np.uint8)
    test = TestSet(images, np.array([False, True, False, True]), ("4 · 0", "7 · 1", "4 · 2", "9 · 3"))
    model = Autoencoder(settings, build_network(settings, 0))
    scores = [({"mse": RNG.random(3)}, {"mse": RNG.random(4)}) for _ in range(2)]
    return [
        Outcome(seed, network, held_back, test, judged)
        for seed, (network, (held_back, judged)) in enumerate(zip((model, None), scores, strict=True))
    ]


EXAMPLES = {
    "outliers": outcomes(),
    "gap statistic": [statistic.GapStatistic("digits-vae-2", 2, gap_scores(), gap_scores(), False)],
    "matrix": statistic.GapMatrix(np.arange(2), RNG.random((2, 2)), *np.zeros((2, 2, 2, 2), int)),
    "field": fields.Field(RNG.random((3, 4), dtype=np.float32), (-1.0, 1.5, np.float32(0), 2.0)),
    "mixture": sources.Mixture(RNG.random(2), RNG.random((2, 3)), RNG.random((2, 3, 3))),
    "few labels": measure.FewLabels(
        np.arange(5), (measure.Result("linear", 10, 0, 0.5, 0.1, np.arange(5)),), {"pca": 1.0}
    ),
    "t-SNE": projection.TSNEMap(RNG.random((7, 2))),
    "smooth paths": [RNG.random((11, 2), dtype=np.float32), RNG.random((11, 3), dtype=np.float32)],
    "judgement": samples.Judgement(
        {"a": (samples.SampleScores("box", 9, float("nan"), 1.0, 0.5, float("nan"), None),)}, None
    ),
}


def same(a, b) -> bool:
    """Equal in every kind, type and bit."""
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(
            same(getattr(a, part.name), getattr(b, part.name)) for part in dataclasses.fields(a)
        )
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, Autoencoder):
        return type(b) is Autoencoder and a.settings == b.settings and same(a.weights, b.weights)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[name], b[name]) for name in a)
    return a == b or (a != a and b != b)


@pytest.mark.parametrize("result", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_what_comes_back_is_what_was_kept(result):
    results.keep("key", result)
    assert same(result, results.recall("key"))
    assert results.recall("another key") is None


def test_what_several_parts_share_is_kept_once():
    one, two = outcomes()
    apart = dataclasses.replace(two, test=dataclasses.replace(two.test, images=two.test.images.copy()))
    together = len(results.to_bytes("key", [one, two]))
    assert len(results.to_bytes("key", [one, apart])) >= together + one.test.images.nbytes


def test_a_network_that_was_kept_draws_the_same():
    kept = outcomes()
    results.keep("key", kept)
    model, images = results.recall("key")[0].model, kept[0].test.images
    assert same(model.reconstruct(images), kept[0].model.reconstruct(images))


def test_of_a_classifier_the_facts_are_kept():
    taught = result_of(classifier_steps(load_dataset("digits", "test"), None))
    results.keep("key", samples.Judgement({}, taught))
    back = results.recall("key").classifier
    assert (back.accuracy, back.n_held_out) == (taught.accuracy, taught.n_held_out)
    assert same(back.class_labels, taught.class_labels)


def test_what_holds_something_else_is_not_kept(state):
    for result in (object(), [lambda: 0], {"a": Path("x")}, load_dataset("digits", "test")):
        results.keep("key", result)
        assert results.recall("key") is None and not list(state.glob("results/*"))


def test_what_cannot_be_written_is_no_error(state):
    results.keep("key", [np.zeros(2, dtype="U3")])
    assert results.recall("key") is None and not list(state.glob("results/*"))


def test_a_file_that_goes_meanwhile_is_no_error(monkeypatch, caplog):
    results.keep("mine", [1])
    stat = Path.stat

    def gone(path: Path, **kw):
        if path == results._path("mine"):
            raise FileNotFoundError(path)
        return stat(path, **kw)

    monkeypatch.setattr(Path, "stat", gone)
    results.keep("yours", [2])
    assert results.recall("yours") == [2] and not caplog.records


def test_results_that_name_models_are_of_these_names():
    model = caches.shipped_checkpoint("digits-ae-2")
    pair, renamed = [model, model], [model, dataclasses.replace(model, name="a copy")]
    one, again, other = (
        job_key("statistic", [each.identity for each in models], "codes", 10, 0)
        for models in (pair, pair, renamed)
    )
    assert one == again != other


def test_results_that_were_read_are_bounded_like_others(monkeypatch):
    monkeypatch.setattr(queue_module, "MAX_FINISHED", 3)
    queue = JobQueue()
    for number in range(5):
        results.keep(str(number), [number])
        assert find_measurement(queue, str(number)).result == [number]
    assert [queue.find(str(number)) is not None for number in range(5)] == [False, False, True, True, True]


def test_a_result_of_another_key_is_not_taken(state):
    results.keep("mine", [1])
    (file,) = state.glob("results/*")
    file.rename(results._path("yours"))
    assert results.recall("yours") is None


def tree_file(tree, key: str = "key") -> bytes:
    return save({"0": np.zeros(3)}, {"key": key, "tree": tree if isinstance(tree, str) else json.dumps(tree)})


DAMAGED = {
    "empty": b"",
    "cut": results.to_bytes("key", [np.zeros(100)])[:200],
    "no facts": save({"0": np.zeros(3)}),
    "no tree": save({"0": np.zeros(3)}, {"key": "key"}),
    "no JSON": tree_file("{"),
    "deep": tree_file("[" * 100_000),
    "an unknown kind": tree_file({"kind": "Path", "fields": {}}),
    "other fields": tree_file({"kind": "TSNEMap", "fields": {"name": "x"}}),
    "no such array": tree_file({"array": 4, "shape": [3]}),
    "another shape": tree_file({"array": 0, "shape": [2, 2]}),
    "nothing known": tree_file({"what": "ever"}),
    "no network": tree_file({"network": {"kind": "ae"}, "weights": {"dict": []}}),
    "a network of other weights": tree_file(
        {
            "network": dataclasses.asdict(ModelSettings("ae", 3)),
            "weights": {"dict": [["x", {"array": 0, "shape": [3]}]]},
        }
    ),
    "two things": tree_file({"list": [], "tuple": []}),
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07os.path\x94.",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_no_result(content, state):
    results.keep("key", [1])
    assert results.recall("key") == [1]
    results._path("key").write_bytes(content)
    assert results.recall("key") is None
    results.keep("key", [2])
    assert results.recall("key") == [2]


def test_a_full_disk_is_no_error(monkeypatch, state):
    def full(*args, **kw):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    results.keep("key", [1])
    assert results.recall("key") is None


def test_the_least_used_make_room(monkeypatch, state):
    for number in range(4):
        results.keep(str(number), [np.zeros(1000)])
        os.utime(results._path(str(number)), (number, number))
    assert results.recall("0") is not None  # used just now
    monkeypatch.setattr(results, "MAX_RESULT_BYTES", 3 * results._path("0").stat().st_size + 100)
    results.keep("4", [np.zeros(1000)])
    assert [results.recall(str(number)) is not None for number in range(5)] == [
        True,
        False,
        False,
        True,
        True,
    ]


def test_a_starting_server_removes_what_is_old():
    for name, days in (("old", MAX_RESULT_DAYS + 1), ("new", 1)):
        results.keep(name, [1])
        used = time.time() - days * 24 * 3600
        os.utime(results._path(name), (used, used))
    app_module.clear_up()
    assert (results.recall("old"), results.recall("new")) == (None, [1])


def test_the_teacher_clears_results_of_images_too():
    results.keep("key", [1])
    classroom.clear_images()
    assert results.recall("key") is None


# As jobs


class Counting:
    """A work of some steps."""

    def __init__(self, n_steps: int):
        self._n_steps, self.progress = n_steps, (0.0, 0)

    def steps(self):
        for step in range(1, self._n_steps + 1):
            self.progress = step / self._n_steps, step
            time.sleep(0.01)
            yield step

    def finish(self) -> int:
        return self.progress[1]


def test_a_new_server_has_what_was_measured():
    job = start_measurement(JobQueue(LocalExecutor()), "count", Counting(3))
    assert job.wait(SOON, "done")
    queue = JobQueue(LocalExecutor())  # of the next server
    assert queue.find("count") is None
    again = find_measurement(queue, "count")
    assert (again.status, again.result, again.progress) == ("done", 3, (1.0, 3))
    assert find_measurement(queue, "count") is again and not queue.unfinished()
    assert find_measurement(queue, "another") is None


def test_what_was_stopped_is_not_kept():
    queue = JobQueue(LocalExecutor())
    job = start_measurement(queue, "count", Counting(10**9))
    job.wait(SOON, "running")
    job.stop()
    assert job.wait(SOON, "stopped")
    assert find_measurement(JobQueue(LocalExecutor()), "count") is None


def forget_everything() -> None:
    """As a server that was started anew."""
    quick_queue.clear()
    job_queue.clear()


def run_until_over(app: AppTest, n_jobs: int) -> None:
    """Look at the page again until the jobs are over: what is shown before then may be a part of it."""
    wait_until(lambda: len(quick_queue()._newest) >= n_jobs and not quick_queue().unfinished())
    app.run()


def test_a_page_shows_what_was_measured_before_a_restart():
    forget_everything()
    app = visit("gaps", pairs=10)
    press(app, "Measure the paths")
    run_until_over(app, 1)
    before = app.dataframe[0].value
    assert set(before["model"]) == {"Variational, 2 numbers, Digits", "Plain, 2 numbers, Digits"}
    assert "95 % from" in before
    forget_everything()
    after = visit("gaps", pairs=10)
    assert "Measure the paths" not in [button.label for button in after.button]
    assert before.equals(after.dataframe[0].value)
    forget_everything()


def aurocs(app: AppTest) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if "AUROC" in frame.value)


def test_what_was_learnt_of_outliers_is_shown_after_a_restart_and_saves_the_first_of_more_seeds(monkeypatch):
    monkeypatch.setattr("autoencoder.experiments.outliers.trials.N_STEPS", 3)
    forget_everything()
    choices = {"protocol": "one class is normal", "outlier_class": "3", "code_size": 2}
    app = visit("outliers", **choices)
    press(app, "Train and try")
    run_until_over(app, 1)
    before = aurocs(app)
    forget_everything()
    after = visit("outliers", **choices)
    assert "Train and try" not in [button.label for button in after.button] and not after.exception
    assert before.equals(aurocs(after))
    forget_everything()
    more = visit("outliers", **choices, n_seeds=3)
    press(more, "Train and try")
    job = list(quick_queue()._newest.values())[-1]
    assert len(job.progress[1]) >= 1  # the first seed is there already
    assert job.wait(SOON, "done")
    assert [outcome.seed for outcome in job.result] == [0, 1, 2]
    forget_everything()
