"""Table of limits for the README."""

from autoencoder.checkpoint.record import MAX_EPOCHS
from autoencoder.data.readers.source import MAX_FILE_BYTES, MAX_IMAGES, MAX_LABEL, MAX_SIDE, MIN_SIDE
from autoencoder.model.architecture import MAX_LATENT_DIM
from ui.storage.limits import (
    MAX_IDLE_DAYS,
    MAX_IMAGE_SETS,
    MAX_MODEL_FILE_BYTES,
    MAX_MODELS,
    MAX_RESULT_BYTES,
    MAX_RESULT_DAYS,
    MAX_SESSIONS,
    MAX_SHARED,
    MAX_STATE_BYTES,
    MAX_VISITOR_BYTES,
    size,
)


def table() -> list[tuple[str, str, str]]:
    """Every limit: of what, how much, and what sets it otherwise."""
    from ui.jobs.line import MAX_AT_ONCE
    from ui.jobs.queue import MAX_UNFINISHED

    return [
        ("a file of images, or all pictures chosen at once", size(MAX_FILE_BYTES), ""),
        ("a model that is loaded", size(MAX_MODEL_FILE_BYTES), ""),
        ("images in a set", f"{MAX_IMAGES:,}", ""),
        ("sides of an image", f"{MIN_SIDE} to {MAX_SIDE} pixels", ""),
        ("classes", f"{MAX_LABEL + 1:,}", ""),
        ("code size", f"{MAX_LATENT_DIM}", ""),
        ("epochs", f"{MAX_EPOCHS:,}", ""),
        ("models of a visitor", f"{MAX_MODELS}", ""),
        ("image sets of a visitor", f"{MAX_IMAGE_SETS}", ""),
        ("models, and image sets, that a visitor shares", f"{MAX_SHARED}", ""),
        ("what a visitor keeps and shares, on disk", size(MAX_VISITOR_BYTES), ""),
        ("what all visitors keep, on disk", size(MAX_STATE_BYTES), "`LATENT_MAX_STATE_BYTES`"),
        ("days without a visit, then it is removed", f"{MAX_IDLE_DAYS}", "`LATENT_MAX_IDLE_DAYS`"),
        ("results of measurements, on disk", size(MAX_RESULT_BYTES), ""),
        ("days that a result is kept without being looked at", f"{MAX_RESULT_DAYS}", ""),
        ("trainings or jobs under way, of a visitor", "1", ""),
        ("of all visitors, paused and in line included", f"{MAX_UNFINISHED}", ""),
        ("of these taking turns", f"{MAX_AT_ONCE}", ""),
        ("open pages of all visitors", f"{MAX_SESSIONS}", "`LATENT_MAX_SESSIONS`"),
    ]
