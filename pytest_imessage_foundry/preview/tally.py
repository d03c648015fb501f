"""Counts of a phone's messages, taken one message at a time, for the plots."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from pytest_imessage_foundry.preview.phone import ShownChat, ShownMessage

Clock = Callable[[int], datetime]
_SECOND = 10**9
_HOUR = 3600 * _SECOND
# A message after more than a day starts a new conversation and is no answer.
_LONGEST_ANSWER = 24 * 3600


@dataclass
class Sides:
    """A count for each key, of the owner's messages and of the others'."""

    mine: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)

    def add(self, key: str, *, is_mine: bool) -> None:
        (self.mine if is_mine else self.theirs)[key] += 1

    def most_common(self, most: int | None = None) -> list[str]:
        """Return the keys, those with the most messages first."""
        return [key for key, _ in (self.mine + self.theirs).most_common(most)]


class Tally:
    """What the plots count; `clock` converts a date to local time.

    Attributes:
        hours: messages of each local hour, as (date, hour) → mine, theirs.
        contacts: messages by address; the owner's to groups are left out.
        chats: messages of each chat by its name, identifier or people.
        kinds: messages by kind.
        waits: seconds until an answer, of the owner and of the others.
        newest: the newest date.
        total: how many messages were counted.
    """

    def __init__(self, clock: Clock) -> None:
        self.hours: dict[tuple[date, int], list[int]] = {}
        self.contacts, self.chats, self.kinds = Sides(), Sides(), Sides()
        self.waits = (array("d"), array("d"))
        self.newest = 0
        self.total = 0
        self._clock = clock
        self._local: dict[int, tuple[date, int]] = {}
        self._before: dict[int, tuple[int, bool]] = {}

    def add(self, chat: ShownChat, message: ShownMessage) -> None:
        """Count a message; those of a chat come oldest first."""
        self.newest = max(self.newest, message.date)
        is_mine = message.sender is None
        self._add_kinds(message, is_mine)
        if message.event:
            return
        self.chats.add(_name(chat), is_mine=is_mine)
        if message.sender is not None:
            self.contacts.add(message.sender, is_mine=False)
        elif not chat.is_group and chat.participants:
            self.contacts.add(chat.participants[0], is_mine=True)
        if message.date:
            self.total += 1
            self.hours.setdefault(self._hour(message.date), [0, 0])[not is_mine] += 1
            self._add_answer(chat, message.date, is_mine)

    def _hour(self, moment: int) -> tuple[date, int]:
        hour = moment // _HOUR
        if hour not in self._local:
            local = self._clock(moment)
            if local.minute != (moment % _HOUR) // (60 * _SECOND):
                return local.date(), local.hour  # a zone of half hours
            self._local[hour] = local.date(), local.hour
        return self._local[hour]

    def _add_answer(self, chat: ShownChat, moment: int, is_mine: bool) -> None:
        before = self._before.get(chat.id)
        self._before[chat.id] = moment, is_mine
        if before is not None and before[1] != is_mine:
            seconds = (moment - before[0]) / _SECOND
            if seconds < _LONGEST_ANSWER:
                self.waits[not is_mine].append(seconds)

    def _add_kinds(self, message: ShownMessage, is_mine: bool) -> None:
        counted = self.kinds.mine if is_mine else self.kinds.theirs
        for kind in kinds(message):
            counted[kind] += 1
        for tapback in message.tapbacks:
            kind = "sticker" if tapback.name == "placed" else "tapback"
            self.kinds.add(kind, is_mine=tapback.sender is None)


def _name(chat: ShownChat) -> str:
    return chat.name or ", ".join(chat.participants) or chat.identifier or "no name"


def kinds(message: ShownMessage) -> list[str]:
    """Return the kinds of a message, as names for a plot."""
    if message.event:
        return ["group event"]
    found = ["text"] if message.text else []
    for file in message.files:
        major = file.mime.partition("/")[0]
        found.append({"image": "picture", "video": "video"}.get(major, "file"))
    if message.is_rare:
        found += _rare_kinds(message)
    return found


def _rare_kinds(message: ShownMessage) -> Iterator[str]:
    for present, kind in (
        (message.is_audio, "audio message"),
        (message.poll, "poll"),
        (message.card, message.card.kind if message.card else ""),
        (message.reply, "inline reply"),
        (message.is_edited, "edited"),
        (message.is_unsent, "unsent"),
        (message.effect, "send effect"),
        (message.schedule, "send later"),
        (message.deleted, "recently deleted"),
        (message.troubles, "unreadable"),
    ):
        if present:
            yield {"app": "app card", "touch": "digital touch"}.get(kind, kind)
