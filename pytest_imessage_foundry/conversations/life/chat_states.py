"""Draw what years of use made of each chat: its list, properties, former rows."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.chat_life import ChatLife
from pytest_imessage_foundry.conversations.life import comings, population
from pytest_imessage_foundry.conversations.life.draws import Lot, chosen
from pytest_imessage_foundry.models import (
    FILTER_SUFFIXES,
    Background,
    ChatHistory,
    ChatProperties,
    FilterTier,
)
from pytest_imessage_foundry.models.apple_time import DAY, SINCE_26, from_iso
from pytest_imessage_foundry.models.guids import guid_of
from pytest_imessage_foundry.models.messages import BRINGING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import LifeSpan, Service, Turn

# iOS 14 sorts SMS into categories; before it no address has a suffix.
_FILTERS_SINCE = from_iso("2020-09-16")
# When a new Mac got from iCloud what the phone had: days before the end.
_NEW_MAC: dict[LifeSpan, int] = {"decade": 2_202, "year": 290}
_LONG_OVER: dict[LifeSpan, int] = {"decade": 365, "year": 30}  # days
_NOTICE_TIERS: tuple[tuple[FilterTier, str], ...] = (
    ("transaction", "(smsft)"),
    ("finance", "(smsft_fi)"),
    ("orders", "(smsft_or)"),
    ("reminders", "(smsft_rm)"),
)
_SUMMARIES_CAME = from_iso("2024-10-28")  # iOS 18.1
_REPORTED = ChatHistory(reported_as_spam=True)
_UNREAD = ("code", "promotion", "notice", "scam")


def with_lives(
    plans: Iterable[ChatPlan],
    span: LifeSpan,
    features: frozenset[str],
    now: int,
    said: Callable[[ChatPlan], Iterable[tuple[int, Turn]]],
) -> list[ChatPlan]:
    """Return the plans with what years of use made of each chat.

    `now` is the end of the history; `said` derives the turns of a plan, with times.
    """
    phone = _Phone(list(plans), span, features, now, said)
    return [replace(plan, life=phone.life(plan)) for plan in phone.plans]


class _Phone:
    """All chats of a phone, and which of them are in which state."""

    def __init__(
        self,
        plans: list[ChatPlan],
        span: LifeSpan,
        features: frozenset[str],
        now: int,
        said: Callable[[ChatPlan], Iterable[tuple[int, Turn]]],
    ) -> None:
        self.plans, self.span, self.features, self.now = plans, span, features, now
        self.new_mac = now - _NEW_MAC[span] * DAY
        self.long_ago = now - _LONG_OVER[span] * DAY
        direct = [plan for plan in plans if not plan.is_group]
        self.over_sms = {
            plan.people[0].id: plan for plan in direct if plan.config.service == "SMS"
        }
        # A number was given up when the chat under it was over.
        self.changed = {
            plan.people[0].id: (plan.config.address, plan.end)
            for plan in direct
            if plan.config.address.startswith("+") and plan.end < now
        }
        self._chosen = {
            state: chosen(
                (_key(plan) for plan in plans if applies(self, plan)),
                *(state, "chat", span),
            )
            for state, applies in _APPLIES.items()
        }
        self._comings = comings.Comings(plans, span, self.changed, said)

    def has(self, plan: ChatPlan, state: str) -> bool:
        return _key(plan) in self._chosen[state]

    def life(self, plan: ChatPlan) -> ChatLife:
        """Return what years of use made of one chat."""
        kind = population.kind_of(plan.config)
        if kind in population.UNKNOWN:
            life = self._of_sender(plan, kind)
        elif plan.is_group:
            moves = self._comings.of(plan)
            life = ChatLife(
                moves=moves,
                properties=self._properties(plan),
                former=self._former(plan),
            )
        else:
            life = self._of_person(plan)
        return replace(
            life,
            span=self.span,
            correspondence=kind,
            brought=self._brought(plan),
            now=self.now,
        )

    def _of_sender(self, plan: ChatPlan, kind: str) -> ChatLife:
        """Return the life of a chat with a sender whom the owner does not know."""
        tier, suffix = self._tier(plan, kind)
        category = None
        if suffix and "filter_actions" in self.features:
            category, suffix = FILTER_SUFFIXES[suffix], ""
            tier = "known" if category is not None else tier
        return ChatLife(
            suffix=suffix,
            category=category,
            properties=ChatProperties(
                filtered=tier,
                is_blocked=self.has(plan, "blocked"),
                is_pending_review=self.has(plan, "pending-review"),
                history=_REPORTED if tier == "junk" else None,
            ),
            unread_since=int(self.has(plan, "unread-sender")),
        )

    def _tier(self, plan: ChatPlan, kind: str) -> tuple[FilterTier, str]:
        """Return the list that a chat is in, and the suffix that its address has."""
        is_sorted = plan.start >= _FILTERS_SINCE
        if kind == "promotion" and is_sorted:
            return "promotion", "(smsfp)"
        if kind == "code" and is_sorted:
            return "transaction", "(smsft)"
        if kind == "notice" and is_sorted:
            number = Lot(_key(plan), "chat", self.span).number("suffix")
            return _NOTICE_TIERS[int(number * len(_NOTICE_TIERS))]
        if self.has(plan, "junk"):
            return "junk", ""
        if kind in ("scam", "stranger"):
            return "unknown", "(filtered)" if self.has(plan, "suffix") else ""
        return "known", ""

    def _of_person(self, plan: ChatPlan) -> ChatLife:
        """Return the life of a chat with somebody whom the owner knows."""
        return ChatLife(
            properties=self._properties(plan),
            former=self._former(plan),
            resent_in=self._resent_in(plan),
            unread_since=self.now - DAY if self.has(plan, "unread-end") else 0,
        )

    def _former(self, plan: ChatPlan) -> tuple[Service, ...]:
        if self.has(plan, "former-group"):
            return ("RCS", "SMS") if "rcs" in self.features else ("SMS",)
        return ("SMS",) if self.has(plan, "former-row") else ()

    def _properties(self, plan: ChatPlan) -> ChatProperties:
        return ChatProperties(
            background=self._background(plan),
            mutes=self.has(plan, "muted"),
            is_archived=self.has(plan, "archived"),
            read_receipts=self.has(plan, "read-receipts"),
            history=self._history(plan) if self.has(plan, "history") else None,
        )

    def _history(self, plan: ChatPlan) -> ChatHistory:
        """Return what years leave in a chat's properties (§24).

        Messages and ROWIDs that they name are those of another device, or gone.
        """
        lot = Lot(_key(plan), "chat", self.span)
        number = lot.number("history")
        seen = plan.start + int((plan.end - plan.start) * lot.number("muted"))
        return ChatHistory(
            responses=1 + int(number * 40),
            receipts_version=3 if self.has(plan, "read-receipts") else 0,
            handshake=1,
            lsmd=seen,
            watermark=(1 + int(number * 90_000), seen),
            last_archived=(_guid(plan, "archived"), 1 + int(number * 80_000)),
            previous_accounts=((plan.config.service, _guid(plan, "account")),),
            summary=(_guid(plan, "summary"), number < 0.1)
            if plan.end >= _SUMMARIES_CAME
            else None,
        )

    def _background(self, plan: ChatPlan) -> Background | None:
        """Return a chat's background (26), or what is left of one."""
        if "backgrounds" not in self.features:
            return None
        if not self.has(plan, "background"):
            is_left = self.has(plan, "background-gone")
            return Background(is_removed=True) if is_left else None
        channel = _guid(plan, "background")
        url = f"https://backgrounds.example.com/{channel}"
        return Background(url=url, channel=channel, refreshed=self.now - 3 * DAY)

    def _resent_in(self, plan: ChatPlan) -> str | None:
        """Return the GUID of the SMS chat in which resent iMessages stand as well."""
        second = self.over_sms.get(plan.people[0].id)
        if second is None or "any_guids" in self.features or second is plan:
            return None
        (address,) = second.addresses.values()
        is_same = address in plan.addresses.values()
        return f"SMS;-;{address}" if is_same else None

    def _brought(self, plan: ChatPlan) -> int:
        """Return when iCloud brought what is older of a chat, 0 if it did not."""
        if self.has(plan, "brought-last"):
            return self.now - BRINGING
        return self.new_mac if self.has(plan, "brought") else 0


def _key(plan: ChatPlan) -> str:
    return f"{plan.seed}:{plan.config.id}"


def _guid(plan: ChatPlan, what: str) -> str:
    digest = blake2b(f"life:{_key(plan)}:{what}".encode(), digest_size=16).digest()
    return guid_of(int.from_bytes(digest))


def _kind(plan: ChatPlan) -> str:
    return population.kind_of(plan.config)


def _is_of_people(phone: _Phone, plan: ChatPlan) -> bool:
    return (
        _kind(plan) in ("", "acquaintance") and plan.people[0].relationship != "service"
    )


def _goes_on(phone: _Phone, plan: ChatPlan) -> bool:
    return _is_of_people(phone, plan) and not plan.is_group and plan.end == phone.now


def _is_over(phone: _Phone, plan: ChatPlan) -> bool:
    return _is_of_people(phone, plan) and plan.end < phone.now


def _may_have_moved(phone: _Phone, plan: ChatPlan) -> bool:
    """Return whether an SMS chat with somebody can have been there before."""
    return (
        _is_of_people(phone, plan)
        and not plan.is_group
        and plan.config.service == "iMessage"
        and next(iter(plan.addresses.values())).startswith("+")
        and plan.people[0].id not in phone.over_sms
    )


def _is_apart(phone: _Phone, plan: ChatPlan) -> bool:
    return (
        _kind(plan) in ("scam", "stranger")
        and plan.config.service == "SMS"
        and plan.start >= _FILTERS_SINCE
    )


def _is_screened(phone: _Phone, plan: ChatPlan) -> bool:
    is_new = plan.start >= SINCE_26 and "unknown_senders" in phone.features
    return is_new and _kind(plan) in ("scam", "stranger")


# State → the chats of which its rate is a share.
_APPLIES: Mapping[str, Callable[[_Phone, ChatPlan], bool]] = {
    "former-row": _may_have_moved,
    "suffix": _is_apart,
    "junk": lambda _, plan: _kind(plan) == "scam",
    "blocked": lambda _, plan: _kind(plan) == "scam",
    "pending-review": _is_screened,
    "unread-sender": lambda _, plan: _kind(plan) in _UNREAD,
    "unread-end": _goes_on,
    "muted": _is_of_people,
    "archived": _is_over,
    "read-receipts": _is_of_people,
    "history": _is_of_people,
    "brought": lambda phone, plan: plan.start < phone.new_mac,
    "brought-last": lambda phone, plan: plan.end < phone.long_ago,
    "background": _goes_on,
    "background-gone": _goes_on,
    "former-group": lambda _, plan: plan.is_group,
}
