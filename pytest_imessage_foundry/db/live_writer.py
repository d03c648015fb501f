"""Write into an open database what Messages writes when something happens.

The builder fills an empty file; `Steps` changes one that is open, that has Apple's
triggers and that others may be reading. Rows come from the same functions, and what
a trigger writes (cache columns, chat_service, index counters, the logs of what was
deleted) is left to the trigger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.inserts import Inserts
from pytest_imessage_foundry.db.rows import deletions, reactions
from pytest_imessage_foundry.db.rows.attachment import attachment_row
from pytest_imessage_foundry.db.rows.attachment_roots import MAC_ROOT
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext, ChatEnd
from pytest_imessage_foundry.db.rows.columns import ORDINARY, Row
from pytest_imessage_foundry.db.rows.message import changes
from pytest_imessage_foundry.models.message_files import own_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.db.inserts import Statements
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
        """Know these people by their addresses."""
        self._phone.people = tuple(people)

    def open_chat(self, chat: Conversation) -> None:
        """A new chat, with nothing in it yet."""
        place = ChatContext.of(chat, self._last_rowid("chat") + 1, self._phone)
        self._write_handles()
        end = place.beginning()
        self._insert.one("chat", place.chat_row(end))
        for address in end.roll.present:
            self._let_in(address, place)
        self._look_up(place)

    def happen(
        self,
        before: Conversation,
        after: Conversation,
        changed: Iterable[tuple[Message | None, Message]] = (),
    ) -> None:
        """A chat changed, and in it some messages: each old one became a new one.

        The old one is None for a message that was not there.
        """
        place = self._place(before)
        began, ended = ChatEnd.of(before), ChatEnd.of(after)
        was = place.chat_row(began)
        place.conversation = after
        for old, new in changed:
            if old is None:
                self._add(new, place)
            elif deletions.is_gone(new):
                self._forget(old, place)
            else:
                self._become(old, new, place)
        self._keep_former(before, place)
        self._update("chat", place.rowid, was, place.chat_row(ended))
        self._write_handles()
        self._move(began.roll.present, ended.roll.present, place)

    def _move(
        self, before: tuple[str, ...], after: tuple[str, ...], place: ChatContext
    ) -> None:
        """Members come and go."""
        for address in after:
            if address not in before:
                self._let_in(address, place)
        gone = [address for address in before if address not in after]
        for address in gone:
            handle = self._phone.handle(address, place.conversation.service)
            self._connection.execute(
                "DELETE FROM chat_handle_join WHERE chat_id = ? AND handle_id = ?",
                (place.rowid, handle),
            )
        if gone:  # triggers also delete the handles that nothing names any more
            self.read_handles()
            self._write_handles()

    def _keep_former(self, before: Conversation, place: ChatContext) -> None:
        """Empty rows with the chat's identifier that were not there before."""
        former = place.conversation.former
        for each in former:
            if each not in before.former:
                rowid = self._last_rowid("chat") + 1
                self._insert.one("chat", place.former_row(each, rowid))
                joins = list(place.former_joins(rowid, each))
                self._write_handles()
                for join in joins:
                    self._insert.one("chat_handle_join", join)
        if former != before.former:
            self._look_up(place)

    def _look_up(self, place: ChatContext) -> None:
        """Replace the rows of chat_lookup for a chat."""
        if "chat_lookup" not in self._features:
            return
        former = {
            each.guid: self._rowid("chat", each.guid)
            for each in place.conversation.former
        }
        for row in place.lookups(former):
            self._connection.execute(
                "DELETE FROM chat_lookup WHERE identifier = ? AND domain = ?",
                (row["identifier"], row["domain"]),
            )
            self._insert.one("chat_lookup", row)

    def _let_in(self, address: str, place: ChatContext) -> None:
        handle = self._phone.handle(address, place.conversation.service)
        self._write_handles()
        join = {"chat_id": place.rowid, "handle_id": handle}
        self._insert.one("chat_handle_join", join)

    def _add(self, message: Message, place: ChatContext) -> None:
        row = _row(message, place, _previous(place.conversation, message))
        rowid = self._insert_message(row, own_files(message), None)
        if deletions.is_in_chat(message):
            self._join(rowid, row, place, message.traits.also_in)
        for _, drawn, images, sticker in reactions.rows(message, place):
            self._join(self._insert_message(drawn, images, sticker), drawn, place)

    def _become(self, old: Message, new: Message, place: ChatContext) -> None:
        rowid = self._rowid("message", new.guid)
        before, after = _row(old, place, None), _row(new, place, None)
        leaves = deletions.is_in_chat(old) and not deletions.is_in_chat(new)
        hidden = (*_BY_TRIGGERS, "index_state") if leaves else tuple(_BY_TRIGGERS)
        self._update("message", rowid, before, after, hidden)
        self._become_files(old, new, rowid, after)
        self._become_drawn(old, new, place)
        # In this order: a message that neither table holds is deleted by the trigger on
        # the join (SEMANTICS §17).
        self._put_aside(old, new, rowid, place)
        if leaves:
            self._connection.execute(
                "DELETE FROM chat_message_join WHERE message_id = ?", (rowid,)
            )
        elif deletions.is_in_chat(new) and not deletions.is_in_chat(old):
            self._join(rowid, after, place, new.traits.also_in)
        elif deletions.is_in_chat(new) and new.traits.also_in != old.traits.also_in:
            self._join_second(rowid, after, new.traits.also_in)
            self._leave_second(rowid, old.traits.also_in)

    def _become_files(self, old: Message, new: Message, rowid: int, row: Row) -> None:
        """Insert, change and remove the rows of a message's files."""
        before = {file.guid: file for file in own_files(old)}
        for file in own_files(new):
            known = before.pop(file.guid, None)
            if known is None:
                self._attach(rowid, file, row, None)
            elif known != file:
                outgoing = bool(row["is_from_me"])
                was, now = (
                    attachment_row(
                        each, row["date"], outgoing=outgoing, root=self._root
                    )
                    for each in (known, file)
                )
                self._update(
                    "attachment", self._rowid("attachment", file.guid), was, now
                )
        self._detach(rowid, set(before))

    def _become_drawn(self, old: Message, new: Message, place: ChatContext) -> None:
        """Insert new tapbacks, stickers and votes; delete those taken back."""
        before = {row["guid"]: row for _, row, _, _ in reactions.rows(old, place)}
        for _, row, images, sticker in reactions.rows(new, place):
            known = before.pop(row["guid"], None)
            if known is None:
                rowid = self._insert_message(row, images, sticker)
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
        """Move a message, or some of its parts, to Recently Deleted."""
        was, now = old.traits.deleted, new.traits.deleted
        if now is None or now == was:
            return
        if was is not None:
            self._connection.execute(
                "DELETE FROM recoverable_message_part WHERE message_id = ?", (rowid,)
            )
        deletions.recoverable(self._insert, new, now, rowid, place.rowid)

    def _forget(self, message: Message, place: ChatContext) -> None:
        """Delete a message and all that reacted to it; triggers log the GUIDs."""
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
        self, row: Row, attachments: Iterable[Attachment], sticker: Sticker | None
    ) -> int:
        self._insert.one("message", {**row, **_BY_TRIGGERS}, ORDINARY)
        rowid = self._inserted()
        for file in attachments:
            self._attach(rowid, file, row, sticker)
        return rowid

    def _attach(
        self, message: int, file: Attachment, row: Row, sticker: Sticker | None
    ) -> None:
        attachment = self._rowid("attachment", file.guid) or self._attachment(
            file, row, sticker
        )
        join = {"message_id": message, "attachment_id": attachment}
        self._insert.one("message_attachment_join", join)

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
        """Remove files from a message; the trigger deletes their rows."""
        for guid in sorted(gone):
            self._connection.execute(
                "DELETE FROM message_attachment_join "
                "WHERE message_id = ? AND attachment_id = ?",
                (message, self._rowid("attachment", guid)),
            )

    def _join(
        self, rowid: int, row: Row, place: ChatContext, second: str | None = None
    ) -> None:
        state: int = row.get("index_state", 1)
        self._insert.joins([(place.rowid, rowid, row["date"], state)])
        if row.get("filter_action"):
            category = (row["filter_action"], row["filter_sub_action"])
            self._insert.filters([(*category, place.rowid, rowid)])
        self._join_second(rowid, row, second)

    def _join_second(self, rowid: int, row: Row, guid: str | None) -> None:
        """Insert the join with the other chat that a message stands in."""
        if guid is not None:
            state: int = row.get("index_state", 1)
            chat = self._rowid("chat", guid)
            self._insert.joins([(chat, rowid, row["date"], state)])

    def _leave_second(self, rowid: int, guid: str | None) -> None:
        """Delete the join with the other chat that a message stood in."""
        if guid is not None:
            self._connection.execute(
                "DELETE FROM chat_message_join WHERE message_id = ? AND chat_id = ?",
                (rowid, self._rowid("chat", guid)),
            )

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
        """Insert the handles that are new; one that is no longer a person's only
        one, or is so again, changes too."""
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


def _previous(chat: Conversation, message: Message) -> str | None:
    """Return the GUID of the message before one, for its reply_to_guid (§1)."""
    before = None
    for each in chat.messages:
        if each.guid == message.guid:
            break
        before = each.guid
    return before
