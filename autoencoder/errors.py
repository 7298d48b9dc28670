"""The errors of the domain.

    Exception
    ├── ValueError            a programmer's slip: an argument out of its range
    └── LatentSpaceError      the world's: worded for the visitor
        ├── DatasetError      images or labels that cannot be found, read or used
        ├── CheckpointError   a model folder that cannot be found, read or used
        └── TrainingError     a training that diverged

Each message says what happened, where, and what to do next. The command line prints it and exits
with status 1; the app shows it in the page. Anything else is a bug and should look like one. Text from a file
is put into a message by `in_line`: anybody may have made the file.
"""


def in_line(text: object, most: int = 80) -> str:
    """Text from outside as part of a message: unprintable signs replaced, the middle left out."""
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(text))
    return text if len(text) <= most else f"{text[: most - most // 3 - 1]}…{text[-(most // 3) :]}"


class LatentSpaceError(Exception):
    """An error outside the program, in a sentence that a visitor can act on."""


class DatasetError(LatentSpaceError):
    """Images or labels that cannot be found, read or used."""


class CheckpointError(LatentSpaceError):
    """A model folder that cannot be found, read or used."""


class TrainingError(LatentSpaceError):
    """A training that diverged."""
