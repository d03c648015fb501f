"""Write files whole or not at all, and name what the disk refuses."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import UnwritableFileError
from pytest_imessage_foundry.processes import is_running
from pytest_imessage_foundry.replaceable import (
    COMPANIONS,
    IN_CODE,
    check_is_free,
    check_is_no_companion,
    check_is_regular,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# Of these the disk or a limit is the cause, and not what was asked for.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LOGS = ("-wal", "-shm")
_DRAFT, _OLD = "draft", "old"
_LEFT = re.compile(
    rf"\.(?P<process>\d+)\.(?:{_DRAFT}|{_OLD})(?:{'|'.join(COMPANIONS)})?"
)


# How the name of a draft, be it a file or a folder, goes on after that of its path.
_PROCESS = re.compile(r"\d+\.(draft|old|making)")


@contextmanager
def replacing(
    path: Path, *, force: bool = True, remedy: str = IN_CODE, makes_folder: bool = False
) -> Iterator[Path]:
    """Give a draft beside `path`, and move it to `path` if nothing is raised.

    Args:
        force: without it nothing is replaced: the caller has looked that the place is
            free, and what comes there meanwhile stays.
        remedy: as for `replaceable.check_output`.
        makes_folder: make the folders that are missing above, and remove them again
            if anything is raised.

    Raises:
        FoundryError: what is at `path` is no regular file, or its name is that of a
            file that SQLite keeps, or `force` is not given and something came there.
        UnwritableFileError: the disk or its rights refuse it.
    """
    check_is_regular(path)
    check_is_no_companion(path)
    for each in _beside(path, _LOGS):
        check_is_regular(each)
    with naming_disk_errors(path), removing_on_error() as made:
        if makes_folder:
            made.folder(path.parent)
        with _drafted(path) as draft:
            yield draft
            if not force:
                check_is_free(path, remedy)
            with _without_log(path):
                _move(draft, path, force=force, remedy=remedy)


@contextmanager
def _drafted(path: Path) -> Iterator[Path]:
    """Yield the place of a draft, and remove what is there at the end."""
    _sweep(path)
    draft = _aside(path, os.getpid(), _DRAFT)
    _remove(draft)
    try:
        yield draft
    finally:
        _remove(draft)


def _move(draft: Path, path: Path, *, force: bool, remedy: str) -> None:
    if not force:
        try:
            # Unlike a rename, a link fails where the name exists, even if two builds
            # end at the same moment.
            os.link(draft, path)
            return
        except FileExistsError:
            check_is_free(path, remedy)
            raise
        except OSError:  # a file system without hard links
            check_is_free(path, remedy)
    os.replace(draft, path)


def _aside(path: Path, process: int, kind: str) -> Path:
    return path.with_name(f".{path.name}.{process}.{kind}")


def _beside(path: Path, endings: tuple[str, ...]) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in endings]


def _remove(file: Path) -> None:
    """Remove a file, and what SQLite may have left beside it."""
    for each in (file, *_beside(file, COMPANIONS)):
        each.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what builds of `path` left behind when they were killed."""
    for process in _killed(path):
        draft, old = (_aside(path, process, kind) for kind in (_DRAFT, _OLD))
        if draft.exists():
            # Killed before the draft was moved: the log is still that of the old file.
            _put_back(old, path)
        _remove(draft)
        _remove(old)


def _killed(path: Path) -> set[int]:
    """Return the processes that have left something and do not run any more."""
    beginning = f".{path.name}"
    try:
        with os.scandir(path.parent) as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.startswith(beginning)
                and entry.is_file(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return set()
    found = (_LEFT.fullmatch(name, len(beginning)) for name in names)
    processes = {int(each["process"]) for each in found if each}
    return {each for each in processes if not is_running(each)}


@contextmanager
def _without_log(path: Path) -> Iterator[None]:
    """Move the log of the old file at `path` away, and back if the move fails.

    SQLite would replay it into the new file."""
    old = _aside(path, os.getpid(), _OLD)
    for log, kept in zip(_beside(path, _LOGS), _beside(old, _LOGS), strict=True):
        with suppress(FileNotFoundError):
            os.replace(log, kept)
    try:
        yield
    except BaseException:  # Ctrl-C too
        _put_back(old, path)
        raise
    _remove(old)


def _put_back(old: Path, path: Path) -> None:
    """Give the file at `path` its log again, unless it has another one by now."""
    for kept, log in zip(_beside(old, _LOGS), _beside(path, _LOGS), strict=True):
        if kept.exists() and path.exists() and not log.exists():
            os.replace(kept, log)


@contextmanager
def naming_disk_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn disk errors into UnwritableFileError naming `path` instead of its draft.

    Errors of files that are only read go on as they are.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _REFUSALS:
            raise
        raise UnwritableFileError(
            "the database",
            str(error),
            path,
            "check the rights of its folder, and the room on the disk",
        ) from error
    except OSError as error:
        if error.errno not in _NO_ROOM and not _is_of(error, Path(path)):
            raise
        reason = error.strerror or str(error)
        raise UnwritableFileError("the file", reason, path, _remedy(error)) from error


def _is_of(error: OSError, path: Path) -> bool:
    """Return whether an error is of a path, what SQLite keeps beside it, a folder
    above it or a draft of it."""
    known = {Path(f"{path}{ending}") for ending in ("", *COMPANIONS)}
    known |= {*path.parents}
    for each in (error.filename, error.filename2):
        if isinstance(each, str | os.PathLike):
            named = Path(each)
            if named in known or _is_draft(named, path):
                return True
    return False


def _is_draft(file: Path, path: Path) -> bool:
    """Return whether a file is a draft of `path`, beside it or in it, or in one."""
    hidden = f".{path.name}."
    drafts = (str(path.parent / hidden), str(path / hidden))
    return any(
        str(file).startswith(each) and _PROCESS.match(str(file), len(each))
        for each in drafts
    )


def _remedy(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return "make room on the disk, or write elsewhere"
    if error.errno == errno.ENAMETOOLONG:
        return "give it a shorter name: that of its draft has some 20 characters more"
    return "check that its folder is there, and its rights, or write elsewhere"


class Created:
    """The files and folders that a build made, so that they can be removed."""

    def __init__(self) -> None:
        self._paths: list[Path] = []
        self._moved: list[tuple[Path, os.stat_result]] = []

    def folder(self, path: Path, mode: int = 0o777) -> None:
        """Make a folder and the missing ones above it."""
        missing = takewhile(_is_free, (path, *path.parents))
        for each in reversed([*missing]):
            # Noted first: Ctrl-C may come right after it is made.
            self._paths.append(each)
            each.mkdir(mode, exist_ok=True)

    def file(self, path: Path) -> None:
        """Note a file that is about to be written, unless it exists already."""
        if _is_free(path):
            self._paths.append(path)

    def moved(self, source: Path, path: Path) -> None:
        """Note a file, or a folder with all in it, that is about to be moved to
        `path`, unless something is there already."""
        if _is_free(path):
            self._moved.append((path, source.stat()))

    def take_back(self) -> None:
        """Remove what was made. Folders that hold other files stay."""
        for path, moved in self._moved:
            # Another build may have put something there before.
            with suppress(OSError):
                if os.path.samestat(path.lstat(), moved):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
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
