"""Figures of the gap statistic and of empty space."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.experiments.gaps.empty_space import EmptySpace
from autoencoder.experiments.gaps.statistic import GapStatistic
from autoencoder.figures.style import FAINT, INK, dress


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
    score = statistics[0].gap_score
    figure.update_yaxes(title=score.title, rangemode="tozero", tickformat=score.ticks)
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
