"""Values are of the class that their column declares, and text is UTF-8.

SQLite keeps whatever it is given; readers in typed languages fail on it.
"""

from __future__ import annotations

import re
import sqlite3

from pytest_imessage_foundry.db.checks.findings import Ledger
from pytest_imessage_foundry.db.checks.rule_scan import Columns
from pytest_imessage_foundry.db.schema.declarations import quote

CHECK = "storage-classes"
# By what a declared type contains, in the order of SQLite's own rules; what is none
# of these (`STRING`, `TIMESTAMP`) may hold several. The expression is true of a value
# of another class. Classes sort as numbers, texts, blobs; a column for integers keeps
# as a real only what is no whole number; a column for texts keeps no numbers. Most
# numbers are 0 or 1, and quickly told.
_CLASSES = (
    ("INT", "integer", "{0} IS NOT 0 AND {0} IS NOT 1 AND {0} != CAST({0} AS INTEGER)"),
    ("CHAR", "text", "{0} >= x''"),
    ("TEXT", "text", "{0} >= x''"),
    ("BLOB", "blob", "{0} < x''"),
    ("REAL", "real", "{0} >= ''"),
    ("DOUB", "real", "{0} >= ''"),
)
_KINDS = {int: "integer", float: "real", bytearray: "text", bytes: "blob"}
_NOT_ASCII = "'*[^' || char(1) || '-' || char(127) || ']*'"
# Those of message whose form another check looks at, or that are ASCII alone.
_ASCII = re.compile(r"text|service|account|cache_roomnames|.*guid.*|ck_.*|.*_id\Z")
# Apple keeps numbers and texts in these, whatever they declare.
_MIXED = frozenset({"kvtable", "_SqliteDatabaseProperties", "sqlite_stat1"})


def look(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Look at every value of every table that is not SQLite's own."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' "
        "AND name NOT GLOB 'sqlite_*'"
    ).fetchall()
    for (table,) in tables:
        if table not in _MIXED:
            _table(connection, ledger, columns, table)


def _table(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns, table: str
) -> None:
    declared = connection.execute(
        "SELECT name, upper(type) FROM pragma_table_info(?)", (table,)
    ).fetchall()
    ledger.look(CHECK, columns.count(quote(table)))
    wrong: dict[str, tuple[str, str]] = {}
    for name, kind in declared:
        for word, expected, expression in _CLASSES:
            if word in kind and name.upper() != "ROWID":
                is_wrong = expression.format(quote(name))
                if expected == "text" and not (
                    table == "message" and _ASCII.match(name)
                ):
                    is_wrong += f" OR {quote(name)} GLOB {_NOT_ASCII}"
                wrong[name] = (expected, is_wrong)
                break
    if wrong:
        _look_at_values(connection, ledger, table, wrong)


def _look_at_values(
    connection: sqlite3.Connection,
    ledger: Ledger,
    table: str,
    wrong: dict[str, tuple[str, str]],
) -> None:
    found = ", ".join(
        f"iif({is_wrong}, {quote(name)}, NULL)" for name, (_, is_wrong) in wrong.items()
    )
    rows = connection.execute(
        f"SELECT {_key(connection, table)}, {found} FROM {quote(table)} "
        f"WHERE {' OR '.join(is_wrong for _, is_wrong in wrong.values())}"
    )
    text_factory = connection.text_factory
    connection.text_factory = bytearray  # tells a text's bytes from a blob
    try:
        for rowid, *values in rows:
            for (name, (expected, _)), value in zip(wrong.items(), values, strict=True):
                reason = _fault(expected, value)
                if reason:
                    ledger.find(CHECK, table, rowid, f"{name} {reason}")
    finally:
        connection.text_factory = text_factory


def _fault(expected: str, value: object) -> str:
    if isinstance(value, bytearray) and expected == "text":
        return "" if is_utf8(value) else "is not UTF-8"
    kind = _KINDS.get(type(value))
    return "" if kind is None else f"holds {_article(kind)}, not {_article(expected)}"


def is_utf8(value: bytes | bytearray) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _key(connection: sqlite3.Connection, table: str) -> str:
    """ROWID, or NULL for a table or a view that has none."""
    try:
        connection.execute(f"SELECT ROWID FROM {quote(table)} LIMIT 0").close()
    except sqlite3.OperationalError:
        return "NULL"
    return "ROWID"


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
