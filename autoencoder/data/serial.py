"""Dataclasses from JSON values: strict types by msgspec, known names only, and limits of text and numbers.

A *tree* is a value as `json.loads` gives it; arrays, networks and dataclasses may stand in it as they are.
The other direction is `dataclasses.asdict`.
"""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import msgspec

from autoencoder.errors import in_line

MAX_TEXT = 200  # characters of a name or a note
LARGEST = 1e300

T = TypeVar("T")


def from_tree(kind: type[T], tree: Any) -> T:
    """Dataclass of this kind from a tree of its entries; a missing entry has its default.

    Raises ValueError, with the path in the tree, for a wrong type, an unknown entry, a missing one that has
    no default, and for whatever the dataclass itself refuses.
    """
    # Values of types that JSON does not have are passed on; msgspec then checks that they are of the type.
    value = msgspec.convert(tree, kind, from_attributes=True, dec_hook=lambda _, value: value)
    _check_names(tree, value, "$")
    return value


def check_limits(value: Any, path: str = "$") -> None:
    """Raises ValueError where a dataclass holds a long or unprintable text, or a number that is not finite.

    Pages write these texts and numbers without asking again.
    """
    if is_dataclass(value):
        for part in fields(value):
            check_limits(getattr(value, part.name), f"{path}.{part.name}")
    elif isinstance(value, tuple | list):
        for number, entry in enumerate(value):
            check_limits(entry, f"{path}[{number}]")
    elif not _is_within_limits(value):
        raise ValueError(f"{path} cannot be {in_line(repr(value))}")


def _is_within_limits(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and value == in_line(value, MAX_TEXT)
    return not isinstance(value, int | float) or abs(value) < LARGEST


def _check_names(tree: Any, value: Any, path: str) -> None:
    """Raises ValueError for an entry that a dataclass does not have: msgspec passes over it."""
    if isinstance(tree, dict) and is_dataclass(value):
        known = {part.name for part in fields(value)}
        for name, entry in tree.items():
            if name not in known:
                raise ValueError(f"{path} has an unknown entry {in_line(name)}")
            _check_names(entry, getattr(value, name), f"{path}.{name}")
    elif isinstance(value, tuple | list):
        for number, (entry, item) in enumerate(zip(tree, value, strict=False)):
            _check_names(entry, item, f"{path}[{number}]")
