"""Insert, change and delete the rows of messages in an open database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.live_tables import LiveTables
from pytest_imessage_foundry.db.rows import deletions, reactions
from pytest_imessage_foundry.db.rows.attachment import attachment_row
from pytest_imessage_foundry.db.rows.chats import ChatContext
from pytest_imessage_foundry.db.rows.columns import ORDINARY, Row
from pytest_imessage_foundry.db.rows.message import changes
from pytest_imessage_foundry.models.message_files import own_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import (
        Attachment,
        Conversation,
        Message,
        Sticker,
    )

# Triggers on the joins fill them (SEMANTICS, "Database-level facts").
_BY_TRIGGERS = {"cache_roomnames": None, "cache_has_attachments": 0}
# The only columns of a tapback's row that change. It keeps quoting the message as it
# was at the reaction.
_RECEIPTS = ("date_delivered", "date_read", "is_delivered", "is_read")


class LiveMessageRows(LiveTables):
    """The rows of messages, with those of their files, reactions and joins."""

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
        # For a message in no chat there was no join, and so no trigger.
        self._connection.execute("DELETE FROM message WHERE ROWID = ?", (rowid,))
        # Triggers also delete handles that no row names any more.
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
