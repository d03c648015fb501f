"""A digest of what a database holds, whatever its pages.

One SQLite library lays out pages otherwise than another, and the ANALYZE of some adds
sqlite_stat4. Rows and schema are the same in both, so they are what a seed promises.
The schema is part of the digest because an index or a trigger that is not there is
another database for whoever writes to it, or counts on its constraints.
"""

from __future__ import annotations

import marshal
import sqlite3
from hashlib import sha256
from typing import TYPE_CHECKING

from pytest_imessage_foundry.reading import open_readonly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_ONCE = 256  # rows
# The second format of marshal knows nothing of what objects share, nor of how Python
# holds them: equal values have equal bytes on every Python. It tells texts, blobs,
# integers and reals apart, and is ten times as fast as repr.
_FORMAT = 2
_SCHEMA = """
    SELECT type, name, tbl_name, sql FROM sqlite_master
    WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite!_stat_' ESCAPE '!'
    ORDER BY type, name
"""


def of_file(path: Path) -> str:
    """Return the digest of a file, which stays as it is.

    Raises:
        UnreadableFileError: it is no database, or SQLite cannot read it.
    """
    with open_readonly.opened(path) as source, source.connect() as connection:
        try:
            return of(connection)
        except sqlite3.DatabaseError as error:
            raise open_readonly.unreadable(path, error) from None


def of(connection: sqlite3.Connection) -> str:
    """Return the digest of the database of a connection.

    Raises:
        sqlite3.DatabaseError: SQLite cannot read it.
    """
    text_factory = connection.text_factory
    try:
        connection.text_factory = str
        return _digest(connection)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        # A text that is not UTF-8. The others have the bytes that they had above.
        connection.text_factory = _any_text
        return _digest(connection)
    finally:
        connection.text_factory = text_factory


def _digest(connection: sqlite3.Connection) -> str:
    total = sha256()
    schema = connection.execute(_SCHEMA).fetchall()
    total.update(marshal.dumps(schema, _FORMAT))
    for kind, name, _, _ in schema:
        if kind == "table":
            total.update(marshal.dumps(name, _FORMAT))
            for rows in _rows(connection, name):
                total.update(marshal.dumps(rows, _FORMAT))
    return total.hexdigest()


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[list[tuple[object]]]:
    """Yield the rows of a table in their order, many at once."""
    quoted = '"' + table.replace('"', '""') + '"'
    # Which table was numbered first depends on nothing that a row says.
    order = "name" if table == "sqlite_sequence" else "rowid"
    try:
        cursor = connection.execute(f"SELECT * FROM {quoted} ORDER BY {order}")
    except sqlite3.OperationalError:  # WITHOUT ROWID, and so in order of its key
        cursor = connection.execute(f"SELECT * FROM {quoted}")
    while rows := cursor.fetchmany(_AT_ONCE):
        yield rows


def _any_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
