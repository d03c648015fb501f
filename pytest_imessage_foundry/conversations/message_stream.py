"""Messages that are derived again at each iteration, so that memory use is constant."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, overload

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
        return heapq.merge(
            one.messages, other.messages, key=lambda message: message.date
        )

    return replace(
        one,
        messages=MessageStream(derive),
        former=one.former or other.former,
        origin=one.origin if one.origin == other.origin else f"{one.origin}+faker",
    )
