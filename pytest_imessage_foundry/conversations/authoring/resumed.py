"""A phone whose history is there already, and goes on."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.words import ME
from pytest_imessage_foundry.models import Conversation, Persona
from pytest_imessage_foundry.models.members import moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Message

Where = Conversation | Persona | str


class ResumedPhone(Author):
    """An author who writes on where conversations end.

    `written` is the last ROWID of `message`: what ids derive from, so that no two
    sequels repeat each other's.
    """

    _advice_in_time = (
        "receive or send one now and change that; an `at` that is in time, before now, "
        "is a change of which this phone hears late"
    )

    def __init__(
        self,
        schema: Schema,
        conversations: tuple[Conversation, ...],
        *,
        people: Iterable[Persona],
        owner: Persona,
        seed: int,
        written: int,
        newest: int = 0,
    ) -> None:
        start = _last_moment(conversations) or newest
        super().__init__(
            schema.name, seed=seed, start=start, schema=schema, owner=owner
        )
        self.people = list(people)
        self._rhythm = Random(f"{seed}:resumed:{written}:rhythm")
        self._ids = Random(f"{seed}:resumed:{written}:ids")
        self._files = written
        self.chats = [_ResumedChat(self, told) for told in conversations]

    def _time_of_change(self, usual: int) -> int:
        """Return the clock's time, or `usual` if it is later.

        Never before the newest thing: who watches the phone would not see the change.
        """
        return max(usual, self.moment)

    def known(self, who: Persona | str | None) -> Persona | None:
        """Who is meant by a name or an address; a stranger by what nobody has."""
        if not isinstance(who, str):
            return who
        if who == ME:
            return self.owner
        for person in self.people:
            if who in (person.name, person.id, *person.addresses):
                return person
        return Persona(id=who, name=who, identifier=who)


class _ResumedChat(Chat):
    """A chat that was there before."""

    def __init__(self, phone: ResumedPhone, told: Conversation) -> None:
        people = {address: p for p in phone.people for address in p.addresses}
        super().__init__(
            phone,
            [
                people.get(each) or Persona(id=each, name=each, identifier=each)
                for each in told.founders
            ],
            told.service,
            is_group=told.is_group,
            name=told.name,
            founders=told.founders,
            group_id=told.group_id,
        )
        self.properties, self.former = told.properties, told.former
        for message in told.messages:
            draft = Draft(self, message)
            self.drafts.append(draft)
            if message.event is not None and any(moves(message.event, message.sender)):
                self.attendance.events.append(draft)
        self._told = told

    def _identifier(self) -> str:
        return self._told.identifier

    def _guid(self, identifier: str) -> str:
        return self._told.guid

    def conversation(self) -> Conversation:
        now = super().conversation()
        return replace(
            self._told,
            messages=now.messages,
            name=now.name,
            properties=now.properties,
            former=now.former,
        )


def _last_moment(conversations: tuple[Conversation, ...]) -> int:
    """Return when the last thing happened that these conversations tell of."""
    return max(
        (
            moment
            for chat in conversations
            for message in chat.messages
            for moment in _moments(message)
        ),
        default=0,
    )


def _moments(message: Message) -> Iterator[int]:
    yield from (message.date, message.date_delivered, message.date_read)
    yield message.traits.arrived
    yield from (each.date for each in message.edits)
    yield from (each.date for each in message.stickers)
    for tapback in message.tapbacks:
        yield tapback.date
        if tapback.removed is not None:
            yield tapback.removed.date
    yield from (part.date for part in message.parts if part.kind == "unsent")
    if message.balloon is not None and message.balloon.kind == "poll":
        yield from (each.date for each in message.balloon.votes)
        yield from (each.date for each in message.balloon.added)
    if message.traits.deleted is not None:
        yield message.traits.deleted.date


def is_meant(where: Where, chat: Chat, told: Conversation) -> bool:
    """Whether `where` names a chat: it, its guid, identifier or name, or the person
    of a one-to-one chat."""
    people = () if chat.is_group else chat.people
    if isinstance(where, Persona):
        return where in people
    if isinstance(where, Conversation):
        return where.guid == told.guid
    names = (told.guid, told.identifier, told.name)
    return where in names or any(where in (p.name, p.id) for p in people)
