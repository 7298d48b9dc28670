"""Shelf: named things of one kind in a folder, up to a number of them."""

import re
import shutil
import unicodedata
from itertools import chain, count
from pathlib import Path

from ui.storage.disk import DELETED, WorkspaceError, made, writing

NAME = re.compile(r"[\w-](?:[\w .-]{0,58}[\w-])?")


class Shelf:
    """Things of one kind, each a file or a folder by its name, up to a number of them."""

    def __init__(self, folder: Path, suffix: str, noun: str, most: int, reserved: set[str]):
        self.folder, self.suffix, self.noun, self.most = folder, suffix, noun, most
        self.reserved = reserved

    def names(self) -> list[str]:
        return sorted(self.name_of(path) for path in self.folder.glob(f"[!.]*{self.suffix}"))

    def name_of(self, path: Path) -> str:
        return path.name.removesuffix(self.suffix)

    def find(self, name: str) -> Path:
        """Where the thing of this name lies; raises WorkspaceError where there is none."""
        if not NAME.fullmatch(name) or not self._path(name).exists():
            raise WorkspaceError(f"You have no {self.noun} called {name[:60]!r}. Choose another one.")
        return self._path(name)

    def place_for(self, name: str) -> Path:
        """Where a new thing of this name is to be put; raises WorkspaceError where that cannot be."""
        name = _checked(name)
        if name.casefold() in self._taken():
            raise WorkspaceError(f"The name {name} is taken. Choose another one.")
        if len(self.names()) >= self.most:
            raise WorkspaceError(
                f"You have {self.most} {self.noun}s, which is as many as are kept. Delete one first."
            )
        return self._path(name)

    def free_name(self, wanted: str) -> str:
        taken, wanted = self._taken(), tidied(wanted) or self.noun
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
        path, bin_ = self.find(name), self.folder / DELETED
        with writing(name):
            shutil.rmtree(bin_, ignore_errors=True)
            path.rename(made(bin_) / path.name)

    def deleted(self) -> str | None:
        return next((self.name_of(path) for path in (self.folder / DELETED).glob("[!.]*")), None)

    def restore(self) -> str:
        name = self.deleted()
        if name is None:
            raise WorkspaceError(f"There is no deleted {self.noun} to bring back.")
        place = self.place_for(name)
        with writing(name):
            (self.folder / DELETED / place.name).rename(place)
        return name

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{self.suffix}"

    def _taken(self) -> set[str]:
        # Some file systems do not tell capitals from small letters.
        return {name.casefold() for name in {*self.reserved, *self.names()}}


def tidied(name: str) -> str:
    """What is left of a text once all is taken out that a name cannot have."""
    return re.sub(r"[^\w .-]", "", unicodedata.normalize("NFC", name))[:60].strip(" .")


def _checked(name: str) -> str:
    """A name as it is kept; raises WorkspaceError for what cannot be one."""
    name = unicodedata.normalize("NFC", name).strip()
    if not NAME.fullmatch(name):
        raise WorkspaceError(
            "A name has 1 to 60 letters, digits, spaces, dashes, underscores or dots, no dot first or last."
        )
    return name
