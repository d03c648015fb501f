"""Refuse to replace anything but a regular file, or to write SQLite's own files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


# What SQLite keeps beside a database, and takes for its own whoever wrote it.
COMPANIONS = ("-journal", "-wal", "-shm")


def check_is_no_companion(path: Path) -> None:
    """Refuse the name of a file that SQLite keeps beside a database that is there.

    Raises:
        FoundryError: the first reader of the database would take the file for its log.
    """
    for ending in COMPANIONS:
        name = path.name.removesuffix(ending)
        database = path.with_name(name or path.name)
        if database != path and database.is_file():
            raise FoundryError(
                f"{path} is no name for a file of its own\n"
                f"looked beside it: {database} is there, and SQLite would take the "
                f"file for its {ending[1:]}\nname another file"
            )


def check_is_free(path: Path) -> None:
    """Refuse to take a place that was free when the work began, and is not by now.

    Raises:
        FoundryError: something is there, be it a link that leads nowhere.
    """
    if os.path.lexists(path):
        raise FoundryError(
            f"{path} is there by now, and was not when the work began\n"
            "looked again before the new file was to go there; it was left as it is\n"
            "name another file, or replace it with --force"
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
    if stat.S_ISLNK(mode):
        what = f"a link to {os.readlink(path)}"
    else:
        what = _KINDS.get(stat.S_IFMT(mode), "no regular file")
    raise FoundryError(
        f"only a regular file is replaced\n{path} is {what}\n"
        "name another file, or remove what is there"
    )
