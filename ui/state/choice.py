"""Choice of images and model, the same on every page: named ones, the visitor's own, and shared ones.

The choice stands in the address. The name of a shared copy is its link: knowing it is the permission to read
it.
"""

from operator import attrgetter

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo
from autoencoder.data.catalogue import DATASETS, list_datasets
from autoencoder.data.dataset import Dataset
from autoencoder.errors import CheckpointError
from ui.state import address, caches
from ui.state.defaults import DATASET, preferred_model
from ui.state.session import current_workspace
from ui.storage.shares import KINDS, is_shared, path_of_copy, shelf_of
from ui.storage.workspace import Workspace

MOST_OPENED = 20  # shared things in one session
MAKE = attrgetter("config.model.kind", "config.model.latent_dim")


def open_linked() -> None:
    """Add the shared model or images of a link to the session's choices."""
    for kind in KINDS:
        name = st.query_params.get(kind, "")
        if name not in opened(kind) and is_shared(kind, name):
            path_of_copy(kind, name).touch()
            st.session_state[f"opened.{kind}"] = [*opened(kind), name][-MOST_OPENED:]


def opened(kind: str) -> list[str]:
    """The names of the shared models ("model") or images ("data") that this session has opened."""
    return [name for name in st.session_state.get(f"opened.{kind}", []) if is_shared(kind, name)]


def opened_models() -> list[CheckpointInfo]:
    shared = caches.models_in(shelf_of("model")) if opened("model") else []
    return [info for info in shared if info.name in opened("model")]


def image_set(name: str, split: str, workspace: Workspace) -> Dataset:
    """The images of a name; only named sets have splits. Raises LatentSpaceError where they are missing."""
    if name in DATASETS:
        return caches.named_dataset(name, split)
    path = path_of_copy("data", name) if is_shared("data", name) else workspace.images.find(name)
    return caches.kept_images(path)


def dataset_names() -> list[str]:
    """The named sets, the visitor's own, and shared ones that were opened; first that of a plain link."""
    named = sorted(DATASETS, key=lambda name: name != DATASET)
    return [*named, *current_workspace().images.names(), *opened("data")]


def model_names() -> list[str]:
    """All models: first the one of a link that names none, then the others made for the chosen images."""
    models, preferred = models_by_name(), preferred_model(dataset_name())
    is_for_others = {name: info.config.source.name != dataset_name() for name, info in models.items()}
    return sorted(models, key=lambda name: (name != preferred, is_for_others[name]))


def settle() -> None:
    """Open what a link shares, and set aside names that are not here; before anything is drawn."""
    open_linked()
    for key, names in (("data", dataset_names), ("model", model_names)):
        if address.chosen(key) not in ("", *names()):
            st.session_state[unknown_key(key)] = address.chosen(key)
            address.set_choice(key, "")


def chosen_dataset(split: str = "test") -> Dataset:
    """The chosen images; only named sets have splits. Raises DatasetError where they are not here."""
    return image_set(dataset_name(), split, current_workspace())


def test_counterpart() -> Dataset | None:
    """The test images that belong to the chosen training images; None for a visitor's own."""
    return chosen_dataset("test") if dataset_name() in DATASETS else None


def dataset_at_hand() -> bool:
    """True where the chosen images are on the server, False where they must be downloaded first."""
    status = {info.name: info.status for info in list_datasets()}
    return status.get(dataset_name()) != "to download"


def chosen_checkpoint() -> Checkpoint:
    """The chosen model. Raises CheckpointError where it cannot be read."""
    return checkpoint_named(model_name())


def checkpoint_named(name: str) -> Checkpoint:
    """A model that is shipped, shared or the visitor's own."""
    if name not in models_by_name():
        raise CheckpointError(f"There is no model {name!r} here. Choose another one at the side.")
    return caches.checkpoint_in(models_by_name()[name].folder)


def set_model(name: str) -> None:
    """Set the model of every page; for callbacks, which run before the page is drawn."""
    forget_unknown("model")
    address.set_choice("model", "" if name == model_names()[0] else name)


def set_dataset(name: str) -> None:
    """Set the images of every page; for callbacks, which run before the page is drawn."""
    before = model_name()
    address.set_choice("data", "" if name == dataset_names()[0] else name)
    follow_dataset(before)


def dataset_name() -> str:
    return address.one_of("data", dataset_names())


def model_name() -> str:
    return address.one_of("model", model_names())


def models_by_name() -> dict[str, CheckpointInfo]:
    """Shipped models first; a visitor's own cannot take the name of one of them."""
    own = caches.models_in(current_workspace().models.folder)
    return {info.name: info for info in [*own, *opened_models(), *caches.shipped_models()]}


def follow_dataset(before: str) -> None:
    """Choose the model for new images: like the one before in kind and size where there is one for them."""
    forget_unknown("data", "model")
    models = models_by_name()
    fitting = [info for info in models.values() if info.config.source.name == dataset_name()]
    like_before = [info for info in fitting if before in models and MAKE(info) == MAKE(models[before])]
    set_model((like_before or fitting)[0].name if fitting else before)


def forget_unknown(*keys: str) -> None:
    for key in keys:
        st.session_state.pop(unknown_key(key), None)


def unknown_key(key: str) -> str:
    return f"choice.unknown_{key}"


def dataset_title(name: str) -> str:
    return DATASETS[name].title if name in DATASETS else name
