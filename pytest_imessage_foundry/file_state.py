"""What changes when somebody writes to a database, removes it, or replaces it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What is written lies in one of these until SQLite moves it into the file.
_LOGS = ("-wal", "-journal")
State = tuple[tuple[int, int, int] | None, ...]


def state_of(path: Path) -> State:
    """Return the state of a database and of its logs; the first is None where the
    database is not there, or empty."""
    return tuple(_content(f"{path}{ending}") for ending in ("", *_LOGS))


def _content(name: str) -> tuple[int, int, int] | None:
    """Return what changes when a file is written or replaced; None if it holds nothing.

    A reader of a file in WAL mode makes an empty -wal.
    """
    try:
        stat = os.stat(name)
    except OSError:  # not there, or where nobody may look
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns) if stat.st_size else None
