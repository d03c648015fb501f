"""Counts of a phone's messages, taken one message at a time, for the plots."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pytest_imessage_foundry.preview.phone import (
    Drawable,
    PlainMessage,
    ShownChat,
    ShownMessage,
)

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

    def add(self, key: str, *, mine: int = 0, theirs: int = 0) -> None:
        """Count so many more; a key that was never met has no count of its own."""
        if mine:
            self.mine[key] += mine
        if theirs:
            self.theirs[key] += theirs

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

    def add(self, chat: ShownChat, messages: Sequence[Drawable]) -> None:
        """Count messages of a chat; they come oldest first."""
        self.newest = max([self.newest, *[message.date for message in messages]])
        self._add_kinds(messages)
        said = [message for message in messages if not message.event]
        senders = [message.sender for message in said if message.sender is not None]
        mine = len(said) - len(senders)
        self.chats.add(_name(chat), mine=mine, theirs=len(senders))
        self.contacts.theirs.update(senders)
        if chat.participants and not chat.is_group:
            self.contacts.add(chat.participants[0], mine=mine)
        self._add_times(chat.id, [message for message in said if message.date])

    def _add_times(self, chat: int, messages: Sequence[Drawable]) -> None:
        self.total += len(messages)
        before = self._before.get(chat)
        for message in messages:
            moment, is_mine = message.date, message.sender is None
            self.hours.setdefault(self._hour(moment), [0, 0])[not is_mine] += 1
            if before is not None and before[1] != is_mine:
                seconds = (moment - before[0]) / _SECOND
                if seconds < _LONGEST_ANSWER:
                    self.waits[not is_mine].append(seconds)
            self._before[chat] = before = moment, is_mine

    def _hour(self, moment: int) -> tuple[date, int]:
        hour = moment // _HOUR
        if hour not in self._local:
            local = self._clock(moment)
            if local.minute != (moment % _HOUR) // (60 * _SECOND):
                return local.date(), local.hour  # a zone of half hours
            self._local[hour] = local.date(), local.hour
        return self._local[hour]

    def _add_kinds(self, messages: Sequence[Drawable]) -> None:
        plain = [each.sender is None for each in messages if type(each) is PlainMessage]
        self.kinds.add("text", mine=sum(plain), theirs=len(plain) - sum(plain))
        for message in messages if len(plain) < len(messages) else ():
            if isinstance(message, PlainMessage):
                continue
            is_mine = message.sender is None
            for kind in kinds(message):
                self.kinds.add(kind, mine=is_mine, theirs=not is_mine)
            for tapback in message.tapbacks:
                kind = "sticker" if tapback.name == "placed" else "tapback"
                is_mine = tapback.sender is None
                self.kinds.add(kind, mine=is_mine, theirs=not is_mine)


def _name(chat: ShownChat) -> str:
    return chat.name or ", ".join(chat.participants) or chat.identifier or "no name"


def kinds(message: ShownMessage) -> list[str]:
    """Return the kinds of a message, as names for a plot."""
    if message.event:
        return ["group event"]
    found = ["text"] if any(part.text for part in message.parts) else []
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
