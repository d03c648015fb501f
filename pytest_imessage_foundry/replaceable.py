"""Refuse to write where something stands that must stay."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable

# What to do about a file that is there, told to who calls from Python.
IN_CODE = "name another file, or replace it with force=True"
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


# What SQLite keeps beside a database, and takes for its own whoever wrote it.
COMPANIONS = ("-journal", "-wal", "-shm")


def check_output(path: Path, *, force: bool, remedy: str = IN_CODE) -> None:
    """Refuse to write a file where something else stands.

    Args:
        force: a regular file may be replaced.
        remedy: what to do about a file that is there, in the words of whoever asks:
            a command has other ones than a function.

    Raises:
        FoundryError: a file is there and `force` is not given, or what is there is no
            regular file, or the name is that of a file that SQLite keeps.
    """
    check_is_regular(path)
    check_is_no_companion(path)
    if not force and os.path.lexists(path):
        raise already_there(path, remedy)


def already_there(path: Path, remedy: str) -> FoundryError:
    """Return the error for what may not be replaced without being asked for."""
    return FoundryError(f"{path} is there already\nit was left as it is\n{remedy}")


def check_apart(
    outputs: Iterable[Path | None],
    inputs: Iterable[str | Path | None] = (),
    *,
    folders: Iterable[Path | None] = (),
) -> None:
    """Refuse an output that is also read, or written twice, even by force.

    None stands for a file that is not given.

    Args:
        outputs: the files to write.
        inputs: the files to read.
        folders: those to write that are replaced as a whole.

    Raises:
        FoundryError: with the file that would be lost.
    """
    read = [Path(each) for each in inputs if each is not None]
    whole = [each for each in folders if each is not None]
    written: list[Path] = []
    for output in filter(None, outputs):
        for each in read:
            if _is_one(output, each):
                raise _would_be_lost(output, each)
        if any(_is_one(output, each) for each in written):
            raise FoundryError(
                f"two files cannot both be {output}\n"
                "looked at the files to write; nothing was written\n"
                "give each a name of its own"
            )
        written.append(output)
    for folder in whole:
        for each in (*read, *written):
            if Path(_real(each)).is_relative_to(_real(folder)):
                raise _would_be_lost(folder, each)


def _would_be_lost(output: Path, file: Path) -> FoundryError:
    return FoundryError(
        f"{output} would take the place of a file that is read or written, too\n"
        f"looked at: {file}; nothing was written\n"
        "name another place"
    )


def _is_one(first: Path, second: Path) -> bool:
    try:
        return _real(first) == _real(second) or first.samefile(second)
    except OSError:  # one of them is not there, or is a link in a circle
        return False


def _real(path: Path) -> str:
    # Path.resolve raises at a circle of links before Python 3.13.
    return os.path.realpath(path)


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """Files that were not there when a build began: what comes there stays."""

    files: tuple[Path, ...] = ()
    remedy: str = IN_CODE

    @classmethod
    def of(cls, files: Iterable[Path], remedy: str) -> KeptFiles:
        """Return those of the files that a build may write and that are not there."""
        return cls(tuple(e for e in files if not os.path.lexists(e)), remedy)

    def check(self) -> None:
        """Refuse to go on where something has come.

        Raises:
            FoundryError: one of the files is there by now.
        """
        for each in self.files:
            check_is_free(each, self.remedy)

    def has(self, path: Path) -> bool:
        """Return whether a file is one of them, under the same name."""
        return any(
            each.name == path.name and _is_one(each, path) for each in self.files
        )


NOTHING_KEPT = KeptFiles()


def check_is_no_companion(path: Path) -> None:
    """Refuse the name of a file that SQLite keeps beside a database that is there.

    Raises:
        FoundryError: the first reader of the database would take the file for its log.
    """
    for ending in COMPANIONS:
        name = path.name.removesuffix(ending)
        database = path.with_name(name or path.name)
        if database != path and os.path.isfile(database):
            raise FoundryError(
                f"{path} is no name for a file of its own\n"
                f"looked beside it: {database} is there, and SQLite would take the "
                f"file for its {ending[1:]}\nname another file"
            )


def check_is_free(path: Path, remedy: str = IN_CODE) -> None:
    """Refuse to take a place that was free when the work began, and is not by now.

    Args:
        remedy: as for `check_output`.

    Raises:
        FoundryError: something is there, be it a link that leads nowhere.
    """
    if os.path.lexists(path):
        raise FoundryError(
            f"{path} is there by now, and was not when the work began\n"
            "looked again before something was to go there; it was left as it is\n"
            f"{remedy}"
        )


def check_is_regular(path: Path) -> None:
    """Refuse to take the place of anything but a regular file.

    Replacing a link would leave the file that it names as it is, and whoever gave the
    link meant that file. Root may replace a device, and then the system lacks it.

    Raises:
        FoundryError: something else stands at `path`.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:  # nothing is there, or writing will say what is wrong
        return
    if stat.S_ISREG(mode):
        return
    what = _KINDS.get(stat.S_IFMT(mode), "no regular file")
    remedy = "name another file, or remove what is there"
    if stat.S_ISLNK(mode):
        what = f"a link to {os.readlink(path)}"
    elif stat.S_ISDIR(mode):
        remedy = "name a file in it, or another one"
    raise FoundryError(f"only a regular file is replaced\n{path} is {what}\n{remedy}")
