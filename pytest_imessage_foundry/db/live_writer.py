"""From one truth to the next: what Messages writes when something happens.

The builder fills an empty file; `Steps` changes one that is open, that has Apple's
triggers and that others may be reading. Rows come from the same functions, and what
a trigger writes (cache columns, chat_service, index counters, the logs of what was
deleted) is left to the trigger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.blobs import payloads
from pytest_imessage_foundry.db.inserts import Inserts
from pytest_imessage_foundry.db.rows import deletions, reactions
from pytest_imessage_foundry.db.rows.attachment import MAC_ROOT, attachment_row
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext
from pytest_imessage_foundry.db.rows.columns import ORDINARY, Row
from pytest_imessage_foundry.db.rows.message import changes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import (
        Attachment,
        Conversation,
        Message,
        Persona,
        Sticker,
    )

# Triggers on the joins fill them (SEMANTICS, "Database-level facts").
_BY_TRIGGERS = {"cache_roomnames": None, "cache_has_attachments": 0}
# All that changes in the row of a tapback once it is there: it keeps quoting what
# it was a reaction to, whatever becomes of that.
_RECEIPTS = ("date_delivered", "date_read", "is_delivered", "is_read")


class LiveWriter:
    """Writes into the database of one open connection.

    Each call belongs into a transaction of the caller's.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
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
            for table in ("message", "chat")
        }
        self._features = schema.features
        self._root = attachment_root
        self._phone = _Phone(owner, seed, tuple(people))
        self._places: dict[str, ChatContext] = {}
        self.read_handles()

    def read_handles(self) -> None:
        """Learn which handles there are; call it after a rollback."""
        found = self._connection.execute("SELECT id, service, ROWID FROM handle")
        self._phone.handles = {(row[0], row[1]): row[2] for row in found}
        self._written = set(self._phone.handles.values())
        self._phone.last = self._last_rowid("handle")

    def meet(self, people: Iterable[Persona]) -> None:
        """Know these people by their addresses."""
        self._phone.people = tuple(people)

    def open_chat(self, chat: Conversation) -> None:
        """A new chat, with nothing in it yet."""
        place = ChatContext.of(chat, self._last_rowid("chat") + 1, self._phone)
        self._write_handles()
        self._insert.one("chat", place.chat_row(None))
        for address in chat.participants:
            handle = self._phone.handle(address, chat.service)
            join = {"chat_id": place.rowid, "handle_id": handle}
            self._insert.one("chat_handle_join", join)
        if "chat_lookup" in self._features and chat.is_group:
            lookup = {"domain": "iMessageGroupID", "chat": place.rowid, "priority": 0}
            self._insert.one("chat_lookup", {"identifier": chat.group_id, **lookup})

    def happen(
        self,
        before: Conversation,
        after: Conversation,
        old: Message | None = None,
        new: Message | None = None,
    ) -> None:
        """A chat changed, and in it one message: `old` became `new`.

        `old` is None for a message that was not there; both are None where only
        the chat changed.
        """
        place = self._place(before)
        was = place.chat_row(_last_seen(before))
        place.conversation = after
        if new is not None:
            if old is None:
                self._add(new, place)
            elif deletions.is_gone(new):
                self._forget(old, place)
            else:
                self._become(old, new, place)
        self._update("chat", place.rowid, was, place.chat_row(_last_seen(after)))
        self._write_handles()

    def _add(self, message: Message, place: ChatContext) -> None:
        row = _row(message, place, _previous(place.conversation, message))
        rowid = self._insert_message(row, _files(message), None)
        if deletions.is_in_chat(message):
            self._join(rowid, row, place)
        for _, drawn, files, sticker in reactions.rows(message, place):
            self._join(self._insert_message(drawn, files, sticker), drawn, place)

    def _become(self, old: Message, new: Message, place: ChatContext) -> None:
        rowid = self._rowid("message", new.guid)
        before, after = _row(old, place, None), _row(new, place, None)
        leaves = deletions.is_in_chat(old) and not deletions.is_in_chat(new)
        hidden = (*_BY_TRIGGERS, "index_state") if leaves else tuple(_BY_TRIGGERS)
        self._update("message", rowid, before, after, hidden)
        kept = {file.guid for file in _files(new)}
        self._detach(rowid, {file.guid for file in _files(old)} - kept)
        self._become_drawn(old, new, place)
        # In this order: a message that neither table holds is deleted by the trigger on
        # the join (SEMANTICS §17).
        self._put_aside(old, new, rowid, place)
        if leaves:
            self._connection.execute(
                "DELETE FROM chat_message_join WHERE message_id = ?", (rowid,)
            )
        elif deletions.is_in_chat(new) and not deletions.is_in_chat(old):
            self._join(rowid, after, place)

    def _become_drawn(self, old: Message, new: Message, place: ChatContext) -> None:
        """Tapbacks, stickers, votes: new ones come, taken-back ones may go."""
        before = {row["guid"]: row for _, row, _, _ in reactions.rows(old, place)}
        for _, row, files, sticker in reactions.rows(new, place):
            known = before.pop(row["guid"], None)
            if known is None:
                rowid = self._insert_message(row, files, sticker)
                self._join(rowid, row, place)
            elif any(known[column] != row[column] for column in _RECEIPTS):
                rowid = self._rowid("message", row["guid"])
                receipts = {column: row[column] for column in _RECEIPTS}
                self._update("message", rowid, {}, receipts)
        for guid in before:
            self._delete(guid)

    def _put_aside(
        self, old: Message, new: Message, rowid: int, place: ChatContext
    ) -> None:
        """Into Recently Deleted, the whole message or some of its parts."""
        was, now = old.traits.deleted, new.traits.deleted
        if now is None or now == was:
            return
        if was is not None:
            self._connection.execute(
                "DELETE FROM recoverable_message_part WHERE message_id = ?", (rowid,)
            )
        deletions.recoverable(self._insert, new, now, rowid, place.rowid)

    def _forget(self, message: Message, place: ChatContext) -> None:
        """Deleted for good, with all that it drew; triggers log the GUIDs."""
        drawn = [row["guid"] for _, row, _, _ in reactions.rows(message, place)]
        for guid in (*drawn, message.guid):
            self._delete(guid)

    def _delete(self, guid: str) -> None:
        """Take a message out of its chat; the trigger there deletes its row."""
        self._write_handles()
        rowid = self._rowid("message", guid)
        for table in ("chat_recoverable_message_join", "chat_message_join"):
            self._connection.execute(
                f"DELETE FROM {table} WHERE message_id = ?", (rowid,)
            )
        # One that was in no chat had no join whose trigger could do it.
        self._connection.execute("DELETE FROM message WHERE ROWID = ?", (rowid,))
        # Triggers also delete the handles that nothing names any more.
        self.read_handles()

    def _insert_message(
        self, row: Row, files: Iterable[Attachment], sticker: Sticker | None
    ) -> int:
        self._insert.one("message", {**row, **_BY_TRIGGERS}, ORDINARY)
        rowid = self._inserted()
        for file in files:
            attachment = self._rowid("attachment", file.guid) or self._attachment(
                file, row, sticker
            )
            join = {"message_id": rowid, "attachment_id": attachment}
            self._insert.one("message_attachment_join", join)
        return rowid

    def _attachment(self, file: Attachment, row: Row, sticker: Sticker | None) -> int:
        values = attachment_row(
            file,
            row["date"],
            outgoing=bool(row["is_from_me"]),
            sticker=sticker,
            root=self._root,
        )
        self._insert.one("attachment", values)
        return self._inserted()

    def _detach(self, message: int, gone: set[str]) -> None:
        """Files that a message lost; the trigger deletes their rows."""
        for guid in sorted(gone):
            self._connection.execute(
                "DELETE FROM message_attachment_join "
                "WHERE message_id = ? AND attachment_id = ?",
                (message, self._rowid("attachment", guid)),
            )

    def _join(self, rowid: int, row: Row, place: ChatContext) -> None:
        state: int = row.get("index_state", 1)
        self._insert.joins([(place.rowid, rowid, row["date"], state)])
        if row.get("filter_action"):
            category = (row["filter_action"], row["filter_sub_action"])
            self._insert.filters([(*category, place.rowid, rowid)])

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

    def _place(self, chat: Conversation) -> ChatContext:
        place = self._places.get(chat.guid)
        if place is None:
            rowid = self._rowid("chat", chat.guid)
            place = self._places[chat.guid] = ChatContext.of(chat, rowid, self._phone)
        return place

    def _write_handles(self) -> None:
        for row in self._phone.handle_rows():
            if row["ROWID"] not in self._written:
                self._insert.one("handle", row)
                self._written.add(row["ROWID"])

    def _rowid(self, table: str, guid: str) -> int:
        """ROWID by GUID; 0 where there is none."""
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


class _Phone(Accounts):
    """A phone whose handles are numbered on, whatever was deleted before."""

    last: int = 0

    def handle(self, address: str, service: str) -> int:
        key = (address, service)
        if key not in self.handles:
            self.last += 1
            self.handles[key] = self.last
        return self.handles[key]


def _row(message: Message, place: ChatContext, previous: str | None) -> Row:
    row = {**ORDINARY, **changes(message, place, previous)}
    return row if deletions.is_in_chat(message) else row | deletions.OUTSIDE


def _files(message: Message) -> list[Attachment]:
    """What a message's own row brings along."""
    files = list(message.attachments)
    if message.balloon is not None:
        files += payloads.attachments(message.balloon)
    if message.event is not None and message.event.photo is not None:
        files.append(message.event.photo)
    return files


def _previous(chat: Conversation, message: Message) -> str | None:
    """GUID of the message before one, as its reply_to_guid holds it (§1)."""
    before = None
    for each in chat.messages:
        if each.guid == message.guid:
            break
        before = each.guid
    return before


def _last_seen(chat: Conversation) -> str | None:
    """The newest message that the owner wrote or read."""
    for message in reversed(tuple(chat.messages)):
        if message.date_read or message.sender is None:
            return message.guid
    return None
