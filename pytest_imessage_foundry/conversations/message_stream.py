"""Messages that are derived again at each iteration, so that memory use is constant."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, overload

from pytest_imessage_foundry.conversations.receipts import reactions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_imessage_foundry.models import Conversation, Message

_NEVER = 1 << 63


@dataclass(frozen=True, slots=True)
class MessageStream(Sequence["Message"]):
    """Messages that are derived again at each iteration and never stored.

    Asking for the length, or for one message, derives the messages anew. `list(...)`
    asks for the length first; `list(iter(...))` derives them once.
    """

    derive: Callable[[], Iterator[Message]]

    def __iter__(self) -> Iterator[Message]:
        return self.derive()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    @overload
    def __getitem__(self, place: int) -> Message: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Message, ...]: ...
    def __getitem__(self, place: int | slice) -> Message | tuple[Message, ...]:
        if isinstance(place, slice) or place < 0:
            return tuple(iter(self))[place]
        for message in islice(self, place, None):
            return message
        raise IndexError("there are fewer messages")


def joined_by_guid(conversations: Iterable[Conversation]) -> list[Conversation]:
    """Merge conversations with the same GUID into one.

    Since macOS 26 a person's iMessage and SMS share a chat.
    """
    found: dict[str, Conversation] = {}
    for each in conversations:
        known = found.get(each.guid)
        found[each.guid] = each if known is None else _joined(known, each)
    return list(found.values())


def _joined(one: Conversation, other: Conversation) -> Conversation:
    def derive() -> Iterator[Message]:
        merged = heapq.merge(
            one.messages, other.messages, key=lambda message: message.date
        )
        return read_as_one(merged)

    return replace(
        one,
        messages=MessageStream(derive),
        former=one.former or other.former,
        origin=one.origin if one.origin == other.origin else f"{one.origin}+faker",
    )


def read_as_one(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield the messages of two services in one chat, read as those of one.

    Whoever opens the chat, for a message of either service, reads all of it. Each
    service agrees with itself already.
    """
    together: list[Message] = []
    until = 0  # nothing is known of those so far that is later
    for message in messages:
        date = message.date
        if date >= until:
            yield from _settled(together)
            together = []
        together.append(message)
        until = max(until, date, _last_reading(message))
    yield from _settled(together)


def _last_reading(message: Message) -> int:
    """Return when the last was in the chat for a message; unread, it can still be."""
    if _is_unread(message):
        return _NEVER
    if not message.tapbacks:
        return message.date_read
    return max(message.date_read, *reactions_of(message, message.sender is None), 0)


def _settled(together: list[Message]) -> list[Message]:
    """Return messages near each other, read when somebody first was in the chat."""
    if len({each.service for each in together}) < 2:
        return together
    # When those are in the chat who read what the owner wrote, and the owner.
    opened: dict[bool, list[int]] = {True: [], False: []}
    for each in together:
        mine = each.sender is None
        opened[not mine].append(each.date)
        opened[mine] += [each.date_read, *reactions_of(each, mine)]
    for moments in opened.values():
        moments.sort()
    return [_read_by(each, opened[each.sender is None]) for each in together]


def _read_by(message: Message, opened: list[int]) -> Message:
    """Return a message as read at the first of some moments that comes after it."""
    place = bisect_right(opened, message.date)
    if place == len(opened) or not (message.date_read or _is_unread(message)):
        return message
    read = opened[place]
    arrived = min(message.date_delivered, read)
    return replace(message, date_delivered=arrived, date_read=read)


def _is_unread(message: Message) -> bool:
    """Return whether a message is received and unread; announcements stay so."""
    is_received = message.sender is not None and message.event is None
    return is_received and not message.date_read
