"""The one choice that all pages share: which images, and which model. It stands in the address."""

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo
from autoencoder.data.catalogue import DATASETS, data_root, list_datasets
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.errors import CheckpointError
from autoencoder.model.architecture import KINDS
from autoencoder.training.plan import n_learnt_from
from ui import caches, sharing
from ui.frame import literally
from ui.visitors import current_workspace

DEFAULT_DATASET = "digits"
DEFAULT_MODEL = "digits-vae-2"
OUT_OF_SIGHT = "<style>.st-key-choice { display: none }</style>"


def choose() -> None:
    """The two choices, at the side of every page; the address holds their names."""
    sharing.open_linked()
    _note_unknown("data", dataset_names())
    _note_unknown("model", model_names())
    with st.sidebar.container(key="choice"):
        st.selectbox("Images", dataset_names(), key="data", bind="query-params", on_change=_follow_dataset)
        st.selectbox(
            "Model", model_names(), key="model", bind="query-params",
            on_change=_forget_unknown, args=("model",),
        )  # fmt: skip
        st.caption(_model_facts(_models()[st.session_state.model]))


def set_aside(brings: str) -> None:
    """On a page with images and models of its own, say which; the choice stays for the other pages."""
    choose()  # out of sight, but there: a widget that is gone takes its place in the address with it
    st.html(OUT_OF_SIGHT)
    st.sidebar.markdown(brings)
    st.sidebar.caption(f"Chosen for the other pages: {st.session_state.data}, {st.session_state.model}.")


def dataset_names() -> list[str]:
    """The named sets, the visitor's own, and shared ones that were opened."""
    return [*DATASETS, *current_workspace().image_sets(), *sharing.opened("data")]


def model_names() -> list[str]:
    """The shipped models and the visitor's own: the default first, then those made for the chosen images.

    The first option is what a link without a model means.
    """
    models, preferred = _models(), f"{_dataset_name()}-vae-2"
    return sorted(
        models, key=lambda name: (name != preferred, models[name].config.source.name != _dataset_name())
    )


def chosen_dataset(split: str = "test") -> Dataset:
    """The chosen images; a visitor's own have no split. Raises DatasetError where they are not at hand."""
    name = _dataset_name()
    if name in DATASETS:
        return caches.named_dataset(name, split)
    return caches.kept_images(sharing.shared_images(name) or current_workspace().images_path(name), name)


def test_counterpart() -> Dataset | None:
    """The test images that belong to the chosen training images; None for a visitor's own."""
    return chosen_dataset("test") if _dataset_name() in DATASETS else None


def dataset_at_hand() -> bool:
    """Whether the chosen images are here, rather than to be downloaded."""
    status = {info.name: info.status for info in list_datasets()}
    return status.get(_dataset_name()) != "to download"


def chosen_checkpoint() -> Checkpoint:
    """The chosen model. Raises CheckpointError where it cannot be read."""
    return checkpoint_named(st.session_state.model)


def checkpoint_named(name: str) -> Checkpoint:
    """A shipped model, or one of the visitor's own."""
    if name not in _models():
        raise CheckpointError(f"There is no model {name!r} here. Choose another one at the side.")
    return caches.checkpoint_in(_models()[name].folder)


def was_trained_on(checkpoint: Checkpoint, dataset: Dataset) -> bool:
    """Named sets go by their name; under a visitor's own names there can be other images by now."""
    source = checkpoint.config.source
    return source.name == dataset.name and (
        dataset.split != "all" or source.fingerprint == dataset.fingerprint
    )


def choose_model(name: str) -> None:
    """Make it the model of every page; for callbacks, which run before the page is drawn."""
    _forget_unknown("model")
    st.session_state.model = name


def choose_dataset(name: str) -> None:
    """Make these the images of every page; for callbacks, which run before the page is drawn."""
    st.session_state.data = name
    _follow_dataset()


def fetch_dataset() -> None:
    """Download the chosen images, showing how far it is."""
    with st.status(f"Fetching {_dataset_title(_dataset_name())} …") as status:
        bar = st.progress(0.0)
        load_dataset(_dataset_name(), on_progress=lambda share, sentence: bar.progress(share, sentence))
        status.update(label="Fetched.", state="complete")
    st.rerun()


def offer_download() -> None:
    """Where the chosen images are not on this machine: say so, and what can be done."""
    name = _dataset_name()
    st.info(
        f"The images of {_dataset_title(name)} are not on this machine. Fetch them "
        f"({DATASETS[name].download_mb:.0f} MB, needs a network), put the files into "
        f"`{DATASETS[name].raw_folder(data_root())}`, or go on with the digits, which are here.",
        icon=":material/cloud_download:",
    )
    fetch, digits = st.columns(2)
    digits.button("Use the digits", on_click=choose_dataset, args=(DEFAULT_DATASET,), width="stretch")
    if fetch.button("Fetch the images", width="stretch"):
        fetch_dataset()


def _dataset_name() -> str:
    return st.session_state.get("data", DEFAULT_DATASET)


def _models() -> dict[str, CheckpointInfo]:
    """Shipped models first; a visitor's own cannot take the name of one of them."""
    own = caches.models_in(current_workspace().models_folder)
    return {info.name: info for info in [*own, *sharing.opened_models(), *caches.shipped_models()]}


def _follow_dataset() -> None:
    """After other images were chosen, the model of the same kind and size that was made for them, if any."""
    _forget_unknown("data", "model")
    models = _models()
    before = models.get(st.session_state.get("model", ""))
    fitting = [info for info in models.values() if info.config.source.name == _dataset_name()]
    if before and fitting:
        like_before = [info for info in fitting if _make(info) == _make(before)]
        st.session_state.model = (like_before or fitting)[0].name


def _make(info: CheckpointInfo) -> tuple[str, int]:
    return info.config.model.kind, info.config.model.latent_dim


def _note_unknown(key: str, options: list[str]) -> None:
    """Say that a link asks for what is not here, until a choice is made: the address forgets it at once."""
    asked = st.query_params.get(key)
    if asked and asked not in options:
        st.session_state[_unknown(key)] = asked
    if _unknown(key) in st.session_state:
        name = literally(st.session_state[_unknown(key)])
        st.warning(f"The link asks for “{name}”, which is not here, or not yours. Another one is shown.")


def _forget_unknown(*keys: str) -> None:
    for key in keys:
        st.session_state.pop(_unknown(key), None)


def _unknown(key: str) -> str:
    return f"unknown {key}"


def _dataset_title(name: str) -> str:
    return DATASETS[name].title if name in DATASETS else name


def _model_facts(info: CheckpointInfo) -> str:
    model, source = info.config.model, info.config.source
    dimensions = "dimension" if model.latent_dim == 1 else "dimensions"
    return (
        f"{KINDS[model.kind]}, {model.latent_dim} {dimensions}, trained on "
        f"{n_learnt_from(info.config):,} images of {_dataset_title(source.name)}."
    )
