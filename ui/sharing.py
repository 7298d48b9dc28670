"""What visitors share: copies that whoever has the link can open, and nobody can change.

A shared thing is called by its name, a tilde and digits of its content, ``my model~0a1b2c3d4e5f60718293``:
who has not been given the link cannot guess it. The copy stays as it was, whatever becomes of the original.
"""

import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from autoencoder.checkpoint.archive import MODEL_FILES, files_of
from autoencoder.checkpoint.checkpoint import CheckpointInfo
from ui import caches
from ui.frame import refusal
from ui.limits import MAX_SHARED
from ui.workspace import (
    NAME,
    SHARED,
    SHARING,
    Workspace,
    WorkspaceError,
    bytes_in,
    made,
    remove,
    state_root,
    writing,
)

SHARED_NAME = re.compile(rf"({NAME.pattern})~[0-9a-f]{{20}}")
MOST_SHARED = 300  # of each kind; beyond, what was opened the longest ago goes
MOST_OPENED = 20  # in one session
NOUNS = {"model": "model", "data": "image set"}
KINDS = {"model": "", "data": ".npz"}  # by the address's word for it: models and images, with their suffix


def open_linked() -> None:
    """Have in this session's choices what a link to a shared thing asks for."""
    for kind in KINDS:
        name = st.query_params.get(kind, "")
        if name not in opened(kind) and _place(kind, name) and _place(kind, name).exists():
            _place(kind, name).touch()
            st.session_state[f"opened {kind}"] = [*opened(kind), name][-MOST_OPENED:]


def is_shared(kind: str, name: str) -> bool:
    """Whether somebody shares this, so that a link to it opens it."""
    place = _place(kind, name)
    return place is not None and place.exists()


def opened(kind: str) -> list[str]:
    """The names of the shared models ("model") or images ("data") that this session has opened."""
    return [name for name in st.session_state.get(f"opened {kind}", []) if _place(kind, name).exists()]


def opened_models() -> list[CheckpointInfo]:
    shared = caches.models_in(_shelf("model")) if opened("model") else []
    return [info for info in shared if info.name in opened("model")]


def shared_images(name: str) -> Path | None:
    """The file of shared images that this session has opened; None for any other name."""
    return _place("data", name) if name in opened("data") else None


def offer_model(workspace: Workspace, name: str) -> None:
    """The switch that shares a model of one's own, with its link."""
    folder = workspace.models_folder / name
    _offer(workspace, "model", name, folder, tuple(folder / file for file in MODEL_FILES))


def offer_images(workspace: Workspace, name: str) -> None:
    """The switch that shares images of one's own, with their link."""
    path = workspace.images_path(name)
    _offer(workspace, "data", name, path, (path,))


def show_shared(workspace: Workspace, kind: str) -> None:
    """Everything of a kind that the visitor shares, also where the original is gone, to be withdrawn."""
    copies = workspace.shared(kind)
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
    st.session_state[key] = _place(kind, shared) in workspace.shared(kind)
    is_on = st.toggle("Share", key=key, on_change=_switch, args=(workspace, kind, key, source, shared))
    if is_on:
        st.caption("Whoever has this link can open it as it is now, and not change it.")
        st.code(_link(kind, shared), language=None)


def _switch(workspace: Workspace, kind: str, key: str, source: Path, shared: str) -> None:
    with refusal():
        if st.session_state[key]:
            _share(workspace, kind, source, shared)
        else:
            _withdraw(workspace, _place(kind, shared))


def _withdraw(workspace: Workspace, copy: Path) -> None:
    """Take a copy back, unless somebody else shares the very same."""
    with refusal(), writing(copy.name):
        if workspace.unmark_shared(copy):
            remove(copy)


def _share(workspace: Workspace, kind: str, source: Path, shared: str) -> None:
    """Copy what is to be shared. Raises WorkspaceError where that is too much, or cannot be written."""
    if len(workspace.shared(kind)) >= MAX_SHARED:
        raise WorkspaceError(
            f"You share {MAX_SHARED} {NOUNS[kind]}s, which is as many as can be. Withdraw one first."
        )
    workspace.check_room(bytes_in(source))
    place = _place(kind, shared)
    if not place.exists():
        _copy(kind, source, place)
    with writing(shared):
        place.touch()
        workspace.mark_shared(place)
    _make_room(kind)


def _copy(kind: str, source: Path, place: Path) -> None:
    with (
        writing(place.name),
        tempfile.TemporaryDirectory(dir=made(_shelf(kind)), prefix=SHARING) as scratch,
    ):
        fresh = Path(scratch, "copy")
        if source.is_dir():
            fresh.mkdir()
            for file in files_of(source):
                shutil.copy2(file, fresh / file.name)
        else:
            shutil.copy2(source, fresh)
        fresh.rename(place)


def _make_room(kind: str) -> None:
    by_age = sorted(_shelf(kind).glob(f"[!.]*{KINDS[kind]}"), key=lambda path: path.stat().st_mtime)
    for path in by_age[:-MOST_SHARED]:
        remove(path)


def _link(kind: str, shared: str) -> str:
    """The address of the home page with the shared thing chosen."""
    here = urlsplit(st.context.url or "")
    root = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{root}/?{urlencode({kind: shared})}"


def _place(kind: str, name: str) -> Path | None:
    """Where a shared thing of this name would lie; None for what is no such name."""
    return _shelf(kind) / f"{name}{KINDS[kind]}" if SHARED_NAME.fullmatch(name) else None


def _shelf(kind: str) -> Path:
    return state_root() / SHARED / kind
