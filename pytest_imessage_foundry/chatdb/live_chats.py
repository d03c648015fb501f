"""Verbs of a live phone about people and chats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from pytest_imessage_foundry.chatdb.live_steps import LiveSteps
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import ChatFacts
from pytest_imessage_foundry.conversations.authoring.resumed import Where
from pytest_imessage_foundry.conversations.authoring.words import When

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import (
        Conversation,
        FilterTier,
        Persona,
        Service,
    )


class LiveChats(LiveSteps):
    """A phone with the verbs that meet people, open chats and set properties."""

    @checked
    def person(
        self,
        name: str,
        *,
        address: str | None = None,
        addresses: Sequence[str] = (),
        email: bool = False,
        country: str = "US",
        real: bool = False,
    ) -> Persona:
        """Meet somebody new, under an address that belongs to nobody; as
        `Author.person`."""
        with self._one_step:
            persona = self._phone.person(
                name,
                address=address,
                addresses=addresses,
                email=email,
                country=country,
                real=real,
            )
            self._steps.meet(self._phone.people)
            self._db.retell(self._truth, self._phone.people)
            return persona

    @checked
    def direct(
        self,
        person: Persona,
        *,
        address: str | None = None,
        service: Service = "iMessage",
        suffix: str = "",
        filtered: FilterTier | None = None,
    ) -> Conversation:
        """Return the one-to-one chat with somebody, opened if there is none; as
        `Author.direct`."""
        with self._one_step:
            known = len(self._phone.chats)
            chat = self._phone.direct(
                person,
                address=address,
                service=service,
                suffix=suffix,
                filtered=filtered,
            )
            if len(self._phone.chats) > known:
                return self._open(chat)
            guid = chat.guid
            told = next(each for each in self._truth if each.guid == guid)
            if chat.conversation().properties == told.properties:
                return told
            whole = self._chat(told)
            try:
                self._write(whole)
            except BaseException:
                whole.properties = told.properties
                raise
            return self._truth[self._phone.chats.index(whole)]

    @checked
    def note_to_self(
        self, *, address: str | None = None, service: Service = "iMessage"
    ) -> Conversation:
        """Return the owner's chat with themselves; as `Author.note_to_self`."""
        return self.direct(self._db.owner, address=address, service=service)

    @checked
    def group(
        self,
        *people: Persona,
        name: str | None = None,
        service: Service = "iMessage",
        created: When | None = None,
    ) -> Conversation:
        """Open a group; as `Author.group`."""
        with self._one_step:
            chat = self._phone.group(
                *people, name=name, service=service, created=created
            )
            return self._open(chat)

    @checked
    def set(self, chat: Where, **properties: Unpack[ChatFacts]) -> Conversation:
        """Set fields of a chat's `models.ChatProperties`."""
        into = self._chat(chat)
        with self._step(into):
            into.set(**properties)
            self._write(into)
        return self._truth[self._phone.chats.index(into)]

    @checked
    def formerly(
        self, chat: Where, service: Service, *, domain: str | None = None
    ) -> Conversation:
        """Leave an empty row of a service that a chat was moved from; as
        `Chat.formerly`."""
        into = self._chat(chat)
        with self._step(into):
            into.formerly(service, domain=domain)
            self._write(into)
        return self._truth[self._phone.chats.index(into)]
