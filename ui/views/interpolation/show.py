"""Results of the page Interpolation: path slider, strips, profile, map and downloads."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import PATH_KINDS
from autoencoder.checkpoint.places import ImageAt, Place, picture_of, title_of
from autoencoder.checkpoint.store import SHIPPED
from autoencoder.experiments.interpolation.measured_path import MeasuredPath
from autoencoder.experiments.interpolation.words import change_of_class, decimals, misdrawn, outcome, verdict
from autoencoder.figures.pictures import gif, svg_strips
from ui.components.files import file_store
from ui.components.register import path_slider
from ui.components.wire import model_bundle
from ui.state import caches
from ui.state.session import is_dark
from ui.views.interpolation.find import classifier_of
from ui.widgets.charts import csv, offer_files, sheet, show_chart
from ui.widgets.controls import segments, slider
from ui.widgets.map import show_map
from ui.widgets.pictures import show_large, show_table

LOOKS = "Looks like (weight)"


def choose_path() -> tuple[str, int]:
    """The kind of path and the number of its steps."""
    kind_column, steps_column = st.columns(2)
    kind = segments("path", "Path", PATH_KINDS, kind_column)
    kind_column.caption(f"{PATH_KINDS[kind].title}. {PATH_KINDS[kind].label}")
    return kind, slider("steps", "Steps", steps_column)


def show_pair(checkpoint: Checkpoint, codes: Codes, pair: tuple[Place, Place]) -> None:
    """The images of A and B."""
    show_large(
        [
            (picture_of(place, checkpoint, codes), f"{letter}: {title_of(place, codes)}")
            for letter, place in zip("AB", pair, strict=True)
        ]
    )


def move_by_hand(paths: list[MeasuredPath]) -> None:
    """A slider along all paths at once, decoded in the browser while it moves."""
    offer = file_store().offer
    given = []
    for path in paths:
        model = path.checkpoint
        address = offer(f"model-{model.fingerprint}", partial(model_bundle, model))
        given.append({"name": model.name, "model": address, "codes": path.latents.tolist()})
    path_slider(given, is_dark(), key="path slider")


def show_paths(codes: Codes, paths: list[MeasuredPath], pair: tuple[Place, Place]) -> None:
    """A strip for every model, with a sentence on where it leaves the data and where its class changes."""
    for path in paths:
        words = f"{verdict(path)}{change_of_class(path, codes)}{misdrawn(path, codes, pair)}"
        st.markdown(f"**{path.checkpoint.name}** · {words}")
        show_table(_strip(path, codes), [f"{t:.2f}" for t in path.t], hatched=path.measured.off_support)
    st.markdown(f"**Measured:** {outcome(paths)}")
    has_opinion = paths[0].opinion is not None and paths[0].opinion.labels is not None
    classifier = classifier_of(codes) if has_opinion else None
    if classifier:
        st.caption(
            f"*{LOOKS}*: the class that weighs most among a step's ten nearest real images, and its share of "
            "their weight. Each weighs one over its distance, so the share is no count of ten. The class is "
            f"right in {classifier.accuracy:.1%} of {classifier.n_held_out:,} held-out images. "
            "It cannot say “nothing”: *unlike any* is the distance to the nearest real image, above 1 "
            "greater than for 95 % of the model's own reconstructions."
        )


def show_profile(paths: list[MeasuredPath]) -> None:
    """The round trip along the path."""
    models, latents = [path.checkpoint for path in paths], [path.latents for path in paths]
    alt = "Round trip along the path, by model; above 1 the path is off the data."
    show_chart(caches.path_chart(models, latents, is_dark()), "profile", alt)


def show_on_map(codes: Codes, path: MeasuredPath, pair: tuple[Place, Place]) -> None:
    """The first model's path on its map, on which A and B can be set, also where no image is."""
    with st.expander("The path on the map: set A and B there", icon=":material/scatter_plot:"):
        show_map(path.checkpoint, codes, compact=True, path=path.latents, pair=pair)


def take_away(paths: list[MeasuredPath], pair: tuple[Place, Place], codes: Codes, kind: str) -> None:
    """Downloads of strips, morph and numbers, and the Python lines that make them."""
    name = "interpolation-" + "-".join(path.checkpoint.name for path in paths)
    images = np.stack([path.measured.images for path in paths])
    beside = np.concatenate(list(images), axis=2)  # the models' pictures of one step in one frame
    offer_files(
        {
            "Strips (PNG)": (f"{name}.png", lambda: sheet(images.reshape(-1, 28, 28), images.shape[1])),
            "Strips (SVG)": (f"{name}.svg", lambda: _svg(paths)),
            "Morph (GIF)": (f"{name}.gif", lambda: gif(beside, 6)),
            "Steps (CSV)": (f"{name}.csv", lambda: csv(pd.concat([_steps(path) for path in paths]))),
        }
    )
    snippet = _snippet(paths[0], pair, codes, kind)
    if snippet:
        with st.expander("The same in Python"):
            st.code(snippet, language="python")


def _strip(path: MeasuredPath, codes: Codes) -> list[tuple[str, list]]:
    measured, opinion = path.measured, path.opinion
    rows = [
        ("Decoded", list(measured.images)),
        ("Round trip", [decimals(value) for value in measured.round_trip]),
        ("Distance to the data", [f"{value:.2f}" for value in measured.neighbour_distance]),
        ("Change", ["–", *(f"{value:.2f}" for value in measured.decoded_step[1:])]),
        ("Off the data", ["off" if off else "" for off in measured.off_support]),
    ]
    if opinion is not None:
        rows.append(("Nearest image", list(opinion.nearest)))
    if opinion is not None and np.isfinite(opinion.distance).all():  # one image has no typical distance
        rows.append(("Unlike any", [decimals(value) for value in opinion.distance]))
        rows.append(("Above 1", ["unlike" if value > 1 else "" for value in opinion.distance]))
    if opinion is not None and opinion.labels is not None:
        looks = zip(opinion.labels, opinion.shares, strict=True)
        rows.append((LOOKS, [f"{codes.class_names[label]} {share:.0%}" for label, share in looks]))
    return rows


def _svg(paths: list[MeasuredPath]) -> str:
    strips = [(path.checkpoint.name, path.measured.images, path.measured.off_support) for path in paths]
    return svg_strips(strips, [f"{t:.2f}" for t in paths[0].t])


def _snippet(path: MeasuredPath, pair: tuple[Place, Place], codes: Codes, kind: str) -> str:
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
    measured, opinion = path.measured, path.opinion
    columns = {
        "model": path.checkpoint.name,
        "t": path.t,
        "round_trip": measured.round_trip,
        "neighbour_distance": measured.neighbour_distance,
        "decoded_step": measured.decoded_step,
        "off_support": measured.off_support,
    }
    if opinion is not None:
        columns["picture_distance"] = opinion.distance
    latents = {f"z{number}": values for number, values in enumerate(path.latents.T, start=1)}
    return pd.DataFrame({**columns, **latents})
