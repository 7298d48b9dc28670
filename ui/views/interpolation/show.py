"""Results of the page Interpolation: path slider, strips, profile, map and downloads."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.path_kinds import PATHS
from autoencoder.checkpoint.places import ImageAt, Place, picture_of, title_of
from autoencoder.checkpoint.store import SHIPPED
from autoencoder.experiments.interpolation.measured_path import Walk
from autoencoder.experiments.interpolation.words import change_of_class, decimals, misdrawn, outcome, verdict
from autoencoder.figures.pictures import gif, svg_strips
from ui.components.files import file_store
from ui.components.register import path_slider
from ui.components.wire import model_bundle
from ui.state import caches
from ui.state.session import is_dark
from ui.views.interpolation.find import classifier_of
from ui.widgets.charts import show_chart
from ui.widgets.controls import segments, slider
from ui.widgets.downloads import csv, offer_files, sheet
from ui.widgets.map.map import show_map
from ui.widgets.pictures import show_large, show_table

LOOKS = "Looks like (weight)"


def choose_path() -> tuple[str, int]:
    """The kind of path and the number of its steps."""
    kind_column, steps_column = st.columns(2)
    kind = segments("path", "Path", PATHS, kind_column)
    kind_column.caption(f"{PATHS[kind].title}. {PATHS[kind].label}")
    return kind, slider("steps", "Steps", steps_column)


def show_pair(checkpoint: Checkpoint, codes: Codes, pair: tuple[Place, Place]) -> None:
    """The images of A and B."""
    show_large(
        [
            (picture_of(place, checkpoint, codes), f"{letter}: {title_of(place, codes)}")
            for letter, place in zip("AB", pair, strict=True)
        ]
    )


def move_by_hand(walks: list[Walk]) -> None:
    """A slider along all paths at once, decoded in the browser while it moves."""
    offer = file_store().offer
    given = []
    for walk in walks:
        model = walk.checkpoint
        address = offer(f"model-{model.fingerprint}", partial(model_bundle, model))
        given.append({"name": model.name, "model": address, "codes": walk.latents.tolist()})
    path_slider(given, is_dark(), key="path slider")


def show_walks(codes: Codes, walks: list[Walk], pair: tuple[Place, Place]) -> None:
    """A strip for every model, with a sentence on where it leaves the data and where its class changes."""
    for walk in walks:
        words = f"{verdict(walk)}{change_of_class(walk, codes)}{misdrawn(walk, codes, pair)}"
        st.markdown(f"**{walk.checkpoint.name}** · {words}")
        show_table(_strip(walk, codes), [f"{t:.2f}" for t in walk.t], hatched=walk.measured.off_support)
    st.markdown(f"**Measured:** {outcome(walks)}")
    has_opinion = walks[0].opinion is not None and walks[0].opinion.labels is not None
    classifier = classifier_of(codes) if has_opinion else None
    if classifier:
        st.caption(
            f"*{LOOKS}*: the class that weighs most among a step's ten nearest real images, and its share of "
            "their weight. Each weighs one over its distance, so the share is no count of ten. The class is "
            f"right in {classifier.accuracy:.1%} of {classifier.n_held_out:,} held-out images. "
            "It cannot say “nothing”: *unlike any* is the distance to the nearest real image, above 1 "
            "greater than for 95 % of the model's own reconstructions."
        )


def show_profile(walks: list[Walk]) -> None:
    """The round trip along the path."""
    models, paths = [walk.checkpoint for walk in walks], [walk.latents for walk in walks]
    alt = "Round trip along the path, by model; above 1 the path is off the data."
    show_chart(caches.path_chart(models, paths, is_dark()), "profile", alt)


def show_on_map(codes: Codes, walk: Walk, pair: tuple[Place, Place]) -> None:
    """The first model's path on its map, on which A and B can be set, also where no image is."""
    with st.expander("The path on the map: set A and B there", icon=":material/scatter_plot:"):
        show_map(walk.checkpoint, codes, None, "auto", compact=True, path=walk.latents, pair=pair)


def take_away(walks: list[Walk], pair: tuple[Place, Place], codes: Codes, kind: str) -> None:
    """Downloads of strips, morph and numbers, and the Python lines that make them."""
    name = "interpolation-" + "-".join(walk.checkpoint.name for walk in walks)
    images = np.stack([walk.measured.images for walk in walks])
    beside = np.concatenate(list(images), axis=2)  # the models' pictures of one step in one frame
    offer_files(
        {
            "Strips (PNG)": (f"{name}.png", lambda: sheet(images.reshape(-1, 28, 28), images.shape[1])),
            "Strips (SVG)": (f"{name}.svg", lambda: _svg(walks)),
            "Morph (GIF)": (f"{name}.gif", lambda: gif(beside, 6)),
            "Steps (CSV)": (f"{name}.csv", lambda: csv(pd.concat([_steps(walk) for walk in walks]))),
        }
    )
    snippet = _snippet(walks[0], pair, codes, kind)
    if snippet:
        with st.expander("The same in Python"):
            st.code(snippet, language="python")


def _strip(walk: Walk, codes: Codes) -> list[tuple[str, list]]:
    measured, opinion = walk.measured, walk.opinion
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


def _svg(walks: list[Walk]) -> str:
    strips = [(walk.checkpoint.name, walk.measured.images, walk.measured.off_support) for walk in walks]
    return svg_strips(strips, [f"{t:.2f}" for t in walks[0].t])


def _snippet(walk: Walk, pair: tuple[Place, Place], codes: Codes, kind: str) -> str:
    """Python lines that make this strip; empty for images and models that a script does not find by name."""
    is_named = walk.checkpoint.folder is not None and walk.checkpoint.folder.parent == SHIPPED
    if not is_named or not all(isinstance(place, ImageAt) for place in pair) or codes.split == "all":
        return ""
    a, b = (int(codes.rows[place.index]) for place in pair)
    return (
        "from pathlib import Path\n\n"
        "from autoencoder.checkpoint.path_kinds import walk\n"
        "from autoencoder.checkpoint.store import load_checkpoint\n"
        "from autoencoder.data.loading import load_dataset\n"
        "from autoencoder.figures.pictures import png, strip\n\n"
        f'checkpoint = load_checkpoint("{walk.checkpoint.name}")\n'
        f'images = load_dataset("{codes.dataset}", "{codes.split}").images\n'
        f"start, end = checkpoint.model.encode(images[[{a}, {b}]])\n"
        f'path = walk(checkpoint, "{kind}", start, end, {len(walk.latents)})\n'
        "measured = checkpoint.support.measure(path)\n"
        "print(measured.off_support_share, measured.jump_ratio, measured.round_trip)\n"
        'Path("strip.png").write_bytes(png(strip(measured.images), scale=4))\n'
    )


def _steps(walk: Walk) -> pd.DataFrame:
    measured, opinion = walk.measured, walk.opinion
    columns = {
        "model": walk.checkpoint.name,
        "t": walk.t,
        "round_trip": measured.round_trip,
        "neighbour_distance": measured.neighbour_distance,
        "decoded_step": measured.decoded_step,
        "off_support": measured.off_support,
    }
    if opinion is not None:
        columns["picture_distance"] = opinion.distance
    latents = {f"z{number}": values for number, values in enumerate(walk.latents.T, start=1)}
    return pd.DataFrame({**columns, **latents})
