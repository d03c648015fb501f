"""An index of a database's messages: which there are, and which chat each is in.

It holds numbers and GUIDs alone, so that the messages themselves can be read a chat
at a time.
"""

from __future__ import annotations

from collections import defaultdict

from pytest_imessage_foundry.preview.balloon_cards import POLL
from pytest_imessage_foundry.preview.database import Tables, date, whole, words

STRAY = 0
"""Stands for the chat of messages that are in none."""
POLL_NOTICE = "Sent a poll"
_COLUMNS = ("guid", "date", "associated_message_type", "balloon_bundle_id", "text")


class MessageIndex:
    """The messages of a database.

    Attributes:
        dates: the date of each message, by ROWID.
        ids: the ROWID of the first message with a GUID.
        associated: ROWIDs of what may belong to another message: tapbacks, stickers,
            polls and votes.
        deleted: of messages in Recently Deleted the chat that each was in, and when
            it was deleted.
    """

    def __init__(self, tables: Tables) -> None:
        self.dates: dict[int, int] = {}
        self.ids: dict[str, int] = {}
        self.associated: list[int] = []
        for number, guid, sent, kind, bundle, text in tables.tuples(
            "message", *_COLUMNS
        ):
            self.dates[number] = date(sent)
            self.ids.setdefault(words(guid), number)
            if kind or bundle or text == POLL_NOTICE:
                is_poll = words(bundle).rpartition(":")[2] == POLL
                if whole(kind) or is_poll or text == POLL_NOTICE:
                    self.associated.append(number)
        self.deleted = _deleted(tables)
        self._chats = self._by_chat(tables)

    def _by_chat(self, tables: Tables) -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        chats = {row[0] for row in tables.tuples("chat")}
        housed: set[int] = set()
        columns = ("chat_id", "message_id")
        for _, chat, message in tables.tuples("chat_message_join", *columns):
            number, place = whole(message), whole(chat)
            if number in self.dates:
                found[place if place in chats else STRAY].append(number)
                housed.add(number)
        for number in self.dates.keys() - housed:
            place, _ = self.deleted.get(number, (STRAY, 0))
            found[place if place in chats else STRAY].append(number)
        return dict(found)

    def of_chat(self, chat: int, hidden: set[int]) -> list[int]:
        """Return the ROWIDs of a chat's messages but the hidden ones, oldest first."""
        ids = set(self._chats.get(chat, ())) - hidden
        # This is the order by date and number, since sorting keeps the order of equal
        # dates.
        return sorted(sorted(ids), key=self.dates.__getitem__)


def _deleted(tables: Tables) -> dict[int, tuple[int, int]]:
    columns = ("chat_id", "message_id", "delete_date")
    return {
        whole(message): (whole(chat), date(deleted))
        for _, chat, message, deleted in tables.tuples(
            "chat_recoverable_message_join", *columns
        )
    }
