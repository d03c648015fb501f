"""Ids, addresses and names of planned chats."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import Conversation
from pytest_imessage_foundry.models.apple_time import SINCE_26
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import Message


def conversation_of(
    plan: ChatPlan, messages: Sequence[Message], features: frozenset[str]
) -> Conversation:
    """Return a plan's chat with `messages`, and ids in the form of the release."""
    addresses = tuple(plan.addresses.values())
    # One person's chats share an id across services (SEMANTICS §12).
    whom = plan.config.id if plan.is_group else plan.people[0].identifier
    identifier = _group_identifier(plan, features) if plan.is_group else addresses[0]
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
    """Return the name of a group after its last turn, None for none.

    Generated turns never rename a group, because the name is needed before they are
    made.
    """
    turns = (turn for scene in plan.scenes for turn in scene)
    names = [turn.text for turn in turns if turn.event == "renamed" and turn.text]
    return [plan.config.name, *names][-1] or None


def _group_identifier(plan: ChatPlan, features: frozenset[str]) -> str:
    """Return the identifier of a group chat."""
    bits = _bits(plan, "room", plan.config.id)
    # Groups made before 26 keep "chat" and up to eighteen digits (§12).
    if "any_guids" in features and plan.start >= SINCE_26:
        return bits.hex()
    return f"chat{int.from_bytes(bits[:8]) % 10**18}"


def _bits(plan: ChatPlan, what: str, name: str) -> bytes:
    """Return 16 bytes that depend on the seed, on `what` they are for and on `name`."""
    text = f"{plan.seed}:{what}:{name}"
    return blake2b(text.encode(), digest_size=16).digest()
