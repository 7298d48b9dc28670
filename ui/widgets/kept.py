"""Controls of kept models and image sets: undo of a deletion, and uploaders that empty themselves."""

from collections.abc import Callable

import streamlit as st

from ui.state.session import guarded


def offer_undo(noun: str, name: str | None, restore: Callable[[], object]) -> None:
    """The button that restores what was deleted last, if anything was."""
    if name:
        looks = {"icon": ":material/undo:", "help": f"The {noun} deleted last."}
        st.button(f"Bring {name} back", on_click=guarded, args=(restore,), **looks)


def uploader_key(part: str) -> str:
    """The key of an uploader of a part of the program; `empty_uploader` changes it."""
    return f"{part}.uploader_{st.session_state.get(_count(part), 0)}"


def empty_uploader(part: str) -> None:
    """Put an empty uploader in the place of this one."""
    st.session_state[_count(part)] = st.session_state.get(_count(part), 0) + 1


def _count(part: str) -> str:
    return f"{part}.n_uploads"
