"""What holds for the class: where it starts, and what is switched off; one file that the teacher writes."""

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
from ui.storage.disk import made, state_root, writing
from ui.storage.results import results_folder

FEWEST_CHARACTERS = 8  # of the secret
WRONG_SECONDS = 1.0  # that a wrong secret takes
MOST_CHARACTERS = 4_000  # of the starting view's address
FILE = "class.json"

_GUESS = threading.Lock()


@dataclass(frozen=True)
class Classroom:
    """``start`` is the address that a new visitor of the home page is led to, "" for the home page itself."""

    start: str = ""
    can_train: bool = True
    can_upload: bool = True


def has_teacher() -> bool:
    """Whether this server has a teacher's mode: a secret of at least 8 characters."""
    return len(settings.text(settings.TEACHER_TOKEN)) >= FEWEST_CHARACTERS


def is_secret(text: str) -> bool:
    """Whether this is the teacher's secret. Guesses are taken in turn, and a wrong one takes a second."""
    secret = settings.text(settings.TEACHER_TOKEN)
    with _GUESS:
        is_right = has_teacher() and hmac.compare_digest(text.encode(), secret.encode())
        if not is_right:
            time.sleep(WRONG_SECONDS)
        return is_right


def classroom() -> Classroom:
    """What holds now; the defaults where there is no teacher, or the file is not what it should be."""
    if not has_teacher():
        return Classroom()
    try:
        return from_tree(Classroom, json.loads(_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return Classroom()


def change(**changes) -> None:
    """Keep what the teacher has changed. Raises WorkspaceError where the disk does not take it."""
    after = replace(classroom(), **changes)
    with writing("What holds for the class"):
        scratch = made(state_root()) / f".{FILE}.part"
        scratch.write_text(json.dumps(asdict(after)), encoding="utf-8")
        scratch.replace(_file())


def starting_view(address: str, paths: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """The page and the choices of an address, of which only path and query count: hosts have many names.

    Raises LatentSpaceError for one that is none of these ``paths``.
    """
    parts = urlsplit(address.strip())
    path = parts.path.strip("/").rpartition("/")[2]
    if path not in paths or len(address) > MOST_CHARACTERS:
        raise LatentSpaceError(
            "This is no address of a page here. Open the view that the class shall start with, and copy what "
            "stands in the browser's address bar."
        )
    return path, dict(parse_qsl(parts.query))


def clear_images() -> int:
    """Remove the images of all visitors; how many sets there were. Models stay."""
    sets = list(state_root().glob("visitors/*/images/*.npz"))
    shared = [state_root() / "shared" / "data", results_folder()]
    for folder in [*state_root().glob("visitors/*/images"), *shared]:
        shutil.rmtree(folder, ignore_errors=True)
    return len(sets)


def _file() -> Path:
    return state_root() / FILE
