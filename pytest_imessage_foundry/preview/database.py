"""Open a database without touching it, and read whatever columns it has.

Messages' files differ by release and by their own history (a column can be
missing or stand elsewhere), so columns are probed, never assumed.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.reading.open_readonly import BROKEN, opened, unreadable

# Before macOS 10.13 a date was in seconds; as nanoseconds, values this small
# would all fall within the first two minutes of 2001.
_SECONDS_BELOW = 10**11


def whole(value: object) -> int:
    """`value` as an integer, 0 where a column holds something else."""
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return max(min(int(value), 2**63 - 1), -(2**63))
    return 0


def words(value: object) -> str:
    """`value` as text, '' for NULL."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def blob(value: object) -> bytes:
    """`value` as bytes, b'' where a column holds something else."""
    return value if isinstance(value, bytes) else b""


def date(value: object) -> int:
    """A date column in nanoseconds, whichever unit it was written in."""
    number = whole(value)
    return number * 10**9 if abs(number) < _SECONDS_BELOW else number


class Tables:
    """The tables of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        self._connection = connection
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """The lower-case column names of `table`, none if it is missing."""
        if table not in self._columns:
            found = self._connection.execute(
                "SELECT name FROM pragma_table_info(?)", (table,)
            )
            self._columns[table] = frozenset(row[0].lower() for row in found)
        return self._columns[table]

    def count(self, table: str) -> int:
        """How many rows `table` has."""
        query = f'SELECT count(*) FROM "{table}"'
        return whole(self._connection.execute(query).fetchone()[0])

    def rows(self, table: str, *wanted: str) -> Iterator[sqlite3.Row]:
        """The rows of `table` by id; columns that it lacks read as None."""
        present = self.columns(table)
        if not present:
            return iter(())
        chosen = [
            f'"{name}"' if name.lower() in present else f'NULL AS "{name}"'
            for name in wanted
        ]
        return self._connection.execute(
            f'SELECT ROWID AS id, {", ".join(chosen)} FROM "{table}" ORDER BY ROWID'
        )


@contextmanager
def open_tables(path: Path) -> Iterator[Tables]:
    """The tables of the file at `path`, seen as of one moment.

    Raises:
        UnreadableFileError: there is nothing at `path` that can be read.
    """
    try:
        with opened(path) as source, source.connect() as connection:
            connection.execute("BEGIN")
            tables = Tables(connection)
            if not tables.columns("message"):
                raise UnreadableFileError(
                    "the database has no message table\n"
                    f"looked in: {path}\n"
                    "give the path of a Messages database (chat.db or sms.db)"
                )
            yield tables
    except BROKEN as error:
        raise unreadable(path, error) from None
