"""The rows of a database, read and written table by table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.anonymise.column_classes import class_of
from pytest_imessage_foundry.anonymise.column_classes import columns as listed
from pytest_imessage_foundry.anonymise.schema_texts import names_of, without_texts
from pytest_imessage_foundry.errors import FoundryError

Row = tuple[Any, ...]
Column = Sequence[Any]
# A table, its columns, and rows.
Batch = tuple[str, tuple[str, ...], list[Row]]
_INTERNAL = ("sqlite_sequence", "sqlite_stat1")
_PRAGMAS = ("page_size", "encoding", "auto_vacuum")
# Numbers that a program may set as it likes; a small one is a version.
_NUMBERS = ("user_version", "application_id")
_SMALL = 10_000
_HELD = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "temp_store = FILE",
    "cache_size = -16384",
    "ignore_check_constraints = ON",
)
_OF_NUMBERS = ("key", "flag", "size", "date")
ROWS_AT_ONCE = 400  # a row can have an archive of some hundred kilobytes
_AT_ONCE = 100  # columns in one expression, which SQLite takes up to a depth of 1000
_WAL = 2  # header bytes 18 and 19 of a file in WAL mode


@dataclass(frozen=True)
class TableShape:
    """A table that has rows: its columns, and whether they have ROWIDs of their own."""

    name: str
    columns: tuple[str, ...]
    has_rowid: bool

    def select(self) -> str:
        """Return the query for all rows, each with its ROWID before its values."""
        first = "rowid" if self.has_rowid else "NULL"
        return f"SELECT {first}, {self._names()} FROM {quoted(self.name)}"

    def insert(self, marks: Sequence[str]) -> str:
        """Return the statement that inserts such a row, of values or their marks."""
        first = "rowid, " if self.has_own_rowid else ""
        values = ", ".join(marks)
        names = f"{first}{self._names()}"
        return f"INSERT INTO {quoted(self.name)} ({names}) VALUES ({values})"

    @property
    def quoted(self) -> str:
        """Its name in quotes."""
        return quoted(self.name)

    @property
    def has_own_rowid(self) -> bool:
        """Whether no column stands for the ROWID."""
        return self.has_rowid and "rowid" not in map(str.lower, self.columns)

    def _names(self) -> str:
        return ", ".join(map(quoted, self.columns))


def quoted(name: str) -> str:
    """Return an identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


# Decodes a text; bytes that are no UTF-8 come back as they were. It is called for each
# text of a file, and a function of Python takes twice the time.
as_text: Callable[[bytes], str] = methodcaller("decode", "utf-8", "surrogateescape")


def shapes(connection: sqlite3.Connection) -> list[TableShape]:
    """Return the tables of a database in the order of their creation."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    left_out = _left_out(connection)
    found = []
    for name, _ in connection.execute(query).fetchall():
        if name in left_out:
            continue
        if name.startswith("sqlite_") and name not in _INTERNAL:
            continue
        info = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
        columns = tuple(each[1] for each in info if each[6] == 0)
        found.append(TableShape(name, columns, _has_rowid(connection, name)))
    return found


def _left_out(connection: sqlite3.Connection) -> set[str]:
    """Return virtual tables and the tables that hold their content."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    found = connection.execute(query).fetchall()
    virtual = [name for name, sql in found if _is_virtual(sql)]
    return {
        name
        for name, _ in found
        if name in virtual
        or (
            name not in listed()
            and any(name.startswith(f"{each}_") for each in virtual)
        )
    }


def _is_virtual(sql: object) -> bool:
    return isinstance(sql, str) and sql.lstrip().upper().startswith("CREATE VIRTUAL")


def _has_rowid(connection: sqlite3.Connection, name: str) -> bool:
    try:
        connection.execute(f"SELECT rowid FROM {quoted(name)} LIMIT 0").close()
    except sqlite3.OperationalError:
        return False
    return True


def batches(
    connection: sqlite3.Connection, tables: list[TableShape]
) -> Iterator[Batch]:
    """Yield the rows of each table, some at once: the table, its columns, their values.

    Columns of numbers are left out, if there are only numbers in them.
    """
    for table in tables:
        columns = _telling(connection, table)
        named = ", ".join(map(quoted, columns)) or "1"
        for some in walked(connection, f"SELECT {named} FROM {table.quoted}"):
            yield table.name, columns, some


def walked(connection: sqlite3.Connection, query: str) -> Iterator[list[Row]]:
    """Yield the rows of a query, some at once.

    Python's own way to decode texts takes half of the time, and refuses what is no
    UTF-8. From the rows on in which such a text stands, all are decoded by `as_text`:
    within a transaction the same statement gives the same rows once more.
    """
    done = 0
    for decode in (str, as_text):
        cursor = connection.execute(query)
        for _ in range(done):
            _fetched(cursor, as_text)
        try:
            while some := _fetched(cursor, decode):
                done += 1
                yield some
            return
        except sqlite3.OperationalError as error:
            if decode is as_text or "decode" not in str(error):
                raise


def _fetched(cursor: sqlite3.Cursor, decode: Callable[[bytes], str]) -> list[Row]:
    usual = cursor.connection.text_factory
    cursor.connection.text_factory = decode
    try:
        return cursor.fetchmany(ROWS_AT_ONCE)
    finally:
        cursor.connection.text_factory = usual


def _telling(connection: sqlite3.Connection, table: TableShape) -> tuple[str, ...]:
    """Return the columns that can hold texts or bytes."""
    numbers = [e for e in table.columns if class_of(table.name, e) in _OF_NUMBERS]
    # Texts and bytes are greater than all numbers. A collation of the file's own is not
    # asked for, because nobody may have it.
    for at in range(0, len(numbers), _AT_ONCE):
        some = numbers[at : at + _AT_ONCE]
        told = " OR ".join(f"{quoted(each)} COLLATE BINARY >= ''" for each in some)
        query = f"SELECT 1 FROM {table.quoted} WHERE {told} LIMIT 1"
        if connection.execute(query).fetchone():
            return table.columns
    return tuple(each for each in table.columns if each not in numbers)


class NewCopy:
    """A new database with the schema of another."""

    def __init__(self, path: Path, source: sqlite3.Connection) -> None:
        self._source = source
        self.connection = sqlite3.connect(path, isolation_level=None)
        for name in _PRAGMAS:
            value = source.execute(f"PRAGMA {name}").fetchone()[0]
            self.connection.execute(f"PRAGMA {name} = '{value}'").close()
        for name in _NUMBERS:
            number = source.execute(f"PRAGMA {name}").fetchone()[0]
            if 0 < number < _SMALL:
                self.connection.execute(f"PRAGMA {name} = {number}").close()
        for pragma in _HELD:
            self.connection.execute(f"PRAGMA {pragma}").close()
        self.connection.execute("BEGIN")

    def create(self, *types: str) -> None:
        """Create what of these types the other database has, as it is stated there."""
        query = "SELECT type, name, sql, tbl_name FROM sqlite_master"
        statements = self._source.execute(
            f"{query} WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        known = names_of(self._source)
        left_out = _left_out(self._source)
        for kind, name, sql, table in statements:
            if kind not in types or name.startswith("sqlite_") or table in left_out:
                continue
            try:
                self.connection.execute(without_texts(sql, known)).close()
            except sqlite3.Error as error:
                raise FoundryError(
                    f"a part of its schema cannot be made: {error}\n"
                    f"looked at {kind} {name}\n"
                    "remove it from a copy of the file, and take that"
                ) from None
        names = {statement[1] for statement in statements}
        if "table" in types and "sqlite_stat1" in names:
            self.connection.execute("ANALYZE").close()
            self.connection.execute("DELETE FROM sqlite_stat1").close()

    def fill(
        self,
        table: TableShape,
        replace: Callable[[list[Column]], None],
        holds: Callable[[list[Row]], list[Row]],
        key: Callable[[Any], Any],
    ) -> tuple[int, int]:
        """Copy the rows of a table, replaced; return how many, and how many not.

        `holds` gives those of some rows that are kept, `key` the ROWID.
        Tables that no list knows stay empty.
        """
        if table.name not in listed():
            (count,) = self._source.execute(
                f"SELECT count(*) FROM {quoted(table.name)}"
            ).fetchone()
            return 0, count
        if table.name == "sqlite_sequence":
            self.connection.execute("DELETE FROM sqlite_sequence").close()
        kept = dropped = 0
        for found in walked(self._source, table.select()):
            some = holds(found)
            kept, dropped = kept + len(some), dropped + len(found) - len(some)
            if some:
                first, *columns = zip(*some, strict=True)
                values: list[Column] = [*columns]
                replace(values)
                if table.has_own_rowid:
                    values.insert(0, [*map(key, first)])
                self._insert(table, values)
        return kept, dropped

    def _insert(self, table: TableShape, columns: Sequence[Column]) -> None:
        rows = [*zip(*columns, strict=True)]
        before = self.connection.total_changes
        try:
            try:
                statement = table.insert(["?"] * len(columns))
                self.connection.executemany(statement, rows).close()
            except UnicodeEncodeError:
                done = self.connection.total_changes - before
                for row in rows[done:]:
                    self._insert_bytes(table, row)
        except (sqlite3.IntegrityError, OverflowError) as error:
            raise FoundryError(
                f"a row cannot be copied: {error}\nlooked at table {table.name}\n"
                "validate the file; if its values are right, the copy has one value "
                "where they have many, because nothing tells what they are: remove "
                "that column from a copy of the file, and take that"
            ) from None
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
                raise  # an error of the disk
            raise FoundryError(
                f"a row cannot be copied: {error}\nlooked at table {table.name}\n"
                "remove generated columns and indexes of expressions from a copy of "
                "the file, and take that"
            ) from None

    def _insert_bytes(self, table: TableShape, row: Row) -> None:
        """Insert texts that are no UTF-8, byte for byte."""
        marks = ["CAST(? AS TEXT)" if isinstance(v, str) else "?" for v in row]
        coded = [
            v.encode("utf-8", "surrogateescape") if isinstance(v, str) else v
            for v in row
        ]
        self.connection.execute(table.insert(marks), coded).close()

    def finish(self, path: Path, *, is_wal: bool) -> None:
        """Close the file, without free pages, in the mode that the other one has."""
        self.connection.execute("COMMIT")
        with closing(self.connection):
            if self.connection.execute("PRAGMA freelist_count").fetchone()[0]:
                self.connection.execute("VACUUM").close()
        if is_wal:
            with path.open("r+b") as file:
                file.seek(18)
                file.write(bytes((_WAL, _WAL)))
