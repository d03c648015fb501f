"""Spare a reader the rows that end its run, so that it can be judged on the rest."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_imessage_foundry.scorecard.known_faults import KnownFault

_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@contextmanager
def spared(path: Path, faults: Sequence[KnownFault]) -> Iterator[dict[str, KnownFault]]:
    """Take the rows that the faults name out of a file, and put them back afterwards.

    Yields the GUIDs of these rows, each with its fault. The file stays where it is,
    because a reader may want what stands beside it.

    Raises:
        FoundryError: the rows cannot be asked for.
    """
    whole = path.with_name(f"{path.name}.whole")
    shutil.copyfile(path, whole)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            taken = _taken(connection, faults)
        yield taken
    finally:
        os.replace(whole, path)


def _taken(
    connection: sqlite3.Connection, faults: Sequence[KnownFault]
) -> dict[str, KnownFault]:
    """Delete rows until none is left: one that answered another may follow it."""
    taken: dict[str, KnownFault] = {}
    try:
        connection.execute("BEGIN")
        # They call functions that Apple's process alone has, and no reader needs them.
        for (name,) in connection.execute(_TRIGGERS).fetchall():
            quoted = name.replace('"', '""')
            connection.execute(f'DROP TRIGGER "{quoted}"')
        while found := _found(connection, faults):
            taken |= found
            rows = [(guid,) for guid in found]
            connection.executemany("DELETE FROM message WHERE guid = ?", rows)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise FoundryError(
            f"what ends the reader's run cannot be taken out: {error}\n"
            f"looked at: {', '.join(each.where for each in faults)}\n"
            "`where` is an SQL expression over the columns of `message`"
        ) from None
    return taken


def _found(
    connection: sqlite3.Connection, faults: Sequence[KnownFault]
) -> dict[str, KnownFault]:
    found: dict[str, KnownFault] = {}
    for fault in faults:
        query = f"SELECT guid FROM message WHERE ({fault.where})"
        for (guid,) in connection.execute(query):
            found.setdefault(guid, fault)
    return found
