"""Controls of kept models and image sets: sharing, and undo of a deletion.

A shared copy is read-only, and anyone with its link can open it. Its name is that of the original, a tilde
and digits of its content, as ``my model~0a1b2c3d4e5f60718293``: nobody can guess the link. The copy stays the
same when the original changes.
"""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from autoencoder.checkpoint.store import MODEL_FILES
from ui.state import caches
from ui.state.session import guarded
from ui.storage.disk import remove, writing
from ui.storage.shares import KINDS, path_of_copy, share_copy
from ui.storage.shelf import Shelf
from ui.storage.workspace import Workspace


def offer_sharing(workspace: Workspace, kind: str, name: str) -> None:
    """The switch that shares a model or images of the visitor, with the link; ``kind`` is one of `KINDS`."""
    source = (workspace.models if kind == "model" else workspace.images).find(name)
    files = [source / file for file in MODEL_FILES] if kind == "model" else [source]
    shared = f"{name}~{caches.digest(tuple(files))}"
    key = f"share.on {kind} {name}"
    st.session_state[key] = path_of_copy(kind, shared) in workspace.shared.copies(kind)
    arguments = (_switch, workspace, kind, key, source, shared)
    if st.toggle("Share", key=key, on_change=guarded, args=arguments):
        st.caption("Anyone with this link can open it as it is now, and cannot change it.")
        st.code(_link(kind, shared), language=None)


def show_shared(workspace: Workspace, kind: str) -> None:
    """Every copy of a kind that the visitor shares, with a button to withdraw it; originals may be gone."""
    copies = workspace.shared.copies(kind)
    if not copies:
        return
    with st.expander(f"What you share ({len(copies)})"):
        for copy in copies:
            name = copy.name.removesuffix(KINDS[kind].suffix)
            st.code(_link(kind, name), language=None)
            label, looks = f"Withdraw {name.rpartition('~')[0]}", {"icon": ":material/link_off:"}
            key = f"share.withdraw {kind} {name}"
            st.button(label, key, on_click=guarded, args=(_withdraw, workspace, copy), **looks)


def offer_undo(noun: str, shelf: Shelf) -> None:
    """The button that restores the thing deleted last, if there is one."""
    if name := shelf.deleted():
        looks = {"icon": ":material/undo:", "help": f"The {noun} deleted last."}
        st.button(f"Bring {name} back", on_click=guarded, args=(shelf.restore,), **looks)


def _switch(workspace: Workspace, kind: str, key: str, source: Path, shared: str) -> None:
    if st.session_state[key]:
        share_copy(workspace, kind, source, shared)
    else:
        _withdraw(workspace, path_of_copy(kind, shared))


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
