"""The true readings of a file, in the order of its ROWIDs.

A ROWID is the place of a row among all that arrived: the rows of all chats by date,
with those that something else made wait for their own. Messages are walked once, and
nothing is held but what is still to come.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.batches import in_batches
from pytest_imessage_foundry.models import Roll
from pytest_imessage_foundry.scorecard.readings import ChatReading, GoneReading
from pytest_imessage_foundry.scorecard.true_message import event_reading, own_reading
from pytest_imessage_foundry.scorecard.true_reactions import reactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Conversation, Message
    from pytest_imessage_foundry.scorecard.readings import Reading

Place = dict[str, Any]
# When a row arrived, its chat, its turn among equals, the ROWIDs that were given to
# others before it, and what makes its reading.
Arrived = tuple[int, int, int, int, "Callable[[Place], Reading]"]


def readings(
    conversations: Sequence[Conversation],
    cases: Mapping[str, str] | None = None,
    rowids: Mapping[str, int] | None = None,
) -> Iterator[Reading]:
    """Yield the reading of every row of `message`, then of every row of `chat`.

    Args:
        conversations: the truth; each chat's messages are walked once.
        cases: the case of the catalogue by the GUID of a message.
        rowids: ROWIDs by GUID, of messages and chats, where a file was written to
            since it was built.
    """
    walk = _Walk(conversations, cases or {}, rowids)
    yield from walk.rows()
    yield from walk.chats()


@dataclass(slots=True)
class _Chat:
    """A chat while its messages are walked."""

    conversation: Conversation
    rowid: int
    roll: Roll


class _Walk:
    """One walk over the conversations of a file."""

    def __init__(
        self,
        conversations: Sequence[Conversation],
        cases: Mapping[str, str],
        rowids: Mapping[str, int] | None,
    ) -> None:
        self._cases = cases
        self._known = rowids
        self._chat_rowids: dict[str, int] = {}
        self._chats: list[_Chat] = []
        for conversation in conversations:
            for former in conversation.former:
                self._number(former.guid)
            rowid = self._number(conversation.guid)
            roll = Roll(conversation.founders)
            self._chats.append(_Chat(conversation, rowid, roll))

    def _number(self, guid: str) -> int:
        known = (self._known or {}).get(guid)
        self._chat_rowids[guid] = known or len(self._chat_rowids) + 1
        return self._chat_rowids[guid]

    def rows(self) -> Iterator[Reading]:
        streams = (in_batches(self._arrivals(chat)) for chat in self._chats)
        rowid = 0
        for _, chat, _, gap, make in heapq.merge(*streams):
            rowid += 1 + gap
            place: Place = {
                "rowid": rowid,
                "chat": self._chats[chat].conversation.guid,
                "chat_rowid": self._chats[chat].rowid,
            }
            reading = make(place)
            if self._known is not None:
                object.__setattr__(reading, "rowid", self._known.get(reading.guid, 0))
            yield reading

    def _arrivals(self, chat: _Chat) -> Iterator[Arrived]:
        """Yield the rows of one chat in the order in which they arrived."""
        number = self._chats.index(chat)
        ties = count()
        later: list[Arrived] = []
        for message in in_batches(chat.conversation.messages):
            arrived = chat.conversation.reached(message)
            # What came late by itself waits; what came with its chat is in order.
            due = message.date if message.traits.arrived else arrived
            while later and later[0][0] < due:
                yield heapq.heappop(later)
            own = self._own(message)
            row = arrived, number, next(ties), message.traits.gap, own
            if arrived > due:
                heapq.heappush(later, row)
            else:
                yield row
            chat.roll.tell(message)
            for date, make in self._drawn(message):
                when = max(date, arrived)
                heapq.heappush(later, (when, number, next(ties), 0, make))
        while later:
            yield heapq.heappop(later)

    def _own(self, message: Message) -> Callable[[Place], Reading]:
        deleted = message.traits.deleted
        if deleted is not None and deleted.permanent:
            return self._gone(message.guid, message)
        return lambda place: own_reading(message, self._with_case(place, message))

    def _gone(self, guid: str, message: Message) -> Callable[[Place], Reading]:
        return lambda place: GoneReading(
            guid=guid,
            rowid=place["rowid"],
            shows=["deleted-for-good"],
            case=self._cases.get(message.guid),
        )

    def _drawn(
        self, message: Message
    ) -> Iterator[tuple[int, Callable[[Place], Reading]]]:
        """Yield the rows that come with a message or after it, with their dates.

        What reacted to a message goes with it when that is deleted for good.
        """
        deleted = message.traits.deleted
        if deleted is not None and deleted.permanent:
            return
        for date, make in reactions(message):
            yield date, self._placed(make, message)
        yield from self._of_event(message)
        for tapback in message.tapbacks:
            for date, guid in tapback.gone:
                yield date, self._gone(guid, message)

    def _of_event(
        self, message: Message
    ) -> Iterator[tuple[int, Callable[[Place], Reading]]]:
        """Yield the further rows of an event: a changed number's second one, copies."""
        event = message.event
        if event is None:
            return
        further = [] if event.joined_by is None else [(event.joined_by, True)]
        for number, guid in enumerate(event.copies):
            further.append((guid, event.joined_by is not None and number % 2 == 1))
        for guid, joins in further:

            def make(place: Place, guid: str = guid, joins: bool = joins) -> Reading:
                return event_reading(message, event, guid, place, joins=joins)

            yield message.date, self._placed(make, message)

    def _placed(
        self, make: Callable[[Place], Reading], message: Message
    ) -> Callable[[Place], Reading]:
        return lambda place: make(self._with_case(place, message))

    def _with_case(self, place: Place, message: Message) -> Place:
        case = self._cases.get(message.guid)
        return place if case is None else {**place, "case": case}

    def chats(self) -> Iterator[ChatReading]:
        """Yield the chats as the walk left them, former ones before their own."""
        for each in self._chats:
            chat = each.conversation
            for former in chat.former:
                yield ChatReading(
                    guid=former.guid,
                    rowid=self._chat_rowids[former.guid],
                    identifier=chat.identifier,
                    shows=["empty-chat"],
                    service=former.service,
                    is_group=chat.is_group,
                    name=former.name,
                    participants=list(chat.founders),
                    is_empty=True,
                )
            yield self._chat(each)

    def _chat(self, each: _Chat) -> ChatReading:
        chat, properties = each.conversation, each.conversation.properties
        return ChatReading(
            guid=chat.guid,
            rowid=each.rowid,
            identifier=chat.identifier,
            shows=["group" if chat.is_group else "chat"],
            service=chat.service,
            is_group=chat.is_group,
            name=chat.name or None,
            participants=list(each.roll.present),
            is_archived=properties.is_archived,
            is_blocked=properties.is_blocked,
            filtered=properties.filtered,
        )
