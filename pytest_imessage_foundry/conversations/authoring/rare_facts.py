"""What a message written by hand can have beside the fields of `models.Message`."""

from __future__ import annotations

from dataclasses import fields as fields_of
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.authoring.words import when
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ORDINARY, Traits
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.models import Message

TRAITS = {each.name for each in fields_of(Traits)}


def taken_from(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the traits among the fields of a message, which lose them."""
    names = (TRAITS | {"rowid_after"}) & fields.keys()
    return {name: fields.pop(name) for name in sorted(names)}


def moment(date: int, traits: dict[str, Any]) -> int:
    """The date as the row can hold it: a whole second, if it is one of seconds."""
    return date - date % SECOND if "date" in traits.get("in_seconds", ()) else date


def add(chat: Chat, message: Message, given: dict[str, Any]) -> Traits:
    """Return the traits of a message with those `given` by hand.

    Raises:
        FoundryError: they contradict each other, or where the message stands.
    """
    given = dict(given)
    after = given.pop("rowid_after", None)
    if after is not None and given.get("arrived"):
        raise FoundryError(
            "a message arrives at one moment\n"
            f"looked at message {message.guid}, which has rowid_after and arrived\n"
            "leave one of them out"
        )
    if after is not None:
        given["arrived"] = _just_after(after)
    elif given.get("arrived"):
        given["arrived"] = when(given["arrived"])
    if given.get("also_in") is not None:
        given["also_in"] = second_chat(chat, given["also_in"])
    if given.get("from_other_device") and (message.sender is not None or chat.is_group):
        raise FoundryError(
            "only own rows of a one-to-one chat tell what came from another device\n"
            f"looked at message {message.guid}, which is "
            f"{'in a group' if chat.is_group else 'received'}\n"
            "leave from_other_device out"
        )
    traits = replace(message.traits, **given)
    return ORDINARY if traits == ORDINARY else traits


def second_chat(chat: Chat, other: Any) -> str:
    """Return the GUID of another chat that a message of `chat` stands in as well.

    Raises:
        FoundryError: it is no chat, or the same one, or one of both is a group.
    """
    guid = other if isinstance(other, str) else other.guid
    known = [each.guid for each in chat.phone.chats]
    if guid not in known:
        raise FoundryError(
            f"there is no chat {guid!r}\n"
            f"looked among {len(known)} chats of this phone\n"
            "pass what direct() gave you"
        )
    if guid == chat.guid:
        raise FoundryError(
            "a message cannot stand twice in one chat\n"
            f"looked at {guid}, which is the chat that it is in\n"
            "name another one; from macOS 26 on iMessage and SMS share theirs"
        )
    groups = [each for each in (chat, other) if getattr(each, "is_group", False)]
    if groups or ";+;" in guid:
        raise FoundryError(
            "only one-to-one chats share a message\n"
            f"looked at {guid}: no group was seen to\n"
            "name a one-to-one chat"
        )
    return guid


def _just_after(other: Draft | Message) -> int:
    """Return a moment of arrival right after that of another message."""
    # A draft has its message; not asked for by its class, whose module is above.
    message: Any = getattr(other, "message", None) or other
    arrived: int = max(message.date, message.traits.arrived)
    return arrived + 1
