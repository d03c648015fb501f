"""The people of a phone in use: those whom a scenario names, and a long tail.

Most chats of a real phone hold one to three messages: codes, offers, scams, people met
once. Their number grows more slowly than the messages, so that a small file has
proportionally more of them (SEMANTICS §26.29).
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.conversations.life import correspondence
from pytest_imessage_foundry.conversations.life.draws import chosen, of_span
from pytest_imessage_foundry.models import ConversationConfig, Persona, Scenario
from pytest_imessage_foundry.models.apple_time import DAY, from_iso, to_datetime
from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.personas import handles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.models import LifeSpan, Service

# Kind of correspondence → the rate that says how many chats of the tail are of it, and
# how many of 100 write over iMessage.
KINDS = {
    "code": ("codes", 0),
    "promotion": ("promotions", 0),
    "notice": ("notices", 0),
    "scam": ("scams", 40),
    "stranger": ("strangers", 40),
    "acquaintance": ("acquaintances", 75),
}
_RELATIONSHIPS = {
    **dict.fromkeys(("code", "promotion", "notice"), "service"),
    **dict.fromkeys(("scam", "stranger"), "stranger"),
    "acquaintance": "acquaintance",
}
SERVICES = ("code", "promotion", "notice")
UNKNOWN = (*SERVICES, "scam", "stranger")  # in no address book
_START = {"decade": "2015-02-01", "year": ""}
_FIRST_NUMBER = 400  # of those reserved for fiction; the ones before are the cast's
_SMALL = 0.85  # the share of the tail's chats that stay at one to three messages
_LATELY = 20  # days
_SECOND = "-sms"  # ends the id of a second chat with somebody, over SMS


@dataclass(frozen=True, slots=True)
class _Sender:
    """Somebody of the tail: who, what kind, and when they wrote."""

    persona: Persona
    kind: str
    service: Service
    start: int
    end: int


def populated(
    scenario: Scenario, *, messages: int | None, seed: int, now: str
) -> Scenario:
    """Return the scenario with its tail, and with `messages` in all.

    Chats that begin after `now` are left out, and what would end later ends then.
    """
    end = from_iso(now)
    named = replace(
        scenario, conversations=tuple(_until(scenario.conversations, end, now))
    )
    asked = sum(each.message_count_target for each in scenario.conversations)
    rates = of_span(scenario.life)
    tail_of_all = rates["tail-messages"]
    total = round(asked / (1 - tail_of_all)) if messages is None else messages
    tail = _sizes(round(total * tail_of_all), total, scenario.life, seed)
    named = scenarios.scaled(named, total - sum(tail))
    senders = list(_senders(scenario, len(tail), seed, end))
    second = chosen(
        (
            f"{seed}:{sender.persona.id}"
            for sender, size in zip(senders, tail, strict=True)
            if sender.kind == "acquaintance" and sender.service == "iMessage"
            if size > 1
        ),
        "second-service",
        "chat",
        scenario.life,
    )
    configs = [
        config
        for sender, size in zip(senders, tail, strict=True)
        for config in _chats_of(sender, size, f"{seed}:{sender.persona.id}" in second)
    ]
    return replace(
        named,
        personas=(*named.personas, *(each.persona for each in senders)),
        conversations=(*named.conversations, *configs),
    )


def kind_of(config: ConversationConfig) -> str:
    """Return the kind of correspondence of a chat of the tail, "" of all others."""
    kind = config.id.partition(":")[0]
    return kind if kind in KINDS or kind == "note" else ""


def _until(
    configs: Iterable[ConversationConfig], end: int, now: str
) -> Iterator[ConversationConfig]:
    for config in configs:
        if not config.start or from_iso(config.start) < end:
            is_over = config.end and from_iso(config.end) < end
            yield config if is_over or not config.end else replace(config, end=now)


def _sizes(messages: int, total: int, span: LifeSpan, seed: int) -> list[int]:
    """Return how many messages each chat of the tail has; few have many."""
    rates = of_span(span)
    chats = round(rates["tail-chats"] * total ** rates["tail-growth"])
    chats = min(chats, messages)
    draw = Random(f"life:{seed}:sizes").random
    weights = [draw() for _ in range(chats)]
    sizes = [1] * chats
    left = messages - chats
    small = int(chats * _SMALL)
    for place in range(small):
        more = min(int(weights[place] * 3), left)
        sizes[place] += more
        left -= more
    # The rest follows a power law: a few senders write for years.
    large = [1 / (0.02 + weight) for weight in weights[small:]]
    for place, weight in enumerate(large):
        sizes[small + place] += int(left * weight / sum(large))
    for place in range(messages - sum(sizes)):
        sizes[-1 - place % max(1, len(large))] += 1
    return sizes


def _senders(scenario: Scenario, count: int, seed: int, end: int) -> Iterator[_Sender]:
    start = from_iso(_START[scenario.life]) if _START[scenario.life] else 0
    start = start if 0 < start < end else end - 365 * DAY
    taken = {each for persona in scenario.personas for each in persona.addresses}
    kinds = _kinds(scenario.life, count, seed)
    for number, kind in enumerate(kinds):
        draw = Random(f"life:{seed}:sender:{number}").random
        service: Service = "iMessage" if draw() * 100 < KINDS[kind][1] else "SMS"
        persona = _persona(kind, number, service, draw, taken)
        # The younger, the more: nobody got offers by the dozen ten years ago.
        begin = start + int((end - start - 2 * DAY) * max(draw(), draw()))
        if kind not in kinds[:number]:
            # One of each kind wrote last month, whatever the seed.
            begin = max(begin, end - _LATELY * DAY)
        yield _Sender(persona, kind, service, begin, end)


def _kinds(span: LifeSpan, count: int, seed: int) -> list[str]:
    """Return the kind of each sender: the shares are kept, the order is drawn."""
    rates = of_span(span)
    shares = {kind: rates[name] for kind, (name, _) in KINDS.items()}
    kinds: list[str] = []
    done = 0.0
    for kind, share in shares.items():
        done += share
        kinds += [kind] * (round(done * count) - len(kinds))
    order = Random(f"life:{seed}:kinds").random
    return sorted(kinds, key=lambda _: order())


def _persona(
    kind: str, number: int, service: Service, draw: Any, taken: set[str]
) -> Persona:
    """Return somebody of the tail; who is in no address book has no name."""
    told = correspondence.texts()
    is_service = kind in SERVICES
    name = ""
    if is_service:
        address = _free(taken, lambda: str(10_000 + int(draw() * 90_000)), code=True)
    elif kind == "scam" and service == "iMessage":
        word = told["last_names"][int(draw() * len(told["last_names"]))].lower()
        address = handles.email(f"{word} {number + 100}", number % 3)
    else:
        address = _free(taken, lambda: _number(number, draw))
    if kind == "acquaintance":
        name = " ".join(
            told[names][int(draw() * len(told[names]))]
            for names in ("first_names", "last_names")
        )
    taken.add(address)
    return Persona(
        id=f"{kind}:{number}",
        name=name or address,
        identifier=address,
        identifier_type="short-code"
        if is_service
        else "email"
        if "@" in address
        else "phone",
        # Handles of senders whom nobody knows are NULL there now and then (§26.15).
        country_code="" if kind == "scam" and draw() < 0.5 else "US",
        relationship=_RELATIONSHIPS[kind],
        typical_response_time="hours",
    )


def _number(number: int, draw: Any) -> str:
    return handles.phone("US", _FIRST_NUMBER + number + 2_000 * int(draw() * 8))


def _free(taken: set[str], make: Any, *, code: bool = False) -> str:
    """Return an address that nobody has; short codes begin with 1."""
    while True:
        address: str = make()
        address = f"1{address}" if code else address
        if address not in taken:
            return address


def _chats_of(
    sender: _Sender, size: int, has_second: bool
) -> Iterator[ConversationConfig]:
    """Yield the chats with a sender: one, or a second one over SMS (§26.5)."""
    persona = sender.persona
    # One exchange takes minutes to days; who writes often does so for years.
    end = sender.end if size > 3 else min(sender.end, sender.start + 2 * DAY)
    usual = ConversationConfig(
        id=persona.id,
        participants=(persona.id,),
        message_count_target=size,
        start=_iso(sender.start),
        end=_iso(end),
        service=sender.service,
    )
    if not has_second:
        yield usual
        return
    yield replace(usual, message_count_target=size - 1)
    yield replace(
        usual, id=f"{persona.id}{_SECOND}", message_count_target=1, service="SMS"
    )


def _iso(moment: int) -> str:
    return to_datetime(moment).isoformat()
