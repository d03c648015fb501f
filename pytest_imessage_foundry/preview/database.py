"""Open a database without changing it, and read the columns that it has.

Files differ by release and by their own history: a column can be missing or in another
position. So columns are looked up and never assumed.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import methodcaller
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.reading.open_readonly import (
    BROKEN,
    opened,
    unreadable,
    without_messages,
)

# A row of a table by column; `id` is its ROWID. Looking up a column in a sqlite3.Row
# walks over the columns before it.
Row = dict[str, Any]
TOGETHER = 500  # rows that are looked up in one statement

# Before macOS 10.13 dates were in seconds. Read as nanoseconds, values this small
# would all be in the first two minutes of 2001.
_SECONDS_BELOW = 10**11


def whole(value: object) -> int:
    """Return `value` as an integer, 0 where a column holds another type."""
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return max(min(int(value), 2**63 - 1), -(2**63))
    return 0


def words(value: object) -> str:
    """Return `value` as text, '' for NULL."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def blob(value: object) -> bytes:
    """Return `value` as bytes, b'' where a column holds another type."""
    return value if isinstance(value, bytes) else b""


def date(value: object) -> int:
    """Return a date column in nanoseconds since 2001; old files have seconds."""
    number = value if type(value) is int else whole(value)
    return number * 10**9 if -_SECONDS_BELOW < number < _SECONDS_BELOW else number


class Tables:
    """The tables of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        # Called for every text, so it is no function written in Python.
        connection.text_factory = methodcaller("decode", "utf-8", "replace")
        self._connection = connection
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """Return the lower-case column names of `table`, none if it is missing."""
        if table not in self._columns:
            found = self._connection.execute(
                "SELECT name FROM pragma_table_info(?)", (table,)
            )
            self._columns[table] = frozenset(row[0].lower() for row in found)
        return self._columns[table]

    def column_names(self, table: str) -> list[str]:
        """Return the column names of `table` as they are declared, in their order."""
        found = self._connection.execute(
            "SELECT name FROM pragma_table_info(?)", (table,)
        )
        return [row[0] for row in found]

    def count(self, table: str) -> int:
        """Return the number of rows in `table`."""
        query = f'SELECT count(*) FROM "{table}"'
        return whole(self._connection.execute(query).fetchone()[0])

    def rows(self, table: str, *wanted: str) -> Iterator[Row]:
        """Yield the rows of `table` by id; columns that it lacks are None."""
        names = ("id", *wanted)
        for values in self._select(table, wanted, "ORDER BY ROWID"):
            yield dict(zip(names, values, strict=True))

    def rows_of(
        self, table: str, ids: Sequence[int], wanted: Sequence[str]
    ) -> Iterator[Row]:
        """Yield the rows with these ROWIDs, in this order."""
        names = ("id", *wanted)
        for values in self.tuples_of(table, ids, wanted):
            yield dict(zip(names, values, strict=True))

    def tuples_of(
        self,
        table: str,
        ids: Sequence[int],
        wanted: Sequence[str],
        *,
        empty: Sequence[str] | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows with these ROWIDs as tuples, the id first, in this order.

        With `empty` comes next whether each of these columns is NULL or 0.
        """
        for start in range(0, len(ids), TOGETHER):
            asked = ids[start : start + TOGETHER]
            places = ", ".join("?" * len(asked))
            which = f"WHERE ROWID IN ({places})"
            rows = self._select(table, wanted, which, asked, empty)
            found = {values[0]: values for values in rows}
            yield from (found[number] for number in asked if number in found)

    def tuples(self, table: str, *wanted: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `table` by id as tuples, the id first."""
        return self._select(table, wanted, "ORDER BY ROWID")

    def _select(
        self,
        table: str,
        wanted: Sequence[str],
        which: str,
        values: Sequence[int] = (),
        empty: Sequence[str] | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        present = self.columns(table)
        if not present:
            return iter(())
        chosen = [
            f'"{name}"' if name.lower() in present else f'NULL AS "{name}"'
            for name in wanted
        ]
        if empty is not None:
            there = [name for name in empty if name.lower() in present]
            tests = [f'ifnull("{name}", 0) IS 0' for name in there]
            chosen.insert(0, " AND ".join(["1", *tests]))
        columns = ", ".join(["ROWID AS id", *chosen])
        query = f'SELECT {columns} FROM "{table}" {which}'
        return self._connection.execute(query, values)


@contextmanager
def open_tables(path: Path) -> Iterator[Tables]:
    """Give the tables of the file at `path`, all read in one transaction.

    Raises:
        UnreadableFileError: `path` is missing or no readable Messages database.
    """
    try:
        with opened(path) as source, source.connect() as connection:
            connection.execute("BEGIN")
            tables = Tables(connection)
            if not tables.columns("message"):
                raise without_messages(path)
            yield tables
    except BROKEN as error:
        raise unreadable(path, error) from None
