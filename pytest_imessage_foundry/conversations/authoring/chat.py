"""One chat that is written by hand; see `author`."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack, cast, get_args

from pytest_imessage_foundry.conversations.authoring import (
    contradictions,
    rare_facts,
    storable,
)
from pytest_imessage_foundry.conversations.authoring.attendance import Attendance
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    ChatFacts,
    DoneFacts,
    EventFacts,
    HappeningFacts,
    MessageFacts,
    SentFacts,
)
from pytest_imessage_foundry.conversations.authoring.held import check
from pytest_imessage_foundry.conversations.authoring.words import (
    ME,
    Content,
    When,
    address_of,
    named_parts,
    part_of,
    unknown,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    Background,
    ChatProperties,
    Conversation,
    Event,
    EventKind,
    FilterCategory,
    FormerChat,
    Message,
    Persona,
)
from pytest_imessage_foundry.models.apple_time import SECOND, SINCE_26
from pytest_imessage_foundry.models.filters import TIER_NUMBERS, without_suffix

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.models import Attachment, Service


class Chat:
    """One chat; `send` and `receive` write into it.

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

    @checked
    def event(
        self,
        kind: EventKind,
        *,
        by: Persona | str = ME,
        who: Persona | str | None = None,
        was: Persona | str | None = None,
        at: When | None = None,
        copies: int = 0,
        real: bool = False,
        **facts: Unpack[EventFacts],
    ) -> Draft:
        """Announce something by a row of its own: 'renamed', 'added', 'left', ...

        `copies` is how many more rows say the same. An address that may be somebody's
        is refused unless it is `real`.
        """
        if kind not in get_args(EventKind):
            raise unknown("event", kind, get_args(EventKind))
        contradictions.check_event(self, kind)
        if kind.startswith("background"):
            self.phone.require("backgrounds", "a chat background")
        if kind in ("added", "removed", "number-changed") and who is None:
            raise FoundryError(
                f"nobody is named who was {kind}\n"
                "looked at `who`, which was left out\n"
                "pass a person, an address, or 'me' for the owner"
            )
        if not real:
            contradictions.check_newcomer(self, who)
        mine = address_of(by) is None
        date = self.phone.tick(at, 30, 300, mine=mine)
        event = Event(
            kind=kind,
            who=self.address_in(who, date),
            was=self.address_in(was, date),
            **facts,
        )
        if event.joined_by is not None:
            contradictions.check_new_number(self, event.was, event.who)
        rows = 1 if event.joined_by is None else 2
        guids = tuple(self.phone.new_guid() for _ in range(copies * rows))
        return self._append(
            Message(
                guid=self.phone.new_guid(),
                date=date,
                sender=self.address_in(by, date),
                service=self.service,
                event=replace(event, copies=guids),
            )
        )

    @checked
    def added(
        self,
        who: Persona | str,
        *,
        by: Persona | str = ME,
        real: bool = False,
        **facts: Unpack[HappeningFacts],
    ) -> Draft:
        """Let somebody into the group, for the first time or again; 'me' is the
        owner."""
        return self.event("added", by=by, who=who, real=real, **facts)

    @checked
    def removed(
        self,
        who: Persona | str,
        *,
        by: Persona | str = ME,
        **facts: Unpack[HappeningFacts],
    ) -> Draft:
        """Let somebody take another out of the group; 'me' is the owner, who
        then gets nothing of it until somebody adds them again."""
        return self.event("removed", by=by, who=who, **facts)

    @checked
    def left(self, who: Persona | str = ME, **facts: Unpack[HappeningFacts]) -> Draft:
        """Let somebody leave the group, the owner if nobody is named."""
        return self.event("left", by=who, **facts)

    @checked
    def number_changed(
        self,
        old: Persona | str,
        new: str,
        *,
        real: bool = False,
        **facts: Unpack[HappeningFacts],
    ) -> Draft:
        """Give somebody a new number: the old one leaves and the new one joins.

        `copies=2` has the pair three times, as it was seen after iCloud synced it. A
        number that may be somebody's is refused unless it is `real`.
        """
        if not real:
            contradictions.check_reserved("a member", new, "US")
        joined_by = self.phone.new_guid()
        return self.event(
            "number-changed",
            by=old,
            who=new,
            was=old,
            joined_by=joined_by,
            real=real,
            **facts,
        )

    @checked
    def rename(self, name: str | None, **facts: Unpack[DoneFacts]) -> Draft:
        """Give the group a name, or take it away with None."""
        draft = self.event("renamed", title=name, **facts)
        self.name = name
        return draft

    @checked
    def set_photo(self, **facts: Unpack[DoneFacts]) -> Draft:
        """Give the group a photo."""
        photo = self.phone.file("group-photo")
        draft = self.event("photo-set", photo=photo, **facts)
        self.properties = replace(self.properties, group_photo=photo)
        return draft

    @checked
    def set_background(self, **facts: Unpack[DoneFacts]) -> Draft:
        """Give the chat a background (macOS 26); who does it is `by`."""
        draft = self.event("background-set", **facts)
        background = Background(
            url="https://content.example.com/background",
            channel=self.phone.new_guid(),
            refreshed=draft.message.date,
        )
        self.set(background=background)
        return draft

    @checked
    def remove_background(self, **facts: Unpack[DoneFacts]) -> Draft:
        """Take it away: the count of its changes stays."""
        draft = self.event("background-removed", **facts)
        before = self._whole.properties.background or Background()
        after = replace(before, version=before.version + 1, is_removed=True)
        self.set(background=after)
        return draft

    @checked
    def set(self, **properties: Unpack[ChatFacts]) -> Chat:
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
    def formerly(self, service: Service, *, domain: str | None = None) -> Chat:
        """Leave an empty row of the same identifier for a service that the chat was
        moved from.

        `domain` is where chat_lookup finds it from macOS 26 on. That of groups over
        RCS is known; without any there is no such row.

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
        """That of its row."""
        return self._guid(self._identifier())

    def address_in(self, who: Persona | str | None, moment: int) -> str | None:
        """The address that somebody has in this chat; None is the owner.

        Of several it is the one that is, or else was, a member.
        """
        if not isinstance(who, Persona) or who.is_self:
            return address_of(who)
        roll = self.attendance.roll(moment)
        for is_member in (roll.has, roll.knew):
            for address in who.addresses:
                if is_member(address + self.suffix):
                    return address + self.suffix
        return who.identifier

    def name_of(self, address: str | None) -> str:
        """Who has an address, for people."""
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
            reply_to = reply_to.as_target()
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

    def _append(self, message: Message) -> Draft:
        check(self.phone, message)
        draft = Draft(self, message)
        contradictions.check_files_agree(draft, message)
        self.attendance.admit(draft)
        self.drafts.append(draft)
        return draft
