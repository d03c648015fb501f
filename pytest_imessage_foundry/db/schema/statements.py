"""Read CREATE statements of a file or of its `.schema` as a `Schema`.

What the declarative form cannot say of a table (a collation, WITHOUT ROWID) is kept as
the statement has it. SQLite itself holds the outcome against the statements.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.db.schema import introspect, parse, sqltext
from pytest_imessage_foundry.db.schema.declarations import Column, Index, Table, Trigger
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.db.schema.differences import compare
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.introspect import Structure, TableFacts

_CREATE = re.compile(
    r"CREATE (?P<kind>TABLE|(?:UNIQUE )?INDEX|TRIGGER|VIEW) (?:IF NOT EXISTS )?"
    r"(?P<name>\"[^\"]+\"|\[[^\]]+\]|`[^`]+`|\w+)",
    re.IGNORECASE,
)
# SQLite makes these itself; a builder can have no others made.
_INTERNAL = ("sqlite_sequence", "sqlite_stat1")
_ORDER = ("table", "index", "unique index", "trigger", "view")
_BARE = re.compile(r"[\"`\[](\w+)[\"`\]](?=\s|\Z)")
_SHOWN = 60


class Statement(NamedTuple):
    """One CREATE statement without comments."""

    kind: str
    name: str
    sql: str


def split(text: str) -> list[Statement]:
    """Give the CREATE statements in the text of a `.schema` or `.dump`.

    All else is passed over: a dump's rows, too.
    """
    return [each for each in map(statement, _complete(text)) if each is not None]


def of(connection: sqlite3.Connection) -> list[Statement]:
    """Give the statements of an open file, in the order that it has them.

    Raises:
        FoundryError: what the file has of them cannot be read.
    """
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    try:
        rows = connection.execute(query).fetchall()
    except sqlite3.DatabaseError as error:
        raise FoundryError(f"the file's schema cannot be read: {error}") from None
    return [each for (sql,) in rows if (each := statement(sql)) is not None]


def structure(statements: Iterable[Statement]) -> Structure:
    """Give the structure that the statements make.

    Raises:
        FoundryError: SQLite understands one of them not.
    """
    ordered = sorted(statements, key=lambda each: _ORDER.index(each.kind))
    with closing(sqlite3.connect(":memory:")) as connection:
        for each in ordered:
            if not each.name.startswith("sqlite_"):
                _execute(connection, each)
        return introspect.read(connection)


def declared(
    statements: list[Statement], actual: Structure | None = None, **said: Any
) -> Schema:
    """Give the schema that the statements declare; `said` are its other fields.

    `actual` is the structure that they make, if it is known already.

    Raises:
        FoundryError: SQLite understands one of them not, or the form here does not.
    """
    actual = structure(statements) if actual is None else actual
    stated = {each.name for each in statements}
    sql = {each.name: each.sql for each in statements}
    schema = Schema(
        tables={
            name: _table(name, sql[name], facts)
            for name, facts in actual.tables.items()
        },
        indexes={
            name: _index(name, facts.table, sql[name], is_unique=facts.unique)
            for name, facts in actual.indexes.items()
            if name in sql
        },
        triggers={
            name: Trigger(
                name,
                *(facts.table, facts.timing, facts.event, facts.body),
                *(facts.of_columns, facts.when),
            )
            for name, facts in actual.triggers.items()
        },
        internal_tables=tuple(
            name
            for name in _INTERNAL
            if name in stated or name in actual.internal_tables
        ),
        **said,
    )
    return _held(schema, actual, sql)


def _complete(text: str) -> Iterable[str]:
    """Split the text after each statement that is whole."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        lines.append(line)
        if ";" in line and sqlite3.complete_statement("".join(lines)):
            yield from _apart("".join(lines))
            lines.clear()
    yield "".join(lines)


def _apart(text: str) -> Iterable[str]:
    """Split the statements that share a line."""
    start = 0
    for token in sqltext.tokens(text):
        piece = text[start : token.end()]
        if token.group() == ";" and sqlite3.complete_statement(piece):
            yield piece
            start = token.end()


def statement(text: str) -> Statement | None:
    """Give the CREATE statement that the text is; None where it is another.

    Raises:
        FoundryError: it is one that makes none of the parts of a schema.
    """
    if "CREATE" not in text.upper():
        return None
    sql = sqltext.stated(text).rstrip("; ")
    found = _CREATE.match(sql)
    if found is not None:
        return Statement(found["kind"].lower(), found["name"].strip('"`[]'), sql)
    if sql.upper().startswith("CREATE ") and "VIRTUAL" not in sql.upper():
        raise _not_understood(sql, "what it creates cannot be told")
    return None


def _execute(connection: sqlite3.Connection, statement: Statement) -> None:
    # Of two statements in one text Python 3.11 warns, later ones complain.
    try:
        connection.execute(statement.sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _not_understood(statement.sql, error) from None


def _not_understood(sql: str, why: object) -> FoundryError:
    return FoundryError(
        f"SQLite does not understand this schema: {why}\n"
        f"looked at {sql[:_SHOWN]}…\n"
        "take the text as the sqlite3 shell's `.schema` prints it"
    )


def _table(name: str, sql: str, facts: TableFacts) -> Table:
    """Give the table in the declarative form where that can say it."""
    pieces = [_BARE.sub(r"\1", piece, count=1) for piece in sqltext.listed(sql)]
    try:
        if sqltext.after_list(sql):
            raise FoundryError("it has options")
        return parse.table(name, pieces)
    except FoundryError:
        return verbatim(name, sql, facts)


def verbatim(name: str, sql: str, facts: TableFacts) -> Table:
    """Give a table as its statement has it, and of its columns what SQLite says."""
    columns = (
        Column(each.name, each.type, not_null=each.notnull, default=each.default)
        for each in facts.columns
    )
    return Table(name, tuple(columns), verbatim=sql)


def _index(name: str, table: str, sql: str, *, is_unique: bool) -> Index:
    terms = tuple(_BARE.sub(r"\1", term) for term in sqltext.listed(sql))
    return Index(name, table, terms, is_unique, sqltext.where(sql))


def _held(schema: Schema, actual: Structure, sql: dict[str, str]) -> Schema:
    """Keep verbatim what the form says otherwise than SQLite understands it.

    Raises:
        FoundryError: an index or trigger cannot be said.
    """
    wrong = {
        each.name.partition(".")[0]
        for each in compare(actual, introspect.structure_of(schema))
    }
    tables = {
        name: verbatim(name, sql[name], actual.tables[name]) if name in wrong else table
        for name, table in schema.tables.items()
    }
    for name in sorted(wrong - set(tables)):
        raise FoundryError(
            f"this cannot be read as part of a schema: {name}\n"
            f"looked at {sql.get(name, '')[:_SHOWN]}…\n"
            "leave it out of the text, or report it with its statement"
        )
    return replace(schema, tables=tables)
