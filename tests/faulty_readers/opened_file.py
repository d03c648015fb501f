"""What every reader here is given: a file, its folder, and whose phone it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class OpenedFile:
    """A chat.db that is open; `own` are the addresses of its owner."""

    db: sqlite3.Connection
    folder: Path
    own: frozenset[str]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.db.execute(sql, values).fetchall()

    def has(self, table: str) -> bool:
        """Tell whether the file has a table: releases differ."""
        found = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(self.rows(found, table))


@contextmanager
def opened(path: Path, own: tuple[str, ...]) -> Iterator[OpenedFile]:
    """Open a file as a reader would: read-only, and with what stands in its -wal."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        yield OpenedFile(db, path.parent, frozenset(own))
