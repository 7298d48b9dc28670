"""Images on a page with crisp pixels and captions: ink on paper in the light theme, else light on dark."""

import base64
import html
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st

from autoencoder.data.images import as_bytes
from autoencoder.figures.pictures import grid, png
from ui.state.session import is_dark

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def show_table(
    rows: list[tuple[str, list]], heads: list[str], side: int = 72, hatched: Sequence[bool] | None = None
) -> None:
    """A table of named rows, one column an image: a cell is an image (28, 28) or a text.

    ``hatched`` tells the columns that lie on a pattern. On a narrow screen the table scrolls sideways and the
    names of the rows stay.
    """
    head = "".join(f"<th scope=col>{html.escape(text)}</th>" for text in heads)
    hatched, body = [False] * len(heads) if hatched is None else hatched, ""
    for name, cells in rows:
        alts = [f"{name}: {head}" for head in heads]
        body += f"<tr><th scope=row>{html.escape(name)}</th>{''.join(map(_cell, cells, alts, hatched))}</tr>"
    st.html(
        f"{_style()}<div class=lse-strip style='--side: {side}px' tabindex=0><table>"
        f"<tr><th scope=row></th>{head}</tr>{body}</table></div>"
    )


def show_large(images: Sequence[np.ndarray], captions: list[str]) -> None:
    """Images (28, 28) side by side, each over its caption, large enough to see from the back row."""
    _show_figures(images, captions, "1 1 160px")


def show(images: np.ndarray, captions: list[str], side: int = 72) -> None:
    """Images (N, 28, 28) side by side, each over its caption."""
    _show_figures(images, captions, f"0 0 {side}px")


def show_grid(images: np.ndarray, n_columns: int, caption: str) -> None:
    """Images (N, 28, 28) close to each other in rows of ``n_columns``, over one caption."""
    st.html(f"{_style()}{_figure(grid(images, n_columns, gap=0), caption, 'class=lse-grid')}")


def _show_figures(images, captions: list[str], flex: str) -> None:
    pairs = zip(images, captions, strict=True)
    figures = [_figure(image, caption, f"style='flex: {flex}'") for image, caption in pairs]
    st.html(f"{_style()}<div class=lse-big>{''.join(figures)}</div>")


def _figure(image: np.ndarray, caption: str, attribute: str) -> str:
    content = f"{_img(image, caption)}<figcaption>{html.escape(caption)}</figcaption>"
    return f"<figure {attribute}>{content}</figure>"


def _cell(cell: np.ndarray | str, alt: str, is_hatched: bool) -> str:
    content = _img(cell, alt) if isinstance(cell, np.ndarray) else html.escape(cell)
    return f"<td class=hatched>{content}</td>" if is_hatched else f"<td>{content}</td>"


def _style() -> str:
    ground = st.get_option(f"theme.{'dark' if is_dark() else 'light'}.backgroundColor")
    return f"<style>:root {{ --lse-ground: {ground}; }}\n{STYLE}</style>"


def _img(image: np.ndarray, words: str) -> str:
    height, width = image.shape
    source = _data_uri(as_bytes(image).tobytes(), height, width, ink_on_paper=not is_dark())
    return f'<img src="{source}" alt="{html.escape(words)}" width="{width}" height="{height}">'


@lru_cache(maxsize=4_000)
def _data_uri(pixels: bytes, height: int, width: int, ink_on_paper: bool) -> str:
    """A PNG within the page; the same images are drawn again and again, and compressing is what costs."""
    image = np.frombuffer(pixels, np.uint8).reshape(height, width)
    return f"data:image/png;base64,{base64.b64encode(png(image, ink_on_paper=ink_on_paper)).decode()}"
