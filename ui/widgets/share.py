"""What visitors share: copies that whoever has the link can open, and nobody can change.

A shared thing is called by its name, a tilde and digits of its content, ``my model~0a1b2c3d4e5f60718293``:
who has not been given the link cannot guess it. The copy stays as it was, whatever becomes of the original.
"""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from autoencoder.checkpoint.archive import MODEL_FILES
from ui.state import caches
from ui.state.session import refusal
from ui.storage.disk import remove, writing
from ui.storage.shares import KINDS, place_of_copy, share_copy
from ui.storage.workspace import Workspace


def offer_model(workspace: Workspace, name: str) -> None:
    """The switch that shares a model of one's own, with its link."""
    folder = workspace.models.folder / name
    _offer(workspace, "model", name, folder, tuple(folder / file for file in MODEL_FILES))


def offer_images(workspace: Workspace, name: str) -> None:
    """The switch that shares images of one's own, with their link."""
    path = workspace.images.find(name)
    _offer(workspace, "data", name, path, (path,))


def show_shared(workspace: Workspace, kind: str) -> None:
    """Everything of a kind that the visitor shares, also where the original is gone, to be withdrawn."""
    copies = workspace.shared.copies(kind)
    if not copies:
        return
    with st.expander(f"What you share ({len(copies)})"):
        for copy in copies:
            name = copy.name.removesuffix(KINDS[kind])
            st.code(_link(kind, name), language=None)
            st.button(
                f"Withdraw {name.rpartition('~')[0]}", key=f"withdraw {kind} {name}", on_click=_withdraw,
                args=(workspace, copy), icon=":material/link_off:",
            )  # fmt: skip


def _offer(workspace: Workspace, kind: str, name: str, source: Path, files: tuple[Path, ...]) -> None:
    shared = f"{name}~{caches.digest(files)}"
    key = f"share {kind} {name}"
    st.session_state[key] = place_of_copy(kind, shared) in workspace.shared.copies(kind)
    is_on = st.toggle("Share", key=key, on_change=_switch, args=(workspace, kind, key, source, shared))
    if is_on:
        st.caption("Whoever has this link can open it as it is now, and not change it.")
        st.code(_link(kind, shared), language=None)


def _switch(workspace: Workspace, kind: str, key: str, source: Path, shared: str) -> None:
    with refusal():
        if st.session_state[key]:
            share_copy(workspace, kind, source, shared)
        else:
            _withdraw(workspace, place_of_copy(kind, shared))


def _withdraw(workspace: Workspace, copy: Path) -> None:
    """Take a copy back, unless somebody else shares the very same."""
    with refusal(), writing(copy.name):
        if workspace.shared.unmark(copy):
            remove(copy)


def _link(kind: str, shared: str) -> str:
    """The address of the home page with the shared thing chosen."""
    here = urlsplit(st.context.url or "")
    root = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{root}/?{urlencode({kind: shared})}"
