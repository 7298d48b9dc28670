"""Choices of the page Outliers: scenes, protocol, normal and foreign images, seeds."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.places import Drawing
from autoencoder.checkpoint.seen import has_seen
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.data.catalogue import DATASETS, list_datasets
from autoencoder.data.dataset import Dataset
from autoencoder.experiments.outliers import trials
from autoencoder.experiments.outliers.outcome import Outcome
from autoencoder.experiments.outliers.scores import CHOSEN, SCORES
from autoencoder.experiments.outliers.trials import FOREIGN, LATENT_DIM, PROTOCOLS, Experiment
from ui.components.register import drawing_pad
from ui.components.shared.places import place_of
from ui.jobs.job import Job
from ui.jobs.work import StepsWork
from ui.state import address, caches, choice
from ui.state.queues import find_measurement, quick_queue
from ui.state.session import current_workspace
from ui.widgets.choice import pick_model
from ui.widgets.controls import number, pick, segments
from ui.widgets.frame import more
from ui.widgets.job_progress import TICK, job_on_request
from ui.widgets.seen import show_seen

AS_IT_IS, HELD_OUT = "a model as it is", PROTOCOLS["leave-one-out"]
DRAWING = "your drawing"
PAD, SEQ = "pad", "pad.seq"
CODE_SIZES = [1, 2, 4, 8, 16, 32, 64, 128]
SEEDS = [1, 3, 5]


@dataclass(frozen=True)
class Scene:
    """Known failure: the choices that show it, and the signs to look for."""

    title: str
    look_for: str
    choices: dict[str, str | int]
    model: str = ""  # any, unless it is named


SCENES = (
    Scene(
        "Digit 1 held out",
        "an AUROC below 50 % for BCE, and on MNIST for MSE too: a 1 comes back better than the digits that "
        "were learnt, for it is a single stroke, and they are made of strokes.",
        {"protocol": HELD_OUT, "outlier_class": "1", "score": SCORES["bce"].title},
    ),
    Scene(
        "The empty image",
        "an AUROC near 0 for MSE and BCE: an empty image comes back empty, so its error is tiny and it looks "
        "perfectly normal. Divided by its brightness, which is zero, the same error is huge.",
        {"protocol": AS_IT_IS, "outliers": FOREIGN["empty"].title, "score": SCORES["bce"].title},
        model="mnist-ae-32",
    ),
    Scene(
        "A code too small",
        "a k-NN distance that tells next to nothing: on a line every code has neighbours close by, an "
        "outlier's too. The errors have to tell alone, and the combined score suffers.",
        {"protocol": PROTOCOLS["one-class"], "code_size": 1, "score": SCORES["knn"].title},
    ),
    Scene(
        "A code too large",
        "outliers that come back well: with room to spare a network learns to copy strokes rather than "
        "digits, so MSE tells a digit that was held out less well than with a code of 16.",
        {"protocol": HELD_OUT, "outlier_class": "3", "code_size": 128, "score": SCORES["mse"].title},
    ),
)


def choose_outcomes() -> list[Outcome]:
    """The outcomes of a protocol for the chosen images, one per seed; none before it is started."""
    train, test = choice.chosen_dataset("train"), choice.test_counterpart()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        protocol = _choose_protocol(train)
        with more("Known failures", ":material/report:"):
            _offer_scenes(train)
    if protocol == AS_IT_IS:
        outcomes = _foreign_outcome(train, test)
    else:
        outcomes = _class_outcomes(train, test, protocol)
    _say_what_to_look_for()
    return outcomes


def _offer_scenes(train: Dataset) -> None:
    """The scenes, each a button; one about a digit needs images that have it."""
    for scene in SCENES:
        lacks = {scene.choices.get("outlier_class")} - {None, *train.class_names}
        looks = {"disabled": bool(lacks), "help": "These images have no such class." if lacks else None}
        st.button(scene.title, on_click=_set_up, args=(scene,), icon=":material/report:", **looks)


def _say_what_to_look_for() -> None:
    """The words of the scene that the choices form, whatever the score; called after they are drawn."""
    for scene in SCENES:
        choices = {key: value for key, value in scene.choices.items() if key != "score"}
        is_judge = scene.model in ("", address.chosen("judge"))  # of another one it may not hold
        if is_judge and all(st.session_state.get(key) == value for key, value in choices.items()):
            st.markdown(f"**{scene.title}**. Look for {scene.look_for}")


def _set_up(scene: Scene) -> None:
    """Make the choices of a scene, on this page alone."""
    address.set_choice("judge", scene.model)
    # The address follows a control on the page; of a control that is not drawn yet, it is written here.
    choices = {"code_size": LATENT_DIM, **scene.choices}  # another scene's code does not belong to this one
    coming = {key: str(value) for key, value in choices.items() if key not in st.session_state}
    st.session_state.update(choices)
    st.query_params.update(coming)


def _choose_protocol(train: Dataset) -> str:
    """One of `PROTOCOLS`, or `AS_IT_IS`: the only one for images without classes."""
    classes = _present(train)
    options = [AS_IT_IS, *(PROTOCOLS.values() if len(classes) > 1 else ())]
    chosen = segments("protocol", "Protocol", options)
    if len(classes) < 2:
        reason = "have no labels" if train.labels is None else "are all of one class"
        st.caption(f"These images {reason}: protocols that need two classes are not offered.")
    return next((key for key, words in PROTOCOLS.items() if words == chosen), AS_IT_IS)


def _foreign_outcome(train: Dataset, test: Dataset | None) -> list[Outcome]:
    """The chosen images against foreign ones, by one model; none before these are chosen."""
    kinds = _foreign_kinds(train)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = pick("outliers", "Outliers", kinds)
        names = choice.model_names()
        judges = [choice.model_name(), *(name for name in names if name != choice.model_name())]
        explained = "At first the one that is chosen at the side."
        checkpoint = pick_model("judge", "Model", judges, help=explained)
        with more():
            seed = number("outlier_seed", "Seed")
    kind, foreign = kinds[chosen], None
    if kind not in FOREIGN:
        foreign = _drawings() if kind == DRAWING else choice.image_set(kind, "test", current_workspace())
    if kind == DRAWING:
        st.caption(
            "Draw what you like, or take a picture from a file: every score judges it at once. What you draw "
            "is A, on every page, and a drawing that is pinned on the map is judged here."
        )
        _show_pad()
        if foreign is None:
            return []
    _say_what_is_normal(caches.detector(checkpoint, train, test, seed), checkpoint, train)
    if foreign is not None and foreign.n_images > trials.MOST_TESTED:
        words = f"{trials.MOST_TESTED:,} of the {foreign.n_images:,} images of {foreign.name}"
        st.caption(f"{words}, drawn with the seed.")
    kind = kind if foreign is None else ""
    return [caches.foreign_outcome(checkpoint, train, test, kind, foreign, seed)]


def _foreign_kinds(train: Dataset) -> dict[str, str]:
    """The outliers to choose from, by title: a kind, a drawing, or other images on the server."""
    at_hand = {info.name for info in list_datasets() if info.status != "to download"}
    made = {foreign.title: kind for kind, foreign in FOREIGN.items()} | {DRAWING: DRAWING}
    names = [*current_workspace().images.names(), *(name for name in DATASETS if name in at_hand)]
    others = {choice.dataset_title(name): name for name in names if name != train.name}
    return made | {title: name for title, name in others.items() if title not in made}


def _drawings() -> Dataset | None:
    """The visitor's drawings: on the pad, or pinned on the map as A or B."""
    pinned = [place_of(address.chosen(letter)) for letter in "ab"]
    images = [place.image for place in pinned if isinstance(place, Drawing)]
    return Dataset(DRAWING, "all", np.stack(images), None, ()) if images else None


def _show_pad() -> None:
    """The pad to draw an image on, with A on it where A is a drawing; the drawing is A, on every page."""
    text = address.chosen("a")
    drawing_pad(text if _is_drawing(text) else "", st.session_state.get(SEQ, 0), PAD, _keep)


def _keep() -> None:
    """Make the drawing A; no place, where the pad was cleared."""
    committed = st.session_state[PAD].commit
    if not isinstance(committed, dict):
        return
    drawing = committed.get("drawing")
    if drawing == "" or _is_drawing(drawing):
        address.set_choice("a", drawing)
    if isinstance(committed.get("seq"), int):
        st.session_state[SEQ] = committed["seq"]


def _is_drawing(text: object) -> bool:
    return isinstance(text, str) and isinstance(place_of(text), Drawing)


def _say_what_is_normal(ready: trials.Ready, checkpoint: Checkpoint, train: Dataset) -> None:
    held_back = f"{len(ready.detector.held_back[CHOSEN]):,}"
    if ready.is_own:
        whose = f"which it was trained on; the threshold comes from {held_back} that it held back"
    elif has_seen(checkpoint.config, train):
        whose = f"of which its training had some; the threshold comes from {held_back} of them"
    else:
        whose = f"though it was trained on others; the threshold comes from {held_back} of them"
    n_judged, n_all = len(ready.images), ready.n_all
    judged = f"all {n_all:,}" if n_judged == n_all else f"{n_judged:,}, drawn with the seed from {n_all:,},"
    st.caption(
        f"Normal for {in_sentence(checkpoint)}: {choice.dataset_title(train.name)}, {whose}. Of the "
        f"images to test on, {judged} are "
        f"judged; k-NN and PCA compare them with {ready.n_compared:,} normal ones."
    )
    if not ready.is_own:
        show_seen([checkpoint], train.name, train.split)


def _class_outcomes(train: Dataset, test: Dataset | None, protocol: str) -> list[Outcome]:
    """One class against the others, started with a button; the outcomes of the seeds that are done."""
    experiment, n_seeds = _choose_experiment(train, test, protocol)
    times = "once" if n_seeds == 1 else f"{n_seeds} times"
    name = train.class_names[experiment.label]
    normal = f"class {name}" if protocol == "one-class" else f"every class but {name}"
    job = job_on_request(
        experiment.key(n_seeds),
        lambda: _work(experiment, n_seeds),
        "Train and try",
        f"An autoencoder of its own, with a code of {experiment.latent_dim}, learns {normal} and nothing "
        f"else, {times}: some seconds for small sets, about 20 s each for MNIST.",
        f"Training and trying, {times}",
    )
    if job is None:
        return []
    outcomes = job.progress.partial
    if not job.is_over:
        st.fragment(_await_next_seed, run_every=TICK)(job, len(outcomes))
    return outcomes


def _work(experiment: Experiment, n_seeds: int) -> StepsWork:
    """Work on an experiment, after the seeds of an earlier job. Raises DatasetError for too few images."""
    experiment.trial(experiment.first_seed)  # refused here, not in the middle of the work
    earlier = (
        find_measurement(quick_queue(), experiment.key(fewer)) for fewer in reversed(SEEDS) if fewer < n_seeds
    )
    known = next((job.result for job in earlier if job and job.status == "done"), [])
    return StepsWork(trials.experiment_steps, experiment, n_seeds, known, partial=known)


def _await_next_seed(job: Job, n_seen: int) -> None:
    """Draw the page again after each seed: the first result must not wait for the last."""
    if not job.is_over and len(job.progress.partial) > n_seen:
        st.rerun()


def _choose_experiment(train: Dataset, test: Dataset | None, protocol: str) -> tuple[Experiment, int]:
    word = "Normal class" if protocol == "one-class" else "Class held out"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = pick("outlier_class", word, _present(train), width=180)
        looks = {"width": 260, **address.bound("code_size")}
        latent_dim = st.select_slider("Numbers in a code", CODE_SIZES, LATENT_DIM, **looks)
        with more():
            n_seeds = segments("n_seeds", "Seeds", SEEDS)
            first = number("outlier_seed", "First seed")
    label = train.class_names.index(name)
    return Experiment(train, test, protocol, label, latent_dim, first), n_seeds


def _present(dataset: Dataset) -> list[str]:
    """The classes that have images."""
    if dataset.labels is None:
        return []
    return [dataset.class_names[label] for label in np.unique(dataset.labels)]
