"""Open a database without touching it, and read whatever columns it has.

Messages' files differ by release and by their own history (a column can be
missing or stand elsewhere), so columns are probed, never assumed.
"""

from __future__ import annotations

import math
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from pytest_imessage_foundry.errors import UnreadableFileError

_WAL_VERSION = 2  # bytes 18 and 19 of the header, per SQLite's file format
# Before macOS 10.13 a date was in seconds; as nanoseconds, values this small
# would all fall within the first two minutes of 2001.
_SECONDS_BELOW = 10**11


def whole(value: object) -> int:
    """`value` as an integer, 0 where a column holds something else."""
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return max(min(int(value), 2**63 - 1), -(2**63))
    return 0


def words(value: object) -> str:
    """`value` as text, '' for NULL."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def blob(value: object) -> bytes:
    """`value` as bytes, b'' where a column holds something else."""
    return value if isinstance(value, bytes) else b""


def date(value: object) -> int:
    """A date column in nanoseconds, whichever unit it was written in."""
    number = whole(value)
    return number * 10**9 if abs(number) < _SECONDS_BELOW else number


class Tables:
    """The tables of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        self._connection = connection
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """The lower-case column names of `table`, none if it is missing."""
        if table not in self._columns:
            found = self._connection.execute(
                "SELECT name FROM pragma_table_info(?)", (table,)
            )
            self._columns[table] = frozenset(row[0].lower() for row in found)
        return self._columns[table]

    def count(self, table: str) -> int:
        """How many rows `table` has."""
        query = f'SELECT count(*) FROM "{table}"'
        return whole(self._connection.execute(query).fetchone()[0])

    def rows(self, table: str, *wanted: str) -> Iterator[sqlite3.Row]:
        """The rows of `table` by id; columns that it lacks read as None."""
        present = self.columns(table)
        if not present:
            return iter(())
        chosen = [
            f'"{name}"' if name.lower() in present else f'NULL AS "{name}"'
            for name in wanted
        ]
        return self._connection.execute(
            f'SELECT ROWID AS id, {", ".join(chosen)} FROM "{table}" ORDER BY ROWID'
        )


@contextmanager
def open_tables(path: Path) -> Iterator[Tables]:
    """The tables of the file at `path`, seen as of one moment.

    Raises:
        UnreadableFileError: there is nothing at `path` that can be read.
    """
    _check(path)
    try:
        with ExitStack() as stack:
            connection = stack.enter_context(_connect(path, stack))
            connection.execute("BEGIN")
            tables = Tables(connection)
            if not tables.columns("message"):
                raise UnreadableFileError(
                    "the database has no message table\n"
                    f"looked in: {path}\n"
                    "give the path of a Messages database (chat.db or sms.db)"
                )
            yield tables
    except (sqlite3.Error, OSError) as error:
        raise _unreadable(path, error) from error


def _check(path: Path) -> None:
    try:
        if path.is_dir():
            raise UnreadableFileError(
                "a folder was given, not a database\n"
                f"looked at: {path}\n"
                f"give the file in it, such as {path / 'chat.db'}"
            )
        if not path.is_file():
            raise UnreadableFileError(
                "there is no such file\n"
                f"looked for: {path}\n"
                "check the path; on a Mac it is ~/Library/Messages/chat.db"
            )
        with path.open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UnreadableFileError:
    if isinstance(error, OSError | ValueError):
        advice = (
            "check its permissions; on a Mac the terminal needs Full Disk Access "
            "(System Settings, Privacy & Security)"
        )
    elif "locked" in str(error) or "busy" in str(error):
        advice = "close the program that holds it, or give a copy of the file"
    else:
        advice = (
            "give an undamaged, unencrypted SQLite file; "
            "copy chat.db together with its chat.db-wal"
        )
    return UnreadableFileError(
        f"the database could not be read: {error}\nlooked in: {path}\n{advice}"
    )


def _connect(path: Path, stack: ExitStack) -> closing[sqlite3.Connection]:
    """A connection that leaves the folder of `path` exactly as it was.

    SQLite creates a -shm file to read a database in WAL mode and, on closing,
    may delete the -wal, read-only or not. So a file without a pending log is
    read as immutable, one that is in use through its -shm opened read-only,
    and a log that lost its -shm (a copied pair) from a temporary copy.
    """
    log = Path(f"{path}-wal")
    if not (log.is_file() and log.stat().st_size):
        query = "immutable=1" if _is_wal(path) else "mode=ro"
    elif Path(f"{path}-shm").is_file():
        query = "mode=ro&readonly_shm=1"
    else:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        copy = folder / "copy.db"
        shutil.copyfile(path, copy)
        shutil.copyfile(log, f"{copy}-wal")
        path, query = copy, "mode=rw"
    uri = f"{path.absolute().as_uri()}?{query}"
    return closing(sqlite3.connect(uri, uri=True, isolation_level=None))


def _is_wal(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(20)
    return header[18:20] == bytes((_WAL_VERSION, _WAL_VERSION))
