"""What a file counts of its own rows, counted anew in a copy that leaves rows out.

The original's counts would tell how many messages and chats it has, and would not agree
with the rows of the copy.
"""

from __future__ import annotations

import sqlite3

from pytest_imessage_foundry.anonymise.copying import quoted, shapes
from pytest_imessage_foundry.anonymise.kept import kept

_METRICS = "index_state_metrics"
# What each of its columns counts: joins of this index_state.
_STATES = {"pending_count": 0, "donated_count": 1, "redonation_count": 3}
_SETTINGS = ("_SqliteDatabaseProperties", "kvtable")


def recount(connection: sqlite3.Connection) -> None:
    """Set each count of a copy to what its own rows give."""
    _sequences(connection)
    _index_states(connection)
    _settings(connection)
    _statistics(connection)


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    query = "SELECT name FROM pragma_table_xinfo(?)"
    return {str(name) for (name,) in connection.execute(query, (table,))}


def _sequences(connection: sqlite3.Connection) -> None:
    """Set the sequence of each table to its highest ROWID."""
    if not _columns(connection, "sqlite_sequence"):
        return
    with_rowid = {each.name for each in shapes(connection) if each.has_rowid}
    sequences = "SELECT ROWID, name FROM sqlite_sequence"
    update = "UPDATE sqlite_sequence SET seq = ? WHERE ROWID = ?"
    for rowid, name in connection.execute(sequences).fetchall():
        highest = _highest(connection, name) if name in with_rowid else 0
        connection.execute(update, (highest, rowid)).close()


def _highest(connection: sqlite3.Connection, table: str) -> int:
    query = f"SELECT max(ROWID) FROM {quoted(table)}"
    return connection.execute(query).fetchone()[0] or 0


def _index_states(connection: sqlite3.Connection) -> None:
    if "index_state" not in _columns(connection, "chat_message_join"):
        return
    for column in _STATES.keys() & _columns(connection, _METRICS):
        query = (
            f"UPDATE {_METRICS} SET {column} = "
            "(SELECT count(*) FROM chat_message_join WHERE index_state = ?)"
        )
        connection.execute(query, (_STATES[column],)).close()


def _settings(connection: sqlite3.Connection) -> None:
    """Set to 0 what counts the messages of a phone's life."""
    for table in _SETTINGS:
        if {"key", "value"} <= _columns(connection, table):
            for key in kept("setting_counts"):
                query = f"UPDATE {table} SET value = '0' WHERE key = ?"
                connection.execute(query, (key,)).close()


def _statistics(connection: sqlite3.Connection) -> None:
    """Have SQLite measure its tables anew, if the original was ever measured."""
    if not _columns(connection, "sqlite_stat1"):
        return
    if connection.execute("SELECT 1 FROM sqlite_stat1 LIMIT 1").fetchone():
        connection.execute("ANALYZE").close()
