"""Figures of the gap statistic and of empty space."""

import numpy as np
import plotly.graph_objects as go

from autoencoder.experiments.gaps.empty_space import EmptySpace
from autoencoder.experiments.gaps.statistic import GapStatistic
from autoencoder.figures.style import CLEAR, INK, bars, dress


def gap_figure(statistics: list[GapStatistic], dark: bool = False) -> go.Figure:
    """The gap scores of every model's paths, within classes beside across them: every path a point."""
    figure = go.Figure()
    for kind in ("same", "cross"):
        for statistic in statistics:
            values, words = statistic.score(kind), statistic.words(kind)
            values = values[np.isfinite(values)]
            places = [[statistic.name] * len(values), [words] * len(values)]
            figure.add_box(y=values, x=places, name=f"{statistic.name}, {words}")
    figure.update_traces(boxpoints="all", jitter=0.6, pointpos=0, showlegend=False, fillcolor=CLEAR)
    figure.update_traces(line_color=INK[dark], marker={"size": 3, "opacity": 0.35, "color": INK[dark]})
    figure.update_traces(hovertemplate="%{y:.3g}<extra></extra>")
    score = statistics[0].gap_score
    figure.update_yaxes(title=score.title, rangemode="tozero", tickformat=score.ticks)
    return dress(figure, dark, height=420)


def empty_figure(spaces: dict[str, list[EmptySpace]], dark: bool = False) -> go.Figure:
    """For every model and source the shares of the places that are off the data, and unlike any image."""
    figure, drawn = go.Figure(), [space for of_model in spaces.values() for space in of_model]
    models = [name for name, of_model in spaces.items() for _ in of_model]
    places = [models, [space.source for space in drawn]]
    off, unlike = [space.off_support_share for space in drawn], [space.unlike_share for space in drawn]
    figure.add_bar(x=places, y=off, name="off the data", marker=bars(dark), marker_pattern_shape="/")
    figure.add_bar(x=places, y=unlike, name="unlike any image", marker=bars(dark), marker_pattern_shape="")
    figure.update_traces(hovertemplate="%{y:.0%}")
    figure.update_yaxes(range=[0, 1], tickformat=".0%", title="share of the places")
    return dress(figure, dark, height=380, barmode="group")
