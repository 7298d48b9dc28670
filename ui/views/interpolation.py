"""Parts of the page Interpolation: choices, scenes, paths, strips, details, downloads."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import PATH_KINDS
from autoencoder.checkpoint.places import ImageAt, title_of
from autoencoder.checkpoint.store import SHIPPED
from autoencoder.checkpoint.titles import model_title
from autoencoder.experiments.interpolation import words
from autoencoder.experiments.interpolation.figure import strips_figure
from autoencoder.experiments.interpolation.measured_path import MeasuredPath
from autoencoder.figures.pictures import gif
from ui.state import address, caches
from ui.state.choice import dataset_name, set_dataset, set_model
from ui.state.defaults import PLAIN, VARIATIONAL
from ui.widgets.charts import csv, offer_files, show_chart
from ui.widgets.choice import compared_models
from ui.widgets.controls import segments, slider
from ui.widgets.frame import more
from ui.widgets.map import show_map
from ui.widgets.pair import Pair, choose_pair, offer_draw, set_pair
from ui.widgets.paths import classifier_of, heads
from ui.widgets.pictures import show_table

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
        (51, 369),
    ),
    Preset(
        "a ghost in the 2-D autoencoder",
        "Two numbers have to hold every digit. What lies between a 4 and a 2 on a plane that crowded?",
        "a step that is nobody's digit, and the largest jump of the picture",
        (4, 1),
        ("mnist-ae-2", "mnist-vae-2"),
    ),
)


def choose_paths(checkpoint: Checkpoint, codes: Codes) -> tuple[Pair, list[Checkpoint], str, int]:
    """A and B, the models, the kind of path and the number of its steps: in one row, the rest behind More."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="interpolation"):
        offer_draw(codes)
        models = compared_models(checkpoint, codes)
        with more("Scenes", ":material/school:"):
            _offer_presets()
        with more():
            pair = choose_pair(checkpoint, codes)
            kind, n_steps = _choose_path()
    return pair, models, kind, n_steps


def _offer_presets() -> None:
    """The scenes with their prompts; once one is set up, the address is its link."""
    for preset in PRESETS:
        st.button(preset.title, on_click=_set_up, args=(preset,), icon=":material/play_arrow:")
        st.markdown(preset.words)


def _set_up(preset: Preset) -> None:
    """Show in this session what its link would show in a new one."""
    set_dataset(IMAGES)
    set_model(preset.models[0])
    address.set_choice("with", preset.models[1])
    set_pair(*preset.pair)


def show_prompt(models: list[Checkpoint], pair: Pair) -> None:
    """The question of the scene that is set up; its strips answer it."""
    names = tuple(model.name for model in models)
    for preset in PRESETS:
        is_set_up = dataset_name() == IMAGES and names == preset.models
        if is_set_up and pair == tuple(map(ImageAt, preset.pair)):
            st.info(preset.words, icon=":material/school:")


def _choose_path() -> tuple[str, int]:
    kind = segments("path", "Path", PATH_KINDS)
    st.caption(f"{PATH_KINDS[kind].title}. {PATH_KINDS[kind].label}")
    return kind, slider("steps", "Steps")


def show_details(codes: Codes, paths: list[MeasuredPath], pair: Pair) -> None:
    """Sentences on the paths; then, folded, the numbers of every step."""
    for path in paths:
        says = f"{words.change_of_class(path, codes)}{words.misdrawn(path, codes, pair)}"
        if says:
            st.markdown(f"**{model_title(path.checkpoint)}**{says}")
    st.markdown(f"**Measured:** {words.outcome(paths)}")
    with st.expander("Details: the numbers of every step"):
        for path in paths:
            st.markdown(f"**{model_title(path.checkpoint)}**")
            show_table(_rows(path, codes), heads(path), hatched=path.measured.off_support)
        _say_what_it_looks_like(codes, paths)


def _say_what_it_looks_like(codes: Codes, paths: list[MeasuredPath]) -> None:
    has_opinion = paths[0].opinion is not None and paths[0].opinion.labels is not None
    classifier = classifier_of(codes) if has_opinion else None
    if classifier:
        st.caption(
            f"*{LOOKS}*: the class that weighs most among a step's ten nearest real images, and its share of "
            "their weight. Nearer neighbours count more (1 / distance). The class is "
            f"right in {classifier.accuracy:.1%} of {classifier.n_held_out:,} held-out images. "
            "It cannot say “nothing”: *unlike any* is the distance to the nearest real image, above 1 "
            "greater than for 95 % of the model's own reconstructions."
        )


def _rows(path: MeasuredPath, codes: Codes) -> list[tuple[str, list]]:
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
    show_chart(caches.path_chart(models, latents), "profile", alt, f"{_file(paths)}-oddity")


def show_on_map(codes: Codes, path: MeasuredPath, pair: Pair) -> None:
    """The first model's path on its map, on which A and B can be set, also where no image is."""
    with st.expander("The path on the map: set A and B there", icon=":material/scatter_plot:"):
        show_map(path.checkpoint, codes, compact=True, path=path.latents, pair=pair)


def take_away(paths: list[MeasuredPath], pair: Pair, codes: Codes, kind: str) -> None:
    """Downloads of strips, morph and numbers, and the Python lines that make them."""
    name = _file(paths)
    # The models' pictures of one step in one frame.
    beside = np.concatenate([path.measured.images for path in paths], axis=2)
    strips = {model_title(path.checkpoint): path.measured for path in paths}
    ends = " to ".join(title_of(place, codes) for place in pair)
    title = f"{PATH_KINDS[kind].title}, from {ends}"
    offer_files(
        {
            "Morph (GIF)": (f"{name}.gif", lambda: gif(beside, 6, ink_on_paper=True)),
            "Steps (CSV)": (f"{name}.csv", lambda: csv(pd.concat(list(map(_steps, paths))))),
        },
        {"Strips": (name, lambda: strips_figure(strips, title))},
    )
    if snippet := _snippet(paths[0], pair, codes, kind):
        with st.expander("The same in Python"):
            st.code(snippet, language="python")


def _file(paths: list[MeasuredPath]) -> str:
    """The name of files of these paths."""
    return "interpolation-" + "-".join(path.checkpoint.name for path in paths)


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
        "from autoencoder.experiments.interpolation.figure import strips_figure\n"
        "from autoencoder.figures.paper import paper\n\n"
        f'checkpoint = load_checkpoint("{path.checkpoint.name}")\n'
        f'images = load_dataset("{codes.dataset}", "{codes.split}").images\n'
        f"start, end = checkpoint.model.encode(images[[{a}, {b}]])\n"
        f'path = find_path(checkpoint, "{kind}", start, end, {len(path.latents)})\n'
        "measured = checkpoint.support.measure(path)\n"
        "print(measured.off_support_share, measured.jump_ratio, measured.round_trip)\n"
        'strips = strips_figure({checkpoint.name: measured}, "From A to B")\n'
        'Path("strips.pdf").write_bytes(paper(strips, "pdf"))\n'
    )


def _steps(path: MeasuredPath) -> pd.DataFrame:
    columns = {"model": path.checkpoint.name, "t": path.t}
    for name in ("round_trip", "neighbour_distance", "decoded_step", "off_support"):
        columns[name] = getattr(path.measured, name)
    if path.opinion is not None:
        columns["picture_distance"] = path.opinion.distance
    latents = {f"z{number}": values for number, values in enumerate(path.latents.T, start=1)}
    return pd.DataFrame({**columns, **latents})
