"""The parts of the latent map's page: the view, the chart, and the card of the chosen image."""

import io

import numpy as np
import pandas as pd
import streamlit as st

from autoencoder.checkpoints import Checkpoint
from autoencoder.codes import Codes
from autoencoder.figures import map_figure
from autoencoder.projection import Map
from ui import caches
from ui.frame import is_dark
from ui.map_jobs import FEWEST_CODES, tsne_map
from ui.pair import default_pair, index_input, picture_of, title_of
from ui.pictures import show_large

METHODS = ("code", "pca", "tsne")
CHART = "map_chart"


def choose_view(codes: Codes) -> tuple[Map, list[str]]:
    """The projection, and the classes that are shown."""
    left, right = st.columns([2, 3])
    with right:
        classes = _choose_classes(codes)
    with left:
        return _choose_map(codes), classes


def card(checkpoint: Checkpoint, codes: Codes) -> dict[str, int]:
    """The chosen image beside its reconstruction, and what makes it A or B; returns what to mark."""
    index = index_input("Image", "point", codes, 0)
    reconstruction = checkpoint.model.decode(codes.latents[[index]])[0]
    kind = "image" if codes.images is not None else "decoded, in place of the image"
    image = picture_of(codes, checkpoint, index)
    title = f"{title_of(codes, index)} ({kind})"
    show_large([(image, title), (reconstruction, "what its code decodes to")])
    measured = checkpoint.support.measure(codes.latents[[index]])
    round_trip = measured.round_trip[0]
    st.markdown(
        f"Round trip **{round_trip:.2f}** ({'off' if round_trip > 1 else 'on'} the data; 1 is the "
        f"95th percentile of this model's own test codes)"
    )
    a, b = _pair_inputs(codes, index)
    st.page_link("../pages/interpolation.py", label="Walk from A to B", icon=":material/linear_scale:")
    marks = {"A": a, "B": b}
    return marks if index in marks.values() else {**marks, "•": index}


def draw_map(codes: Codes, latent_map: Map, classes: list[str], marks: dict[str, int]) -> None:
    """The chart; a click on a point chooses its image."""
    st.plotly_chart(
        map_figure(codes, latent_map, classes, marks, is_dark()), key=CHART, theme=None, on_select=_pick,
        selection_mode="points", config={"scrollZoom": True, "displaylogo": False},
        alt=f"The codes of {len(codes.latents):,} images of {codes.dataset} on a map, by class.",
    )  # fmt: skip


def downloads(codes: Codes, latent_map: Map) -> None:
    """The points as CSV, the chart as a page that opens without a network."""
    left, right = st.columns(2)
    left.download_button(
        "Points (CSV)",
        lambda: _points_csv(codes, latent_map),
        f"{codes.dataset}-map.csv",
        "text/csv",
        width="stretch",
    )
    right.download_button(
        "Map (HTML)",
        lambda: _map_page(codes, latent_map),
        f"{codes.dataset}-map.html",
        "text/html",
        width="stretch",
    )


def _choose_classes(codes: Codes) -> list[str]:
    present = (
        [codes.class_names[label] for label in np.unique(codes.labels)] if codes.labels is not None else []
    )
    if not present:
        return []
    chosen = st.pills("Classes", present, selection_mode="multi", key="classes", bind="query-params")
    return chosen or present


def _choose_map(codes: Codes) -> Map:
    methods = [method for method in METHODS if _is_possible(method, codes)]
    method = st.segmented_control(
        "Projection", methods, default=methods[0], key="projection", bind="query-params"
    )
    if method == "tsne":
        return tsne_map(codes)
    return caches.latent_map(codes, method or methods[0])


def _is_possible(method: str, codes: Codes) -> bool:
    n_codes, latent_dim = codes.latents.shape
    if method == "tsne":
        return n_codes >= FEWEST_CODES
    return latent_dim <= 2 if method == "code" else latent_dim >= 2


def _pair_inputs(codes: Codes, index: int) -> tuple[int, int]:
    first, second = default_pair(codes)
    left, right = st.columns(2)
    left.button("Make it A", on_click=_set, args=("a", index), width="stretch")
    right.button("Make it B", on_click=_set, args=("b", index), width="stretch")
    with left:
        a = index_input("A, image", "a", codes, first)
    with right:
        b = index_input("B, image", "b", codes, second)
    return a, b


def _set(key: str, index: int) -> None:
    st.session_state[key] = index


def _pick() -> None:
    """The index of the clicked point stands in its customdata."""
    points = st.session_state[CHART].selection.points
    if points:
        st.session_state.point = int(np.ravel(points[0]["customdata"])[0])


def _points_csv(codes: Codes, latent_map: Map) -> str:
    columns = {"image": codes.rows, "x": latent_map.positions[:, 0], "y": latent_map.positions[:, 1]}
    if codes.labels is not None:
        columns["class"] = [codes.class_names[label] for label in codes.labels]
    latents = {f"z{number}": values for number, values in enumerate(codes.latents.T, start=1)}
    return pd.DataFrame({**columns, **latents}).to_csv(index=False)


def _map_page(codes: Codes, latent_map: Map) -> str:
    page = io.StringIO()
    figure = map_figure(codes, latent_map, list(codes.class_names), {})
    figure.update_layout(title=f"{codes.dataset}: {len(codes.latents):,} codes", margin={"t": 48})
    figure.write_html(page, include_plotlyjs=True)
    return page.getvalue()
