"""Settings of the class, in one file that the teacher changes: starting view, training, uploads."""

import hmac
import json
import shutil
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from autoencoder.data.serial import from_tree
from autoencoder.errors import LatentSpaceError
from ui import settings
from ui.storage.disk import state_root, write_whole, writing
from ui.storage.results import results_folder

FEWEST_CHARACTERS = 8  # of the secret
WRONG_SECONDS = 1.0  # that a wrong secret takes
MOST_CHARACTERS = 4_000  # of the starting view's address
FILE = "class.json"

_GUESS = threading.Lock()


@dataclass(frozen=True)
class Classroom:
    """Settings; ``start`` is the address to which new visitors are led, "" for the home page."""

    start: str = ""
    can_train: bool = True
    can_upload: bool = True


def has_teacher() -> bool:
    """True where the server has a teacher's mode: a secret of at least 8 characters."""
    return len(settings.text(settings.TEACHER_TOKEN)) >= FEWEST_CHARACTERS


def is_secret(text: str) -> bool:
    """Compare a text with the teacher's secret; guesses take turns, and a wrong one takes a second."""
    secret = settings.text(settings.TEACHER_TOKEN)
    with _GUESS:
        is_right = has_teacher() and hmac.compare_digest(text.encode(), secret.encode())
        if not is_right:
            time.sleep(WRONG_SECONDS)
        return is_right


def classroom() -> Classroom:
    """Current settings; the defaults where there is no teacher or the file is damaged."""
    if not has_teacher():
        return Classroom()
    try:
        return from_tree(Classroom, json.loads(_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return Classroom()


def change(**changes) -> None:
    """Change settings and keep them. Raises WorkspaceError where the disk refuses."""
    after = replace(classroom(), **changes)
    with writing("What holds for the class"):
        write_whole(_file(), json.dumps(asdict(after)).encode())


def starting_view(address: str, paths: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Page and query of an address on any host. Raises LatentSpaceError for a page not among ``paths``."""
    parts = urlsplit(address.strip())
    path = parts.path.strip("/").rpartition("/")[2]
    if path not in paths or len(address) > MOST_CHARACTERS:
        raise LatentSpaceError(
            "This is no address of a page here. Open the view with which the class starts, and copy the "
            "address from the browser's address bar."
        )
    return path, dict(parse_qsl(parts.query))


def clear_images() -> int:
    """Remove the images of all visitors, not their models; returns the number of sets."""
    sets = list(state_root().glob("visitors/*/images/*.npz"))
    shared = [state_root() / "shared" / "data", results_folder()]
    for folder in [*state_root().glob("visitors/*/images"), *shared]:
        shutil.rmtree(folder, ignore_errors=True)
    return len(sets)


def _file() -> Path:
    return state_root() / FILE
