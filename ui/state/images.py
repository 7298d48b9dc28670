"""Image sets by name: named sets, shared copies and the visitor's own files."""

from autoencoder.data.catalogue import DATASETS
from autoencoder.data.dataset import Dataset
from ui.state import caches
from ui.storage.shares import is_shared, place_of_copy
from ui.storage.workspace import Workspace


def image_set(name: str, split: str, workspace: Workspace) -> Dataset:
    """The images of this name; only named sets have splits.

    The name of a shared copy is its link: knowing it is the permission to read it. Raises DatasetError or
    WorkspaceError where the images are not on this server.
    """
    if name in DATASETS:
        return caches.named_dataset(name, split)
    path = place_of_copy("data", name) if is_shared("data", name) else workspace.images.find(name)
    return caches.kept_images(path, name)
