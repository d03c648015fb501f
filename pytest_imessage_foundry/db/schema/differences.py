"""Compare two structures and name each difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.schema.sqltext import listed, normal

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.introspect import (
        ColumnFacts,
        IndexFacts,
        Structure,
        TableFacts,
        TriggerFacts,
    )


_ORDER = re.compile(r" (ASC|DESC)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Difference:
    """One difference: its kind ('column type'), where it is, and both sides.

    `name` is a table, an index or a trigger, or `table.column`; of a missing thing
    `actual` is None, of an extra one `expected`.
    """

    kind: str
    name: str
    expected: Any = None
    actual: Any = None

    def __str__(self) -> str:
        if self.kind.startswith(("missing ", "extra ")):
            detail = self.expected if self.actual is None else self.actual
            return f"{self.kind} {self.name}" + (f" ({detail})" if detail else "")
        expected, actual = _shown(self.expected), _shown(self.actual)
        return f"{self.kind} of {self.name} is {actual}, not {expected}"


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_shown, value)) + ")"
    return str(value)


def compare(expected: Structure, actual: Structure) -> list[Difference]:
    """Give all differences: tables first, then indexes, then triggers."""
    return [
        *_tables(expected, actual),
        *_indexes(expected, actual),
        *_rest(expected, actual),
    ]


def _tables(expected: Structure, actual: Structure) -> Iterator[Difference]:
    for name, table in expected.tables.items():
        if name not in actual.tables:
            yield Difference("missing table", name, f"{len(table.columns)} columns")
        else:
            yield from _table(name, table, actual.tables[name])
    for name, table in actual.tables.items():
        if name not in expected.tables:
            count = f"{len(table.columns)} columns"
            yield Difference("extra table", name, actual=count)


def _table(name: str, expected: TableFacts, actual: TableFacts) -> Iterator[Difference]:
    yield from _columns(name, expected, actual)
    yield from _unequal(
        name,
        ("primary key", expected.primary_key, actual.primary_key),
        ("autoincrement", expected.autoincrement, actual.autoincrement),
        ("without rowid", expected.without_rowid, actual.without_rowid),
        ("unique", expected.unique, actual.unique),
    )
    yield from _unequal_sql(name, ("check", expected.check, actual.check))
    yield from _unequal(name, ("foreign keys", _keys(expected), _keys(actual)))


def _columns(
    table: str, expected: TableFacts, actual: TableFacts
) -> Iterator[Difference]:
    old = {column.name: column for column in expected.columns}
    new = {column.name: column for column in actual.columns}
    for name, column in old.items():
        if name not in new:
            yield Difference("missing column", f"{table}.{name}", column.type)
        else:
            yield from _column(f"{table}.{name}", column, new[name])
    for name, column in new.items():
        if name not in old:
            yield Difference("extra column", f"{table}.{name}", actual=column.type)
    before = [name for name in old if name in new]
    after = [name for name in new if name in old]
    if before != after:
        moved = _moved(before, after)
        yield Difference("column order", table, *(tuple(order) for order in moved))


def _moved(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Give the part of both orders between the first and the last that differ."""
    unlike = [at for at, name in enumerate(before) if name != after[at]]
    first, last = unlike[0], unlike[-1] + 1
    return before[first:last], after[first:last]


def _column(
    name: str, expected: ColumnFacts, actual: ColumnFacts
) -> Iterator[Difference]:
    return _unequal(
        name,
        ("column type", expected.type, actual.type),
        ("column not null", expected.notnull, actual.notnull),
        ("column default", expected.default, actual.default),
        ("column hidden", expected.hidden, actual.hidden),
    )


def _keys(table: TableFacts) -> tuple[str, ...]:
    """Give the foreign keys as text; in which order they are stated does not count."""
    return tuple(
        sorted(
            f"{key['from']} -> {key['table']}({key['to']}) on update "
            f"{key['on_update'].lower()} on delete {key['on_delete'].lower()}"
            for key in table.foreign_keys
        )
    )


def _indexes(expected: Structure, actual: Structure) -> Iterator[Difference]:
    # An automatic index is the shadow of a constraint, which was compared above.
    shadows = {
        name
        for name, table in expected.tables.items()
        if name not in actual.tables
        or table.unique != actual.tables[name].unique
        or table.primary_key != actual.tables[name].primary_key
    } | (set(actual.tables) - set(expected.tables))
    old = _counted(expected.indexes, expected, actual, shadows)
    new = _counted(actual.indexes, expected, actual, shadows)
    for name, index in old.items():
        if name not in new:
            yield Difference("missing index", name, f"on {index.table}")
        else:
            yield from _index(name, index, new[name])
    for name, index in new.items():
        if name not in old:
            yield Difference("extra index", name, actual=f"on {index.table}")


def _counted(
    indexes: Mapping[str, IndexFacts],
    expected: Structure,
    actual: Structure,
    shadows: set[str],
) -> dict[str, IndexFacts]:
    """Leave out the indexes whose absence or presence was told with their table."""
    both = set(expected.tables) & set(actual.tables)
    return {
        name: index
        for name, index in indexes.items()
        if index.table in both and (index.origin == "c" or index.table not in shadows)
    }


def _index(name: str, expected: IndexFacts, actual: IndexFacts) -> Iterator[Difference]:
    yield from _unequal(
        name,
        ("index table", expected.table, actual.table),
        ("index columns", _terms(expected), _terms(actual)),
        ("index uniqueness", expected.unique, actual.unique),
        ("index origin", expected.origin, actual.origin),
    )
    yield from _unequal_sql(name, ("index condition", expected.where, actual.where))


def _terms(index: IndexFacts) -> tuple[str, ...]:
    names: list[str | None] = list(index.columns)
    if None in names and index.sql:
        # SQLite names no column for an expression: it is as the statement has it.
        written = (_ORDER.sub("", normal(term)) for term in listed(index.sql))
        pairs = zip(names, written, strict=False)
        names = [name or text for name, text in pairs]
    return tuple(
        f"{name or '<expression>'}{' DESC' if desc else ''}"
        for name, desc in zip(names, index.desc, strict=True)
    )


def _rest(expected: Structure, actual: Structure) -> Iterator[Difference]:
    both = set(expected.tables) & set(actual.tables)
    old = {k: v for k, v in expected.triggers.items() if v.table in both}
    new = {k: v for k, v in actual.triggers.items() if v.table in both}
    for name, trigger in old.items():
        if name not in new:
            yield Difference("missing trigger", name, f"on {trigger.table}")
        else:
            yield from _trigger(name, trigger, new[name])
    for name, trigger in new.items():
        if name not in old:
            yield Difference("extra trigger", name, actual=f"on {trigger.table}")
    for view in actual.views:
        if view not in expected.views:
            yield Difference("extra view", view)


def _trigger(
    name: str, expected: TriggerFacts, actual: TriggerFacts
) -> Iterator[Difference]:
    yield from _unequal(
        name,
        ("trigger table", expected.table, actual.table),
        ("trigger timing", expected.timing, actual.timing),
        ("trigger event", expected.event, actual.event),
        ("trigger columns", expected.of_columns, actual.of_columns),
    )
    yield from _unequal_sql(
        name,
        ("trigger condition", expected.when, actual.when),
        ("trigger body", expected.body, actual.body),
    )


def _unequal(name: str, *pairs: tuple[str, Any, Any]) -> Iterator[Difference]:
    for kind, expected, actual in pairs:
        if expected != actual:
            yield Difference(kind, name, expected, actual)


def _unequal_sql(name: str, *pairs: tuple[str, Any, Any]) -> Iterator[Difference]:
    """As `_unequal`, where white space and comments do not count."""
    for kind, expected, actual in pairs:
        if expected != actual and _normal(expected) != _normal(actual):
            yield Difference(kind, name, expected, actual)


def _normal(sql: str | tuple[str, ...] | None) -> Any:
    if isinstance(sql, tuple):
        return tuple(map(normal, sql))
    return normal(sql) if sql is not None else None
