"""Rows that belong to another message: tapbacks, stickers and polls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from pytest_imessage_foundry.preview.balloon_cards import POLL, PollTally, bundle
from pytest_imessage_foundry.preview.database import Row, Tables, date, whole, words
from pytest_imessage_foundry.preview.message_index import MessageIndex
from pytest_imessage_foundry.preview.phone import ShownFile, ShownTapback
from pytest_imessage_foundry.preview.sentences import TAPBACKS

_ADDED, _REMOVED, _STICKER = 2000, 3000, 1000
_UPDATE, _ROOT, _VOTES = 2, 3, (4000, 4001)
_NOTICE_WITHIN = 3 * 10**9
_COLUMNS = (
    "guid",
    "associated_message_guid",
    "associated_message_type",
    "associated_message_emoji",
    "balloon_bundle_id",
    "payload_data",
    "text",
    "date",
    "is_from_me",
    "handle_id",
)
Sender = Callable[[Row], str | None]
Files = Callable[[int], list[ShownFile]]


def target(value: str) -> tuple[str, int]:
    """Return the GUID and part in ``p:1/GUID``, ``bp:GUID`` or a bare GUID."""
    head, slash, guid = value.partition("/")
    if slash and head.startswith("p:"):
        number = head[2:]
        return guid, int(number) if number.isdecimal() and len(number) < 9 else 0
    return value.removeprefix("bp:"), 0


class Reactions:
    """All reactions and polls of a database, by the GUID they belong to.

    `hidden` has the ids of rows that are shown on another message and not by
    themselves. A row whose target is missing is not hidden.
    """

    def __init__(
        self, tables: Tables, rows: MessageIndex, sender: Sender, files: Files
    ) -> None:
        self.tapbacks: dict[str, list[ShownTapback]] = defaultdict(list)
        self.polls: dict[str, PollTally] = {}
        self.hidden: set[int] = set()
        self._sender, self._files = sender, files
        self._root_of: dict[str, str] = {}
        self._last_poll: dict[str | None, int] = {}
        self._guids = rows.ids
        associated = [
            (date(row["date"]), row)
            for row in tables.rows_of("message", rows.associated, _COLUMNS)
        ]
        for _, row in sorted(associated, key=lambda pair: pair[0]):
            self._take(row)

    def _take(self, row: Row) -> None:
        kind = whole(row["associated_message_type"])
        guid, part = target(words(row["associated_message_guid"]))
        if bundle(row) == POLL and kind in (0, _ROOT):
            self._open_poll(row)
        elif kind == 0:
            self._take_notice(row)
        elif guid not in self._guids:
            return
        elif kind in _VOTES or (kind == _UPDATE and bundle(row) == POLL):
            self._take_poll_row(row, kind, guid)
        elif kind == _STICKER or 0 <= kind - _ADDED < len(TAPBACKS):
            self.hidden.add(whole(row["id"]))
            self.tapbacks[guid].append(self._tapback(row, kind, part))
        elif 0 <= kind - _REMOVED < len(TAPBACKS):
            self.hidden.add(whole(row["id"]))
            self._remove(row, kind, guid, part)

    def _tapback(self, row: Row, kind: int, part: int) -> ShownTapback:
        pictures = self._files(whole(row["id"]))
        return ShownTapback(
            sender=self._sender(row),
            name="placed" if kind == _STICKER else TAPBACKS[kind - _ADDED],
            part=part,
            date=date(row["date"]),
            emoji=words(row["associated_message_emoji"]),
            image=pictures[0] if pictures else None,
        )

    def _remove(self, row: Row, kind: int, guid: str, part: int) -> None:
        sender, emoji = self._sender(row), words(row["associated_message_emoji"])
        name = TAPBACKS[kind - _REMOVED]
        self.tapbacks[guid] = [
            standing
            for standing in self.tapbacks[guid]
            if (standing.sender, standing.part, standing.name) != (sender, part, name)
            or (emoji and standing.emoji != emoji)
        ]

    def _open_poll(self, row: Row) -> None:
        self.polls.setdefault(words(row["guid"]), PollTally()).offer(row)
        self._last_poll[self._sender(row)] = date(row["date"])

    def _take_poll_row(self, row: Row, kind: int, guid: str) -> None:
        root = self._root_of.get(guid, guid)
        if root not in self.polls:
            return
        self.hidden.add(whole(row["id"]))
        self._root_of[words(row["guid"])] = root
        if kind == _UPDATE:
            self.polls[root].offer(row)
        else:
            self.polls[root].vote(row, self._sender(row))

    def _take_notice(self, row: Row) -> None:
        """Hide the "Sent a poll" row that Messages writes and never shows."""
        sent = self._last_poll.get(self._sender(row))
        if sent is not None and 0 <= date(row["date"]) - sent <= _NOTICE_WITHIN:
            self.hidden.add(whole(row["id"]))
