"""What every page is framed by: its title and caption, and the one place where our errors are caught."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from autoencoder.errors import LatentSpaceError, in_line

MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!~$:<>|-]")
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


@contextmanager
def refusal() -> Iterator[None]:
    """Show what the world did not allow; the rest of the block is skipped, what follows it runs."""
    try:
        yield
    except LatentSpaceError as error:
        st.error(str(error), icon=":material/error:")


def literally(text: str, most: int = 60) -> str:
    """A foreign text, shortened, in one line and as it is: nothing in it is Markdown."""
    return MARKDOWN.sub(r"\\\g<0>", in_line(text, most))


def offer_large_type() -> None:
    """A switch at the side that makes everything larger, on every page, for the back row."""
    if st.sidebar.toggle("Large type, for the projector", key="large", bind="query-params"):
        st.html(LARGE)


def is_dark() -> bool:
    """Whether the visitor's theme is dark: images are then light on dark, else ink on paper."""
    return st.context.theme.type == "dark"
