"""What a test needs to write a chat.db by hand and to look at its rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.conversations.authoring.draft import Draft

Row = dict[str, Any]


class Written:
    """A finished file and its rows as dictionaries."""

    def __init__(self, path: Path, counts: builder.Counts) -> None:
        self.path = path
        self.counts = counts

    def rows(self, query: str, *values: object) -> list[Row]:
        with closing(look(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def row(self, query: str, *values: object) -> Row:
        (row,) = self.rows(query, *values)
        return row

    def message(self, what: Draft | str) -> Row:
        """The row of a message, by its draft or GUID."""
        guid = what if isinstance(what, str) else what.message.guid
        return self.row("SELECT * FROM message WHERE guid = ?", guid)

    def pointing(self, draft: Draft) -> list[Row]:
        """The rows that point at a message, in order of arrival."""
        return self.rows(
            "SELECT * FROM message WHERE associated_message_guid LIKE ? ORDER BY ROWID",
            f"%{draft.message.guid}",
        )

    def handle(self, rowid: int) -> tuple[str, str]:
        row = self.row("SELECT id, service FROM handle WHERE ROWID = ?", rowid)
        return row["id"], row["service"]


def write(phone: Author, folder: Path, **how: Any) -> Written:
    """Build what was written on `phone`."""
    path = folder / "chat.db"
    counts = builder.build(
        path,
        phone.schema,
        phone.conversations(),
        owner=phone.owner,
        people=phone.people,
        seed=phone.seed,
        **how,
    )
    return Written(path, counts)


def build_kinds(
    path: Path,
    release: str = "tahoe",
    layout: schema.Layout = "fresh",
    **how: Any,
) -> builder.Counts:
    """Build the whole catalogue."""
    wanted = schema.get(release, layout=layout)
    spec = Spec(release=release, scenario="kinds", layout=layout)
    people = catalogue.people(spec, wanted)
    return builder.build(
        path,
        wanted,
        catalogue.conversations(spec, wanted),
        owner=people[0],
        people=people,
        **how,
    )


def look(path: Path) -> sqlite3.Connection:
    """A connection that leaves no -wal or -shm behind."""
    return sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows with their ROWIDs."""
    with closing(look(path)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        return {
            name: connection.execute(
                f'SELECT rowid, * FROM "{name}" ORDER BY rowid'
            ).fetchall()
            for (name,) in names
        }
