"""Conversations written by hand, a line a message.

    phone = Author("tahoe")
    alex = phone.person("Alex Doe")
    chat = phone.direct(alex)
    question = chat.receive("Dinner at 7?").tapback("loved")
    chat.send("Sure", reply_to=question, effect="slam").edit("Sure, 7:30")
    phone.conversations()

Times default to a believable rhythm: one clock runs through all chats of a phone
and each thing that happens moves it on. What a release cannot hold is refused
with the names of those that can.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.attachments.sending import send as send_file
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import unknown, when
from pytest_imessage_foundry.db import schema as releases
from pytest_imessage_foundry.db.rows.chats import random_uuid
from pytest_imessage_foundry.errors import FoundryError, UnsupportedError
from pytest_imessage_foundry.models import FILTER_SUFFIXES, Persona
from pytest_imessage_foundry.personas import handles

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import When
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Attachment, Conversation, Service

START = "2025-10-06T15:00:00Z"


class Author:
    """A phone to write on: its people, its chats, its clock."""

    def __init__(
        self,
        release: str = "tahoe",
        *,
        seed: int = 0,
        start: When = START,
        layout: Literal["fresh", "migrated"] = "fresh",
        schema: Schema | None = None,
        owner: Persona | None = None,
    ) -> None:
        self.schema = schema or releases.get(release, layout=layout)
        self.seed = seed
        self.owner = owner or _owner()
        self.people: list[Persona] = [self.owner]
        self.chats: list[Chat] = []
        self._clock = when(start)
        self._rhythm = Random(f"{seed}:author:rhythm")
        self._ids = Random(f"{seed}:author:ids")
        self._files = 0

    def person(
        self,
        name: str,
        *,
        address: str | None = None,
        email: bool = False,
        country: str = "US",
    ) -> Persona:
        """Somebody to write with, under an address that belongs to nobody.

        Raises:
            FoundryError: no number range of `country` is reserved for fiction.
        """
        number = len(self.people)
        if address is None:
            address = (
                handles.email(name, number) if email else handles.phone(country, number)
            )
        persona = Persona(
            id=f"person-{number}",
            name=name,
            identifier=address,
            identifier_type="email" if "@" in address else "phone",
            country_code=country,
        )
        self.people.append(persona)
        return persona

    def direct(
        self, person: Persona, *, service: Service = "iMessage", suffix: str = ""
    ) -> Chat:
        """The one-to-one chat with a person.

        There is one for each service; from macOS 26 on one for all of them, in
        which each message keeps its own. `suffix` is one of FILTER_SUFFIXES, with
        which a filtered sender has a chat of his own. On 27 there is none: what is
        received there carries the category that the suffix stands for.
        """
        if suffix and suffix not in FILTER_SUFFIXES:
            raise unknown("suffix", suffix, FILTER_SUFFIXES)
        return self._open([person], service, is_group=False, name=None, suffix=suffix)

    def group(
        self,
        *people: Persona,
        name: str | None = None,
        service: Service = "iMessage",
    ) -> Chat:
        """A group chat of these people and the owner."""
        return self._open(list(people), service, is_group=True, name=name)

    def file(self, kind: str = "photo", **fields: Any) -> Attachment:
        """A file to send: a kind of `attachments.generator`, and its `state`."""
        self._files += 1
        return send_file(kind, self.new_guid(), self._files, **fields)

    def conversations(self) -> list[Conversation]:
        """The truth as written so far."""
        return [chat.conversation() for chat in self.chats]

    def require(self, feature: str, what: str) -> None:
        """Refuse what the release cannot hold.

        Raises:
            UnsupportedError: with the names of the releases that can.
        """
        if feature in self.schema.features:
            return
        able = [
            name for name in releases.RELEASES if feature in releases.get(name).features
        ]
        raise UnsupportedError(
            f"{self.schema.name} cannot hold {what}\n"
            f"looked for {feature!r} among what {self.schema.name} has\n"
            f"use a release that can: {', '.join(able)}"
        )

    def new_guid(self) -> str:
        """An upper-case UUID that derives from the seed."""
        return random_uuid(self._ids)

    def tick(self, at: When | None, low: int, high: int, *, mine: bool = True) -> int:
        """The time of the next thing: given, or `low` to `high` seconds on.

        Own sends end on a whole millisecond, received ones do not (SEMANTICS §1).
        """
        if at is not None:
            self._clock = max(self._clock, moment := when(at))
            return moment
        step = self._rhythm.uniform(low, high)
        self._clock += int(step * 1_000) * 1_000_000
        return self._clock if mine else self._clock + self._rhythm.randrange(10**6)

    def _open(
        self,
        people: list[Persona],
        service: Service,
        *,
        is_group: bool,
        name: str | None,
        suffix: str = "",
    ) -> Chat:
        if service == "RCS":
            self.require("rcs", "an RCS chat")
        if service == "iMessageLite":
            self.require("satellite", "a satellite chat")
        if not people:
            raise FoundryError(
                "a chat needs somebody to write with\nnobody was named\n"
                "pass what person() gave you"
            )
        unified = "any_guids" in self.schema.features
        merged = "filter_actions" in self.schema.features
        category = FILTER_SUFFIXES.get(suffix) if merged else None
        suffix = "" if merged else suffix
        for chat in self.chats if not is_group else ():
            same = not chat.is_group and chat.people == people
            same = same and chat.suffix == suffix
            if same and (unified or chat.service == service):
                return chat.over(service, category)
        chat = Chat(self, people, service, is_group=is_group, name=name, suffix=suffix)
        self.chats.append(chat)
        return chat.over(service, category)


def _owner() -> Persona:
    return Persona(
        id="me",
        name="Robin Vale",
        identifier=handles.phone("US", 0),
        other_identifiers=(handles.email("Robin Vale", 0),),
        relationship="self",
        is_self=True,
    )
