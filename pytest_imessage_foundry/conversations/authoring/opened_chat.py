"""The state of a chat that is written by hand: people, names, properties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self, Unpack, cast

from pytest_imessage_foundry.conversations.authoring import contradictions, storable
from pytest_imessage_foundry.conversations.authoring.attendance import Attendance
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import ChatFacts
from pytest_imessage_foundry.conversations.authoring.held import check
from pytest_imessage_foundry.conversations.authoring.words import address_of, unknown
from pytest_imessage_foundry.models import (
    ChatProperties,
    Conversation,
    FilterCategory,
    FormerChat,
    Message,
    Persona,
)
from pytest_imessage_foundry.models.apple_time import SINCE_26
from pytest_imessage_foundry.models.filters import TIER_NUMBERS, without_suffix

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.models import Attachment, Service


class OpenedChat:
    """A chat with its people, its name and its identifier.

    Attributes:
        people: who it began with, without the owner.
        founders: the address of each of them in it.
    """

    def __init__(
        self,
        phone: Author,
        people: list[Persona],
        service: Service,
        *,
        is_group: bool,
        name: str | None,
        founders: tuple[str, ...] = (),
        group_id: str = "",
    ) -> None:
        self.phone = phone
        self.people = people
        self.founders = founders or tuple(each.identifier for each in people)
        self.service = service
        self.is_group = is_group
        self.name = name
        self.category: FilterCategory | None = None
        self.created = phone.moment
        self.properties = ChatProperties()
        self.former: tuple[FormerChat, ...] = ()
        self._whole = self
        self.drafts: list[Draft] = []
        self.attendance = Attendance(self)
        self.group_id = group_id or phone.new_guid()

    @checked
    def set(self, **properties: Unpack[ChatFacts]) -> Self:
        """Set fields of `models.ChatProperties`."""
        if properties.get("background") is not None:
            self.phone.require("backgrounds", "a chat background")
        tier = properties.get("filtered", "known")
        if tier not in TIER_NUMBERS:
            raise unknown("filter tier", tier, TIER_NUMBERS)
        if properties.get("is_pending_review"):
            self.phone.require("unknown_senders", "the screening of unknown senders")
        photo = properties.get("group_photo")
        if photo is not None:
            contradictions.check_photo(self, photo)
        whole = self._whole
        changed = replace(whole.properties, **properties)
        storable.check(changed)
        whole.properties = changed
        return self

    @checked
    def formerly(self, service: Service, *, domain: str | None = None) -> Self:
        """Leave an empty row of the same identifier for a service that the chat was
        moved from.

        `domain` is where chat_lookup finds the row from macOS 26 on. For groups over
        RCS it is known. Without a domain chat_lookup has no such row.

        Raises:
            FoundryError: there is a chat with that guid, or one under that domain.
        """
        whole, identifier = self._whole, self._identifier()
        guid = f"{service};{'+' if self.is_group else '-'};{identifier}"
        contradictions.check_guid(self, guid)
        if domain is None and self.is_group and service == "RCS":
            domain = "RCSConversationID"  # named in Apple's code (SEMANTICS §12)
        contradictions.check_domain(self, domain, whole.former)
        row = FormerChat(guid=guid, service=service, name=whole.name, domain=domain)
        storable.check(row)
        whole.former = (*whole.former, row)
        return self

    def conversation(self) -> Conversation:
        """Return the truth of this chat as written so far."""
        messages = sorted(
            (draft.message for draft in self.drafts), key=lambda each: each.date
        )
        identifier = self._identifier()
        return Conversation(
            guid=self._guid(identifier),
            identifier=identifier,
            founders=self.founders,
            messages=tuple(messages),
            service=self.service,
            is_group=self.is_group,
            name=self.name,
            group_id=self.group_id,
            properties=self.properties,
            former=self.former,
            origin="by hand",
        )

    @property
    def photo(self) -> Attachment | None:
        """The photo that the group has now."""
        return self._whole.properties.group_photo

    @property
    def suffix(self) -> str:
        """What its address ends with, if its sender is filtered (before 27)."""
        first = self.founders[0]
        return first.removeprefix(without_suffix(first))

    @property
    def guid(self) -> str:
        """The GUID of its row."""
        return self._guid(self._identifier())

    def address_in(self, who: Persona | str | None, moment: int) -> str | None:
        """Return the address that somebody has in this chat; None is the owner.

        Of several addresses it is the one that is a member, else one that was.

        Raises:
            FoundryError: it is the name of somebody, and not their address.
        """
        contradictions.check_no_name(self, who)
        if not isinstance(who, Persona) or who.is_self:
            return address_of(who)
        roll = self.attendance.roll(moment)
        for is_member in (roll.has, roll.knew):
            for address in who.addresses:
                if is_member(address + self.suffix):
                    return address + self.suffix
        return who.identifier

    def name_of(self, address: str | None) -> str:
        """Return the name of whoever has an address, for messages to users."""
        if address is None:
            return f"{self.phone.owner.name} (the owner)"
        for person in self.phone.people:
            if without_suffix(address) in person.addresses:
                return person.name
        return address

    def _identifier(self) -> str:
        if not self.is_group:
            return self.founders[0]
        unified = "any_guids" in self.phone.schema.features
        if unified and self.created >= SINCE_26:
            return self.group_id.replace("-", "").lower()
        return f"chat{int(self.group_id[:13].replace('-', ''), 16)}"

    def _guid(self, identifier: str) -> str:
        unified = "any_guids" in self.phone.schema.features
        prefix = "any" if unified else self.service
        return f"{prefix};{'+' if self.is_group else '-'};{identifier}"

    def _append(self, message: Message) -> Draft:
        check(self.phone, message)
        # An opened chat is always a Chat, which this module cannot import.
        draft = Draft(cast("Chat", self), message)
        contradictions.check_files_agree(draft, message)
        self.attendance.admit(draft)
        self.drafts.append(draft)
        return draft
