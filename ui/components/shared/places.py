"""Places in latent space, and the texts by which links keep them.

A place is an image by its number, "17"; a code with the start of its model's fingerprint,
"z0a1b2c3d:0.5,-1.25"; or a drawing, "d:" and its 784 bytes in base64url. The map reads and writes the same
(ui/components/shared/places.js).
"""

import base64
import re
from contextlib import suppress

import numpy as np

from autoencoder.checkpoint.places import CodeAt, Drawing, ImageAt, Place
from autoencoder.model.architecture import MAX_LATENT_DIM

NUMBER = r"-?[\d.e+-]{1,24}"
CODE = re.compile(f"z([0-9a-f]{{8}}):({NUMBER}(?:,{NUMBER}){{0,{MAX_LATENT_DIM - 1}}})")
IMAGE = re.compile(r"\d{1,9}")
DRAWING = re.compile(r"d:([\w-]{1046})")


def place_of(text: str) -> Place | None:
    """Place of a text; None for a text of none, from any source."""
    with suppress(ValueError):  # letters that base64 or a number cannot have
        if IMAGE.fullmatch(text):
            return ImageAt(int(text))
        if match := DRAWING.fullmatch(text):
            pixels = base64.urlsafe_b64decode(match[1] + "==")
            return Drawing(np.frombuffer(pixels, np.uint8).reshape(28, 28))
        if match := CODE.fullmatch(text):
            code = np.array([float(number) for number in match[2].split(",")])
            if (np.abs(code) <= np.finfo(np.float32).max).all():
                return CodeAt(match[1], code.astype(np.float32))
    return None
