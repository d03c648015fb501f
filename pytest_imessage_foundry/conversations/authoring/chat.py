"""One chat that is written by hand; see `author`."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from pytest_imessage_foundry.conversations.authoring.draft import (
    ME,
    Draft,
    address_of,
    check,
    part_of,
    unknown,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    ChatProperties,
    Conversation,
    Event,
    EventKind,
    FilterCategory,
    Message,
    Traits,
)
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.conversations.authoring.draft import Content, When
    from pytest_imessage_foundry.models import Persona, Service


class Chat:
    """One chat; `send` and `receive` write into it."""

    def __init__(
        self,
        phone: Author,
        people: list[Persona],
        service: Service,
        *,
        is_group: bool,
        name: str | None,
        suffix: str = "",
    ) -> None:
        self.phone = phone
        self.people = people
        self.service = service
        self.is_group = is_group
        self.name = name
        self.suffix = suffix
        self.category: FilterCategory | None = None
        self.properties = ChatProperties()
        self._whole = self
        self.drafts: list[Draft] = []
        self.group_id = phone.new_guid()

    def send(self, *content: Content, **fields: Any) -> Draft:
        """The owner says something. `content` are the parts of the body, each a
        text, a list of runs or a file; `fields` are fields of `models.Message`,
        and `at`, `reply_to`, `effect`, `balloon`."""
        return self._add(None, content, fields)

    def receive(
        self, *content: Content, sender: Persona | None = None, **fields: Any
    ) -> Draft:
        """Somebody else says something; in a group name the `sender`."""
        return self._add(self._address(sender), content, fields)

    def event(
        self,
        kind: EventKind,
        *,
        by: Persona | str = ME,
        who: Persona | str | None = None,
        at: When | None = None,
        **fields: Any,
    ) -> Draft:
        """A row that announces something: 'renamed', 'added', 'left', ..."""
        if kind not in get_args(EventKind):
            raise unknown("event", kind, get_args(EventKind))
        if kind.startswith("background"):
            self.phone.require("backgrounds", "a chat background")
        sender = address_of(by)
        event = Event(kind=kind, who=address_of(who), **fields)
        return self._append(
            Message(
                guid=self.phone.new_guid(),
                date=self.phone.tick(at, 30, 300, mine=sender is None),
                sender=sender,
                service=self.service,
                event=event,
            )
        )

    def rename(self, name: str | None, **fields: Any) -> Draft:
        """Give the group a name, or take it away with None."""
        self.name = name
        return self.event("renamed", title=name, **fields)

    def set_photo(self, **fields: Any) -> Draft:
        """Give the group a photo."""
        photo = self.phone.file("group-photo")
        self.properties = replace(self.properties, group_photo=photo)
        return self.event("photo-set", photo=photo, **fields)

    def set(self, **properties: Any) -> Chat:
        """Set fields of `models.ChatProperties`."""
        if properties.get("background") is not None:
            self.phone.require("backgrounds", "a chat background")
        if properties.get("is_pending_review"):
            self.phone.require("unknown_senders", "the screening of unknown senders")
        whole = self._whole
        whole.properties = replace(whole.properties, **properties)
        return self

    def over(self, service: Service, category: FilterCategory | None = None) -> Chat:
        """Give the same chat, written in over another service, or by a sender whom a
        filter put in a category."""
        if (service, category) == (self.service, self.category):
            return self
        other = copy(self)
        other.service, other.category = service, category
        return other

    def conversation(self) -> Conversation:
        """The truth of this chat as written so far."""
        messages = sorted(
            (draft.message for draft in self.drafts), key=lambda each: each.date
        )
        identifier = self._identifier()
        read = [m.date for m in messages if m.sender is not None and m.date_read]
        return Conversation(
            guid=self._guid(identifier),
            identifier=identifier,
            participants=tuple(
                person.identifier + self.suffix for person in self.people
            ),
            messages=tuple(messages),
            service=self.service,
            is_group=self.is_group,
            name=self.name,
            group_id=self.group_id,
            last_read=max(read, default=0),
            properties=self.properties,
            origin="by hand",
        )

    def _identifier(self) -> str:
        if not self.is_group:
            return self.people[0].identifier + self.suffix
        if "any_guids" in self.phone.schema.features:
            return self.group_id.replace("-", "").lower()
        return f"chat{int(self.group_id[:13].replace('-', ''), 16)}"

    def _guid(self, identifier: str) -> str:
        unified = "any_guids" in self.phone.schema.features
        prefix = "any" if unified else self.service
        return f"{prefix};{'+' if self.is_group else '-'};{identifier}"

    def _address(self, sender: Persona | None) -> str:
        if sender is not None and sender.is_self:
            raise FoundryError(
                f"{sender.name} is the owner of this phone\n"
                "looked at the sender of a message received\nuse send()"
            )
        if sender is not None:
            return sender.identifier + self.suffix
        if self.is_group:
            raise FoundryError(
                "a message received in a group needs its sender\n"
                f"the group has {', '.join(person.name for person in self.people)}\n"
                "pass sender=..."
            )
        return self.people[0].identifier + self.suffix

    def _add(
        self, sender: str | None, content: tuple[Content, ...], fields: dict[str, Any]
    ) -> Draft:
        phone = self.phone
        mine = sender is None
        date = phone.tick(fields.pop("at", None), 20, 180, mine=mine)
        reply_to = fields.pop("reply_to", None)
        fields.setdefault("service", self.service)
        if self.category is not None and not mine:
            fields.setdefault("traits", Traits(filtered=self.category))
        if fields["service"] == "iMessage":
            # Delivered a moment later, read by whoever it was sent to.
            fields.setdefault("date_delivered", date + SECOND if mine else 0)
        # No group tells its sender who read what.
        if not mine or (fields["service"] == "iMessage" and not self.is_group):
            fields.setdefault("date_read", date + 20 * SECOND)
        message = Message(
            guid=phone.new_guid(),
            date=date,
            sender=sender,
            parts=tuple(part_of(each) for each in content),
            reply_to=reply_to.as_target() if isinstance(reply_to, Draft) else reply_to,
            **fields,
        )
        check(phone, message)
        return self._append(message)

    def _append(self, message: Message) -> Draft:
        draft = Draft(self, message)
        self.drafts.append(draft)
        return draft
