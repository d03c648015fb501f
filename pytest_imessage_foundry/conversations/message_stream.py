"""Messages that are derived again at each iteration, so that memory use is constant."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, overload

from pytest_imessage_foundry.conversations.receipts import reactions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_imessage_foundry.models import Conversation, Message


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

    Whoever opens the chat, for a message of either service, reads all of it. A message
    waits until no later one can say that it was read before.
    """
    waiting: deque[Message] = deque()
    # When the owner, and the other, are in the chat after the latest message: they
    # read what is not the owner's, and what is.
    opened: dict[bool, list[int]] = {False: [], True: []}
    for message in messages:
        date, mine = message.date, message.sender is None
        while waiting and not _is_unread(waiting[0], date):
            yield waiting.popleft()
        waiting.append(message)
        opened[not mine].append(date)
        opened[mine] += _openings(message, mine)
        for side, moments in opened.items():
            _read_by(min(moments, default=0), waiting, is_mine=side)
            opened[side] = [moment for moment in moments if moment > date]
    yield from waiting


def _read_by(moment: int, waiting: deque[Message], *, is_mine: bool) -> None:
    """Read what one side wrote before a moment by then."""
    for place, each in enumerate(waiting):
        is_before = each.date < moment and (each.sender is None) is is_mine
        if is_before and _is_unread(each, moment):
            arrived = min(each.date_delivered, moment)
            read = replace(each, date_delivered=arrived, date_read=moment)
            waiting[place] = read


def _is_unread(message: Message, date: int) -> bool:
    """Return whether somebody could read a message before a date, but did not."""
    if message.sender is not None and not message.date_read:
        return message.event is None
    return message.date_read > date


def _openings(message: Message, is_mine: bool) -> Iterator[int]:
    """Yield when those who read a message are in the chat."""
    if message.date_read:
        yield message.date_read
    yield from reactions_of(message, is_mine)
