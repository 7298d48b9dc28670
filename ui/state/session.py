"""Session facts and messages: theme, refusals, literal text."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from autoencoder.errors import LatentSpaceError, in_line

MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!~$:<>|-]")


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


def is_dark() -> bool:
    """Whether the visitor's theme is dark: images are then light on dark, else ink on paper."""
    return st.context.theme.type == "dark"
