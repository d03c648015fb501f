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
_ASSOCIATED = ("associated_message_type", "balloon_bundle_id", "text")


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
        # The first message with a GUID counts, so they are gone through backwards.
        named = [*tables.tuples("message", "guid", "date")]
        self.dates: dict[int, int] = {number: date(sent) for number, _, sent in named}
        self.ids: dict[str, int] = {
            words(guid): number for number, guid, _ in reversed(named)
        }
        self.associated: list[int] = [
            number
            for number, kind, bundle, text in tables.tuples("message", *_ASSOCIATED)
            if (kind or bundle or text == POLL_NOTICE) and _is_other(kind, bundle, text)
        ]
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


def _is_other(kind: object, bundle: object, text: object) -> bool:
    """Return whether a row may belong to another message."""
    is_poll = words(bundle).rpartition(":")[2] == POLL
    return bool(whole(kind)) or is_poll or text == POLL_NOTICE


def _deleted(tables: Tables) -> dict[int, tuple[int, int]]:
    columns = ("chat_id", "message_id", "delete_date")
    return {
        whole(message): (whole(chat), date(deleted))
        for _, chat, message, deleted in tables.tuples(
            "chat_recoverable_message_join", *columns
        )
    }
