"""Draw what years of use made of each chat: its tier, its list, its former rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.chat_life import ChatLife
from pytest_imessage_foundry.conversations.life import comings, population
from pytest_imessage_foundry.conversations.life.rates import Lot
from pytest_imessage_foundry.models import (
    FILTER_SUFFIXES,
    ChatHistory,
    ChatProperties,
    FilterTier,
)
from pytest_imessage_foundry.models.apple_time import DAY, HOUR, SINCE_26, from_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import LifeSpan, Service

# iOS 14 sorts SMS into categories; before it no address has a suffix.
_FILTERS_SINCE = from_iso("2020-09-16")
# macOS 10.13.5 brought Messages in iCloud, on 2018-06-01.
_ICLOUD_CAME = from_iso("2018-06-01")
_SYNC_TAKES = 3 * HOUR
_NOTICE_TIERS: tuple[tuple[FilterTier, str], ...] = (
    ("transaction", "(smsft)"),
    ("finance", "(smsft_fi)"),
    ("orders", "(smsft_or)"),
    ("reminders", "(smsft_rm)"),
)


def with_lives(
    plans: Iterable[ChatPlan],
    span: LifeSpan,
    features: frozenset[str],
    now: int,
) -> list[ChatPlan]:
    """Return the plans with what years of use made of each chat."""
    found = list(plans)
    over_sms = {
        plan.people[0].id: plan
        for plan in found
        if plan.config.service == "SMS" and not plan.is_group
    }
    changed = dict(_changed_numbers(found, now))
    lived = []
    for plan in found:
        life = _life(plan, span, features, changed)
        life = replace(life, former=tuple(_free(life.former, plan, over_sms)))
        plan = replace(plan, life=replace(life, now=now))
        second = None if plan.is_group else over_sms.get(plan.people[0].id)
        if second is not None and _is_resent(plan, second, features):
            guid = f"SMS;-;{next(iter(second.addresses.values()))}"
            plan = replace(plan, life=replace(plan.life, resent_in=guid))
        lived.append(plan)
    return lived


def _is_resent(plan: ChatPlan, second: ChatPlan, features: frozenset[str]) -> bool:
    """Return whether an iMessage can stand in the second chat of a person as well."""
    return (
        plan.config.service == "iMessage"
        and "any_guids" not in features
        and set(plan.addresses.values()) == set(second.addresses.values())
    )


def _free(
    services: Iterable[Service], plan: ChatPlan, over_sms: Mapping[str, ChatPlan]
) -> Iterator[Service]:
    """Yield the services over which there is no chat with somebody."""
    for each in services:
        if plan.is_group or each != "SMS" or plan.people[0].id not in over_sms:
            yield each


def _changed_numbers(
    plans: Iterable[ChatPlan], now: int
) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield a person's id, a number that they gave up, and when: that of a chat under
    it that is over."""
    for plan in plans:
        was = plan.config.address
        is_number = was.startswith("+") and was != plan.people[0].identifier
        if is_number and plan.end < now:
            yield plan.people[0].id, (was, plan.end)


def _life(
    plan: ChatPlan,
    span: LifeSpan,
    features: frozenset[str],
    changed: Mapping[str, tuple[str, int]],
) -> ChatLife:
    kind = population.kind_of(plan.config)
    lot = Lot(f"{plan.seed}:{plan.config.id}", "chat", span)
    if kind and kind not in ("acquaintance", "note"):
        life = _of_sender(plan, kind, lot, features)
    elif plan.is_group:
        moves = tuple(comings.drawn(plan, span, changed))
        life = ChatLife(moves=moves, properties=_of_people(lot))
    elif "service" in plan.people[0].relationship:
        life = ChatLife()
    else:
        life = _of_person(plan, kind, lot, features)
    whole = _brought(plan, lot)
    return replace(life, span=span, correspondence=kind, arrived=whole)


def _of_sender(
    plan: ChatPlan, kind: str, lot: Lot, features: frozenset[str]
) -> ChatLife:
    """Return the life of a chat with a sender whom the owner does not know."""
    tier, suffix = _tier(plan, kind, lot)
    category = None
    if suffix and "filter_actions" in features:
        category, suffix = FILTER_SUFFIXES[suffix], ""
        tier = "known" if category is not None else tier
    is_new = plan.start >= SINCE_26 and "unknown_senders" in features
    properties = ChatProperties(
        filtered=tier,
        is_blocked=kind == "scam" and lot.has("blocked"),
        is_pending_review=kind == "stranger" and is_new and lot.has("pending-review"),
    )
    is_unread = kind not in ("stranger", "notice") and lot.has("unread-sender")
    return ChatLife(
        suffix=suffix,
        category=category,
        properties=properties,
        unread_since=1 if is_unread else 0,
    )


def _tier(plan: ChatPlan, kind: str, lot: Lot) -> tuple[FilterTier, str]:
    """Return the list that a chat is in, and the suffix that its address has."""
    if plan.start < _FILTERS_SINCE:
        return ("unknown" if kind in ("scam", "stranger") else "known"), ""
    if kind == "promotion":
        return "promotion", "(smsfp)"
    if kind == "notice":
        return _NOTICE_TIERS[int(lot.number("suffix") * len(_NOTICE_TIERS))]
    if kind == "scam" and lot.has("junk"):
        return "junk", ""
    if kind in ("scam", "stranger"):
        is_apart = plan.config.service == "SMS" and lot.has("suffix")
        return "unknown", "(filtered)" if is_apart else ""
    return "known", ""


def _of_person(
    plan: ChatPlan, kind: str, lot: Lot, features: frozenset[str]
) -> ChatLife:
    """Return the life of a chat with somebody whom the owner knows."""
    former: tuple[Service, ...] = ()
    if plan.config.service == "iMessage" and lot.has("former-row") and not kind:
        address = next(iter(plan.addresses.values()))
        former = () if "@" in address else ("SMS",)
    return ChatLife(
        properties=_of_people(lot),
        former=former,
        unread_since=plan.end - DAY if lot.has("unread-end") else 0,
    )


def _of_people(lot: Lot) -> ChatProperties:
    history = None
    if lot.has("history"):
        history = ChatHistory(
            responses=1 + int(lot.number("muted") * 40),
            receipts_version=3 if lot.has("read-receipts") else 0,
            handshake=1,
        )
    return ChatProperties(
        mutes=lot.has("muted"),
        is_archived=lot.has("archived"),
        read_receipts=lot.has("read-receipts"),
        history=history,
    )


def _brought(plan: ChatPlan, lot: Lot) -> int:
    """Return when iCloud brought a chat that was over before, 0 if it did not."""
    if plan.end < _ICLOUD_CAME and lot.has("brought-whole"):
        return _ICLOUD_CAME + int(_SYNC_TAKES * lot.number("brought-whole"))
    return 0

