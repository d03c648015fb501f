"""Write files whole or not at all, and name what the disk refuses."""

from __future__ import annotations

import glob
import os
import sqlite3
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import is_running
from pytest_imessage_foundry.replaceable import check_is_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What the disk or its rights say, and not the statement.
_REFUSALS = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a draft beside `path`, and move it to `path` if nothing is raised.

    Raises:
        FoundryError: what is at `path` is no regular file.
    """
    for each in (path, *_wal_of(path)):
        check_is_regular(each)
    _sweep(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        with _without_wal(path, draft):
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove the drafts that builds of `path` left behind when they were killed."""
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*.draft"):
        process = draft.name.split(".")[-2]
        if process.isdigit() and not is_running(int(process)):
            draft.unlink(missing_ok=True)


@contextmanager
def _without_wal(path: Path, draft: Path) -> Iterator[None]:
    """Move the WAL of the old file at `path` away, and back if the move fails.

    SQLite would replay it into the new file."""
    aside = {
        old: kept
        for old, kept in zip(_wal_of(path), _wal_of(draft), strict=True)
        if old.exists()
    }
    for old, kept in aside.items():
        os.replace(old, kept)
    try:
        yield
    except OSError:
        for old, kept in aside.items():
            os.replace(kept, old)
        raise
    for kept in aside.values():
        kept.unlink()


def _wal_of(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm")]


@contextmanager
def naming_disk_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn disk errors into FoundryError naming `path` instead of its draft."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _REFUSALS:
            raise
        raise FoundryError(
            f"the database could not be written: {error}\n"
            f"tried to write: {os.fspath(path)}\n"
            "check the rights of its folder, and the room on the disk"
        ) from error


class Created:
    """The files and folders that a build made, so that they can be removed."""

    def __init__(self) -> None:
        self._paths: list[Path] = []

    def folder(self, path: Path) -> None:
        """Make a folder and the missing ones above it."""
        missing = takewhile(_is_free, (path, *path.parents))
        for each in reversed([*missing]):
            # Noted first: Ctrl-C may come right after it is made.
            self._paths.append(each)
            each.mkdir(exist_ok=True)

    def file(self, path: Path) -> None:
        """Note a file that is about to be written, unless it exists already."""
        if _is_free(path):
            self._paths.append(path)

    def take_back(self) -> None:
        """Remove what was made. Folders that hold other files stay."""
        for path in reversed(self._paths):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()


def _is_free(path: Path) -> bool:
    """Whether nothing is there, not even a link that leads nowhere."""
    return not os.path.lexists(path)


@contextmanager
def removing_on_error() -> Iterator[Created]:
    """Remove what was made in the block if anything is raised, Ctrl-C too."""
    made = Created()
    try:
        yield made
    except BaseException:
        made.take_back()
        raise
