"""What the tests do to the files that they anonymise."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

from pytest_imessage_foundry.db import schema

RELEASES = schema.RELEASES


def without_triggers(path, target):
    shutil.copyfile(path, target)
    with closing(sqlite3.connect(target)) as connection, connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
    return target


def query(path, sql, given=()):
    """Rows of a file, texts as they are."""
    with closing(
        sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    ) as c:
        c.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        return c.execute(sql, given).fetchall()


def change(path, sql, given=()):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, given)
