"""Choice of files to upload: it can be emptied, and says when the server no longer has what was chosen."""

from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

FILES_ARE_GONE = (
    "The server was started anew since you chose files. Their names still stand above, but their content "
    "is gone: please choose them again."
)


def choose_files(part: str, label: str, **looks: Any) -> list[UploadedFile]:
    """The files chosen in the uploader of a part of the program; says so where a restart has removed some."""
    key = _key(part)
    chosen = st.file_uploader(label, key=key, **looks)
    files = chosen if isinstance(chosen, list) else [chosen] if chosen else []
    # Streamlit keeps a marker for each file that it lists and no longer has.
    listed = st.session_state[key]
    n_listed = len(listed) if isinstance(listed, list) else int(listed is not None)
    if n_listed > len(files):
        st.warning(FILES_ARE_GONE, icon=":material/upload_file:")
    return files


def empty_uploader(part: str) -> None:
    """Replace the uploader by an empty one."""
    st.session_state[f"{part}.n_uploads"] = st.session_state.get(f"{part}.n_uploads", 0) + 1


def _key(part: str) -> str:
    return f"{part}.uploader_{st.session_state.get(f'{part}.n_uploads', 0)}"
