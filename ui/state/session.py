"""Session facts and messages: theme, refusals, literal text."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from autoencoder.errors import LatentSpaceError, in_line

MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!~$:<>|-]")


@contextmanager
def refusal() -> Iterator[None]:
    """Show our errors as messages; the rest of the block is skipped, the code after it runs."""
    try:
        yield
    except LatentSpaceError as error:
        st.error(str(error), icon=":material/error:")


def guarded(act: Callable, *arguments) -> None:
    """A callback whose errors of ours are shown as messages."""
    with refusal():
        act(*arguments)


def literally(text: str, most: int = 60) -> str:
    """A foreign text in one line, shortened and escaped: nothing in it is Markdown."""
    return MARKDOWN.sub(r"\\\g<0>", in_line(text, most))


def is_dark() -> bool:
    """True in a dark theme: images are then light on dark, else ink on paper."""
    return st.context.theme.type == "dark"
