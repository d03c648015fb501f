"""Read the text that releases are written in, a shorter form of SQL.

A table is its name and, indented below it, one column or constraint a line; a
blank line ends it. An index is one line, `name ON table(terms) WHERE ...`; a
trigger is what stands after CREATE TRIGGER, ended by a blank line. A line that is
indented goes on from the one before. In lists of columns for `Schema.evolve`,
`after sort_id: is_spam INTEGER` says where the column stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent
from typing import NamedTuple

from pytest_imessage_foundry.db.schema.declarations import (
    Column,
    Constraint,
    Index,
    Reference,
    Table,
    Trigger,
)
from pytest_imessage_foundry.errors import FoundryError

_ACTION = r"(CASCADE|RESTRICT|SET NULL|SET DEFAULT|NO ACTION)"
_COLUMN = re.compile(
    r"(?:after (?P<after>\w+): )?(?P<name>\w+) (?P<type>[A-Z]+)"
    r"(?P<primary> PRIMARY KEY)?(?P<auto> AUTOINCREMENT)?"
    r"(?P<unique> UNIQUE)?(?P<not_null> NOT NULL)?(?: DEFAULT (?P<default>\S+))?"
    r"(?P<reference> REFERENCES (?P<table>\w+) ?\((?P<to>\w+)\)"
    rf"(?: ON UPDATE (?P<update>{_ACTION}))?(?: ON DELETE (?P<delete>{_ACTION}))?)?\Z"
)
_CONSTRAINT = re.compile(r"(PRIMARY KEY|UNIQUE|CHECK) ?\((.+)\)\Z")
_INDEX = re.compile(r"(UNIQUE )?(\w+) ON (\w+) ?\((.+?)\)(?: WHERE (.+))?\Z")
_TRIGGER = re.compile(
    r"(?P<name>\w+) (?P<timing>BEFORE|AFTER|INSTEAD OF) (?P<event>DELETE|INSERT|UPDATE)"
    r"(?: OF (?P<of>[\w, ]+?))? ON (?P<table>\w+)(?: WHEN (?P<when>.+?))?"
    r" BEGIN (?P<body>.+) END\Z"
)


class Placed(NamedTuple):
    """A column and the one it stands right after, where that was said."""

    column: Column
    after: str | None


def words(text: str) -> frozenset[str]:
    """Read names with blanks between."""
    return frozenset(text.split())


def kinds(text: str) -> list[tuple[str, list[str]]]:
    """Read lines of `kind: names`."""
    split = (line.split(": ", 1) for line in _lines(text))
    return [(kind, names.split()) for kind, names in split]


def tables(text: str) -> dict[str, Table]:
    """Read tables, in order."""
    return {table.name: table for table in map(_table, _blocks(text))}


def columns(text: str) -> list[Placed]:
    """Read columns with their places, in order."""
    return [_column(line) for line in _lines(text)]


def indexes(text: str) -> dict[str, Index]:
    """Read indexes, in order."""
    return {index.name: index for index in map(_index, _lines(text))}


def triggers(text: str) -> dict[str, Trigger]:
    """Read triggers, in order."""
    return {trigger.name: trigger for trigger in map(_trigger, _blocks(text))}


def _blocks(text: str) -> Iterator[str]:
    return (block for block in re.split(r"\n\s*\n", dedent(text).strip()) if block)


def _lines(text: str) -> Iterator[str]:
    joined = re.sub(r"\n[ \t]+", " ", dedent(text).strip())
    return (line for line in joined.split("\n") if line)


def table(name: str, lines: list[str]) -> Table:
    """Read a table's columns and constraints."""
    constraints = [_constraint(line) for line in lines if _CONSTRAINT.match(line)]
    placed = [_column(line) for line in lines if not _CONSTRAINT.match(line)]
    return Table(name, tuple(each.column for each in placed), tuple(constraints))


def _table(block: str) -> Table:
    name, *lines = (line.strip() for line in block.split("\n"))
    return table(name, lines)


def _constraint(line: str) -> Constraint:
    kind, inner = _understood(_CONSTRAINT, line, "constraint").groups()
    if kind == "CHECK":
        return Constraint(kind, expression=inner)
    return Constraint(kind, columns=_names(inner))


def _column(line: str) -> Placed:
    found = _understood(_COLUMN, line, "column")
    reference = None
    if found["reference"]:
        actions = (found["update"] or "NO ACTION", found["delete"] or "NO ACTION")
        reference = Reference(found["table"], found["to"], *actions)
    column = Column(
        name=found["name"],
        type=found["type"],
        primary_key=bool(found["primary"]),
        autoincrement=bool(found["auto"]),
        unique=bool(found["unique"]),
        not_null=bool(found["not_null"]),
        default=found["default"],
        references=reference,
    )
    return Placed(column, found["after"])


def _index(line: str) -> Index:
    found = _understood(_INDEX, line, "index")
    unique, name, table, terms, where = found.groups()
    return Index(name, table, _names(terms), bool(unique), where)


def _trigger(block: str) -> Trigger:
    found = _understood(_TRIGGER, " ".join(block.split()), "trigger")
    return Trigger(
        name=found["name"],
        table=found["table"],
        timing=found["timing"],
        event=found["event"],
        body=found["body"],
        of=_names(found["of"]) if found["of"] else (),
        when=found["when"],
    )


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(","))


def _understood(pattern: re.Pattern[str], text: str, what: str) -> re.Match[str]:
    found = pattern.match(text)
    if not found:
        raise FoundryError(f"cannot read this as a schema's {what}: {text!r}")
    return found
