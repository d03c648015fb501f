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

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Unpack, get_args

from pytest_imessage_foundry.attachments.sending import send as send_file
from pytest_imessage_foundry.conversations.authoring import (
    contradictions,
    made_up,
    storable,
)
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import FileFacts
from pytest_imessage_foundry.conversations.authoring.words import When, unknown, when
from pytest_imessage_foundry.conversations.authoring.written_phone import WrittenPhone
from pytest_imessage_foundry.db import schema as releases
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import FILTER_SUFFIXES, Persona, Service
from pytest_imessage_foundry.models.filters import SUFFIX_TIERS, TIER_NUMBERS

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Attachment, FilterTier

START = "2025-10-06T15:00:00Z"


class Author(WrittenPhone):
    """A phone to write on: its people, its chats, its clock."""

    @checked
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
        super().__init__(
            schema or releases.get(release, layout=layout),
            owner or made_up.owner(),
            seed,
            start,
        )
        self._files = 0

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
        """Make somebody to write with, under an address that belongs to nobody.

        Who has several `addresses` is one person in all chats; 'phone' and 'email'
        among them stand for one that belongs to nobody. A `country` of '' is one
        that is not known, which handles hold as NULL. An address that may be
        somebody's is refused unless `real` says that it is meant.

        Raises:
            FoundryError: no number range of `country` is reserved for fiction, an
                address is not reserved, or both `address` and `addresses` are given.
        """
        if address is not None and addresses:
            raise FoundryError(
                f"{name} has both an address and addresses\n"
                f"they are {address} and {', '.join(addresses)}\n"
                "pass them all as addresses, the preferred one first"
            )
        contradictions.check_name(name, country)
        if not real:
            for each in filter(None, (address, *addresses)):
                contradictions.check_reserved(name, each, country)
        first, *others = made_up.addresses(
            name,
            tuple(addresses) or (address or ("email" if email else "phone"),),
            country,
            self.people,
        )
        persona = Persona(
            id=f"person-{len(self.people)}",
            name=name,
            identifier=first,
            identifier_type="email" if "@" in first else "phone",
            other_identifiers=tuple(others),
            country_code=country,
        )
        storable.check(persona)
        self.people.append(persona)
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
    ) -> Chat:
        """Return the one-to-one chat with a person, under one of their addresses.

        There is one for each service; from macOS 26 on one for all of them, in
        which each message keeps its own. Chats of one person share their group_id.
        `suffix` is one of FILTER_SUFFIXES, with which a filtered sender has a chat
        of his own. On 27 there is none: what is received there carries the category
        that the suffix stands for. `filtered` names the list that Messages shows the
        chat in, with the suffix that goes with it: 'promotion', 'finance', 'junk', ...

        Raises:
            FoundryError: it is no address of theirs, or no suffix.
        """
        if suffix and suffix not in FILTER_SUFFIXES:
            raise unknown("suffix", suffix, FILTER_SUFFIXES)
        if filtered is not None:
            suffix = suffix or _suffix_of(filtered)
        address = address or _reached(person, service)
        if address not in person.addresses:
            raise FoundryError(
                f"{person.name} does not have the address {address}\n"
                f"they have {', '.join(person.addresses)}\n"
                "name one of these, or give it to person(addresses=[...])"
            )
        chat = self._open(
            [person], service, is_group=False, name=None, at=address, suffix=suffix
        )
        if suffix and chat.suffix:
            chat.set(filtered=SUFFIX_TIERS[suffix])
        elif filtered is not None and not suffix:
            chat.set(filtered=filtered)
        return chat

    @checked
    def note_to_self(
        self, *, address: str | None = None, service: Service = "iMessage"
    ) -> Chat:
        """Return the owner's chat with themselves, under one of their own addresses.

        Before macOS 26 what is sent there comes back as a received message; since,
        and from other devices, it does not (§26.12).
        """
        return self.direct(self.owner, address=address, service=service)

    @checked
    def group(
        self,
        *people: Persona,
        name: str | None = None,
        service: Service = "iMessage",
        created: When | None = None,
    ) -> Chat:
        """Return a group chat of these people and the owner.

        `created` is when it was made, now by default: groups made before macOS 26
        keep their identifier on it (§12).
        """
        contradictions.check_group(people)
        made = when(created) if created is not None else None
        chat = self._open(list(people), service, is_group=True, name=name)
        if made is not None:
            chat.created = made
        return chat

    @checked
    def file(self, kind: str = "photo", **facts: Unpack[FileFacts]) -> Attachment:
        """Return a file to send: a kind of `attachments.generator`, and its `state`."""
        self._files += 1
        return send_file(kind, self.new_guid(), self._files, **facts)

    def _open(
        self,
        people: list[Persona],
        service: Service,
        *,
        is_group: bool,
        name: str | None,
        at: str = "",
        suffix: str = "",
    ) -> Chat:
        if service not in get_args(Service):
            raise unknown("service", service, get_args(Service))
        storable.check_text("the name of a group", name)
        if service == "RCS":
            self.require("rcs", "an RCS chat")
        if service == "iMessageLite":
            self.require("satellite", "a satellite chat")
        if not people:
            raise FoundryError(
                "a chat needs somebody to write with\nnobody was named\n"
                "pass what person() gave you"
            )
        contradictions.check_strangers(self, people)
        unified = "any_guids" in self.schema.features
        merged = "filter_actions" in self.schema.features
        category = FILTER_SUFFIXES.get(suffix) if merged else None
        suffix = "" if merged else suffix
        reached = (at,) if at else tuple(_reached(each, service) for each in people)
        founders = tuple(each + suffix for each in reached)
        theirs = [
            chat
            for chat in self.chats
            if not is_group and not chat.is_group and chat.people == people
        ]
        for chat in theirs:
            same = chat.founders == founders
            if same and (unified or chat.service == service):
                return chat.over(service, category)
        chat = Chat(
            self,
            people,
            service,
            is_group=is_group,
            name=name,
            founders=founders,
            group_id=theirs[0].group_id if theirs else "",
        )
        contradictions.check_guid(chat, chat.guid)
        self.chats.append(chat)
        return chat.over(service, category)


def _reached(person: Persona, service: Service) -> str:
    """Return where a service reaches a person: SMS and RCS know no e-mail."""
    if service in ("SMS", "RCS"):
        for each in person.addresses:
            if "@" not in each and not each.startswith("urn:"):
                return each
    return person.identifier


def _suffix_of(filtered: FilterTier) -> str:
    """Return what addresses of a tier end with. Unknown senders and junk stand
    under their plain address, too: name the suffix for those."""
    if filtered not in TIER_NUMBERS:
        raise unknown("filter tier", filtered, TIER_NUMBERS)
    suffixes = {tier: suffix for suffix, tier in SUFFIX_TIERS.items()}
    return "" if filtered == "unknown" else suffixes.get(filtered, "")
