"""What years of use make of one chat: plain data, which `life` draws."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import (
    ChatProperties,
    EventKind,
    FilterCategory,
    FormerChat,
    LifeSpan,
    Service,
)
from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody comes into a group or goes out of it.

    Attributes:
        date: when, in nanoseconds since 2001.
        kind: "added", "removed", "left" or "number-changed".
        who: the address of whoever moves; None is the owner.
        by: the address of whoever does it; None is the owner.
        now: the new address, of a changed number.
    """

    date: int
    kind: EventKind
    who: str | None
    by: str | None = None
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLife:
    """What years of use make of one chat; of a chat without a life, nothing.

    Attributes:
        span: whose rates its messages follow.
        correspondence: the kind of short messages that it consists of, such as
            "promotion"; empty, it has a dialogue.
        suffix: what a filter adds to the sender's address (before 27).
        category: what a filter says of its messages instead (27).
        properties: those of the chat.
        former: the services of empty rows with its identifier.
        moves: who comes and goes, in order.
        resent_in: GUID of the SMS chat that resent messages stand in as well.
        brought: when iCloud brought what is older of it; 0 is as it was written.
        now: the end of the whole history.
        unread_since: when the owner stopped reading it; 0 is never.
    """

    span: LifeSpan = ""
    correspondence: str = ""
    suffix: str = ""
    category: FilterCategory | None = None
    properties: ChatProperties = field(default_factory=ChatProperties)
    former: tuple[Service, ...] = ()
    moves: tuple[Move, ...] = ()
    resent_in: str | None = None
    brought: int = 0
    now: int = 0
    unread_since: int = 0


def first_members(addresses: Sequence[str], moves: Iterable[Move]) -> tuple[str, ...]:
    """Return who was in a group when it began."""
    late = {each.who for each in moves if each.kind == "added"}
    before = {each.now: each.who or "" for each in moves if each.now}
    return tuple(before.get(each, each) for each in addresses if each not in late)


def dressed(chat: Conversation, plan: ChatPlan) -> Conversation:
    """Return a plan's chat with what its life gives the chat itself."""
    life = plan.life
    former = tuple(
        FormerChat(
            guid=f"{service};{'+' if chat.is_group else '-'};{chat.identifier}",
            service=service,
            name=chat.name,
            domain="RCSConversationID" if service == "RCS" and chat.is_group else None,
        )
        for service in life.former
    )
    return replace(
        chat,
        founders=first_members(chat.founders, life.moves),
        properties=life.properties,
        former=former,
        brought=life.brought,
    )
