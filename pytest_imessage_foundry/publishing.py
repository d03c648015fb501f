"""A file that is there whole or not at all."""

from __future__ import annotations

import glob
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

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
def published(path: Path) -> Iterator[Path]:
    """A draft beside `path` that takes its place if nothing is raised."""
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


def is_running(process: int) -> bool:
    """Whether a process that has left something behind may still want it."""
    if os.name == "nt":  # where signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def _without_wal(path: Path, draft: Path) -> Iterator[None]:
    """Set the WAL of the file that was at `path` aside: SQLite would replay it into
    the new one. It comes back if that cannot take its place."""
    aside = {
        path.with_name(path.name + suffix): draft.with_name(draft.name + suffix)
        for suffix in ("-wal", "-shm")
        if path.with_name(path.name + suffix).exists()
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


@contextmanager
def complaining_of(path: str | os.PathLike[str]) -> Iterator[None]:
    """What the disk refuses is an error about `path`, not about its draft."""
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
