"""Charts as plotly figures, readable in light and dark.

N codes, T steps of a path.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from autoencoder.checkpoint.codes import Codes
from autoencoder.emptiness import EmptySpace
from autoencoder.gaps import GapStatistic
from autoencoder.generation import Scores, written
from autoencoder.latent.gap_score import SHARE
from autoencoder.latent.projection import Map
from autoencoder.latent.support import PathMeasures, score_name

# Petroff's cycle of ten (arXiv 2107.02270), made for colour-blind eyes.
CLASS_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
INK = {False: "#1d1f23", True: "#eceae5"}
FAINT = {False: "rgba(29,31,35,.15)", True: "rgba(236,234,229,.18)"}
PAPER = {False: "rgba(251,250,247,.8)", True: "rgba(20,22,26,.8)"}
MOST_NAMED_CLASSES = 30  # beyond, the names would hide the points


def map_figure(codes: Codes, latent_map: Map, dark: bool = False) -> go.Figure:
    """The codes on their map, coloured by class, with each class's name at its centre: to be kept as a page.

    A point's ``customdata`` is its index, since a trace's own count starts anew with every class.
    """
    figure, classes = go.Figure(), _classes(codes)
    for name, members in classes:
        figure.add_trace(_points(name, members, codes, latent_map))
        if name and len(classes) <= MOST_NAMED_CLASSES:
            _name_class(figure, name, latent_map.positions[members], dark)
    dress(figure, dark)
    x_name, y_name = latent_map.axis_names
    figure.update_xaxes(title=x_name)
    figure.update_yaxes(title=y_name, scaleanchor="x")
    figure.update_layout(height=600, showlegend=bool(codes.class_names), dragmode="pan")
    return figure


def path_figure(profiles: dict[str, PathMeasures], dark: bool = False) -> go.Figure:
    """Round trip along the path, one line a model; what lies above 1 is off the data."""
    figure = go.Figure()
    dashes = ("solid", "dash", "dot", "dashdot")
    for (name, measured), dash in zip(profiles.items(), dashes, strict=False):
        t = np.linspace(0, 1, len(measured.round_trip))
        figure.add_scatter(
            x=t, y=measured.round_trip, name=name, mode="lines+markers",
            line={"dash": dash, "color": INK[dark]}, hovertemplate="t = %{x:.2f}<br>round trip %{y:.3g}",
        )  # fmt: skip
    highest = max(1.5, *(float(np.max(measured.round_trip)) * 1.1 for measured in profiles.values()))
    figure.add_shape(
        type="rect", xref="paper", x0=0, x1=1, y0=1, y1=highest, line_width=0, layer="below",
        fillcolor=FAINT[dark],
    )  # fmt: skip
    figure.add_annotation(
        text="off the data", xref="paper", x=0.01, y=highest, yanchor="top", xanchor="left", showarrow=False
    )
    dress(figure, dark)
    figure.update_xaxes(title="t, from A (0) to B (1)", range=[-0.03, 1.03])
    figure.update_yaxes(title="round trip, in the model's units", range=[0, highest])
    figure.update_layout(height=340)
    return figure


def gap_figure(statistics: list[GapStatistic], dark: bool = False) -> go.Figure:
    """The gap scores of every model's paths, within classes beside across them: every path a point."""
    figure = go.Figure()
    for kind in ("same", "cross"):
        for statistic in statistics:
            values, words = statistic.score(kind), statistic.words(kind)
            values = values[np.isfinite(values)]
            figure.add_box(
                y=values, x=[[statistic.name] * len(values), [words] * len(values)],
                name=f"{statistic.name}, {words}", boxpoints="all", jitter=0.6, pointpos=0, showlegend=False,
                line_color=INK[dark], marker={"size": 3, "opacity": 0.35, "color": INK[dark]},
                fillcolor="rgba(0,0,0,0)", hovertemplate="%{y:.3g}<extra></extra>",
            )  # fmt: skip
    dress(figure, dark)
    score = score_name(statistics[0].latent_dim)
    figure.update_yaxes(title=score, rangemode="tozero", tickformat=".0%" if score == SHARE else "")
    figure.update_layout(height=420)
    return figure


def empty_figure(spaces: dict[str, list[EmptySpace]], dark: bool = False) -> go.Figure:
    """For every model and source the shares of the places that are off the data, and unlike any image."""
    figure = go.Figure()
    for measure, words, pattern in (
        ("off_support_share", "off the data", "/"),
        ("unlike_share", "unlike any image", ""),
    ):
        bars = [(name, space) for name, drawn in spaces.items() for space in drawn]
        models, sources = [name for name, _ in bars], [space.source for _, space in bars]
        shares = [getattr(space, measure) for _, space in bars]
        figure.add_bar(
            x=[models, sources], y=shares, name=words, hovertemplate="%{y:.0%}",
            marker={"color": FAINT[dark], "line": {"color": INK[dark], "width": 1}, "pattern_shape": pattern},
        )  # fmt: skip
    dress(figure, dark)
    figure.update_yaxes(range=[0, 1], tickformat=".0%", title="share of the places")
    figure.update_layout(height=380, barmode="group")
    return figure


def frechet_figure(judged: dict[str, Sequence[Scores]], dark: bool = False) -> go.Figure:
    """The Fréchet distance of every model's sources, with the floor that real images come to."""
    figure = go.Figure()
    bars = [(name, each) for name, scores in judged.items() for each in scores]
    figure.add_bar(
        x=[[name for name, _ in bars], [each.source for _, each in bars]],
        y=[each.frechet for _, each in bars], text=[written(each.frechet) for _, each in bars],
        textposition="outside", cliponaxis=False,
        marker={"color": FAINT[dark], "line": {"color": INK[dark], "width": 1}},
        hovertemplate="%{y:.3g}<extra></extra>", showlegend=False,
    )  # fmt: skip
    floor = bars[0][1].frechet_floor
    figure.add_hline(floor, line={"color": INK[dark], "dash": "dash"})
    dress(figure, dark)
    distances = [floor, *(each.frechet for _, each in bars)]
    figure.update_yaxes(
        type="log",
        title=f"Fréchet distance<br>(dashed: real images, {written(floor)})",
        range=_decades(distances),
        tickvals=_ticks(distances),
    )
    figure.update_layout(height=400)
    return figure


def dress(figure: go.Figure, dark: bool) -> None:
    """Give a chart the ground, ink and grid of all charts, with its legend below."""
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 36, "b": 8}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK[dark], "size": 14},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    )  # fmt: skip
    figure.update_xaxes(gridcolor=FAINT[dark], zerolinecolor=FAINT[dark], automargin=True)
    figure.update_yaxes(gridcolor=FAINT[dark], zerolinecolor=FAINT[dark], automargin=True)


def _decades(values: list[float]) -> list[float]:
    """The exponents of ten that a logarithmic axis runs between, with room for what stands at the bars."""
    known = [value for value in values if np.isfinite(value) and value > 0] or [1.0]
    low, high = np.log10(min(known)), np.log10(max(known))
    return [low - 0.15 * max(1, high - low), high + 0.15 * max(1, high - low)]


def _ticks(values: list[float]) -> list[float]:
    """1, 2 and 5 of every power of ten on that axis: each is a number that can be read."""
    low, high = _decades(values)
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    return [step * 10.0**power for power in powers for step in (1, 2, 5)]


def _classes(codes: Codes) -> list[tuple[str, np.ndarray]]:
    """Each class's name with the indices of its codes; one nameless class where there are no labels."""
    if codes.labels is None:
        return [("", np.arange(len(codes.latents)))]
    return [
        (codes.class_names[label], np.flatnonzero(codes.labels == label)) for label in np.unique(codes.labels)
    ]


def _points(name: str, members: np.ndarray, codes: Codes, latent_map: Map) -> go.Scattergl:
    colour = CLASS_COLOURS[codes.class_names.index(name) % len(CLASS_COLOURS)] if name else CLASS_COLOURS[0]
    x, y = latent_map.positions[members].T
    return go.Scattergl(
        x=x, y=y, name=name, mode="markers", customdata=members,
        text=[str(row) for row in codes.rows[members]],
        marker={"color": colour, "size": 8 if len(codes.latents) < 2000 else 4, "opacity": 0.75},
        hovertemplate=f"{name or 'image'} · image %{{text}}<extra></extra>",
    )  # fmt: skip


def _name_class(figure: go.Figure, name: str, positions: np.ndarray, dark: bool) -> None:
    x, y = np.median(positions, axis=0)
    figure.add_annotation(
        x=x,
        y=y,
        text=f"<b>{name}</b>",
        showarrow=False,
        font={"size": 18, "color": INK[dark]},
        bgcolor=PAPER[dark],
    )
