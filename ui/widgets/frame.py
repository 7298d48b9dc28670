"""What every page is framed by: its title and caption, and the one place where our errors are caught."""

import streamlit as st

from ui.state.address import bound

# All sizes of the page hang on that of its root; a long title shall fit a phone nevertheless.
LARGE = (
    "<style>html { font-size: 24px }@media (max-width: 640px) { h1 { font-size: 1.6rem !important } }</style>"
)


def open_page(title: str, caption: str) -> None:
    """The title, a noun, and one sentence that says what to look for."""
    st.title(title, anchor=False)
    st.markdown(caption)


def why(text: str) -> None:
    """The formula, the source and the caveat, for who asks."""
    with st.expander("Why?"):
        st.markdown(text)


def offer_large_type() -> None:
    """A switch at the side that makes everything larger, on every page, for the back row."""
    if st.sidebar.toggle("Large type, for the projector", **bound("large")):
        st.html(LARGE)
