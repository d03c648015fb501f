"""Shares of rows that fulfil a condition, of a table in one walk.

Files differ by release and by their own history. A share whose columns a file lacks
has no value; that a table is missing is the same.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_imessage_foundry.measures import Measure, share
from pytest_imessage_foundry.rates.published import UNKNOWN, Published


class Share(NamedTuple):
    """A share of rows: those that fulfil `part` among those that fulfil `whole`.

    Conditions name columns with the letter of their table, as in `m.error`.
    """

    name: str
    part: str
    whole: str = "1"
    known: Published = UNKNOWN


class Walk(NamedTuple):
    """A table, or several joined, to be walked once.

    `tables` are those that the file must have, each by the letter that stands for it
    in `source` and in the conditions. A letter that is not among them stands for
    columns that the source makes.
    """

    source: str
    tables: dict[str, str]
    shares: Sequence[Share]


_COLUMN = re.compile(r"\b([a-z])\.(\w+)")


class Held:
    """The tables and columns that a file has."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """Return the lower-case names of the columns of a table, none without it."""
        if table not in self._columns:
            rows = self.connection.execute(
                "SELECT lower(name) FROM pragma_table_info(?)", (table,)
            )
            # ROWID is no column of a table that does not name it so.
            names = frozenset(row[0] for row in rows)
            self._columns[table] = names | {"rowid"} if names else names
        return self._columns[table]

    def has(self, table: str, *names: str) -> bool:
        """Tell whether a table is there with all these columns."""
        return {name.lower() for name in names} <= self.columns(table)

    def can_say(self, sql: str, tables: dict[str, str]) -> bool:
        """Tell whether the file has all tables, and columns that a text names."""
        return all(map(self.columns, tables.values())) and all(
            letter not in tables or self.has(tables[letter], name)
            for letter, name in _COLUMN.findall(sql)
        )


def measure(held: Held, walk: Walk) -> Iterator[Measure]:
    """Yield the shares of a walk in their order."""
    is_there = held.can_say(walk.source, walk.tables)
    countable = [
        each
        for each in walk.shares
        if is_there and held.can_say(f"{each.part} {each.whole}", walk.tables)
    ]
    counts = dict(zip(countable, _counted(held, walk, countable), strict=True))
    for each in walk.shares:
        yield of_rows(each.name, counts.get(each), each.known)


def _counted(held: Held, walk: Walk, shares: Sequence[Share]) -> list[tuple[int, int]]:
    """Return for each share how many rows fulfil it, and how many could."""
    if not shares:
        return []
    columns = ", ".join(
        f"total(({each.whole}) AND ({each.part})), total({each.whole})"
        for each in shares
    )
    row = held.connection.execute(f"SELECT {columns} FROM {walk.source}").fetchone()
    return [(int(row[n]), int(row[n + 1])) for n in range(0, len(row), 2)]


def of_rows(
    name: str, counts: tuple[int, int] | None, known: Published = UNKNOWN
) -> Measure:
    """Return the measure of a number of rows of another; None was not countable."""
    least, most = known.goal
    part, whole = counts if counts else (None, None)
    return Measure(
        name=name,
        value=share(*counts) if counts else None,
        least=least,
        most=most,
        source=known.source,
        part=part,
        whole=whole,
    )


def of_value(
    name: str, value: float | None, unit: str, known: Published = UNKNOWN
) -> Measure:
    """Return the measure of a value that is no share of rows."""
    least, most = known.goal
    return Measure(name, value, least, most, unit, known.source)
