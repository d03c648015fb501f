"""From conversations to `chat`, `handle` and their joins.

A `Place` is what a message's row must know of its chat; `Phone` is what all
chats of one database share: the owner's accounts and the handles.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.keyed_archives import binary_plist
from pytest_imessage_foundry.models.filters import without_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import Conversation, Persona, Service

STYLE_DIRECT = 45  # '-', SEMANTICS §12
STYLE_GROUP = 43  # '+'
# handle.country as real rows spell it: lower case (SEMANTICS §13).
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
        self.account_guid = random_uuid(ids)
        self.account_id = random_uuid(ids)
        addresses = self.owner.addresses
        self.email = next((each for each in addresses if "@" in each), addresses[0])
        self.number = next((each for each in addresses if "@" not in each), self.email)

    def login(self, service: Service) -> str:
        """The account of a service, with its prefix: 'E:' e-mail, 'P:' number."""
        address = self.email if service == "iMessage" else self.number
        return f"{'E' if '@' in address else 'P'}:{address}"

    def caller(self, service: Service) -> str:
        """The own address that messages of a service go out from."""
        return self.email if service == "iMessage" else self.number

    def handle(self, address: str, service: str) -> int:
        """ROWID of a handle; one number has a row for each service (§13)."""
        key = (address, service)
        rowid = self.handles.get(key)
        if rowid is None:
            rowid = self.handles[key] = len(self.handles) + 1
        return rowid

    def handle_rows(self) -> Iterator[dict[str, Any]]:
        """The rows of `handle`, in ROWID order."""
        owners = {
            address: persona for persona in self.people for address in persona.addresses
        }
        for (address, service), rowid in self.handles.items():
            persona = owners.get(without_suffix(address))
            yield {
                "ROWID": rowid,
                "id": address,
                "country": persona.country_code.lower() if persona else None,
                "service": service,
                "uncanonicalized_id": _uncanonical(address),
                "person_centric_id": None,
            }


def _uncanonical(address: str) -> str | None:
    """Short codes and filtered senders keep what was typed (§13); other rows are
    often NULL there."""
    bare = without_suffix(address)
    return bare if bare.isdigit() or bare != address else None


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
        """The place that `conversation` is.

        `own_handle` chooses what own rows of a one-to-one chat hold in
        handle_id: the other's handle, as in all rows seen, or 0 (§20).
        """
        service = conversation.service
        handles: dict[str | None, int] = {
            address: phone.handle(address, service)
            for address in conversation.participants
        }
        direct = not conversation.is_group and own_handle
        handles[None] = handles[conversation.participants[0]] if direct else 0
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

    def handle(self, sender: str | None, service: Service) -> int:
        """handle_id of a message from `sender` (None: the owner)."""
        if service == self._service:
            known = self._handles.get(sender)
            if known is not None:
                return known
        if sender is None:
            peer = self.conversation.participants[0]
            return self.phone.handle(peer, service) if self._handles[None] else 0
        return self.phone.handle(sender, service)

    def actor(self, who: str | None, service: Service) -> int:
        """handle_id of whoever did or suffered something; 0 is the owner (§14)."""
        return 0 if who is None else self.handle(who, service)

    def account(self, service: Service) -> str:
        return self._account if service == self._service else self.phone.login(service)

    def caller(self, service: Service) -> str:
        return self._caller if service == self._service else self.phone.caller(service)

    def chat_row(self, last_guid: str | None) -> dict[str, Any]:
        """The row of `chat`; `last_guid` is that of the newest message seen."""
        chat = self.conversation
        props = chat.properties
        return {
            "ROWID": self.rowid,
            "guid": chat.guid,
            "style": STYLE_GROUP if chat.is_group else STYLE_DIRECT,
            # 0 with properties: one that the owner has left, read-only (§12).
            "state": 0 if props.has_left else 3,
            "account_id": self.phone.account_id,
            "properties": self._properties(last_guid),
            "chat_identifier": chat.identifier,
            "service_name": chat.service,
            "room_name": self.room_name,
            "account_login": self._account,
            "is_archived": int(props.is_archived),
            "last_addressed_handle": self._caller,
            "display_name": chat.name or "",
            "group_id": chat.group_id,
            "is_filtered": int(props.is_unknown_sender),
            "successful_query": 1,
            "ck_sync_state": 0,
            "original_group_id": chat.group_id if chat.is_group else None,
            "last_read_message_timestamp": chat.last_read,
            "is_blackholed": 0,
            "syndication_date": 0,
            "syndication_type": 0,
            "is_recovered": 0,
            "is_deleting_incoming_messages": 0,
            "is_pending_review": int(props.is_pending_review),
        }

    def _properties(self, last_guid: str | None) -> bytes:
        """The plist in chat.properties, with the keys that §12 names."""
        chat = self.conversation
        props = chat.properties
        plist: dict[str, Any] = {"pv": 2, "hasResponded": not props.is_unknown_sender}
        if last_guid is not None:
            plist["lastSeenMessageGuid"] = last_guid
        if props.read_receipts:
            plist["EnableReadReceiptForChat"] = True
        if props.mutes:
            plist["ignoreAlertsFlag"] = True
        if chat.service == "SMS":
            plist["shouldForceToSMS"] = True
        if props.group_photo is not None:
            plist["groupPhotoGuid"] = props.group_photo.guid
        if props.background is not None:
            plist["backgroundProperties"] = {"trabar": props.background}
        return binary_plist(plist)


def random_uuid(ids: Random) -> str:
    """An upper-case version 4 UUID, as Messages writes them."""
    return str(uuid.UUID(int=ids.getrandbits(128), version=4)).upper()
