"""Parts of the page Interpolation: scenes, paths with a second opinion, strips, profile, map, downloads."""

import hashlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint import path_kinds
from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import PATH_KINDS
from autoencoder.checkpoint.places import ImageAt, code_in, picture_of, title_of
from autoencoder.checkpoint.store import SHIPPED
from autoencoder.experiments.interpolation import words
from autoencoder.experiments.interpolation.measured_path import MeasuredPath, Opinion
from autoencoder.experiments.interpolation.second_opinion import Classifier
from autoencoder.figures.pictures import gif, svg_strips
from autoencoder.latent.support import YARDSTICK
from ui.components.files import file_store
from ui.components.register import path_slider
from ui.components.wire import model_bundle
from ui.jobs.work import StepsWork, job_key
from ui.state import caches
from ui.state.choice import chosen_dataset, dataset_name, set_dataset, set_model, test_counterpart
from ui.state.defaults import PLAIN, VARIATIONAL
from ui.state.session import is_dark
from ui.widgets.charts import csv, offer_files, sheet, show_chart
from ui.widgets.controls import segments, slider
from ui.widgets.job_progress import job_on_request
from ui.widgets.map import show_map
from ui.widgets.pair import Pair, set_pair
from ui.widgets.pictures import show_large, show_table

LOOKS = "Looks like (weight)"
IMAGES = "mnist"  # of the scenes


@dataclass(frozen=True)
class Preset:
    """Scene for teaching: a question for the class, with the numbers of two MNIST test images."""

    title: str
    prompt: str
    look_for: str
    pair: tuple[int, int]
    models: tuple[str, str] = (PLAIN, VARIATIONAL)

    @property
    def query(self) -> dict[str, str]:
        """The query of its link."""
        (first, other), (a, b) = self.models, self.pair
        return {"data": IMAGES, "model": first, "a": str(a), "b": str(b), "with": other}

    @property
    def words(self) -> str:
        return f"{self.prompt} *Look for* {self.look_for}."


PRESETS = (
    Preset(
        "4 to 9: a stroke apart",
        "Where on the way does one become the other? Guess first: will this path leave the data?",
        "the step at which the top closes, and whether any step is neither",
        (4, 7),
    ),
    Preset(
        "0 to 1: a ring becomes a line",
        "What would you draw half-way, and what does each model draw?",
        "steps that look like a third digit, and steps that are off the data",
        (3, 2),
    ),
    Preset(
        "within the 3s",
        "Both ends are a 3. Is everything in between a 3 as well?",
        "whether the round trip stays below 1 all the way, and whether the slant turns evenly",
        (18, 30),
    ),
    Preset(
        "a ghost in the 2-D autoencoder",
        "Two numbers have to hold every digit. What lies between a 4 and a 2 on a plane that crowded?",
        "a step that is nobody's digit, and the largest jump of the picture",
        (4, 1),
        ("mnist-ae-2", "mnist-vae-2"),
    ),
)


def offer_presets() -> None:
    """The scenes with their prompts; once one is set up, the address is its link."""
    with st.expander("Scenes for teaching", icon=":material/school:"):
        for preset in PRESETS:
            st.button(preset.title, on_click=_set_up, args=(preset,), icon=":material/play_arrow:")
            st.markdown(preset.words)


def _set_up(preset: Preset) -> None:
    """Show in this session what its link would show in a new one."""
    set_dataset(IMAGES)
    set_model(preset.models[0])
    st.session_state["with"] = list(preset.models[1:])
    set_pair(*preset.pair)


def show_prompt(models: list[Checkpoint], pair: Pair) -> None:
    """The question of the scene that is set up; its strips answer it."""
    names = tuple(model.name for model in models)
    for preset in PRESETS:
        is_set_up = dataset_name() == IMAGES and names == preset.models
        if is_set_up and pair == tuple(map(ImageAt, preset.pair)):
            st.info(preset.words, icon=":material/school:")


def choose_path() -> tuple[str, int]:
    """The kind of path and the number of its steps."""
    kind_column, steps_column = st.columns(2)
    kind = segments("path", "Path", PATH_KINDS, kind_column)
    kind_column.caption(f"{PATH_KINDS[kind].title}. {PATH_KINDS[kind].label}")
    return kind, slider("steps", "Steps", steps_column)


def find_paths(
    models: list[Checkpoint], codes: Codes, pair: Pair, kind: str, n_steps: int, with_opinion: bool = True
) -> list[MeasuredPath]:
    """The path of a pair through every model; ``codes`` are those of the first, in which it was chosen."""
    ends = [(model, tuple(code_in(model, place, models[0], codes) for place in pair)) for model in models]
    if PATH_KINDS[kind].is_slow:
        paths = _smooth_paths(ends, n_steps)
    else:
        paths = [path_kinds.find_path(model, kind, *both, n_steps) for model, both in ends]
    found = []
    for model, path in zip(models, paths, strict=True):
        measured = caches.path_measures(model, path)
        opinion = _opinion(model, measured.images, codes) if with_opinion else None
        found.append(MeasuredPath(model, path, measured, opinion))
    return found


def _classifier_of(codes: Codes) -> Classifier | None:
    """The classifier of pictures; None without labels or images to learn from."""
    if codes.images is None or codes.labels is None or len(codes.images) < 5:
        return None
    test = test_counterpart()
    return caches.classifier(chosen_dataset(), None) if test is None else caches.named_classifier(test.name)


def _opinion(checkpoint: Checkpoint, pictures: np.ndarray, codes: Codes) -> Opinion | None:
    real = caches.picture_distance(checkpoint, codes.dataset_of_images)
    if real is None:
        return None
    classifier = _classifier_of(codes)
    labels, shares = classifier.opinion(pictures) if classifier else (None, None)
    return Opinion(real.measure(pictures), codes.images[real.nearest(pictures)], labels, shares)


def _smooth_paths(ends: list[tuple[Checkpoint, path_kinds.Ends]], n_steps: int) -> list[np.ndarray]:
    """The current smooth paths; before they are started, the paths through the data."""
    digest = hashlib.sha256(b"".join(end.tobytes() for _, both in ends for end in both)).hexdigest()[:24]
    start = path_kinds.paths_through_the_data(ends, n_steps)
    job = job_on_request(
        job_key("smooth", YARDSTICK, [model.fingerprint for model, _ in ends], digest, n_steps),
        lambda: StepsWork(path_kinds.smooth_paths_steps, ends, n_steps, partial=start),
        "Find the smooth path",
        "Shown until then: the way through the data, from which it starts.",
        "the smooth path",
    )
    return job.progress.partial if job else start


def show_pair(checkpoint: Checkpoint, codes: Codes, pair: Pair) -> None:
    """The images of A and B."""
    pictures = [picture_of(place, checkpoint, codes) for place in pair]
    titles = [f"{letter}: {title_of(place, codes)}" for letter, place in zip("AB", pair, strict=True)]
    show_large(pictures, titles)


def move_by_hand(paths: list[MeasuredPath]) -> None:
    """A slider along all paths at once, decoded in the browser while it moves."""
    given = []
    for path in paths:
        model = path.checkpoint
        address = file_store().offer(f"model-{model.fingerprint}", partial(model_bundle, model))
        given.append({"name": model.name, "model": address, "codes": path.latents.tolist()})
    path_slider(given, is_dark(), key="path slider")


def show_paths(codes: Codes, paths: list[MeasuredPath], pair: Pair) -> None:
    """A strip for every model, with a sentence on where it leaves the data and where its class changes."""
    for path in paths:
        says = f"{words.verdict(path)}{words.change_of_class(path, codes)}{words.misdrawn(path, codes, pair)}"
        st.markdown(f"**{path.checkpoint.name}** · {says}")
        show_table(_strip(path, codes), _heads(path), hatched=path.measured.off_support)
    st.markdown(f"**Measured:** {words.outcome(paths)}")
    has_opinion = paths[0].opinion is not None and paths[0].opinion.labels is not None
    classifier = _classifier_of(codes) if has_opinion else None
    if classifier:
        st.caption(
            f"*{LOOKS}*: the class that weighs most among a step's ten nearest real images, and its share of "
            "their weight. Nearer neighbours count more (1 / distance). The class is "
            f"right in {classifier.accuracy:.1%} of {classifier.n_held_out:,} held-out images. "
            "It cannot say “nothing”: *unlike any* is the distance to the nearest real image, above 1 "
            "greater than for 95 % of the model's own reconstructions."
        )


def _heads(path: MeasuredPath) -> list[str]:
    return [f"{t:.2f}" for t in path.t]


def _strip(path: MeasuredPath, codes: Codes) -> list[tuple[str, list]]:
    measured, opinion = path.measured, path.opinion
    rows = [
        ("Decoded", list(measured.images)),
        ("Round trip", list(map(words.decimals, measured.round_trip))),
        ("Distance to the data", [f"{value:.2f}" for value in measured.neighbour_distance]),
        ("Change", ["–", *(f"{value:.2f}" for value in measured.decoded_step[1:])]),
        ("Off the data", ["off" if off else "" for off in measured.off_support]),
    ]
    if opinion is None:
        return rows
    rows.append(("Nearest image", list(opinion.nearest)))
    if np.isfinite(opinion.distance).all():  # one image has no typical distance
        rows.append(("Unlike any", list(map(words.decimals, opinion.distance))))
        rows.append(("Above 1", ["unlike" if value > 1 else "" for value in opinion.distance]))
    if opinion.labels is not None:
        looks = zip(opinion.labels, opinion.shares, strict=True)
        rows.append((LOOKS, [f"{codes.class_names[label]} {share:.0%}" for label, share in looks]))
    return rows


def show_profile(paths: list[MeasuredPath]) -> None:
    """The oddity along the path."""
    models, latents = [path.checkpoint for path in paths], [path.latents for path in paths]
    alt = "Oddity along the path, by model; above 1 the path is off the data."
    show_chart(caches.path_chart(models, latents, is_dark()), "profile", alt)


def show_on_map(codes: Codes, path: MeasuredPath, pair: Pair) -> None:
    """The first model's path on its map, on which A and B can be set, also where no image is."""
    with st.expander("The path on the map: set A and B there", icon=":material/scatter_plot:"):
        show_map(path.checkpoint, codes, compact=True, path=path.latents, pair=pair)


def take_away(paths: list[MeasuredPath], pair: Pair, codes: Codes, kind: str) -> None:
    """Downloads of strips, morph and numbers, and the Python lines that make them."""
    name = "interpolation-" + "-".join(path.checkpoint.name for path in paths)
    images = np.stack([path.measured.images for path in paths])
    beside = np.concatenate(list(images), axis=2)  # the models' pictures of one step in one frame
    strips = [(path.checkpoint.name, path.measured.images, path.measured.off_support) for path in paths]
    offer_files(
        {
            "Strips (PNG)": (f"{name}.png", lambda: sheet(images.reshape(-1, 28, 28), images.shape[1])),
            "Strips (SVG)": (f"{name}.svg", lambda: svg_strips(strips, _heads(paths[0]))),
            "Morph (GIF)": (f"{name}.gif", lambda: gif(beside, 6)),
            "Steps (CSV)": (f"{name}.csv", lambda: csv(pd.concat(list(map(_steps, paths))))),
        }
    )
    if snippet := _snippet(paths[0], pair, codes, kind):
        with st.expander("The same in Python"):
            st.code(snippet, language="python")


def _snippet(path: MeasuredPath, pair: Pair, codes: Codes, kind: str) -> str:
    """Python lines that make this strip; empty for images and models that a script does not find by name."""
    is_named = path.checkpoint.folder is not None and path.checkpoint.folder.parent == SHIPPED
    if not is_named or not all(isinstance(place, ImageAt) for place in pair) or codes.split == "all":
        return ""
    a, b = (int(codes.rows[place.index]) for place in pair)
    return (
        "from pathlib import Path\n\n"
        "from autoencoder.checkpoint.path_kinds import find_path\n"
        "from autoencoder.checkpoint.store import load_checkpoint\n"
        "from autoencoder.data.loading import load_dataset\n"
        "from autoencoder.figures.pictures import png, strip\n\n"
        f'checkpoint = load_checkpoint("{path.checkpoint.name}")\n'
        f'images = load_dataset("{codes.dataset}", "{codes.split}").images\n'
        f"start, end = checkpoint.model.encode(images[[{a}, {b}]])\n"
        f'path = find_path(checkpoint, "{kind}", start, end, {len(path.latents)})\n'
        "measured = checkpoint.support.measure(path)\n"
        "print(measured.off_support_share, measured.jump_ratio, measured.round_trip)\n"
        'Path("strip.png").write_bytes(png(strip(measured.images), scale=4))\n'
    )


def _steps(path: MeasuredPath) -> pd.DataFrame:
    columns = {"model": path.checkpoint.name, "t": path.t}
    for name in ("round_trip", "neighbour_distance", "decoded_step", "off_support"):
        columns[name] = getattr(path.measured, name)
    if path.opinion is not None:
        columns["picture_distance"] = path.opinion.distance
    latents = {f"z{number}": values for number, values in enumerate(path.latents.T, start=1)}
    return pd.DataFrame({**columns, **latents})
