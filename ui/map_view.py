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

CODE, PCA_PLANE, TSNE = "the code", "PCA", "t-SNE"
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
    image = (picture_of(codes, checkpoint, index), title_of(codes, index))
    drawn = (reconstruction, "its reconstruction" if codes.images is not None else f"{image[1]}, decoded")
    show_large([image, drawn] if codes.images is not None else [drawn])
    round_trip = checkpoint.support.measure(codes.latents[[index]]).round_trip[0]
    st.markdown(
        f"Round trip **{round_trip:.2f}**: {'off' if round_trip > 1 else 'on'} the data. Above 1 a code is "
        "odder than 95 % of the test images' codes."
    )
    a, b = _pair_inputs(codes, index)
    st.page_link("../pages/interpolation.py", label="Walk from A to B", icon=":material/linear_scale:")
    marks = {"A": a, "B": b}
    return marks if index in marks.values() else {**marks, "•": index}


def draw_map(codes: Codes, latent_map: Map, classes: list[str], marks: dict[str, int]) -> None:
    """The chart; a click on a point chooses its image."""
    marks = {
        words: index for words, index in marks.items() if not classes or codes.class_of(index) in classes
    }
    st.plotly_chart(
        map_figure(codes, latent_map, classes, marks, is_dark()), key=CHART, theme=None, on_select=_pick,
        selection_mode="points", config={"scrollZoom": True, "displaylogo": False},
        alt=f"The codes of {len(codes.latents):,} images of {codes.dataset} on a map, by class.",
    )  # fmt: skip


def downloads(checkpoint: Checkpoint, codes: Codes, latent_map: Map, classes: list[str]) -> None:
    """All points as CSV; the chart as it is, as a page that opens without a network."""
    left, right = st.columns(2)
    name = f"{codes.dataset}-{checkpoint.name}-map"
    left.download_button(
        "Points (CSV)",
        lambda: _points_csv(codes, latent_map),
        f"{name}.csv",
        "text/csv",
        width="stretch",
    )
    right.download_button(
        "Map (HTML)",
        lambda: _map_page(name, codes, latent_map, classes),
        f"{name}.html",
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
    n_codes, latent_dim = codes.latents.shape
    methods = [
        *([CODE] if latent_dim <= 2 else []),
        *([PCA_PLANE] if latent_dim >= 2 else []),
        *([TSNE] if n_codes >= FEWEST_CODES else []),
    ]
    method = st.segmented_control(
        "Projection", methods, default=methods[0], key="projection", bind="query-params"
    )
    if method == TSNE:
        return tsne_map(codes)
    return caches.latent_map(codes, "pca" if method == PCA_PLANE else "auto")


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


def _map_page(name: str, codes: Codes, latent_map: Map, classes: list[str]) -> str:
    page = io.StringIO()
    figure = map_figure(codes, latent_map, classes, {})
    figure.update_layout(title=f"{name}: {len(codes.latents):,} codes", margin={"t": 48}, height=None)
    figure.write_html(page, include_plotlyjs=True)
    return page.getvalue()
