"""Sharing of models and images: read-only copies that anyone with the link can open.

The name of a copy is the name of the original, a tilde and digits of its content, as
``my model~0a1b2c3d4e5f60718293``: nobody can guess the link. The copy stays when the original changes.
"""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from autoencoder.checkpoint.store import MODEL_FILES
from ui.state import caches
from ui.state.session import guarded
from ui.storage.disk import remove, writing
from ui.storage.shares import KINDS, place_of_copy, share_copy
from ui.storage.workspace import Workspace


def offer_model(workspace: Workspace, name: str) -> None:
    """The switch that shares a model of the visitor, with its link."""
    folder = workspace.models.folder / name
    _offer(workspace, "model", name, folder, tuple(folder / file for file in MODEL_FILES))


def offer_images(workspace: Workspace, name: str) -> None:
    """The switch that shares images of the visitor, with their link."""
    path = workspace.images.find(name)
    _offer(workspace, "data", name, path, (path,))


def show_shared(workspace: Workspace, kind: str) -> None:
    """Every copy of a kind that the visitor shares, with a button to withdraw it; originals may be gone."""
    copies = workspace.shared.copies(kind)
    if not copies:
        return
    with st.expander(f"What you share ({len(copies)})"):
        for copy in copies:
            name = copy.name.removesuffix(KINDS[kind])
            st.code(_link(kind, name), language=None)
            label, looks = f"Withdraw {name.rpartition('~')[0]}", {"icon": ":material/link_off:"}
            key = f"share.withdraw {kind} {name}"
            st.button(label, key, on_click=guarded, args=(_withdraw, workspace, copy), **looks)


def _offer(workspace: Workspace, kind: str, name: str, source: Path, files: tuple[Path, ...]) -> None:
    shared = f"{name}~{caches.digest(files)}"
    key = f"share.on {kind} {name}"
    st.session_state[key] = place_of_copy(kind, shared) in workspace.shared.copies(kind)
    arguments = (_switch, workspace, kind, key, source, shared)
    is_on = st.toggle("Share", key=key, on_change=guarded, args=arguments)
    if is_on:
        st.caption("Anyone with this link can open it as it is now, and cannot change it.")
        st.code(_link(kind, shared), language=None)


def _switch(workspace: Workspace, kind: str, key: str, source: Path, shared: str) -> None:
    if st.session_state[key]:
        share_copy(workspace, kind, source, shared)
    else:
        _withdraw(workspace, place_of_copy(kind, shared))


def _withdraw(workspace: Workspace, copy: Path) -> None:
    """Remove a copy, unless another visitor shares the same one."""
    with writing(copy.name):
        if workspace.shared.unmark(copy):
            remove(copy)


def _link(kind: str, shared: str) -> str:
    """The address of the home page with the shared thing chosen."""
    here = urlsplit(st.context.url or "")
    root = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{root}/?{urlencode({kind: shared})}"
