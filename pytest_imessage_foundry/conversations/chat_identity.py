"""Ids, addresses and the name of a planned chat."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import Conversation
from pytest_imessage_foundry.models.apple_time import SINCE_26
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import Message


def conversation_of(
    plan: ChatPlan, messages: Iterable[Message], features: frozenset[str]
) -> Conversation:
    """The chat of a plan with its `messages`, identified as the release does."""
    addresses = tuple(plan.addresses.values())
    # One person's chats share an id whatever the service (SEMANTICS §12).
    whom = plan.config.id if plan.is_group else plan.people[0].identifier
    identifier = _room(plan, features) if plan.is_group else addresses[0]
    sign = "+" if plan.is_group else "-"
    prefix = "any" if "any_guids" in features else plan.config.service
    return Conversation(
        guid=f"{prefix};{sign};{identifier}",
        identifier=identifier,
        founders=plan.founders,
        messages=messages,
        service=plan.config.service,
        is_group=plan.is_group,
        name=_last_name(plan) if plan.is_group else None,
        group_id=guid_of(int.from_bytes(_bits(plan, "group", whom))),
        config_id=plan.config.id,
        origin=plan.origin,
    )


def _last_name(plan: ChatPlan) -> str | None:
    """The name that a group has after all that is said.

    Generated turns rename nothing: the name has to be known before they are made.
    """
    turns = (turn for scene in plan.scenes for turn in scene)
    names = [turn.text for turn in turns if turn.event == "renamed" and turn.text]
    return [plan.config.name, *names][-1] or None


def _room(plan: ChatPlan, features: frozenset[str]) -> str:
    """The identifier of a group chat."""
    bits = _bits(plan, "room", plan.config.id)
    # Groups made before 26 keep "chat" and up to eighteen digits (FINDINGS 11).
    if "any_guids" in features and plan.start >= SINCE_26:
        return bits.hex()
    return f"chat{int.from_bytes(bits[:8]) % 10**18}"


def _bits(plan: ChatPlan, what: str, name: str) -> bytes:
    """128 bits that depend on the seed, on `what` they are for and on a name."""
    text = f"{plan.seed}:{what}:{name}"
    return blake2b(text.encode(), digest_size=16).digest()
