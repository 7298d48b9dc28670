"""Choice of images and model at the side of every page, and of the models in a comparison."""

from functools import partial

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import NO_CODES, has_codes_of
from autoencoder.checkpoint.titles import described, model_title
from autoencoder.data.catalogue import DATASETS
from autoencoder.data.loading import load_dataset
from autoencoder.model.architecture import KINDS
from autoencoder.training.plan import n_learnt_from
from autoencoder.wording import counted
from ui.state import address, choice
from ui.state.choice import dataset_name, dataset_title, model_name
from ui.state.defaults import DATASET, FLAT, PLAIN, VARIATIONAL, counterparts
from ui.state.session import escape_markdown
from ui.storage.shares import is_shared
from ui.widgets.controls import pick

MOST_OTHERS = 3  # models compared with the chosen one
OUT_OF_SIGHT = "<style>.st-key-choice { display: none }</style>"


def choose() -> None:
    """Two lists at the side of every page; their names stand in the address."""
    _note_unknown("data")
    _note_unknown("model")
    models, before = choice.models_by_name(), model_name()
    with st.sidebar.container(key="choice"):
        looks = {"format_func": dataset_title, "on_change": partial(choice.follow_dataset, before)}
        pick("data", "Images", choice.dataset_names(), **looks)
        looks = {"format_func": model_titles().get}
        looks |= {"on_change": partial(choice.forget_unknown, "model")}
        pick("model", "Model", choice.model_names(), **looks)
        st.caption(_model_facts(models[model_name()]))


def set_aside() -> None:
    """Hide the choice on the lesson, which has images and models of its own; it stays for the other pages."""
    choose()  # a widget that is not drawn would lose its parameter in the address
    st.html(OUT_OF_SIGHT)
    titles = model_titles()
    own = "; ".join(titles[name] for name in (PLAIN, VARIATIONAL, FLAT))
    st.sidebar.markdown(f"The lesson uses its own images, MNIST's test images, and its own models: {own}.")
    chosen = f"{dataset_title(dataset_name())}; {titles[model_name()]}"
    st.sidebar.caption(f"Chosen for the other pages: {chosen}.")


def model_titles() -> dict[str, str]:
    """Titles of all models, by their names."""
    return {name: _title(info) for name, info in choice.models_by_name().items()}


def pick_model(name: str, label: str, options: list[str], **looks) -> Checkpoint:
    """The model of a list of a page's own, called in words; the side's choice stays as it is."""
    looks["format_func"] = model_titles().get
    return choice.checkpoint_named(pick(name, label, options, **looks))


def compared_models(first: Checkpoint, codes: Codes) -> list[Checkpoint]:
    """The model of ``codes``, and up to three to compare it with that have codes of the same images."""
    options = [name for name in choice.model_names() if name != first.name]
    models = [first]
    for other in map(choice.checkpoint_named, _choose_others(first, options)):
        if has_codes_of(other, codes):
            models.append(other)
        else:
            st.caption(f"{model_title(other)} is left out: {NO_CODES[0].lower()}{NO_CODES[1:]}")
    return models


def _choose_others(first: Checkpoint, options: list[str]) -> list[str]:
    """Names of the models to compare; before a choice the one that shows the difference."""
    chosen = address.chosen("with")
    if chosen == address.COUNTERPART:
        names = counterparts(first, options)
    else:
        names = [name for name in chosen.split(address.BETWEEN) if name in options]
    st.session_state["with"] = names[:MOST_OTHERS]
    looks = {"max_selections": MOST_OTHERS, "placeholder": "no other model", "on_change": _keep_others}
    looks |= {"format_func": model_titles().get, "key": "with"}
    return st.multiselect("Compare with", options, **looks)


def _keep_others() -> None:
    address.set_choice("with", address.BETWEEN.join(st.session_state["with"]))


def offer_download() -> None:
    """A note that the chosen images are not on this machine, and two ways on."""
    name = dataset_name()
    st.info(
        f"The images of {dataset_title(name)} are not on this machine. Fetch them "
        f"({DATASETS[name].download_mb:.0f} MB, needs a network), or continue with {dataset_title(DATASET)}, "
        "which is here. Whoever runs the server can also put the files there, as the README says.",
        icon=":material/cloud_download:",
    )
    fetch, at_hand = st.columns(2)
    use = f"Use {dataset_title(DATASET)}"
    at_hand.button(use, on_click=choice.set_dataset, args=(DATASET,), width="stretch")
    if fetch.button("Fetch the images", width="stretch"):
        with st.status(f"Fetching {dataset_title(name)} …") as status:
            load_dataset(name, on_progress=st.progress(0.0).progress)
            status.update(label="Fetched.", state="complete")
        st.rerun()


def _note_unknown(key: str) -> None:
    """Warn of an unknown name in a link until a choice is made: the address drops the name at once."""
    if choice.unknown_key(key) in st.session_state:
        name = escape_markdown(st.session_state[choice.unknown_key(key)])
        what = "does not exist or belongs to another visitor; showing another one."
        st.warning(f"“{name}” from this link {what}")


def _model_facts(info: CheckpointInfo) -> str:
    model, source = info.config.model, info.config.source
    return (
        f"{KINDS[model.kind]} with a code of {counted(model.latent_dim, 'number')}, trained on "
        f"{n_learnt_from(info.config):,} images of {dataset_title(source.name)}. "
        f"Folder name: {escape_markdown(info.name)}."
    )


def _title(info: CheckpointInfo) -> str:
    """Title in the list; a shared model's name is the hash of its link."""
    if is_shared("model", info.name):
        return f"Shared: {described(info.config)} ({info.name[:4]})"
    return model_title(info)
