"""Tables, columns, indexes and triggers, and the SQL that declares each."""

from __future__ import annotations

import re
from typing import NamedTuple

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
