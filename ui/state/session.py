"""Session of a visitor: identity, workspace, theme, messages.

The identity is a random token in a cookie, and nothing else. Only this server and this browser know it. Files
on disk carry its digest, so neither the disk nor a link reveals it.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from autoencoder.errors import LatentSpaceError, in_line
from ui.storage.disk import state_root
from ui.storage.workspace import Workspace

COOKIE = "latent_visitor"
ID = "visitor.id"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes in base64url
MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!~$:<>|-]")


def is_token(text: object) -> bool:
    """True for a token as the middleware makes them."""
    return isinstance(text, str) and TOKEN.fullmatch(text) is not None


def visitor_id() -> str:
    """The visitor's id, the same as long as the cookie lives, or the session where there is none."""
    if ID not in st.session_state:  # a page asks many times, and parses the cookies each time
        token = st.context.cookies.get(COOKIE)
        if not is_token(token):
            token = st.session_state.setdefault("visitor_token", secrets.token_urlsafe(32))
        st.session_state[ID] = visitor_of(token)
    return st.session_state[ID]


def current_workspace() -> Workspace:
    """The visitor's models, images and unfinished training."""
    workspace = Workspace(state_root(), visitor_id())
    workspace.touch()
    return workspace


def visitor_of(token: str) -> str:
    """The visitor's id, 32 hexadecimal digits, from which nobody can tell the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


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


def escape_markdown(text: str, most: int = 60) -> str:
    """A foreign text in one line, shortened and escaped: nothing in it is Markdown."""
    return MARKDOWN.sub(r"\\\g<0>", in_line(text, most))


def is_dark() -> bool:
    """True in a dark theme: images are then light on dark, else ink on paper."""
    return st.context.theme.type == "dark"
