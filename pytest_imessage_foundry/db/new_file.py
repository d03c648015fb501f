"""A chat.db without rows: how it is opened, declared, and given its header."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.functions import register_functions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_imessage_foundry.db.schema.definition import Schema

# Bytes 96-99 of the header name the SQLite that wrote the file. Pinned, so that
# a library upgrade alone changes nothing; 3.43.2 is what macOS 14 and 15 carry.
SQLITE_VERSION = 3_043_002
# Indexes of what few rows are. Kept up from the start they cost a comparison for each
# row; created at the end, another walk over the whole table each.
SPARSE = frozenset(
    (
        "message_idx_undelivered_one_to_one_imessage",
        "message_idx_isRead_isFromMe_itemType",
        "message_idx_unread_finished_not_from_me_newest_first",
        "message_idx_is_pending_satellite_message",
        "message_idx_is_scheduled_message",
        "message_idx_is_time_sensitive",
        "message_idx_fallback_hash",
        "message_idx_associated_message2",
        "message_idx_invalid_index_state",
    )
)
WAL = 2  # file format version of a database in WAL mode, header bytes 18 and 19


def opened(path: Path, schema: Schema) -> sqlite3.Connection:
    """Return a connection to a new file, which nobody may read before it is closed."""
    connection = sqlite3.connect(path, isolation_level=None)
    register_functions(connection)
    for pragma in pragmas(schema):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def pragmas(schema: Schema) -> tuple[str, ...]:
    """Return how a file is written that nobody sees before it is whole.

    The cache also bounds what sorting an index holds in memory before it goes to a
    temporary file. Each index is a walk over the table: what is mapped of the file
    needs no copying for it, and more than this would count as memory used.
    """
    return (
        f"page_size = {schema.page_size}",
        "journal_mode = OFF",
        "synchronous = OFF",
        "locking_mode = EXCLUSIVE",
        "temp_store = FILE",
        "cache_size = -16384",
        "mmap_size = 67108864",
    )


def create_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    """What must stand before the rows: tables, and indexes of what few rows are."""
    for statement in (*schema.table_sql(), *_index_sql(schema, sparse=True)):
        connection.execute(statement)


def create_the_rest(connection: sqlite3.Connection, schema: Schema) -> None:
    """What is better created after the rows: the other indexes, and triggers."""
    for statement in (*_index_sql(schema, sparse=False), *schema.trigger_sql()):
        connection.execute(statement)


def _index_sql(schema: Schema, *, sparse: bool) -> Iterator[str]:
    for index in schema.indexes.values():
        if (index.where is not None and index.name in SPARSE) is sparse:
            yield index.sql()


def finish_header(path: Path) -> None:
    """Put the file in WAL mode and pin the SQLite version, in its header."""
    with path.open("r+b") as file:
        file.seek(18)
        file.write(bytes((WAL, WAL)))
        file.seek(96)
        file.write(SQLITE_VERSION.to_bytes(4, "big"))
