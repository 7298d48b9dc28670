"""The parts of the interpolation page: the path, the strips of one or two models, and the profile."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoints import Checkpoint
from autoencoder.codes import Codes
from autoencoder.figures import path_figure
from autoencoder.pictures import grid, png
from autoencoder.support import PathMeasures, is_weak, score_name
from autoencoder.walks import PATHS
from autoencoder.walks import walk as find_path
from ui.frame import is_dark
from ui.map_view import show_map
from ui.pair import code_in, picture_of, title_of
from ui.pictures import show_large, show_table
from ui.places import Place


@dataclass(frozen=True, eq=False)
class Walk:
    """A path of T steps through one model's codes, ``latents`` (T, D), and its measures."""

    checkpoint: Checkpoint
    latents: np.ndarray
    measured: PathMeasures


def choose_on_map(checkpoint: Checkpoint, codes: Codes) -> None:
    """The map, to set A and B by hand; also to places where no image is."""
    with st.expander("Set A and B on the map", icon=":material/scatter_plot:"):
        show_map(checkpoint, codes, None, "auto", compact=True)


def choose_path() -> tuple[str, int]:
    """The kind of path and the number of its steps."""
    kind_column, steps_column = st.columns([1, 1])
    kind = kind_column.segmented_control(
        "Path", list(PATHS), default="linear", key="path", bind="query-params"
    )
    kind_column.caption(PATHS[kind or "linear"].label)
    return kind or "linear", steps_column.slider("Steps", 3, 25, 11, key="steps", bind="query-params")


def walk(
    checkpoint: Checkpoint,
    first: Checkpoint,
    codes: Codes,
    pair: tuple[Place, Place],
    path: str,
    n_steps: int,
) -> Walk:
    """The path from A to B through a model's own codes of them; ``first`` is where they were chosen."""
    ends = [code_in(checkpoint, place, first, codes) for place in pair]
    latents = find_path(checkpoint, path, *ends, n_steps)
    return Walk(checkpoint, latents, checkpoint.support.measure(latents))


def show_walks(codes: Codes, pair: tuple[Place, Place], walks: list[Walk]) -> None:
    """A and B as they are, then a strip for every model, with words where it leaves the data."""
    checkpoint = walks[0].checkpoint
    show_large(
        [
            (picture_of(place, checkpoint, codes), f"{letter}: {title_of(place, codes)}")
            for letter, place in zip("AB", pair, strict=True)
        ]
    )
    for current in walks:
        st.markdown(f"**{current.checkpoint.name}** · {_verdict(current)}")
        heads = [f"{t:.2f}" for t in _shares(current)]
        show_table(_strip(current.measured), heads, hatched=current.measured.off_support)


def show_profile(walks: list[Walk]) -> None:
    """The round trip along the path."""
    profiles = {current.checkpoint.name: current.measured for current in walks}
    st.plotly_chart(
        path_figure(profiles, is_dark()), key="profile", theme=None, config={"displaylogo": False},
        alt="Round trip along the path, by model; above 1 the path is off the data.",
    )  # fmt: skip


def downloads(walks: list[Walk]) -> None:
    """The strips as a picture, the steps as a table."""
    left, right = st.columns(2)
    images = np.concatenate([current.measured.images for current in walks])
    n_steps = len(walks[0].latents)
    name = "interpolation-" + "-".join(current.checkpoint.name for current in walks)
    left.download_button(
        "Strips (PNG)",
        lambda: png(grid(images, n_steps), 4),
        f"{name}.png",
        "image/png",
        width="stretch",
    )
    right.download_button("Steps (CSV)", lambda: _table(walks), f"{name}.csv", "text/csv", width="stretch")


def _shares(current: Walk) -> np.ndarray:
    return np.linspace(0, 1, len(current.latents))


def _strip(measured: PathMeasures) -> list[tuple[str, list]]:
    return [
        ("Decoded", list(measured.images)),
        ("Round trip", [f"{value:.2f}" for value in measured.round_trip]),
        ("Neighbours", [f"{value:.2f}" for value in measured.neighbour_distance]),
        ("Change", ["–", *(f"{value:.2f}" for value in measured.decoded_step[1:])]),
        ("Off the data", ["off" if off else "" for off in measured.off_support]),
    ]


def _verdict(current: Walk) -> str:
    """The path's score in words."""
    latent_dim = current.checkpoint.model.latent_dim
    score = current.measured.score(latent_dim)
    name = score_name(latent_dim)
    if score is None:
        return "the picture does not change along this path"
    if name == "jump ratio":
        return f"jump ratio **{score:.2f}**: the largest change of the picture over the mean one"
    n_off, n_steps = int(current.measured.off_support.sum()), len(current.latents)
    weak = " (a weak score below 8 dimensions)" if is_weak(latent_dim) else ""
    return f"off the data in **{n_off} of {n_steps}** steps, {score:.0%}{weak}"


def _table(walks: list[Walk]) -> str:
    return pd.concat([_steps(current) for current in walks]).to_csv(index=False)


def _steps(current: Walk) -> pd.DataFrame:
    measured = current.measured
    columns = {
        "model": current.checkpoint.name,
        "t": _shares(current),
        "round_trip": measured.round_trip,
        "neighbour_distance": measured.neighbour_distance,
        "decoded_step": measured.decoded_step,
        "off_support": measured.off_support,
    }
    latents = {f"z{number}": values for number, values in enumerate(current.latents.T, start=1)}
    return pd.DataFrame({**columns, **latents})
