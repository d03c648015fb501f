"""Find and change single rows of an open database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.inserts import Inserts
from pytest_imessage_foundry.db.rows.attachment_roots import MAC_ROOT
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext
from pytest_imessage_foundry.db.rows.columns import Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.db.inserts import Statements
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation, Persona


class LiveTables:
    """The tables of a database over one open connection."""

    def __init__(
        self,
        connection: Statements,
        schema: Schema,
        *,
        owner: Persona,
        people: Iterable[Persona],
        seed: int,
        attachment_root: str = MAC_ROOT,
    ) -> None:
        self._connection = connection
        self._insert = Inserts(connection, schema)
        self._columns = {
            table: {column.name for column in schema.tables[table].columns}
            for table in ("message", "chat", "attachment")
        }
        self._features = schema.features
        self._root = attachment_root
        self._phone = _Phone(owner, seed, tuple(people))
        self._places: dict[str, ChatContext] = {}
        self.read_handles()

    def read_handles(self) -> None:
        """Learn which handles there are; call it after a rollback."""
        found = self._connection.execute(
            "SELECT id, service, ROWID, person_centric_id FROM handle"
        ).fetchall()
        self._phone.handles = {(row[0], row[1]): row[2] for row in found}
        self._written: dict[int, str | None] = {row[2]: row[3] for row in found}
        self._phone.last = self._last_rowid("handle")

    def meet(self, people: Iterable[Persona]) -> None:
        """Learn the addresses of these people."""
        self._phone.people = tuple(people)

    def _write_handles(self) -> None:
        """Insert the handles that are new. Update one that became a person's only one,
        or is no longer that."""
        for row in self._phone.handle_rows():
            rowid, person = row["ROWID"], row["person_centric_id"]
            if rowid not in self._written:
                self._insert.one("handle", row)
            elif person != self._written[rowid]:
                self._connection.execute(
                    "UPDATE handle SET person_centric_id = ? WHERE ROWID = ?",
                    (person, rowid),
                )
            self._written[rowid] = person

    def _update(
        self,
        table: str,
        rowid: int,
        before: Row,
        after: Row,
        hidden: tuple[str, ...] = (),
    ) -> None:
        changed = {
            column: value
            for column, value in after.items()
            if column not in hidden
            and (column not in before or before[column] != value)
            and column in self._columns[table]
        }
        if changed:
            names = ", ".join(f'"{column}" = ?' for column in changed)
            self._connection.execute(
                f'UPDATE "{table}" SET {names} WHERE ROWID = ?',
                (*changed.values(), rowid),
            )

    def _rowid(self, table: str, guid: str) -> int:
        """Return the ROWID of a GUID, or 0 if there is none."""
        found = self._connection.execute(
            f'SELECT ROWID FROM "{table}" WHERE guid = ?', (guid,)
        ).fetchone()
        return found[0] if found else 0

    def _inserted(self) -> int:
        found = self._connection.execute("SELECT last_insert_rowid()").fetchone()
        rowid: int = found[0]
        return rowid

    def _last_rowid(self, table: str) -> int:
        found: int | None = self._connection.execute(
            "SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()[0]
        return found or 0

    def _place(self, chat: Conversation) -> ChatContext:
        place = self._places.get(chat.guid)
        if place is None:
            rowid = self._rowid("chat", chat.guid)
            place = self._places[chat.guid] = ChatContext.of(chat, rowid, self._phone)
        return place


class _Phone(Accounts):
    """A phone that never gives the number of a deleted handle to another one."""

    last: int = 0

    def handle(self, address: str, service: str) -> int:
        key = (address, service)
        if key not in self.handles:
            self.last += 1
            self.handles[key] = self.last
        return self.handles[key]
