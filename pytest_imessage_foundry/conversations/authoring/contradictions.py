"""Refuse people, chats and messages that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import SECOND, to_datetime
from pytest_imessage_foundry.models.literals import GROUP_EVENTS
from pytest_imessage_foundry.personas import checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.models import EventKind, Message, Persona


def check_reserved(name: str, address: str, country: str) -> None:
    """Refuse an address that may be somebody's."""
    if address in ("phone", "email"):
        return
    if what := checks.address_fault(address, country or "US"):
        raise FoundryError(
            f"{name} cannot have the address {address}\n"
            f"looked among those that are nobody's: {what}\n"
            "leave it out for one that is nobody's, or say real=True"
        )


def check_address(name: str, address: str, people: Iterable[Persona]) -> None:
    """Refuse an address that is somebody's already."""
    for person in people:
        if address in person.addresses:
            raise FoundryError(
                f"{name} cannot have the address {address}\n"
                f"looked among the people of this phone: it is {person.name}'s\n"
                "give another one, or leave it out for one that belongs to nobody"
            )


def check_group(people: Sequence[Persona]) -> None:
    """Refuse a group that names its owner, or somebody twice."""
    for number, person in enumerate(people):
        if person.is_self:
            raise FoundryError(
                f"{person.name} is the owner of this phone\n"
                f"looked at the {len(people)} people of a new group\n"
                "leave them out: the owner is in every group"
            )
        if person in people[:number]:
            raise FoundryError(
                f"{person.name} cannot be in a group twice\n"
                f"looked at the {len(people)} people of a new group\n"
                "name everybody once"
            )


def check_sender(chat: Chat, sender: Persona | None, *, nameless: bool) -> None:
    """Refuse a received message that is from nobody where it has a sender, the other
    way round, or from the owner."""
    names = ", ".join(person.name for person in chat.people)
    is_note = not chat.is_group and chat.people[0].is_self
    if nameless and sender is not None:
        raise FoundryError(
            f"a message that names nobody is not from {sender.name}\n"
            f"looked at a message received in {chat.guid}\n"
            "leave nameless or the sender out"
        )
    if sender is not None and sender.is_self and not is_note:
        raise FoundryError(
            f"{sender.name} is the owner of this phone\n"
            "looked at the sender of a message received\nuse send()"
        )
    if sender is None and chat.is_group and not nameless:
        raise FoundryError(
            "a message received in a group needs its sender\n"
            f"the group has {names}\npass sender=..."
        )


def check_event(chat: Chat, kind: EventKind) -> None:
    """Refuse an event of groups in a chat of two."""
    if kind in GROUP_EVENTS and not chat.is_group:
        raise FoundryError(
            f"only a group can announce {kind!r}\n"
            f"looked at chat {chat.guid}, which is with {chat.people[0].name} alone\n"
            "open one with group()"
        )


def check_new_number(chat: Chat, old: str | None, new: str | None) -> None:
    """Refuse a change of number that changes nothing, or is the owner's."""
    if old is None:
        raise FoundryError(
            "a group is not told that the owner's own number changed\n"
            f"looked at whose number changed in {chat.guid}\n"
            "name another member"
        )
    if old == new:
        raise FoundryError(
            f"the new number is the old one, {new}\n"
            f"looked at what {chat.name_of(old)} has in {chat.guid}\n"
            "give another one"
        )


def check_reply(chat: Chat, target: Chat) -> None:
    """Refuse a reply in a chat with other people than what it answers."""
    if chat.people != target.people or chat.is_group is not target.is_group:
        raise FoundryError(
            "a reply is in the chat of what it answers\n"
            f"looked at {chat.guid}, and the message is in {target.guid}\n"
            "send it there, or leave reply_to out"
        )


def check_order(message: Message, moment: int, what: str) -> None:
    """Refuse what would happen to a message before it was there."""
    if moment < message.date:
        early = (message.date - moment) / SECOND
        raise FoundryError(
            f"a message cannot be {what} before it was sent\n"
            f"message {message.guid} is of {to_datetime(message.date):%Y-%m-%d %H:%M}, "
            f"and this would be {early:,.0f} s earlier\n"
            "give a later `at`"
        )


def check_resent(chat: Chat, message: Message) -> None:
    """Refuse to resend what is no iMessage of the owner's to one person."""
    reasons = {
        "it is in a group": chat.is_group,
        "it was received": message.sender is not None,
        f"it went over {message.service}": message.service != "iMessage",
        "from macOS 26 on SMS and iMessage share a chat": "any_guids"
        in chat.phone.schema.features,
    }
    for reason, holds in reasons.items():
        if holds:
            raise FoundryError(
                "only an own iMessage to one person is resent as SMS, into a second "
                f"chat\nlooked at message {message.guid}: {reason}\n"
                "send it with service='SMS' instead"
            )
