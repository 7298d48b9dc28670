"""Images on a page: crisp pixels, ink on paper in light and light on dark in dark, with words beside them."""

import base64
import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from autoencoder.pictures import png
from ui.frame import is_dark

STYLE = """<style>
.lse-strip { overflow-x: auto; margin: 0 0 0.5rem; }
.lse-strip table { width: 100%; border-collapse: separate; border-spacing: 4px 2px; font-variant-numeric: tabular-nums; }
.lse-strip td.hatched { background: repeating-linear-gradient(45deg, transparent 0 4px, #8886 4px 6px); padding: 4px; }
.lse-strip th, .lse-strip td { border: 0; padding: 0; text-align: center; font-size: 0.8rem; font-weight: 400; }
.lse-strip th[scope=row] { text-align: left; white-space: nowrap; padding-right: 0.5rem; width: 1%; position: sticky; left: 0;
  background: GROUND; z-index: 1; }
.lse-strip img, .lse-big img { image-rendering: pixelated; display: block; }
.lse-strip img { width: 100%; max-width: var(--side); min-width: 44px; height: auto; margin: 0 auto; }
.lse-big { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-bottom: 0.5rem; }
.lse-big figure { margin: 0; flex: 1 1 160px; max-width: 240px; }
.lse-big img { width: 100%; height: auto; }
.lse-big figcaption { font-size: 0.85rem; }
</style>"""


def show_table(
    rows: list[tuple[str, list]], heads: list[str], side: int = 72, hatched: Sequence[bool] | None = None
) -> None:
    """A table of named rows, one column an image: a cell is an image (28, 28) or a text.

    ``hatched`` tells the columns that lie on a pattern. On a narrow screen the table scrolls sideways and the
    names of the rows stay.
    """
    head = "".join(f"<th scope=col>{html.escape(text)}</th>" for text in heads)
    body = "".join(
        _row(name, cells, heads, [False] * len(heads) if hatched is None else hatched) for name, cells in rows
    )
    st.html(
        f"{_style()}<div class=lse-strip style='--side: {side}px' tabindex=0><table>"
        f"<tr><th scope=row></th>{head}</tr>{body}</table></div>"
    )


def show_large(images: list[tuple[np.ndarray, str]]) -> None:
    """Images (28, 28) with their captions, large enough to see from the back row."""
    figures = "".join(
        f"<figure>{_img(image, caption)}<figcaption>{html.escape(caption)}</figcaption></figure>"
        for image, caption in images
    )
    st.html(f"{_style()}<div class=lse-big>{figures}</div>")


def show(images: np.ndarray, captions: list[str] | None = None, side: int = 72) -> None:
    """Images (N, 28, 28) side by side, each over its caption."""
    captions = captions or [f"image {index}" for index in range(len(images))]
    figures = "".join(
        f"<figure style='flex: 0 0 {side}px'>{_img(image, caption)}<figcaption>{html.escape(caption)}</figcaption></figure>"
        for image, caption in zip(images, captions, strict=True)
    )
    st.html(f"{_style()}<div class=lse-big>{figures}</div>")


def _row(name: str, cells: list, heads: list[str], hatched: Sequence[bool]) -> str:
    drawn = "".join(map(_cell, [name] * len(cells), cells, heads, hatched))
    return f"<tr><th scope=row>{html.escape(name)}</th>{drawn}</tr>"


def _cell(name: str, cell: np.ndarray | str, head: str, is_hatched: bool) -> str:
    content = _img(cell, f"{name}: {head}") if isinstance(cell, np.ndarray) else html.escape(cell)
    return f"<td class=hatched>{content}</td>" if is_hatched else f"<td>{content}</td>"


def _style() -> str:
    return STYLE.replace("GROUND", st.get_option(f"theme.{st.context.theme.type or 'light'}.backgroundColor"))


def _img(image: np.ndarray, words: str) -> str:
    data = base64.b64encode(png(image, ink_on_paper=not is_dark())).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(words)}" width="28" height="28">'
