"""Make the rows of `chat`, `handle` and their joins from conversations.

A `ChatContext` is what a message's row must know of its chat, `ChatEnd` what a
chat's row holds of its messages; `Accounts` is what all chats of one database
share: the owner's logins and the handles.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.rows.chat_properties import chat_properties
from pytest_imessage_foundry.models import ChatProperties, Roll
from pytest_imessage_foundry.models.filters import TIER_NUMBERS, without_suffix
from pytest_imessage_foundry.models.guids import random_guid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_imessage_foundry.models import (
        Conversation,
        FormerChat,
        Message,
        Persona,
        Service,
    )

STYLE_DIRECT = 45  # '-', SEMANTICS §12
STYLE_GROUP = 43  # '+'
Handles = dict[tuple[str, str], int]


@dataclass(slots=True)
class Accounts:
    """The owner's logins and every handle met so far, in order of appearance."""

    owner: Persona
    seed: int
    people: tuple[Persona, ...] = ()
    handles: Handles = field(default_factory=dict)
    account_guid: str = ""
    account_id: str = ""
    email: str = ""
    number: str = ""

    def __post_init__(self) -> None:
        ids = Random(f"{self.seed}:account")
        self.account_guid = random_guid(ids)
        self.account_id = random_guid(ids)
        addresses = self.owner.addresses
        self.email = next((each for each in addresses if "@" in each), addresses[0])
        self.number = next((each for each in addresses if "@" not in each), self.email)

    def login(self, service: Service) -> str:
        """The account of a service, with its prefix: 'E:' e-mail, 'P:' number."""
        address = self.email if service == "iMessage" else self.number
        return f"{'E' if '@' in address else 'P'}:{address}"

    def caller(self, service: Service) -> str:
        """Return the own address that messages of a service go out from."""
        return self.email if service == "iMessage" else self.number

    def handle(self, address: str, service: str) -> int:
        """ROWID of a handle; one number has a row for each service (§13)."""
        key = (address, service)
        rowid = self.handles.get(key)
        if rowid is None:
            rowid = self.handles[key] = len(self.handles) + 1
        return rowid

    def handle_rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of `handle`, in ROWID order."""
        owners = {
            address: persona for persona in self.people for address in persona.addresses
        }
        people = [owners.get(without_suffix(address)) for address, _ in self.handles]
        keys = [
            persona.id if persona else without_suffix(address)
            for persona, (address, _) in zip(people, self.handles, strict=True)
        ]
        handles = Counter(keys)
        for persona, key, ((address, service), rowid) in zip(
            people, keys, self.handles.items(), strict=True
        ):
            yield {
                "ROWID": rowid,
                "id": address,
                # In lower case, as real rows spell it; NULL is found too (§26.15).
                "country": persona.country_code.lower() or None if persona else None,
                "service": service,
                "uncanonicalized_id": _uncanonical(address),
                # What makes one person of several handles (§13); of a single one it
                # says nothing.
                "person_centric_id": self._person(key) if handles[key] > 1 else None,
            }

    def _person(self, key: str) -> str:
        return random_guid(Random(f"{self.seed}:person:{key}"))


def _uncanonical(address: str) -> str | None:
    """Short codes and filtered senders keep what was typed (§13); other rows are
    often NULL there."""
    bare = without_suffix(address)
    return bare if bare.isdigit() or bare != address else None


@dataclass(slots=True)
class ChatEnd:
    """How a chat stands after its last message.

    Attributes:
        roll: who is in it.
        seen: GUID of the newest message that the owner wrote or read.
        read: date of the newest message that was received and read.
    """

    roll: Roll
    seen: str | None = None
    read: int = 0

    @classmethod
    def of(cls, conversation: Conversation) -> ChatEnd:
        """Return the end of a chat whose messages are at hand."""
        end = cls(Roll(conversation.founders))
        for message in conversation.messages:
            end.tell(message)
        return end

    def tell(self, message: Message) -> None:
        """Take note of the next message."""
        if message.sender is None:
            self.seen = message.guid
        elif message.date_read:
            self.seen, self.read = message.guid, message.date
        if message.event is not None:
            self.roll.tell(message)


@dataclass(slots=True)
class ChatContext:
    """Where a message stands: its chat's ROWID and all that its row repeats."""

    rowid: int
    conversation: Conversation
    phone: Accounts
    room_name: str | None
    account_guid: str
    _handles: dict[str | None, int]
    _service: Service
    _account: str
    _caller: str

    @classmethod
    def of(
        cls,
        conversation: Conversation,
        rowid: int,
        phone: Accounts,
        *,
        own_handle: bool = True,
    ) -> ChatContext:
        """Return the place that `conversation` is.

        `own_handle` chooses what own rows of a one-to-one chat hold in
        handle_id: the other's handle, as in all rows seen, or 0 (§20).
        """
        service = conversation.service
        handles: dict[str | None, int] = {
            address: phone.handle(address, service) for address in conversation.founders
        }
        direct = not conversation.is_group and own_handle
        handles[None] = handles[conversation.founders[0]] if direct else 0
        handles[""] = 0  # somebody whom the file does not name
        return cls(
            rowid,
            conversation,
            phone,
            conversation.identifier if conversation.is_group else None,
            phone.account_guid,
            handles,
            service,
            phone.login(service),
            phone.caller(service),
        )

    def beginning(self) -> ChatEnd:
        """Return how it stands before its first message."""
        return ChatEnd(Roll(self.conversation.founders))

    def handle(self, sender: str | None, service: Service) -> int:
        """handle_id of a message from `sender` (None: the owner)."""
        if service == self._service:
            known = self._handles.get(sender)
            if known is not None:
                return known
        if sender == "":
            return 0
        if sender is None:
            peer = self.conversation.founders[0]
            return self.phone.handle(peer, service) if self._handles[None] else 0
        return self.phone.handle(sender, service)

    def actor(self, who: str | None, service: Service) -> int:
        """handle_id of whoever did or suffered something; 0 is the owner (§14)."""
        return 0 if who is None else self.handle(who, service)

    def account(self, service: Service) -> str:
        return self._account if service == self._service else self.phone.login(service)

    def caller(self, service: Service) -> str:
        return self._caller if service == self._service else self.phone.caller(service)

    def lookups(self, former: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """Yield the rows of chat_lookup (26): the current chat under priority 1, former
        ones, whose ROWIDs are given by GUID, under 0 (§26.25)."""
        chat = self.conversation
        if chat.is_group:
            yield self._lookup("iMessageGroupID", self.rowid, 1)  # §12
        for each in chat.former:
            if each.domain is not None:
                yield self._lookup(each.domain, former[each.guid], 0)

    def _lookup(self, domain: str, rowid: int, priority: int) -> dict[str, Any]:
        chat = self.conversation
        identifier = chat.group_id if chat.is_group else chat.identifier
        row = {"identifier": identifier, "domain": domain}
        return row | {"chat": rowid, "priority": priority}

    def former_joins(self, rowid: int, former: FormerChat) -> Iterator[dict[str, int]]:
        """Yield the members of an empty former chat: those it began with."""
        for address in self.conversation.founders:
            handle = self.phone.handle(address, former.service)
            yield {"chat_id": rowid, "handle_id": handle}

    def former_row(self, former: FormerChat, rowid: int) -> dict[str, Any]:
        """Return the row of `chat` that an empty former chat is."""
        login = self.phone.login(former.service)
        empty = replace(
            self.conversation, name=former.name, properties=ChatProperties()
        )
        row = replace(self, conversation=empty).chat_row(self.beginning())
        if empty.is_group:
            # Nobody found what such rows have in common but their identifier.
            ids = Random(f"{self.phone.seed}:former:{former.guid}")
            row["group_id"] = random_guid(ids)
        return row | {
            "ROWID": rowid,
            "guid": former.guid,
            "service_name": former.service,
            "account_login": login,
            "last_addressed_handle": self.phone.caller(former.service),
        }

    def chat_row(self, end: ChatEnd) -> dict[str, Any]:
        """Return the row of `chat`, as its messages leave it."""
        chat = self.conversation
        props = chat.properties
        return {
            "ROWID": self.rowid,
            "guid": chat.guid,
            "style": STYLE_GROUP if chat.is_group else STYLE_DIRECT,
            # 0 with properties: one that the owner is no longer in, read-only (§12).
            "state": 3 if end.roll.has(None) else 0,
            "account_id": self.phone.account_id,
            "properties": self._properties(end.seen),
            "chat_identifier": chat.identifier,
            "service_name": chat.service,
            "room_name": self.room_name,
            "account_login": self._account,
            "is_archived": int(props.is_archived),
            "last_addressed_handle": self._caller,
            "display_name": chat.name or "",
            "group_id": chat.group_id,
            "is_filtered": TIER_NUMBERS[props.filtered],
            "successful_query": 1,
            "ck_sync_state": 0,
            "original_group_id": chat.group_id if chat.is_group else None,
            "last_read_message_timestamp": end.read,
            "is_blackholed": int(props.is_blocked),
            "syndication_date": 0,
            "syndication_type": 0,
            "is_recovered": 0,
            "is_deleting_incoming_messages": 0,
            "is_pending_review": int(props.is_pending_review),
        }

    def _properties(self, seen: str | None) -> bytes:
        chat = self.conversation
        return chat_properties(chat.properties, chat.service, seen)
