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
# as a real only what is no whole number; a column for texts keeps no numbers.
_CLASSES = (
    ("INT", "integer", "{0} != CAST({0} AS INTEGER)"),
    ("CHAR", "text", "{0} >= x''"),
    ("TEXT", "text", "{0} >= x''"),
    ("BLOB", "blob", "{0} < x''"),
    ("REAL", "real", "{0} >= ''"),
    ("DOUB", "real", "{0} >= ''"),
)
_NOT_ASCII = "'*[^' || char(1) || '-' || char(127) || ']*'"
# Those of message whose form a rule looks at: it has ASCII alone.
_ASCII = re.compile(r"text|service|.*guid.*|ck_.*|.*_id\Z")
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
    wrong, texts = {}, []
    for name, kind in declared:
        for word, expected, expression in _CLASSES:
            if word in kind:
                wrong[name] = (expected, expression.format(quote(name)))
                if expected == "text":
                    texts.append(name)
                break
    wrong.pop("ROWID", None)
    if table == "message":
        texts = [name for name in texts if not _ASCII.match(name)]
    _look_at_classes(connection, ledger, table, wrong)
    _look_at_texts(connection, ledger, table, texts)


def _look_at_classes(
    connection: sqlite3.Connection,
    ledger: Ledger,
    table: str,
    wrong: dict[str, tuple[str, str]],
) -> None:
    if not wrong:
        return
    found = ", ".join(
        f"iif({is_wrong}, typeof({quote(name)}), NULL)"
        for name, (_, is_wrong) in wrong.items()
    )
    rows = connection.execute(
        f"SELECT {_key(connection, table)}, {found} FROM {quote(table)} "
        f"WHERE {' OR '.join(is_wrong for _, is_wrong in wrong.values())}"
    )
    for rowid, *kinds in rows:
        for (name, (expected, _)), kind in zip(wrong.items(), kinds, strict=True):
            if kind is not None:
                reason = f"{name} holds {_article(kind)}, not {_article(expected)}"
                ledger.find(CHECK, table, rowid, reason)


def _look_at_texts(
    connection: sqlite3.Connection, ledger: Ledger, table: str, texts: list[str]
) -> None:
    """Decode what is not ASCII."""
    if not texts:
        return
    is_odd = " OR ".join(f"{quote(name)} GLOB {_NOT_ASCII}" for name in texts)
    query = (
        f"SELECT {_key(connection, table)}, {', '.join(map(quote, texts))} "
        f"FROM {quote(table)} WHERE {is_odd}"
    )
    text_factory = connection.text_factory
    connection.text_factory = bytes
    try:
        for rowid, *values in connection.execute(query):
            for name, value in zip(texts, values, strict=True):
                if isinstance(value, bytes) and not is_utf8(value):
                    ledger.find(CHECK, table, rowid, f"{name} is not UTF-8")
    finally:
        connection.text_factory = text_factory


def is_utf8(value: bytes) -> bool:
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
