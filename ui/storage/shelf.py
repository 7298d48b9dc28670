"""Shelf of a visitor: named things of one kind in a folder, up to a number of them.

A name comes from a visitor or from a link: it is checked before it becomes part of a path.
"""

import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Generic, TypeVar

from ui.storage.disk import DELETED, WorkspaceError, made, writing
from ui.storage.quota import Quota

NAME = re.compile(r"[\w-](?:[\w .-]{0,58}[\w-])?")

T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """Kind of thing: its noun, suffix on disk, reader, writer, and the names that visitors may not take."""

    noun: str
    suffix: str
    load: Callable[[Path], T]
    save: Callable[[T, Path, Quota], None]
    reserved: Callable[[], Iterable[str]]


class Shelf(Generic[T]):
    """Things of one kind, each a file or a folder by its name, up to ``most`` of them."""

    def __init__(self, folder: Path, kind: Kind[T], most: int, quota: Quota):
        self.folder, self.kind, self.most, self.quota = folder, kind, most, quota

    def names(self) -> list[str]:
        return sorted(self._name_of(path) for path in self.folder.glob(f"[!.]*{self.kind.suffix}"))

    def find(self, name: str) -> Path:
        """Path of the thing of this name; raises WorkspaceError where there is none."""
        if not NAME.fullmatch(name) or not self._path(name).exists():
            raise WorkspaceError(f"You have no {self.kind.noun} called {name[:60]!r}. Choose another one.")
        return self._path(name)

    def load(self, name: str) -> T:
        return self.kind.load(self.find(name))

    def save(self, thing: T, name: str) -> str:
        """Keep a thing and return its name as kept. Raises WorkspaceError where the name is taken."""
        path = self.path_for(name)
        self.kind.save(thing, path, self.quota)
        return self._name_of(path)

    def path_for(self, name: str) -> Path:
        """Path for a new thing of this name; raises WorkspaceError where there can be none."""
        name = _checked(name)
        if name.casefold() in self._taken():
            raise WorkspaceError(f"The name {name} is taken. Choose another one.")
        if len(self.names()) >= self.most:
            full = f"You have {self.most} {self.kind.noun}s, which is as many as are kept."
            raise WorkspaceError(f"{full} Delete one first.")
        return self._path(name)

    def check_new(self, name: str) -> str:
        """Name as a new thing would be kept under; raises WorkspaceError where it cannot be kept."""
        self.quota.check(1, is_exact=False)
        return self._name_of(self.path_for(name))

    def free_name(self, wanted: str) -> str:
        """The wanted name, made a valid one, with a number where it is taken."""
        taken, wanted = self._taken(), tidied(wanted) or self.kind.noun
        candidates = chain([wanted], (f"{wanted[:54]}-v{number}" for number in count(2)))
        return next(name for name in candidates if name.casefold() not in taken)

    def rename(self, old: str, new: str) -> str:
        path, new = self.find(old), _checked(new)
        if new.casefold() in self._taken() - {old.casefold()}:
            raise WorkspaceError(f"The name {new} is taken. Choose another one.")
        with writing(new):
            path.rename(self._path(new))
        return new

    def delete(self, name: str) -> None:
        """Put a thing aside; `restore` brings it back until the next one is deleted."""
        path, bin_ = self.find(name), self.folder / DELETED
        with writing(name):
            shutil.rmtree(bin_, ignore_errors=True)
            path.rename(made(bin_) / path.name)

    def deleted(self) -> str | None:
        """Name of the thing deleted last, if `restore` can bring it back."""
        return next((self._name_of(path) for path in (self.folder / DELETED).glob("[!.]*")), None)

    def restore(self) -> str:
        name = self.deleted()
        if name is None:
            raise WorkspaceError(f"There is no deleted {self.kind.noun} to bring back.")
        path = self.path_for(name)
        with writing(name):
            (self.folder / DELETED / path.name).rename(path)
        return name

    def _name_of(self, path: Path) -> str:
        return path.name.removesuffix(self.kind.suffix)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{self.kind.suffix}"

    def _taken(self) -> set[str]:
        # Some file systems do not tell capitals from small letters.
        return {name.casefold() for name in chain(self.kind.reserved(), self.names())}


def tidied(name: str) -> str:
    """A text without the characters that a name cannot have."""
    return re.sub(r"[^\w .-]", "", unicodedata.normalize("NFC", name))[:60].strip(" .")


def _checked(name: str) -> str:
    """Name in the form in which it is kept; raises WorkspaceError for an invalid one."""
    name = unicodedata.normalize("NFC", name).strip()
    if not NAME.fullmatch(name):
        raise WorkspaceError(
            "A name has 1 to 60 letters, digits, spaces, dashes, underscores or dots, no dot first or last."
        )
    return name
