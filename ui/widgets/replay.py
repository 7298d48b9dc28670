"""Replay of a training: the map while it runs, and all of its frames under one slider."""

import base64
import hashlib

import numpy as np
import streamlit as st

from autoencoder.checkpoint.replay import MEASURED, N_PAIRS, SEED, Replay
from autoencoder.latent.gap_score import gap_score
from autoencoder.training.plan import TrainingProgress
from ui.components.files import file_store
from ui.components.register import training_replay
from ui.components.wire import replay_bundle
from ui.state.session import is_dark

CUT_AT = 2  # epochs, as in replay.js: from then on its charts leave out those within the first one
LIVE = "live"  # the component stays the same from the first look to the last frame


def show_live(progress: TrainingProgress) -> None:
    """The current map and reconstructions."""
    if (now := _now(progress)) is not None:
        data = {"now": base64.b64encode(replay_bundle(now.of(np.array([len(now) - 1])))).decode()}
        _show(data, progress.replay, progress.model.kind, LIVE)


def show_so_far(progress: TrainingProgress) -> None:
    """All frames up to now, under a slider."""
    if (now := _now(progress)) is not None:
        show_replay(now, progress.model.kind, LIVE)


def show_replay(replay: Replay, kind: str, key: str) -> None:
    """All frames of a training, under a slider that needs no answer from the server."""
    if len(replay) == 0:
        return
    content = replay_bundle(replay)
    name = f"replay-{hashlib.sha256(content).hexdigest()[:20]}"
    _show({"url": file_store().offer(name, lambda: content)}, replay, kind, key)
    st.caption(_what_is_drawn(replay))


def _now(progress: TrainingProgress) -> Replay | None:
    """The frames so far, and the newest state as one more."""
    replay, latest = progress.replay, progress.latest
    if replay is None or progress.positions is None:
        return None
    epoch = 0.0
    if latest:  # as the frames count
        epoch = latest.step / (latest.n_steps // progress.settings.epochs)
    if len(replay) and epoch <= replay.epochs[-1]:
        return replay
    not_measured = dict.fromkeys(MEASURED, np.nan)
    pictures = {"positions": progress.positions, "pictures": progress.reconstructions}
    return replay.with_frame(epochs=epoch, **pictures, **not_measured)


def _show(data: dict, replay: Replay, kind: str, key: str) -> None:
    given = "Held out, noisy" if kind == "dae" else "Held out"
    training_replay({"url": "", "now": "", "given": given, "dark": is_dark(), **data}, key=f"replay {key}")


def _what_is_drawn(replay: Replay) -> str:
    pca = "each frame's own PCA plane, turned to lie on the frame before"
    plane = pca if replay.latent_dim > 2 else "the code itself"
    n_images, score = len(replay.labels), gap_score(replay.latent_dim).title
    left_out = replay.epochs[-1] >= CUT_AT and replay.epochs[0] < 1
    cut = " Errors and scores are drawn from the end of the first epoch." if left_out else ""
    return (
        f"{n_images:,} held-out images on the map ({plane}), each frame to its own scale, which the rule "
        f"tells. The gap score is the mean {score} of straight paths between {N_PAIRS} pairs of images of "
        f"different classes, seed {SEED}.{cut}"
    )
