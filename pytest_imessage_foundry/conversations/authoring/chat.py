"""One chat that is written by hand; see `author`."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack, cast

from pytest_imessage_foundry.conversations.authoring import contradictions, rare_facts
from pytest_imessage_foundry.conversations.authoring.chat_events import ChatEvents
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    MessageFacts,
    SentFacts,
)
from pytest_imessage_foundry.conversations.authoring.words import (
    Content,
    named_parts,
    part_of,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import FilterCategory, Message, Persona
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.models import Service


class Chat(ChatEvents):
    """One chat; `send` and `receive` write into it.

    Attributes:
        people: who it began with, without the owner.
        founders: the address of each of them in it.
    """

    @checked
    def send(self, *content: Content, **facts: Unpack[SentFacts]) -> Draft:
        """Write a message of the owner. `content` are the parts of the body, each a
        text, a list of runs or a file; `facts` are fields of `models.Message` and
        of `models.Traits`, `at`, and `rowid_after` (a draft).

        In a note to self `twin` says whether it comes back as a received message;
        by default it does before macOS 26.
        """
        comes_back = self._comes_back(facts.pop("twin", None))
        draft = self._add(None, content, {**facts})
        if comes_back:
            facts["at"] = draft.message.date + SECOND
            self.receive(*content, **cast(MessageFacts, facts))
        return draft

    @checked
    def receive(
        self,
        *content: Content,
        sender: Persona | None = None,
        nameless: bool = False,
        **facts: Unpack[MessageFacts],
    ) -> Draft:
        """Write a message of somebody else; in a group name the `sender`, or nobody
        with `nameless`, as rows that name no handle do."""
        contradictions.check_sender(self, sender, nameless=nameless)
        if nameless:
            return self._add(lambda _: "", content, {**facts})
        return self._add(lambda date: self._address(sender, date), content, {**facts})

    def over(self, service: Service, category: FilterCategory | None = None) -> Chat:
        """Give the same chat, written in over another service, or by a sender whom a
        filter put in a category."""
        if (service, category) == (self.service, self.category):
            return self
        other = copy(self)
        other.service, other.category = service, category
        return other

    def _comes_back(self, twin: bool | None) -> bool:
        """Whether what is sent is also received: in a note to self it can be."""
        if not self.is_group and self.people[0].is_self:
            unified = "any_guids" in self.phone.schema.features
            return not unified if twin is None else twin
        if twin is not None:
            raise FoundryError(
                "only a note to self comes back\n"
                f"looked at chat {self.guid}, which is with others\n"
                "leave twin out"
            )
        return False

    def _address(self, sender: Persona | None, date: int) -> str:
        if sender is None or sender.is_self:
            return self.founders[0]
        return self.address_in(sender, date) or sender.identifier

    def _add(
        self,
        sender: Callable[[int], str] | None,
        content: tuple[Content, ...],
        fields: dict[str, Any],
    ) -> Draft:
        """Add a message; `sender` gives the other's address at its date."""
        phone = self.phone
        mine = sender is None
        given = rare_facts.taken_from(fields)
        date = phone.tick(fields.pop("at", None), 20, 180, mine=mine)
        date = rare_facts.moment(date, given)
        reply_to = fields.pop("reply_to", None)
        fields.setdefault("service", self.service)
        if self.category is not None and not mine:
            given.setdefault("filtered", self.category)
        if fields["service"] == "iMessage":
            # Delivered a moment later, read by whoever it was sent to.
            fields.setdefault("date_delivered", date + SECOND if mine else 0)
        # No group tells its sender who read what.
        if not mine or (fields["service"] == "iMessage" and not self.is_group):
            fields.setdefault("date_read", date + 20 * SECOND)
        if isinstance(reply_to, Draft):
            contradictions.check_reply(self, reply_to.chat)
            contradictions.check_order(reply_to.message, date, "answered")
            reply_to = reply_to.as_target()
        elif reply_to is not None:
            contradictions.check_answered(self, reply_to, date)
        guid = phone.new_guid()
        parts = tuple(part_of(each) for each in content)
        message = Message(
            guid=guid,
            date=date,
            sender=sender(date) if sender is not None else None,
            parts=named_parts(parts, guid) if mine else parts,
            reply_to=reply_to,
            **fields,
        )
        if given:
            message = replace(message, traits=rare_facts.add(self, message, given))
        return self._append(message)
