"""What the file says of itself: mode, encoding, size, version, sequences."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.checks.findings import Ledger
from pytest_imessage_foundry.db.checks.rule_scan import shown
from pytest_imessage_foundry.db.schema.declarations import quote

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.reading.open_readonly import Source

CHECK = "file"
_PROPERTIES = "_SqliteDatabaseProperties"


def look(
    connection: sqlite3.Connection, ledger: Ledger, source: Source, schema: Schema
) -> None:
    """State what is odd about the file as a whole."""
    ledger.look(CHECK, 5)
    if not source.is_wal:  # VACUUM INTO and `journal_mode=delete` make such files
        ledger.find(CHECK, "header", None, "the file is not in WAL mode", "note")
    _pragmas(connection, ledger, schema)
    _appended(connection, ledger, source)
    _version(connection, ledger, schema)
    _sequences(connection, ledger)


def _pragmas(connection: sqlite3.Connection, ledger: Ledger, schema: Schema) -> None:
    for pragma, expected in (
        ("page_size", schema.page_size),
        ("encoding", schema.encoding),
    ):
        actual = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        if actual != expected:
            reason = f"{pragma} is {actual}, not {expected}"
            ledger.find(CHECK, "header", None, reason, "unusual")


def _appended(connection: sqlite3.Connection, ledger: Ledger, source: Source) -> None:
    """Bytes behind the last page are no part of the database."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    if not source.has_log and source.size > pages * size:
        reason = f"{source.size - pages * size:,} bytes follow the last page"
        ledger.find(CHECK, "header", None, reason, "unusual")


def _version(connection: sqlite3.Connection, ledger: Ledger, schema: Schema) -> None:
    try:
        rows = connection.execute(f"SELECT key, value FROM {_PROPERTIES}").fetchall()
    except sqlite3.DatabaseError:
        return  # not there: a difference of structure
    version = dict(rows).get("_ClientVersion")
    expected = schema.properties.get("_ClientVersion", "")
    if version is None or not str(version).isdecimal():
        reason = f"_ClientVersion is {shown(version)}"
        ledger.find(CHECK, _PROPERTIES, None, reason, "unusual")
    elif str(version)[:2] != expected[:2]:
        reason = f"_ClientVersion {version} is not of {schema.name} ({expected})"
        ledger.find(CHECK, _PROPERTIES, None, reason, "note")


def _sequences(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """SQLite never lets a sequence fall behind the rows of its table."""
    try:
        stated = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND sql LIKE '%AUTOINCREMENT%'"
        ).fetchall()
    except sqlite3.DatabaseError:
        return
    known = dict(stated)
    for (table,) in tables:
        try:
            query = f"SELECT max(ROWID) FROM {quote(table)}"
            highest = connection.execute(query).fetchone()[0]
        except sqlite3.DatabaseError:
            continue
        if highest is None:
            continue
        if table not in known:
            reason = f"{table} is not in it"
            ledger.find(CHECK, "sqlite_sequence", None, reason, "unusual")
        elif not isinstance(known[table], int) or known[table] < highest:
            reason = f"{table} is at {shown(known[table])}, its rows at {highest}"
            ledger.find(CHECK, "sqlite_sequence", None, reason)
