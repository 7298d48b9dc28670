"""Figures for a paper: any description as PNG, SVG or PDF with title, axes and labels, ink on white paper.

Drawn by matplotlib on the server; no browser takes part. Text stays text in SVG and PDF, pixels stay square,
and the same description gives the same bytes.
"""

import io
import threading

from matplotlib import style
from matplotlib.figure import Figure

from autoencoder.figures.chart import Chart, Drawing, Matrix, Panels, Pictures
from autoencoder.figures.formats import FORMATS
from autoencoder.figures.paper_charts import draw_chart, draw_matrix, draw_panels
from autoencoder.figures.paper_pictures import PICTURES_DPI, draw_pictures

DPI = 300  # of a chart as PNG
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "latent space",  # names in an SVG are drawn from it, at random without one
    "pdf.fonttype": 42,
    "text.parse_math": False,  # a name of a class or a model is no formula
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "figure.titlesize": 9,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
    "image.interpolation": "none",
}
# None: a date would change the bytes.
_DATES = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
_one_at_a_time = threading.Lock()  # matplotlib's settings are those of the whole process


def paper(drawing: Drawing, format: str) -> bytes:
    """The figure as a file of one of `FORMATS`; raises ValueError for another.

    Any thread may ask. What else draws with matplotlib in the process finds its settings as they were.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    file = io.BytesIO()
    with _one_at_a_time, style.context(STYLE, after_reset=True):
        figure = Figure()
        _draw(figure, drawing)
        dpi = PICTURES_DPI if isinstance(drawing, Pictures) else DPI
        figure.savefig(file, format=format, dpi=dpi, metadata={"Title": drawing.title, **_DATES[format]})
    return file.getvalue()


def _draw(figure: Figure, drawing: Drawing) -> None:
    draw = {Chart: draw_chart, Matrix: draw_matrix, Panels: draw_panels, Pictures: draw_pictures}
    draw[type(drawing)](figure, drawing)
