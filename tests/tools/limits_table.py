"""Table of limits for the README."""

from autoencoder.checkpoint.record import MAX_EPOCHS
from autoencoder.data.readers import source
from autoencoder.model.architecture import MAX_LATENT_DIM
from ui.jobs.line import MAX_AT_ONCE
from ui.jobs.queue import MAX_UNFINISHED
from ui.storage import limits
from ui.storage.limits import size


def table() -> list[tuple[str, str, str]]:
    """Every limit: of what, how much, and what sets it otherwise."""
    return [
        ("a file of images, or all pictures chosen at once", size(source.MAX_FILE_BYTES), ""),
        ("a model that is loaded", size(limits.MAX_MODEL_FILE_BYTES), ""),
        ("images in a set", f"{source.MAX_IMAGES:,}", ""),
        ("sides of an image", f"{source.MIN_SIDE} to {source.MAX_SIDE} pixels", ""),
        ("classes", f"{source.MAX_LABEL + 1:,}", ""),
        ("code size", f"{MAX_LATENT_DIM}", ""),
        ("epochs", f"{MAX_EPOCHS:,}", ""),
        ("models of a visitor", f"{limits.MAX_MODELS}", ""),
        ("image sets of a visitor", f"{limits.MAX_IMAGE_SETS}", ""),
        ("models, and image sets, that a visitor shares", f"{limits.MAX_SHARED}", ""),
        ("what a visitor keeps and shares, on disk", size(limits.MAX_VISITOR_BYTES), ""),
        ("what all visitors keep, on disk", size(limits.MAX_STATE_BYTES), "`LATENT_MAX_STATE_BYTES`"),
        ("days without a visit, then it is removed", f"{limits.MAX_IDLE_DAYS}", "`LATENT_MAX_IDLE_DAYS`"),
        ("results of measurements, on disk", size(limits.MAX_RESULT_BYTES), ""),
        ("days that a result is kept without being looked at", f"{limits.MAX_RESULT_DAYS}", ""),
        ("shared models, and image sets, of all visitors", f"{limits.MAX_SHARED_OF_ALL}", ""),
        ("unfinished trainings of all visitors, on disk", size(limits.MAX_UNFINISHED_BYTES), ""),
        (
            "days since its last step, then an unfinished training is removed",
            f"{limits.MAX_UNFINISHED_DAYS}",
            "",
        ),
        ("trainings of a visitor, under way, paused or in line", "1", ""),
        ("trainings of all visitors, and as many measurements", f"{MAX_UNFINISHED}", ""),
        ("of each taking turns; with more workers, one a worker", f"{MAX_AT_ONCE}", ""),
        ("open pages of all visitors", f"{limits.MAX_SESSIONS}", "`LATENT_MAX_SESSIONS`"),
    ]
