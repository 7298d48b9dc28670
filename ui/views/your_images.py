"""Upload of images: the files, a look at their images, and the kept sets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from autoencoder.data.dataset import Dataset, stratified_order
from autoencoder.data.loading import load_upload
from autoencoder.data.readers.pictures import is_picture, looks_inverted, read_pictures
from autoencoder.data.readers.source import MAX_FILE_BYTES, MAX_IMAGES, MAX_SIDE, MIN_SIDE
from autoencoder.errors import DatasetError
from autoencoder.wording import counted
from ui.state import caches
from ui.state.choice import set_dataset
from ui.state.session import current_workspace, guarded, is_dark, refusal
from ui.storage.classroom import classroom
from ui.widgets import kept
from ui.widgets.frame import go_to
from ui.widgets.pictures import show
from ui.widgets.uploader import choose_files, empty_uploader

N_SHOWN, N_KEPT = 24, 12
UPLOAD = "images.upload"  # the files' ids and their images
MEGABYTES = MAX_FILE_BYTES // 1_000_000
FORMATS = f"""
- **PNG or JPEG pictures**, one or several at once, without classes
- **.zip** of PNG or JPEG pictures, a folder for each class if there are classes
- **.npz** with `images` (N, 28, 28) or (N, 28, 28, 3), uint8 from 0 to 255 or floats from 0 to 1, and, if
  you have them, `labels` (N,), whole numbers from 0; Keras's `x_train`, `y_train` … are read too
- **.npy** with the images, alone or together with a second one that has the labels
- **an IDX pair** as MNIST's: the images file and the labels file together, gzipped or not

Up to {MAX_IMAGES:,} images of {MIN_SIDE} to {MAX_SIDE} pixels a side, {MEGABYTES} MB a file or for all
pictures chosen at once. They are brought to 28 × 28 pixels, their aspect kept, and colours become grey.
What you upload is yours alone and stays on this server.
"""
GROUND = "The models know light ink on a dark ground, as in MNIST. These are the images as they will be used."
SHOWN_TURNED = (
    "This theme shows every picture turned round: here right images are dark ink on a light ground."
)
EXAMPLE = """import numpy as np

images = np.random.default_rng(0).integers(0, 256, (100, 28, 28), dtype=np.uint8)  # your own here
labels = np.arange(100) % 10
np.savez("my-images.npz", images=images, labels=labels)"""


def choose_images() -> Dataset | None:
    """The images in the chosen files; None without files. Raises DatasetError where they cannot be read."""
    if not classroom().can_upload:
        st.info("Your teacher has switched uploads off.", icon=":material/info:")
        return None
    label = "One file, several pictures, or an IDX images file with its labels file"
    looks = {"accept_multiple_files": True, "max_upload_size": MEGABYTES}
    files = choose_files("images", label, **looks)
    if files:
        st.button("Choose other files", on_click=_empty_uploader, icon=":material/restart_alt:")
    return _read_once(files) if files else None


def explain_formats() -> None:
    """The formats that can be uploaded, with an example."""
    st.markdown(FORMATS)
    with st.expander("How to make an .npz"):
        st.code(EXAMPLE, language="python")


def check(found: Dataset) -> Dataset:
    """The images as they will be used: light ink on dark ground."""
    st.markdown(f"**{counted(found.n_images, 'image')}**, {_classes(found)}.")
    key = f"images.invert {found.fingerprint}"
    explained = "Switched on by itself where the ground is lighter than the ink."
    invert = st.toggle("Invert the images", looks_inverted(found.images), key, help=explained)
    dataset = replace(found, images=255 - found.images) if invert else found
    st.caption(GROUND if is_dark() else f"{GROUND} {SHOWN_TURNED}")
    _show_some(dataset, N_SHOWN)
    return dataset


def offer_use(dataset: Dataset) -> None:
    """A name, and the button that keeps the images; greyed out where the name cannot be used."""
    workspace = current_workspace()
    free = workspace.images.free_name(dataset.name)
    key, is_usable = f"images.name {st.session_state[UPLOAD][0]}", False
    name = st.text_input("Name of these images", free, max_chars=60, key=key)
    with refusal():
        workspace.images.check_new(name)
        is_usable = True
    looks = {"type": "primary", "icon": ":material/check:", "disabled": not is_usable}
    st.button("Use these images", on_click=guarded, args=(_use, dataset, key), **looks)


def show_image_sets() -> None:
    """The sets that the visitor keeps."""
    st.subheader("Kept for you", anchor=False)
    names = current_workspace().images.names()
    for name in names:
        _show_image_set(name)
    if not names:
        words = "None yet. They appear here, and in the choice of images of every page."
        st.info(words, icon=":material/info:")
    kept.offer_undo("images", current_workspace().images)
    kept.show_shared(current_workspace(), "data")


def _read_once(files: list) -> Dataset:
    """The images in the files, read once as long as the same files are chosen."""
    ids = tuple(file.file_id for file in files)
    known, found = st.session_state.get(UPLOAD, (None, None))
    if known != ids:
        with st.spinner("Reading the images …"):
            found = _read(files)
        st.session_state[UPLOAD] = ids, found
    return found


def _read(files: list) -> Dataset:
    if all(is_picture(file.name) for file in files):
        name = "pictures" if len(files) > 1 else Path(files[0].name).stem
        return Dataset(name, "all", *read_pictures([(file.name, file.getvalue()) for file in files]))
    if len(files) == 1:
        return load_upload(files[0].name, files[0].getvalue())
    labels = [file for file in files if "label" in file.name.lower() or "idx1" in file.name.lower()]
    images = [file for file in files if file not in labels]
    if len(labels) != 1 or len(images) != 1:
        raise DatasetError(
            f"{len(files)} files were chosen. Choose one, or only PNG and JPEG pictures, or an images file "
            "with its labels file, which has “labels” in its name."
        )
    return load_upload(images[0].name, images[0].getvalue(), (labels[0].name, labels[0].getvalue()))


def _classes(found: Dataset) -> str:
    if found.labels is None:
        return "without labels"
    n_classes = len(np.unique(found.labels))
    return "1 class" if n_classes == 1 else f"{n_classes} classes"


def _show_some(dataset: Dataset, most: int) -> None:
    """The first images, of every class in turn."""
    if dataset.labels is None:
        rows = np.arange(min(most, dataset.n_images))
        captions = list(map(str, rows))
    else:
        rows = stratified_order(dataset.labels, np.random.default_rng(0))[:most]
        captions = [dataset.class_names[label] for label in dataset.labels[rows]]
    show(dataset.images[rows], captions, side=56)


def _use(dataset: Dataset, name_key: str) -> None:
    # The current name: it may have been typed, and the button clicked, before the page was drawn again.
    set_dataset(current_workspace().images.save(dataset, st.session_state[name_key]))
    _empty_uploader()


def _empty_uploader() -> None:
    empty_uploader("images")
    st.session_state.pop(UPLOAD, None)


def _show_image_set(name: str) -> None:
    with refusal():
        dataset = caches.kept_images(current_workspace().images.find(name))
        st.markdown(f"`{name}`: {counted(dataset.n_images, 'image')}, {_classes(dataset)}")
        _show_some(dataset, N_KEPT)
    with st.container(horizontal=True, vertical_alignment="center"):
        looks = {"on_click": set_dataset, "args": (name,)}
        if st.button("See them reconstructed", f"images.use {name}", icon=":material/compare:", **looks):
            go_to("reconstruction")
        if st.button("Train on them", f"images.train {name}", icon=":material/model_training:", **looks):
            go_to("train")
        key, delete = f"images.delete {name}", current_workspace().images.delete
        st.button("Delete", key, on_click=guarded, args=(delete, name), icon=":material/delete:")
    kept.offer_sharing(current_workspace(), "data", name)
