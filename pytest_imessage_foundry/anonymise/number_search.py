"""The search for numbers that could tell something, in columns that hold numbers.

Keys and sizes stay in a copy, up to a size that no key and no file of a phone has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.column_classes import class_of
from pytest_imessage_foundry.anonymise.copying import TableShape, quoted

# Numbers from this one on can be of a phone or an account: ten digits, eleven for a
# size.
LARGE = {"key": 10**9, "size": 10**10}
_FLAG = 99_999
_AT_ONCE = 100  # columns in one expression, which SQLite takes up to a depth of 1000


def large_numbers(
    connection: sqlite3.Connection, tables: Iterable[TableShape]
) -> Iterator[tuple[str, str]]:
    """Yield each large number as a token, after its column."""
    for table in tables:
        kinds = {each: class_of(table.name, each) for each in table.columns}
        if table.has_own_rowid and not any(
            kind == "unknown" for kind in kinds.values()
        ):
            kinds["rowid"] = "key"
        for column, kind in kinds.items():
            if kind in LARGE:
                name, limit = quoted(column), LARGE[kind]
                # Texts are greater than all numbers.
                told = f"{name} <= -{limit} OR ({name} >= {limit} AND {name} < '')"
                source = f"FROM {quoted(table.name)} WHERE {told}"
                for (value,) in connection.execute(f"SELECT DISTINCT {name} {source}"):
                    yield f"{table.name}.{column}", f"{tokens.NUMBER}{abs(value):.0f}"


def large_flag(
    connection: sqlite3.Connection, tables: Iterable[TableShape]
) -> str | None:
    """Return the first column of flags that holds a large number; None for none."""
    for table in tables:
        flags = [each for each in table.columns if class_of(table.name, each) == "flag"]
        # One walk of the table for all of them.
        for at in range(0, len(flags), _AT_ONCE):
            some = flags[at : at + _AT_ONCE]
            if not _has_large(connection, table, some):
                continue
            for column in some:
                if _has_large(connection, table, [column]):
                    return f"{table.name}.{column}"
    return None


def _has_large(
    connection: sqlite3.Connection, table: TableShape, columns: Iterable[str]
) -> bool:
    told = " OR ".join(map(_is_large, map(quoted, columns)))
    query = f"SELECT 1 FROM {table.quoted} WHERE {told} LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _is_large(name: str) -> str:
    return f"{name} < -{_FLAG} OR ({name} > {_FLAG} AND {name} < '')"
