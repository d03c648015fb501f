"""Read the structure of any SQLite file and name its release.

The structure is what PRAGMAs and sqlite_master state, in the words of the facts that
releases are held against. An expected schema takes the same way, through a database
in memory, so that SQLite itself brings both sides to one form.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Set
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pytest_imessage_foundry.db import schema as registry
from pytest_imessage_foundry.db.schema import sqltext
from pytest_imessage_foundry.db.schema.declarations import quote
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.db.schema.differences import Difference, compare

OLDER = "older than macOS 14"
_SINCE_14 = frozenset(
    (
        *("is_critical", "is_kt_verified", "is_sos", "is_stewie"),
        *("bia_reference_id", "fallback_hash"),
    )
)
_SINCE_ALWAYS = {"guid", "handle_id", "service_center", "cache_roomnames"}
_LAYOUTS: tuple[Literal["fresh", "migrated"], ...] = ("fresh", "migrated")


@dataclass(frozen=True)
class ColumnFacts:
    """What PRAGMA table_xinfo says of a column; `pk` is its place in the key."""

    name: str
    type: str
    notnull: bool
    default: str | None
    pk: int
    hidden: int


@dataclass(frozen=True)
class TableFacts:
    """A table as SQLite sees it; each foreign key is one mapping as PRAGMA has it."""

    columns: tuple[ColumnFacts, ...]
    autoincrement: bool
    without_rowid: bool
    foreign_keys: tuple[Mapping[str, Any], ...]
    unique: tuple[tuple[str, ...], ...]
    primary_key: tuple[str, ...]
    check: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class IndexFacts:
    """An index; `origin` is c (created), u (UNIQUE) or pk, as PRAGMA has it."""

    table: str
    columns: tuple[str | None, ...]
    desc: tuple[bool, ...]
    unique: bool
    origin: str
    where: str | None
    sql: str | None


@dataclass(frozen=True)
class TriggerFacts:
    table: str
    timing: str
    event: str
    of_columns: tuple[str, ...]
    when: str | None
    body: str
    sql: str


@dataclass(frozen=True)
class Structure:
    """All that was found; `damage` says what could not be read, a sentence each."""

    tables: Mapping[str, TableFacts]
    indexes: Mapping[str, IndexFacts]
    triggers: Mapping[str, TriggerFacts]
    views: tuple[str, ...] = ()
    internal_tables: tuple[str, ...] = ()
    file_properties: Mapping[str, Any] = field(default_factory=dict)
    damage: tuple[str, ...] = ()


def read(connection: sqlite3.Connection) -> Structure:
    """Read the structure of an open file; writes nothing, never raises sqlite3.Error.

    Whatever row_factory the connection has, it is left alone.
    """
    return _Reader(connection).read()


def is_older(actual: Structure) -> bool:
    """Tell whether a file of Messages was last written before macOS 14.

    Its `message` has none of the six columns that 14 added to those of 13.
    """
    message = actual.tables.get("message")
    if message is None or not set(_names(message)) >= _SINCE_ALWAYS:
        return False
    return _SINCE_14.isdisjoint(_names(message))


def _names(table: TableFacts) -> list[str]:
    return [column.name for column in table.columns]


def structure_of(schema: Schema) -> Structure:
    """Give the structure that a new file of the schema has.

    Kept where the schema is a built-in one.
    """
    if is_built_in(schema):
        layout: Any = schema.layout
        return _built_in(schema.name, layout)
    return _made(schema)


def _made(schema: Schema) -> Structure:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in schema.ddl():
            connection.execute(statement)
        return read(connection)


def differences(expected: Schema | Structure, actual: Structure) -> list[Difference]:
    """Name all in which a file's structure is not the expected one.

    SQLite's own tables and the order of tables, indexes and triggers do not count.
    """
    if isinstance(expected, Schema):
        expected = structure_of(expected)
    return compare(expected, actual)


def closest(
    actual: Structure, extra: Mapping[str, Schema] | None = None
) -> tuple[Schema, list[Difference]]:
    """Say which release and layout a file is: the one with the fewest differences."""
    names = dict.fromkeys((*(extra or {}), *registry.RELEASES))
    schemas = [
        registry.get(name, layout=layout, extra=extra)
        for layout in _LAYOUTS
        for name in names
    ]
    least = {schema: _least(schema, actual) for schema in schemas}
    found: dict[Schema, list[Difference]] = {}
    # Structures cost time, and of most releases the names say enough.
    for schema in sorted(schemas, key=least.__getitem__):
        if found and least[schema] > min(map(len, found.values())):
            break
        found[schema] = differences(schema, actual)
    # Of equals the one that is registered first.
    return min(
        ((schema, found[schema]) for schema in schemas if schema in found),
        key=lambda candidate: len(candidate[1]),
    )


def _least(schema: Schema, actual: Structure) -> int:
    """Count tables, columns, indexes and triggers that one side lacks: there are no
    fewer differences."""
    number = len(schema.tables.keys() ^ actual.tables.keys())
    both = schema.tables.keys() & actual.tables.keys()
    for name in both:
        held = _names(actual.tables[name])
        number += len({*held}.symmetric_difference(schema.tables[name].column_names))
    # Those of constraints were counted with their tables, or are not.
    indexes = {n for n, each in actual.indexes.items() if each.origin == "c"}
    number += _lacking(both, schema.indexes, actual.indexes, indexes)
    return number + _lacking(both, schema.triggers, actual.triggers, actual.triggers)


def _lacking(
    tables: Set[str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Iterable[str],
) -> int:
    """Count the parts of some tables, of the new ones those with some names, that one
    side lacks."""
    before = {name for name, each in old.items() if each.table in tables}
    return len(before ^ {name for name in names if new[name].table in tables})


def is_built_in(schema: Schema) -> bool:
    """Tell whether a schema is the one that the registry has under its name."""
    layout: Any = schema.layout
    if schema.name not in registry.RELEASES or layout not in _LAYOUTS:
        return False
    return registry.get(schema.name, layout=layout) is schema


@cache
def _built_in(name: str, layout: registry.Layout) -> Structure:
    return _made(registry.get(name, layout=layout))


class _Reader:
    """One reading of one connection, with what went wrong on the way."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.cursor = connection.cursor()
        self.cursor.row_factory = None
        self.damage: list[str] = []

    def rows(self, what: str, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self.cursor.execute(sql).fetchall()
        except sqlite3.Error as error:
            self.damage.append(f"cannot read {what}: {error}")
            return []

    def read(self) -> Structure:
        master = self.rows(
            "sqlite_master", "SELECT type, name, tbl_name, sql FROM sqlite_master"
        )
        by_type: dict[str, list[tuple[str, str, str | None]]] = {}
        for kind, *rest in master:
            by_type.setdefault(kind, []).append((rest[0], rest[1], rest[2]))
        own = [row for row in by_type.get("table", []) if not _internal(row[0])]
        listed = {name: self.index_list(name) for name, _, _ in own}
        indexes = {
            name: self.index(name, table, sql, listed.get(table, {}))
            for name, table, sql in by_type.get("index", [])
        }
        return Structure(
            tables={
                name: self.table(name, sql or "", _of(indexes, name))
                for name, _, sql in own
            },
            indexes=indexes,
            triggers={
                name: _trigger(table, sql or "")
                for name, table, sql in by_type.get("trigger", [])
            },
            views=tuple(name for name, _, _ in by_type.get("view", [])),
            internal_tables=tuple(
                name for name, _, _ in by_type.get("table", []) if _internal(name)
            ),
            file_properties=self.file_properties(),
            damage=tuple(self.damage),
        )

    def file_properties(self) -> dict[str, Any]:
        names = ("page_size", "encoding", "user_version", "application_id")
        found = {}
        for name in (*names, "auto_vacuum", "journal_mode"):
            rows = self.rows(f"PRAGMA {name}", f"PRAGMA {name}")
            found[name] = rows[0][0] if rows else None
        return found

    def index_list(self, table: str) -> dict[str, tuple[bool, str]]:
        """Give uniqueness and origin of each index of a table."""
        rows = self.rows(f"indexes of {table}", f"PRAGMA index_list({quote(table)})")
        return {row[1]: (bool(row[2]), row[3]) for row in rows}

    def index(
        self,
        name: str,
        table: str,
        sql: str | None,
        listed: Mapping[str, tuple[bool, str]],
    ) -> IndexFacts:
        rows = self.rows(f"index {name}", f"PRAGMA index_xinfo({quote(name)})")
        keys = [row for row in rows if row[5]]
        unique, origin = listed.get(name, (False, "c"))
        return IndexFacts(
            table=table,
            columns=tuple("rowid" if row[1] == -1 else row[2] for row in keys),
            desc=tuple(bool(row[3]) for row in keys),
            unique=unique,
            origin=origin,
            where=sqltext.where(sql) if sql else None,
            sql=sqltext.collapse(sql) if sql else None,
        )

    def table(
        self, name: str, sql: str, indexes: Mapping[str, IndexFacts]
    ) -> TableFacts:
        rows = self.rows(f"table {name}", f"PRAGMA table_xinfo({quote(name)})")
        columns = tuple(
            ColumnFacts(row[1], row[2], bool(row[3]), row[4], row[5], row[6])
            for row in rows
        )
        keyed = sorted((each for each in columns if each.pk), key=lambda c: c.pk)
        upper = sql.upper()
        return TableFacts(
            columns=columns,
            autoincrement="AUTOINCREMENT" in upper
            and sqltext.has_word(sql, "AUTOINCREMENT"),
            without_rowid="WITHOUT" in upper and sqltext.has_word(sql, "WITHOUT"),
            foreign_keys=self.foreign_keys(name),
            unique=_unique(name, indexes),
            primary_key=tuple(column.name for column in keyed),
            check=sqltext.checks(sql) if "CHECK" in upper else (),
            sql=sqltext.collapse(sql),
        )

    def foreign_keys(self, table: str) -> tuple[dict[str, Any], ...]:
        keys = ("id", "seq", "table", "from", "to", "on_update", "on_delete", "match")
        sql = f"PRAGMA foreign_key_list({quote(table)})"
        rows = self.rows(f"foreign keys of {table}", sql)
        return tuple(dict(zip(keys, row, strict=True)) for row in rows)


def _internal(name: str) -> bool:
    return name.startswith("sqlite_")


def _of(indexes: Mapping[str, IndexFacts], table: str) -> dict[str, IndexFacts]:
    return {name: each for name, each in indexes.items() if each.table == table}


def _unique(
    table: str, indexes: Mapping[str, IndexFacts]
) -> tuple[tuple[str, ...], ...]:
    """Give the UNIQUE constraints in the order that the table declares them."""
    prefix = f"sqlite_autoindex_{table}_"
    numbered: Iterable[tuple[int, IndexFacts]] = (
        (int(name.removeprefix(prefix)), each)
        for name, each in indexes.items()
        if each.origin == "u" and name.removeprefix(prefix).isdigit()
    )
    ordered = sorted(numbered, key=lambda pair: pair[0])
    return tuple(tuple(str(name) for name in each.columns) for _, each in ordered)


def _trigger(table: str, sql: str) -> TriggerFacts:
    timing, event, of, when, body = sqltext.trigger_parts(sql)
    return TriggerFacts(table, timing, event, of, when, body, sqltext.collapse(sql))
