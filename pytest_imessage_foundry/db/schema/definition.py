"""The declarative form of a chat.db schema, and the DDL it stands for.

A release is written as text (see `parse`), read once into these values, and a
later release is what it adds to and changes in the one before (`Schema.evolve`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from typing import Unpack

    from pytest_imessage_foundry.db.schema.evolve import Changes

# Where a part of a release is known from: a real file, the SQL in Apple's own code, or
# the release before it, of which nothing says that it changed.
Origin = Literal["file", "apple-sql", "carried-over"]
Kind = Literal["table", "index", "trigger"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# SQLite reads these as a name only when quoted; Apple's own names (key, text,
# replace, date) are not among them and stand bare in its files.
_RESERVED_WORDS = """
    add all alter and as autoincrement between case check collate commit constraint
    create cross current_date current_time current_timestamp default deferrable
    delete distinct drop else escape except exists foreign from full group having
    if in index inner insert intersect into is isnull join left limit natural not
    notnull null on or order outer primary references right rollback select set
    table then to transaction trigger union unique update using values when where
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def quote(name: str) -> str:
    """Give an identifier as SQL wants it: bare where it may be, else quoted."""
    if _PLAIN.match(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(quote(name) for name in names)


# NamedTuples, because six frozen dataclasses would take four times as long to import.
class Reference(NamedTuple):
    """A foreign key of one column, stated at the column."""

    table: str
    column: str
    on_update: str = "NO ACTION"
    on_delete: str = "NO ACTION"

    def sql(self) -> str:
        parts = [f"REFERENCES {quote(self.table)} ({quote(self.column)})"]
        if self.on_update != "NO ACTION":
            parts.append(f"ON UPDATE {self.on_update}")
        if self.on_delete != "NO ACTION":
            parts.append(f"ON DELETE {self.on_delete}")
        return " ".join(parts)


class Column(NamedTuple):
    """One column; `default` is SQL text, as SQLite keeps it."""

    name: str
    type: str
    primary_key: bool = False
    autoincrement: bool = False
    unique: bool = False
    not_null: bool = False
    default: str | None = None
    references: Reference | None = None

    def sql(self) -> str:
        """Give the definition, its parts in the order that Apple's DDL has."""
        parts = [quote(self.name), self.type]
        if self.primary_key:
            parts.append("PRIMARY KEY")
        if self.autoincrement:
            parts.append("AUTOINCREMENT")
        if self.unique:
            parts.append("UNIQUE")
        if self.not_null:
            parts.append("NOT NULL")
        if self.default is not None:
            parts.append(f"DEFAULT {self.default}")
        if self.references:
            parts.append(self.references.sql())
        return " ".join(parts)


class Constraint(NamedTuple):
    """A table constraint: `PRIMARY KEY` or `UNIQUE` of columns, or a `CHECK`."""

    kind: str
    columns: tuple[str, ...] = ()
    expression: str = ""

    def sql(self) -> str:
        return f"{self.kind} ({self.expression or _listed(self.columns)})"


class Table(NamedTuple):
    """A table: its columns in order, then its constraints in order.

    `verbatim` is its statement, where the form here cannot say it.
    """

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    verbatim: str = ""

    def sql(self) -> str:
        if self.verbatim:
            return self.verbatim
        parts = [column.sql() for column in self.columns]
        parts += [constraint.sql() for constraint in self.constraints]
        return f"CREATE TABLE {quote(self.name)} ({', '.join(parts)})"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Give one column; KeyError when there is none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class Index(NamedTuple):
    """An index; each term is a column, with `ASC` or `DESC` where Apple says so."""

    name: str
    table: str
    terms: tuple[str, ...]
    unique: bool = False
    where: str | None = None

    def sql(self) -> str:
        kind = "UNIQUE INDEX" if self.unique else "INDEX"
        on = f"{quote(self.table)}({', '.join(self.terms)})"
        where = f" WHERE {self.where}" if self.where else ""
        return f"CREATE {kind} {quote(self.name)} ON {on}{where}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the terms name; an expression in parentheses names none."""
        return tuple(term.split()[0] for term in self.terms if term[:1] != "(")


class Trigger(NamedTuple):
    """A trigger; `of` names the columns of an `UPDATE OF`."""

    name: str
    table: str
    timing: str
    event: str
    body: str
    of: tuple[str, ...] = ()
    when: str | None = None

    def sql(self) -> str:
        event = f"{self.event} OF {_listed(self.of)}" if self.of else self.event
        when = f" WHEN {self.when}" if self.when else ""
        return (
            f"CREATE TRIGGER {quote(self.name)} {self.timing} {event} "
            f"ON {quote(self.table)}{when} BEGIN {self.body} END"
        )


# Compared and hashed by identity: a schema is made once and shared.
@dataclass(frozen=True, eq=False)
class Schema:
    """All that a chat.db of one macOS release declares.

    `macos` says which versions the schema was seen on, `properties` are the rows
    of `_SqliteDatabaseProperties` in a new file, and `features` the kinds of
    content that the release can hold. `internal_tables` are those that SQLite
    makes itself: `sqlite_stat1` is there after an ANALYZE. `origins` says where single
    parts are known from ("index NAME"), `origin` where all others are.
    """

    name: str
    title: str
    macos: str
    tables: Mapping[str, Table]
    indexes: Mapping[str, Index]
    triggers: Mapping[str, Trigger]
    properties: Mapping[str, str] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    internal_tables: tuple[str, ...] = ("sqlite_sequence",)
    page_size: int = 4096
    encoding: str = "UTF-8"
    experimental: bool = False
    note: str = ""
    layout: str = "fresh"
    origin: Origin = "file"
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Schemas are cached and shared: nobody may change one in place.
        for name in ("tables", "indexes", "triggers", "properties", "origins"):
            frozen = MappingProxyType(dict(getattr(self, name)))
            object.__setattr__(self, name, frozen)

    def table_sql(self) -> Iterator[str]:
        """Give what makes the tables, and SQLite's own statistics table if due."""
        for table in self.tables.values():
            yield table.sql()
        if "sqlite_stat1" in self.internal_tables:
            # On tables without rows this makes sqlite_stat1 and leaves it empty.
            yield "ANALYZE sqlite_master"

    def index_sql(self) -> Iterator[str]:
        return (index.sql() for index in self.indexes.values())

    def trigger_sql(self) -> Iterator[str]:
        return (trigger.sql() for trigger in self.triggers.values())

    def ddl(self) -> tuple[str, ...]:
        """Give every statement, in an order that works: tables, indexes, triggers.

        A builder may put its rows after `table_sql()` and before the rest.
        """
        return (*self.table_sql(), *self.index_sql(), *self.trigger_sql())

    def facts(self) -> tuple[str, ...]:
        """Give all that shapes a file of this schema, as text."""
        properties = sorted(self.properties.items())
        own = (self.internal_tables, self.page_size, sorted(self.features), properties)
        return (*self.ddl(), *map(repr, own))

    def origin_of(self, kind: Kind, name: str) -> Origin:
        """Say where a part is known from."""
        return self.origins.get(f"{kind} {name}", self.origin)

    def evolve(self, **changes: Unpack[Changes]) -> Schema:
        """Give the schema of a later release: this one with `changes` applied.

        The words of `changes` are those of `evolve.Changes`. What cannot be (a
        change to a column that is not there) raises FoundryError.
        """
        from pytest_imessage_foundry.db.schema.evolve import evolve

        return evolve(self, changes)

    def laid_out(
        self,
        *,
        change_columns: Mapping[str, str] | None = None,
        table_order: str = "",
        note: str = "",
    ) -> Schema:
        """Give the same release as a file of another age holds it.

        Apple adds columns to an old file by ALTER TABLE, so order and defaults
        tell when a file was born and not which macOS runs. A release whose only
        dump is such a file states that here, apart from what Apple changed.
        """
        changes: dict[str, Any] = {
            "change_columns": change_columns or {},
            "table_order": table_order,
            "note": note or self.note,
        }
        return self.evolve(**changes)
