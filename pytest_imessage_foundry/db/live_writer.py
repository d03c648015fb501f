"""Write into an open database what Messages writes when something happens.

The builder fills an empty file; `LiveWriter` changes one that is open, that has Apple's
triggers and that others may be reading. Rows come from the same functions, and what
a trigger writes (cache columns, chat_service, index counters, the logs of what was
deleted) is left to the trigger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.live_message_rows import LiveMessageRows
from pytest_imessage_foundry.db.rows import deletions
from pytest_imessage_foundry.db.rows.chats import ChatContext, ChatEnd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import Conversation, Message


class LiveWriter(LiveMessageRows):
    """The writer of one open database.

    The caller puts each call into a transaction.
    """

    def open_chat(self, chat: Conversation) -> None:
        """Insert a new chat, with nothing in it yet."""
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
        """Write that a chat changed, and messages in it: each old one became a new one.

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
