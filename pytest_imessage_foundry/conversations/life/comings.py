"""Members of a group who come later, leave and stay gone, or change their number.

Dialogue does not know of it: what somebody would have said while they were away is
left out, and the events that tell of it are put in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.chat_life import Move, first_members
from pytest_imessage_foundry.conversations.life.rates import Lot
from pytest_imessage_foundry.models import Event, Message, Roll
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import LifeSpan, Persona

_MILLISECOND = 1_000_000
_REACH = 64  # messages that an inline reply can reach


def drawn(
    plan: ChatPlan, span: LifeSpan, changed: Mapping[str, tuple[str, int]]
) -> Iterator[Move]:
    """Yield who comes and goes in a planned group, in order of date.

    `changed` has the number that a person gave up, and when, by id.
    """
    others = list(plan.addresses.values())
    moves = [
        move
        for place, person in enumerate(plan.people)
        for move in _of_member(plan, span, place, person, others[0])
    ]
    moves += _changes(plan, changed)
    lot = Lot(f"{plan.seed}:{plan.config.id}", "chat", span)
    if lot.has("owner-out"):
        date = _at(plan, 0.7 + 0.25 * lot.number("muted"))
        moves.append(Move(date=date, kind="removed", who=None, by=others[0]))
        moves = [each for each in moves if each.date <= date]
    yield from sorted(moves, key=lambda each: each.date)


def attended(messages: Iterable[Message], plan: ChatPlan) -> Iterator[Message]:
    """Yield the messages of those who were in the group, and the events between."""
    moves = deque(plan.life.moves)
    if not moves:
        yield from messages
        return
    roll = Roll(first_members(tuple(plan.addresses.values()), moves))
    left_out: deque[str] = deque(maxlen=_REACH)
    former = {move.now: move.who for move in moves if move.now}
    for message in messages:
        while moves and moves[0].date < message.date:
            event = _event(move := moves.popleft(), plan)
            former.pop(move.now, None)
            roll.tell(event)
            yield event
        if former:
            message = _under_former(message, former)
        if not roll.has(None) or not roll.has(message.sender):
            left_out.append(message.guid)
            continue
        yield _without_absent(message, roll, left_out)


def _changes(
    plan: ChatPlan, changed: Mapping[str, tuple[str, int]]
) -> Iterator[Move]:
    """Yield the moves of members whose number changed while the group was there."""
    for person in plan.people:
        was, date = changed.get(person.id, ("", 0))
        if plan.start < date < plan.end:
            now = plan.addresses[person.id]
            date -= date % _MILLISECOND
            yield Move(date=date, kind="number-changed", who=was, by=was, now=now)


def _under_former(message: Message, former: Mapping[str, str | None]) -> Message:
    """Return a message under the numbers that its people had then."""
    if message.sender in former:
        message = replace(message, sender=former[message.sender])
    if any(each.sender in former for each in message.tapbacks):
        reactions = [
            replace(each, sender=former.get(each.sender or "", each.sender))
            for each in message.tapbacks
        ]
        message = replace(message, tapbacks=tuple(reactions))
    return message


def _of_member(
    plan: ChatPlan, span: LifeSpan, place: int, person: Persona, first: str
) -> Iterator[Move]:
    """Yield the moves of one member. The first two stay, so that it remains a group."""
    if place < 2:
        return
    address = plan.addresses[person.id]
    lot = Lot(f"{plan.seed}:{plan.config.id}:{person.id}", "chat", span)
    if lot.has("joins-later"):
        date = _at(plan, 0.05 + 0.4 * lot.number("muted"))
        yield Move(date=date, kind="added", who=address, by=None)
    if lot.has("leaves"):
        date = _at(plan, 0.5 + 0.45 * lot.number("archived"))
        if lot.number("history") < 0.5:
            yield Move(date=date, kind="left", who=address, by=address)
        else:
            yield Move(date=date, kind="removed", who=address, by=first)


def _at(plan: ChatPlan, share: float) -> int:
    date = plan.start + int((plan.end - plan.start) * share)
    return date - date % _MILLISECOND


def _event(move: Move, plan: ChatPlan) -> Message:
    key = f"life:{plan.rng_key}:{move.date}:{move.who}"
    bits = int.from_bytes(blake2b(key.encode(), digest_size=16).digest())
    return Message(
        guid=guid_of(bits),
        date=move.date,
        sender=move.by,
        service=plan.config.service,
        date_read=move.date + 1 if move.by is not None else 0,
        event=_told(move, guid_of(bits ^ 1 << 32)),
    )


def _told(move: Move, second: str) -> Event:
    if move.kind == "number-changed":
        return Event(
            kind=move.kind, who=move.now, was=move.who, joined_by=second, incoming=True
        )
    who = None if move.kind == "left" else move.who
    return Event(kind=move.kind, who=who, incoming=move.by is not None)


def _without_absent(message: Message, roll: Roll, left_out: Iterable[str]) -> Message:
    """Return a message without the reactions of the absent, and without a reply to
    what is not there."""
    reply = message.reply_to
    if reply is not None and reply.guid in left_out:
        message = replace(message, reply_to=None)
    if all(roll.has(each.sender) for each in message.tapbacks):
        return message
    kept = tuple(each for each in message.tapbacks if roll.has(each.sender))
    return replace(message, tapbacks=kept)
