"""State folder of the program at revision 36e6694, written through its pages and its public functions.

    PYTHONPATH=. .venv/bin/python tests/tools/old_state.py tests/storage/state_before_rooms.zip

It ran once, at that revision, before every module moved; it runs with no other one. It is kept to show how
the archive came about. All is seeded: two runs differ only in the seconds that trainings and fits took, and
so in the digits in the shared model's name.

    state/          what lay below LATENT_STATE_ROOT, the names as they were on disk
    expected.json   what the old program read from it, and how it finished the trainings

The visitors:

    anna    models, images, deleted ones, shared copies, all results; an interrupted training on `digits`
    berta   images without labels, and an interrupted training on them
    carla   a training that she paused
    dora    a training that was still in line

Two of anna's models are of 40 images called mnist, which are not on disk: pages then use the codes of the
model's atlas, so the keys of these results are the same on every CPU.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import astuple, replace
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from autoencoder.architecture import Architecture, ModelSettings
from autoencoder.checkpoints import make_checkpoint
from autoencoder.datasets import Dataset, load_dataset
from autoencoder.replay import read_replay
from autoencoder.runtime import Runtime, use_one_thread
from safetensors import safe_open
from streamlit.testing.v1 import AppTest
from ui.plans import Plan
from ui.training_jobs import take_up, train
from ui.unfinished import Unfinished
from ui.visitors import _digest
from ui.workspace import Workspace, state_root

from autoencoder import outlier_trials
from autoencoder.training import Progress, Trainer, TrainingSettings
from tests.tools.facts import digest, facts_of, machine
from ui import classroom, results
from ui.jobs import JobQueue, OwnDesk, job_queue, quick_queue

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"
REVISION = "36e6694"
SMALL = Architecture("conv", channels=(4, 6, 5), widths=(9, 6))  # 11 kB
TINY = Architecture("tiny", channels=(3, 5, 4), widths=(7, 5))  # 7 kB; an unfinished training has it thrice
VISITORS = ("anna", "berta", "carla", "dora")
SOON = 120  # seconds
TEACHER = "a teacher's secret"
MODEL, DELETED = "Mein Modell ü 2", "away.with it"
ATLAS_MODEL, OTHER_MODEL = "mnist-ae-of-40", "mnist-vae-of-40"
IMAGES, DELETED_IMAGES, UNLABELLED = "drei Formen", "old shapes", "stripes"

ON_ATLAS = {"data": "mnist", "model": ATLAS_MODEL}
ON_TWO = {**ON_ATLAS, "with": OTHER_MODEL}
ON_OWN = {"data": IMAGES, "model": MODEL}
ONE_CLASS = {"protocol": "one class is normal", "outlier_class": "bar"}
VISITS = [  # page, choices, the button that begins the work, whether the key depends on the CPU
    ("gaps", {**ON_TWO, "pairs": "20"}, "Measure the paths", False),
    ("gaps", {**ON_TWO, "pairs": "20"}, "Measure every two classes", False),
    ("latent_map", {**ON_ATLAS, "projection": "t-SNE"}, "", False),
    ("latent_map", {**ON_ATLAS, "layer": "gaps"}, "", False),
    ("generate", {**ON_ATLAS, "draw": "mixture", "components": "2"}, "", False),
    ("interpolation", {**ON_TWO, "path": "smooth", "steps": "5"}, "Find the smooth path", False),
    ("generate", {**ON_OWN, "with": "", "judged": "50"}, "Judge every source", True),
    ("outliers", {**ON_OWN, **ONE_CLASS, "code_size": "2", "n_seeds": "3"}, "Train and try", False),
    ("few_labels", {**ON_OWN, "labels": ["10", "30"], "draws": "2"}, "Measure", False),
]


def main(archive: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "state")
        os.environ.update({"LATENT_STATE_ROOT": str(root), "LATENT_DATA_ROOT": str(Path(folder, "data"))})
        os.environ[classroom.TOKEN] = TEACHER
        use_one_thread()
        expected = written()
        copy = shutil.copytree(root, Path(folder, "finished"))
        for who in expected["visitors"].values():
            if who["unfinished"]["runtime"]:  # what has not begun may end in bfloat16 on another machine
                who["end"] = end_of(copy, who["id"])
        pack(root, expected, archive)


def written() -> dict:
    """Write the folder; what the program reads from it."""
    spaces = {name: Workspace(state_root(), _digest(token(name))) for name in VISITORS}
    fill(spaces["anna"])
    share()
    visits = [visited(*asked) for asked in VISITS]
    spaces["berta"].save_images(stripes(), UNLABELLED)
    leave_trainings(spaces)
    classroom.change(start="/latent_map?data=digits&model=digits-vae-2", can_upload=False)
    return {
        "revision": REVISION,
        "machine": machine(),
        "visitors": {name: {**who(name), **read(space)} for name, space in spaces.items()},
        "results": {visit["key"]: facts_of(results.recall(visit["key"])) for visit in visits},
        "visits": visits,
        "classroom": facts_of(classroom.classroom()),
    }


def token(name: str) -> str:
    return f"{name}, a visitor before the rooms"


def who(name: str) -> dict:
    return {"token": token(name), "id": _digest(token(name))}


# Images


def shapes(n_each: tuple[int, ...] = (18, 12, 10), seed: int = 0) -> Dataset:
    """Bars, boxes and crosses at random places, of two brightnesses."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(3), n_each))
    images = np.zeros((len(labels), 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        y, x, ink = *rng.integers(3, 12, 2), rng.choice([160, 240])
        if label == 0:
            image[y : y + 14, x : x + 3] = ink
        elif label == 1:
            image[y : y + 9, x : x + 9] = ink
        else:
            image[y + 5 : y + 8, x : x + 13] = image[y : y + 13, x + 5 : x + 8] = ink
    return Dataset("shapes", "all", images, labels, ("bar", "box", "cross"))


def stripes() -> Dataset:
    """Thirty images without labels."""
    images = np.zeros((30, 28, 28), np.uint8)
    for number, image in enumerate(images):
        image[number % 7 :: 4 + number % 5] = 100 + 5 * number
    return Dataset("stripes", "all", images, None, ())


def called_mnist(split: str, n: int) -> Dataset:
    return replace(load_dataset("digits", split).subset(np.arange(n)), name="mnist")


# Models, images and what is shared


def fill(space: Workspace) -> None:
    """Anna's images and models: trained as jobs, so that they have frames; one of each is deleted."""
    space.save_images(shapes(), IMAGES)
    own = replace(space.load_images(IMAGES), name=IMAGES)
    mnist = called_mnist("train", 40), called_mnist("test", 60)
    few = TrainingSettings(epochs=8, batch_size=6, seed=3)
    trained(space, Plan(MODEL, own, None, ModelSettings("vae", 2, 0.5, SMALL), few))
    trained(space, Plan(ATLAS_MODEL, *mnist, network("ae", 2), few))
    trained(space, Plan(OTHER_MODEL, *mnist, network("vae", 3), few))
    trainer = Trainer(own.images, network("ae", 1), TrainingSettings(1, 20), Runtime())
    for _ in trainer.events():
        pass
    space.save_model(make_checkpoint(DELETED, trainer, own, None), DELETED)  # without frames
    space.delete_model(DELETED)
    space.save_images(shapes((2, 1, 3), seed=1), DELETED_IMAGES)
    space.delete_images(DELETED_IMAGES)


def network(kind: str, latent_dim: int, beta: float = 1.0) -> ModelSettings:
    return ModelSettings(kind, latent_dim, beta, TINY)


def trained(space: Workspace, plan: Plan) -> None:
    queue = JobQueue(OwnDesk())
    job = train(queue, _digest(token("anna")), plan, space)
    assert job.wait(SOON, "done") and job.result == plan.name, job.error
    queue._close()


def share() -> None:
    """Anna shares a model and images with the switches of the pages."""
    models = visit("train", {})
    next(box for box in models.selectbox if box.label == "Model of yours").set_value(MODEL).run()
    for app in (models, visit("your_images", {})):
        next(toggle for toggle in app.toggle if toggle.label == "Share").set_value(True).run()
        assert not app.exception and not app.error


# Results


def visit(page: str, query: dict) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=SOON)
    app.session_state["visitor_token"] = token("anna")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app = app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception and not app.error and not app.warning, (page, app.exception, app.error)
    return app


def visited(page: str, query: dict, button: str, needs_cpu: bool) -> dict:
    """Have a page's work done with small networks; the visit, with the key of the result that it left."""
    outlier_trials.ModelSettings = partial(ModelSettings, architecture=TINY)
    outlier_trials.N_STEPS = 20
    before = set(results.results_folder().glob("*"))
    app = visit(page, query)
    if button:
        next(each for each in app.button if each.label == button).click().run()
    deadline = time.monotonic() + SOON
    while quick_queue().unfinished() or job_queue().unfinished():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (file,) = set(results.results_folder().glob("*")) - before
    with safe_open(file, "numpy") as content:
        key = content.metadata()["key"]
    return {"page": page, "query": query, "button": button, "needs_same_machine": needs_cpu, "key": key}


# Trainings that are not over


def leave_trainings(spaces: dict[str, Workspace]) -> None:
    digits = load_dataset("digits", "train"), load_dataset("digits", "test")
    striped = replace(spaces["berta"].load_images(UNLABELLED), name=UNLABELLED)
    short = TrainingSettings(epochs=4, batch_size=10, learning_rate=4e-3)
    few = replace(short, n_images=50)
    noisy = TrainingSettings(3, 64, seed=5, noise="gaussian:0.4", n_images=400)
    leave(spaces, "anna", Plan("digits-dae-3", *digits, network("dae", 3), noisy), 9)
    leave(spaces, "berta", Plan("stripes-vae-2", striped, None, network("vae", 2, 2.0), short), 7)
    leave(spaces, "carla", Plan("digits-ae-3", *digits, network("ae", 3), few), 7)
    for name in ("anna", "berta"):
        spaces[name].mark_paused(False)  # the server was ended; they had not asked for rest
    queue, plan = JobQueue(), Plan("digits-vae-3", *digits, network("vae", 3), few)
    train(queue, _digest(token("dora")), plan, spaces["dora"])


def leave(spaces: dict[str, Workspace], name: str, plan: Plan, n_steps: int) -> None:
    """Have a training begun, and leave it after so many steps."""
    queue = JobQueue(OwnDesk())
    job = train(queue, _digest(token(name)), plan, spaces[name])
    job.step(lambda event: isinstance(event, Progress) and event.step >= n_steps)
    assert job.settle(SOON) and job.status == "paused"
    queue._close()
    kept = Unfinished.from_bytes(spaces[name].unfinished())
    assert kept.snapshot.step == n_steps and kept.runtime == Runtime()


def end_of(root: Path, visitor: str) -> dict:
    """An unfinished training taken up and trained to its end."""
    space, queue = Workspace(root, visitor), JobQueue(OwnDesk())
    job = take_up(queue, visitor, space)
    job.resume()
    assert job.wait(SOON, "done"), job.error
    queue._close()
    model = space.load_model(job.result)
    weights = model.model.weights
    return {
        "name": job.result,
        "sha256": digest(*(weights[name] for name in sorted(weights))),
        "history": [astuple(epoch) for epoch in model.config.training.history],
        "weights": {name: weights[name].ravel()[:3].tolist() for name in sorted(weights)},
        "frames": read_replay(model.folder).epochs.tolist(),
    }


# What is read


def read(space: Workspace) -> dict:
    return {
        "models": {info.name: of_model(space, info.name) for info in space.models()},
        "deleted_model": space.deleted_model(),
        "images": {name: of_images(space.load_images(name)) for name in space.image_sets()},
        "deleted_images": space.deleted_images(),
        "shared": {kind: [copy.name for copy in space.shared(kind)] for kind in ("model", "data")},
        "unfinished": standing(space),
    }


def of_model(space: Workspace, name: str) -> dict:
    model = space.load_model(name)
    pictures = shapes().images[:2]
    return {
        "fingerprint": model.fingerprint,
        "config": facts_of(model.config),
        "atlas": facts_of(model.atlas),
        "weights": facts_of(model.model.weights),
        "replay": facts_of(read_replay(model.folder)),
        "codes": model.model.encode(pictures).tolist(),
        "decoded": model.model.decode(model.atlas.latents[:1])[0, 10:18:2, 14].tolist(),
    }


def of_images(dataset: Dataset) -> dict:
    return {"fingerprint": dataset.fingerprint, **facts_of(dataset)}


def standing(space: Workspace) -> dict | None:
    """Progress of an unfinished training."""
    if space.unfinished() is None:
        return None
    kept = Unfinished.from_bytes(space.unfinished())
    return {
        "is_paused": space.is_paused(),
        "name": kept.name,
        "images": facts_of(kept.dataset),
        "test": facts_of(kept.test),
        "model": facts_of(kept.model),
        "settings": facts_of(kept.settings),
        "runtime": facts_of(kept.runtime),
        "snapshot": facts_of(kept.snapshot),
        "losses": facts_of(kept.losses.points),
        "latest": facts_of(kept.latest),
        "replay": facts_of(kept.replay),
    }


def pack(root: Path, expected: dict, archive: Path) -> None:
    paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
    files = {f"state/{path.relative_to(root)}": path.read_bytes() for path in paths}
    files["expected.json"] = (json.dumps(expected, indent=1, ensure_ascii=False) + "\n").encode()
    with ZipFile(archive, "w") as packed:
        for name, content in files.items():
            packed.writestr(ZipInfo(name), content, ZIP_DEFLATED, 9)  # dated 1980: no time of writing
    for name, content in files.items():
        print(f"{len(content):9,} {name}")
    print(f"{archive.stat().st_size:9,} packed")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
