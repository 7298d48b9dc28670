"""Page with one map only: ours, or the same points in Streamlit's own chart.

    streamlit run benchmarks/map_app.py        then /?points=70000, or /?points=70000&as=chart

The codes are those that came with a model, repeated with some jitter; a digit of the same class stands in
for each one's image.
"""

import numpy as np
import streamlit as st

from autoencoder.checkpoint.codes import Codes, codes_of_atlas
from autoencoder.data.loading import load_dataset
from autoencoder.figures.maps import map_figure
from ui.server.app import MIDDLEWARE, ROUTES, lifespan
from ui.state import caches
from ui.widgets.map import CODE, project, show_map

MODEL = "mnist-vae-2"
JITTER = 0.15  # of the codes' standard deviation

app = st.App(__file__, routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)


def draw() -> None:
    """The page that the address asks for."""
    st.set_page_config(page_title="Map", layout="wide")
    st.session_state.data = "mnist"
    codes = many_codes(int(st.query_params.get("points", 10_000)))
    if st.query_params.get("as") == "chart":
        st.plotly_chart(map_figure(codes, project(codes, CODE)))
    else:
        show_map(caches.shipped_checkpoint(MODEL), codes, None, CODE)


@st.cache_resource
def many_codes(n_codes: int) -> Codes:
    """Codes by the model, each with an image of its class."""
    rng = np.random.default_rng(0)
    atlas = codes_of_atlas(caches.shipped_checkpoint(MODEL))
    chosen = np.arange(n_codes) % len(atlas.latents)
    latents = rng.normal(atlas.latents[chosen], JITTER * atlas.latents.std(axis=0)).astype(np.float32)
    labels = atlas.labels[chosen]
    rows, images = np.arange(n_codes), stand_ins(labels, rng)
    return Codes("mnist", "test", rows, latents, labels, atlas.class_names, images)


def stand_ins(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An image uint8 (28, 28) of the class for every label, drawn with repetition."""
    digits = load_dataset("digits", "train")
    images = np.empty((len(labels), 28, 28), np.uint8)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        images[members] = digits.images[rng.choice(np.flatnonzero(digits.labels == label), len(members))]
    return images


if __name__ == "__main__":  # Streamlit imports this file for the app, and runs it for every page
    draw()
