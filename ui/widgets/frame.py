"""Frame of a page: title, caption, the "Why?" text, and the switch for large type."""

import streamlit as st

from ui.state.address import bound

# All sizes follow the root's font size; a long title must still fit a phone.
LARGE = (
    "<style>html { font-size: 24px }@media (max-width: 640px) { h1 { font-size: 1.6rem !important } }</style>"
)


def open_page(title: str, caption: str) -> None:
    """The title, a noun, and one sentence on what to look for."""
    st.title(title, anchor=False)
    st.markdown(caption)


def why(text: str) -> None:
    """The formula, the source and the caveat, folded."""
    with st.expander("Why?"):
        st.markdown(text)


def offer_large_type() -> None:
    """A switch at the side that makes every page larger, for the back row."""
    if st.sidebar.toggle("Large type, for the projector", **bound("large")):
        st.html(LARGE)
