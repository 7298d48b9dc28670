"""Choice of images and model at the side of every page."""

import streamlit as st

from autoencoder.checkpoint.checkpoint import CheckpointInfo
from autoencoder.data.catalogue import DATASETS, data_root
from autoencoder.data.loading import load_dataset
from autoencoder.model.architecture import KINDS
from autoencoder.training.plan import n_learnt_from
from ui.state.choice import (
    choose_dataset,
    dataset_name,
    dataset_names,
    dataset_title,
    follow_dataset,
    forget_unknown,
    model_name,
    model_names,
    models_by_name,
    open_linked,
    unknown_key,
)
from ui.state.defaults import DATASET, FLAT, PLAIN, VARIATIONAL
from ui.state.session import literally
from ui.widgets.controls import pick

OUT_OF_SIGHT = "<style>.st-key-choice { display: none }</style>"


def choose() -> None:
    """Two lists at the side of every page; their names stand in the address."""
    open_linked()
    _note_unknown("data", dataset_names())
    _note_unknown("model", model_names())
    with st.sidebar.container(key="choice"):
        pick("data", "Images", dataset_names(), on_change=follow_dataset)
        pick("model", "Model", model_names(), on_change=forget_unknown, args=("model",))
        st.caption(_model_facts(models_by_name()[model_name()]))


def set_aside() -> None:
    """Hide the choice on the lesson, which has images and models of its own; it stays for the other pages."""
    choose()  # a widget that is not drawn would lose its parameter in the address
    st.html(OUT_OF_SIGHT)
    st.sidebar.markdown(
        f"The lesson brings its own: MNIST's test images, with {PLAIN}, {VARIATIONAL} and {FLAT}."
    )
    st.sidebar.caption(f"Chosen for the other pages: {dataset_name()}, {model_name()}.")


def fetch_dataset() -> None:
    """Download the chosen images, with a progress bar."""
    with st.status(f"Fetching {dataset_title(dataset_name())} …") as status:
        bar = st.progress(0.0)
        load_dataset(dataset_name(), on_progress=lambda share, sentence: bar.progress(share, sentence))
        status.update(label="Fetched.", state="complete")
    st.rerun()


def offer_download() -> None:
    """A note that the chosen images are not on this machine, and two ways on."""
    name = dataset_name()
    st.info(
        f"The images of {dataset_title(name)} are not on this machine. Fetch them "
        f"({DATASETS[name].download_mb:.0f} MB, needs a network), put the files into "
        f"`{DATASETS[name].raw_folder(data_root())}`, or continue with the digits, which are here.",
        icon=":material/cloud_download:",
    )
    fetch, digits = st.columns(2)
    digits.button("Use the digits", on_click=choose_dataset, args=(DATASET,), width="stretch")
    if fetch.button("Fetch the images", width="stretch"):
        fetch_dataset()


def _note_unknown(key: str, options: list[str]) -> None:
    """Warn of an unknown name in a link until a choice is made: the address drops the name at once."""
    asked = st.query_params.get(key)
    if asked and asked not in options:
        st.session_state[unknown_key(key)] = asked
    if unknown_key(key) in st.session_state:
        name = literally(st.session_state[unknown_key(key)])
        st.warning(
            f"“{name}” from this link does not exist or belongs to another visitor; showing another one."
        )


def _model_facts(info: CheckpointInfo) -> str:
    model, source = info.config.model, info.config.source
    dimensions = "dimension" if model.latent_dim == 1 else "dimensions"
    return (
        f"{KINDS[model.kind]}, {model.latent_dim} {dimensions}, trained on "
        f"{n_learnt_from(info.config):,} images of {dataset_title(source.name)}."
    )
