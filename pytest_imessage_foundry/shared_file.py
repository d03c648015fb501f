"""A database that many tests read, and how it is told that one has written to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.chatdb.handle import ChatDB

# What is written lies in one of these until SQLite moves it into the file.
_LOGS = ("-wal", "-journal")
# A write in the same tick of the clock as the copy would give it the same time; two
# seconds are a tick of FAT.
_EARLIER = 2 * 10**9
State = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class SharedFile:
    """A shared copy, and the state that it was in when it was new."""

    handle: ChatDB
    state: State

    @classmethod
    def of(cls, handle: ChatDB) -> SharedFile:
        """Return a new copy as a file that nobody may write to."""
        path = handle.path
        made = path.stat().st_mtime_ns - _EARLIER
        os.utime(path, ns=(made, made))
        path.chmod(0o444)  # which the superuser may ignore
        return cls(handle, _state(path))

    def is_untouched(self) -> bool:
        """Return whether nobody has written to it, or through a connection that is
        still open to its log."""
        return _state(self.handle.path) == self.state


def _state(path: Path) -> State:
    return tuple(_content(f"{path}{ending}") for ending in ("", *_LOGS))


def _content(name: str) -> tuple[int, int, int] | None:
    """Return what changes when a file is written or replaced; None if it holds nothing.

    A reader of a file in WAL mode makes an empty -wal.
    """
    try:
        stat = os.stat(name)
    except FileNotFoundError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns) if stat.st_size else None
