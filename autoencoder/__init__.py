"""Latent spaces of small convolutional autoencoders: data, models, training and measures.

    import autoencoder as ae

    digits = ae.load_dataset("digits", "train")
    checkpoint = ae.train(digits, kind="vae", latent_dim=2, epochs=5)
    codes = ae.encode(checkpoint, digits.images[:2])
    path = ae.interpolate(checkpoint, *codes, n_steps=11)
    images = ae.decode(checkpoint, path)
    ae.measure_path(checkpoint, path).off_support_share

The names in ``__all__`` are the public face of the package; only they are promised to stay. Nothing in the
package knows Streamlit. Shapes have the same letters everywhere: N or B images, H and W pixels (28 each), D
latent dimensions, T steps of a path.
"""

from importlib import import_module
from typing import Any

# A name is imported when it is first used, so that what needs no torch does not wait for it.
_MODULES = {
    "load_dataset": "autoencoder.data.loading",
    "list_checkpoints": "autoencoder.checkpoint.store",
    "load_checkpoint": "autoencoder.checkpoint.store",
    "save_checkpoint": "autoencoder.checkpoint.store",
    "train": "autoencoder.notebook",
    "encode": "autoencoder.notebook",
    "decode": "autoencoder.notebook",
    "reconstruct": "autoencoder.notebook",
    "interpolate": "autoencoder.notebook",
    "measure_path": "autoencoder.notebook",
    "measure_reconstruction": "autoencoder.notebook",
    "LatentSpaceError": "autoencoder.errors",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
