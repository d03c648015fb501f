"""The library's file: its path, its tables and their migrations."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import user_folders
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "IMESSAGE_FOUNDRY_DB"
FILE_NAME = "foundry.db"
PATIENCE = 10.0  # seconds to wait for another process
# What brings a file from one version to the next; `PRAGMA user_version` counts
# them. The first may meet its tables: whoever made them need not have counted.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE IF NOT EXISTS personas (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL,
    identifier_type TEXT NOT NULL,
    country_code TEXT DEFAULT 'US',
    personality TEXT,
    writing_style TEXT,
    relationship TEXT,
    communication_frequency TEXT,
    typical_response_time TEXT,
    emoji_usage TEXT,
    vocabulary_level TEXT,
    topics_of_interest TEXT,  -- JSON array
    is_self INTEGER DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
)""",
        """CREATE TABLE IF NOT EXISTS generation_history (
    id TEXT PRIMARY KEY,
    output_path TEXT NOT NULL,
    macos_version TEXT NOT NULL,
    persona_ids TEXT NOT NULL,  -- JSON array
    message_count INTEGER,
    created_at TEXT NOT NULL
)""",
    ),
    (
        "ALTER TABLE personas ADD COLUMN locale TEXT NOT NULL DEFAULT 'en_US'",
        "ALTER TABLE personas ADD COLUMN time_zone TEXT NOT NULL"
        " DEFAULT 'America/New_York'",
        # A JSON array.
        "ALTER TABLE personas ADD COLUMN other_identifiers TEXT NOT NULL DEFAULT '[]'",
        # One phone, one owner: whoever was there first.
        "UPDATE personas SET is_self = rowid = (SELECT min(rowid) FROM personas"
        " WHERE is_self)",
        "CREATE UNIQUE INDEX personas_self ON personas (is_self) WHERE is_self",
    ),
)
VERSION = len(MIGRATIONS)
_TABLES = {"personas", "generation_history"}
_TROUBLE = {
    sqlite3.SQLITE_NOTADB: "it is no SQLite database",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_BUSY: "another process holds it",
    sqlite3.SQLITE_LOCKED: "another process holds it",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "reading or writing failed",
}


def default_path() -> Path:
    """Return the library's path, from the environment or the user's data folder."""
    if given := os.environ.get(VARIABLE, "").strip():
        return Path(given).expanduser()
    return user_folders.data() / FILE_NAME


@contextmanager
def connected(path: Path, *, readonly: bool = False) -> Iterator[sqlite3.Connection]:
    """Return a connection to the library at `path`; make or migrate it if needed.

    With `readonly` it must be there and stays as it is, of whatever version.

    Raises:
        FoundryError: it is not a library, of a later version, or out of reach.
    """
    if not readonly:
        _make_room(path)
    elif not path.is_file():
        raise FoundryError(
            "there is no persona library\n"
            f"looked for: {path}\n"
            f"`imessage-foundry personas add` makes it; {VARIABLE} names another"
        )
    mode = "ro" if readonly else "rwc"
    with told(path):
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
        )
    with closing(database) as connection:
        connection.row_factory = sqlite3.Row
        with told(path):
            _fit(connection, path, readonly=readonly)
        yield connection


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn errors of SQLite into FoundryError naming `path`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        known = _TROUBLE.get(code & 0xFF) if code is not None else None
        raise FoundryError(
            f"the persona library cannot be used: {known or error}\n"
            f"looked at: {path}, which was left as it was\n"
            f"mend that, or name another with --library or {VARIABLE}"
        ) from None


def _make_room(path: Path) -> None:
    """Make the folder and an empty file that others cannot read."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise FoundryError(
            f"the persona library cannot be made: {error.strerror}\n"
            f"looked at: {path}\n"
            f"mend its rights, or name another with --library or {VARIABLE}"
        ) from None


def _fit(connection: sqlite3.Connection, path: Path, *, readonly: bool) -> None:
    version = _version(connection, path)
    if version == VERSION or readonly:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have done it while this one waited.
        for statements in MIGRATIONS[_version(connection, path) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of a library.

    Raises:
        FoundryError: this is something else, or it is of a later version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    listing = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = {name for (name,) in connection.execute(listing)}
    if tables and not _is_ours(connection, tables):
        raise FoundryError(
            "this is not a persona library\n"
            f"looked at: {path}, a database with other tables, and left it as it was\n"
            f"name another with --library or {VARIABLE}"
        )
    if version > VERSION:
        raise FoundryError(
            f"the persona library is of version {version}\n"
            f"looked at: {path}; this release knows versions to {VERSION}\n"
            "upgrade pytest-imessage-foundry, or name another with --library or "
            f"{VARIABLE}"
        )
    return int(version)


def _is_ours(connection: sqlite3.Connection, tables: set[str]) -> bool:
    """Return whether the file has the library's first table and its first columns."""
    known = tables & _TABLES
    with closing(sqlite3.connect(":memory:")) as empty:
        for statement in MIGRATIONS[0]:
            empty.execute(statement)
        return bool(known) and all(
            _columns(empty, name) <= _columns(connection, name) for name in known
        )


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            "SELECT name FROM pragma_table_info(?)", (table,)
        )
    }
