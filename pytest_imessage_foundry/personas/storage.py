"""The library's file: its path, its tables and their migrations."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from pytest_imessage_foundry import user_folders
from pytest_imessage_foundry.atomic import Created
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    """Return the library's path, from the environment or the user's data folder.

    Raises:
        FoundryError: the home folder of the user is not known.
    """
    if given := os.environ.get(VARIABLE, "").strip():
        return user_folders.expanded(given, VARIABLE)
    return user_folders.data() / FILE_NAME


@contextmanager
def connected(path: Path, *, readonly: bool = False) -> Iterator[sqlite3.Connection]:
    """Return a connection to the library at `path`; make or migrate it if needed.

    With `readonly` it must be there and stays as it is, of whatever version.

    Raises:
        FoundryError: it is not a library, of a later version, or out of reach.
    """
    with _found(path) if readonly else _made_if_missing(path):
        mode = "ro" if readonly else "rwc"
        with told(path):
            database = _connect(path, mode, PATIENCE)
        with closing(database) as connection:
            connection.row_factory = sqlite3.Row
            with told(path):
                _fit(connection, path, readonly=readonly)
            yield connection


def _connect(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=patience,
        isolation_level=None,
    )


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


@contextmanager
def _found(path: Path) -> Iterator[None]:
    if not path.is_file():
        raise FoundryError(
            "there is no persona library\n"
            f"looked for: {path}\n"
            f"`imessage-foundry personas add` makes it; {VARIABLE} names another"
        )
    yield


@contextmanager
def _made_if_missing(path: Path) -> Iterator[None]:
    """Make an empty file that others cannot read, and its folder, if it is missing.

    What was made goes again if anything is raised, as when the disk is full, unless
    somebody is in it by then.
    """
    made = Created()
    is_new = not path.exists()
    try:
        _make_room(path, made)
        yield
    except BaseException:  # Ctrl-C too
        if is_new:
            _take_back(path, made)
        raise


def _make_room(path: Path, made: Created) -> None:
    try:
        made.folder(path.parent, 0o700)
        made.file(path)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise FoundryError(
            f"the persona library cannot be made: {error.strerror}\n"
            f"looked at: {path}\n"
            f"mend its rights, or name another with --library or {VARIABLE}"
        ) from None


def _take_back(path: Path, made: Created) -> None:
    """Remove a library that was made and holds nobody, with its folder."""
    if not path.exists():
        made.take_back()
        return
    # Whoever is about to add somebody has a journal, and then it stays. A journal that
    # comes later is refused by SQLite, as its file has gone. A lock that keeps others
    # from writing would be surer, and needs a journal: the disk may be full.
    journal = path.with_name(f"{path.name}-journal")
    with suppress(sqlite3.Error), closing(_connect(path, "rw", 0)) as connection:
        connection.execute("BEGIN")
        is_empty = not any(_has_rows(connection, e) for e in _tables(connection))
        if is_empty and not journal.exists():
            made.take_back()


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    (found,) = connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")').fetchone()
    return bool(found)


def _tables(connection: sqlite3.Connection) -> set[str]:
    listing = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return {name for (name,) in connection.execute(listing)}


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
    tables = _tables(connection)
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
