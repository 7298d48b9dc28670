"""Several trainings on one chart: the held-out error and the gap score at every epoch."""

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import CheckpointInfo
from autoencoder.figures.training import Run, errors_figure, gaps_figure
from autoencoder.latent.gap_score import gap_score
from autoencoder.model.architecture import KINDS
from ui.state import caches
from ui.state.choice import opened_models
from ui.state.session import is_dark, refusal
from ui.state.visitor import current_workspace
from ui.widgets.charts import show_chart
from ui.widgets.controls import several

MOST = 8  # trainings on one chart


def show_comparison() -> None:
    """The choice of trainings that have a history (own, shared, shipped), and their curves."""
    st.subheader("Trainings compared", anchor=False)
    own = caches.models_in(current_workspace().models.folder)
    found = (*own, *opened_models(), *caches.shipped_models())
    infos = {info.name: info for info in found if info.config.training.history}
    looks = {"max_selections": MOST, "placeholder": "choose two or more, of yours or shipped"}
    chosen = several("runs", "Trainings to draw together", list(infos), **looks)
    runs = [run for name in chosen[:MOST] if (run := _run(infos[name]))]
    if not runs:
        return
    alt = "Held-out error by epoch, one line per training"
    show_chart(errors_figure(runs, is_dark()), "errors compared", alt)
    st.caption(_whether_errors_compare(runs))
    watched = [run for run in runs if len(run.gap_epochs)]
    for score in dict.fromkeys(run.score for run in watched):
        figure = gaps_figure([run for run in watched if run.score == score], score, is_dark())
        alt = f"Gap score ({score.title}) by epoch, one line per training"
        show_chart(figure, f"{score.title} compared", alt)
    without = [run.name for run in runs if not len(run.gap_epochs)]
    if without:
        st.caption(f"No gap score by epoch was kept with {', '.join(without)}: trained outside this page.")


def _run(info: CheckpointInfo) -> Run | None:
    """None, and the reason on the page, where the frames cannot be read."""
    with refusal():
        config, replay = info.config, caches.kept_replay(info.folder)
        history, none = config.training.history, np.empty(0)
        return Run(
            info.name,
            config.source.name,
            config.model.kind,
            gap_score(config.model.latent_dim),
            epochs=np.array([result.epoch for result in history]),
            errors=np.array([result.validation_loss for result in history]),
            gap_epochs=none if replay is None else replay.epochs,
            gap_scores=none if replay is None else replay.gap_scores,
        )
    return None


def _whether_errors_compare(runs: list[Run]) -> str:
    sources, kinds = {run.source for run in runs}, {run.kind for run in runs}
    if len(sources) > 1:
        return f"Errors compare on the same images only: these are of {', '.join(sorted(sources))}."
    if len(kinds) > 1:
        words = ", ".join(KINDS[kind] for kind in sorted(kinds))
        return (
            f"These errors are not of one kind ({words}): a variational one counts the KL term, a denoising "
            "one is taken from noisy inputs."
        )
    best = min(runs, key=lambda run: run.errors.min())
    lowest = f"{best.errors.min():.1f} nats after epoch {best.epochs[best.errors.argmin()]:,.4g}"
    return f"The lowest held-out error is that of {best.name}, {lowest}."
