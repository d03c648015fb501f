"""Members of a group who come later, leave and stay gone, or change their number.

Dialogue does not know of it: what somebody would have said while they were away is
left out, and the events that tell of it are put in.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.chat_life import Move, first_members
from pytest_imessage_foundry.conversations.life.draws import Lot, chosen, of_span
from pytest_imessage_foundry.models import Event, Message, Roll
from pytest_imessage_foundry.models.apple_time import DAY, HOUR, MILLISECOND, MINUTE
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import LifeSpan, Persona, Turn

REACH = 64  # messages that an inline reply can reach
_QUIET = 2 * HOUR  # between two talks, at least
_MOST_TOGETHER = 256  # messages of a talk
_LOOKED_AT = 128  # turns until somebody who comes late writes
_STAY = 2  # so many members of a group stay
_BEFORE = 2  # messages of a group before somebody is added, or the owner taken out


class Comings:
    """Who comes and goes in the groups of a phone.

    The first two of a group stay, so that it remains one.
    """

    def __init__(
        self,
        plans: Iterable[ChatPlan],
        span: LifeSpan,
        changed: Mapping[str, tuple[str, int]],
        said: Callable[[ChatPlan], Iterable[tuple[int, Turn]]],
    ) -> None:
        """Draw who comes and goes.

        Args:
            plans: the chats of the phone.
            span: how long it was in use.
            changed: the number that a person gave up, and when, by id.
            said: derives the turns of a plan with their times.
        """
        self._span, self._changed = span, changed
        groups = [plan for plan in plans if plan.is_group]
        others = [
            (plan, who)
            for plan in groups
            for who in plan.people[_STAY:]
            if who.id not in changed
        ]
        joins = of_span(span)["joins-later"] > 0
        self._latest = _latest_joins(groups, said) if joins else {}
        can_join = [_key(*each) for each in others if self._joined(*each)]
        can_leave = [_key(*each) for each in others if self._left(*each)]
        self._late = chosen(can_join, "joins-later", "chat", span)
        self._gone = chosen(can_leave, "leaves", "chat", span)
        ids = [_key(plan) for plan in groups]
        self._out = chosen(ids, "owner-out", "chat", span)

    def of(self, plan: ChatPlan) -> tuple[Move, ...]:
        """Return the moves of one group, in order of date."""
        moves = [*self._changes(plan), *self._moves(plan)]
        moves.sort(key=lambda each: each.date)
        if _key(plan) not in self._out:
            return tuple(moves)
        date = _at(plan, 0.7, self._number(_key(plan), "owner-out"))
        by = plan.addresses[plan.people[0].id]
        out = Move(date=date, kind="removed", who=None, by=by)
        return (*(each for each in moves if each.date < date), out)

    def _moves(self, plan: ChatPlan) -> Iterator[Move]:
        for person in plan.people[_STAY:]:
            key, who = _key(plan, person), plan.addresses[person.id]
            if key in self._late:
                date = self._joined(plan, person)
                yield Move(date=date, kind="added", who=who, by=None)
            if key in self._gone:
                yield self._leaving(plan, person, self._left(plan, person))

    def _joined(self, plan: ChatPlan, person: Persona) -> int:
        """Return when somebody joins a group late: before the first talk in which they
        write; 0 if that is the first one."""
        key = _key(plan, person)
        date = _at(plan, 0.05, self._number(key, "joins-later"))
        return min(date, self._latest.get(key, date))

    def _left(self, plan: ChatPlan, person: Persona) -> int:
        """Return when somebody leaves a group: after the last story in which they
        write; 0 if one comes too late for that."""
        date = _at(plan, 0.6, self._number(_key(plan, person), "leaves"))
        last = max(_ends_of_stories(plan, person), default=date)
        date = max(date, _whole(last + DAY))
        return date if date <= _at(plan, 0.98, 0.0) else 0

    def _leaving(self, plan: ChatPlan, person: Persona, date: int) -> Move:
        who = plan.addresses[person.id]
        if self._number(_key(plan, person), "history") < 0.5:
            return Move(date=date, kind="left", who=who, by=who)
        by = plan.addresses[plan.people[0].id]
        return Move(date=date, kind="removed", who=who, by=by)

    def _changes(self, plan: ChatPlan) -> Iterator[Move]:
        """Yield the moves of members whose number changed while the group was there."""
        for person in plan.people:
            was, date = self._changed.get(person.id, ("", 0))
            if plan.start < date < plan.end:
                now = plan.addresses[person.id]
                yield Move(date=date, kind="number-changed", who=was, by=was, now=now)

    def _number(self, key: str, state: str) -> float:
        return Lot(key, "chat", self._span).number(state)


def _latest_joins(
    groups: Iterable[ChatPlan],
    said: Callable[[ChatPlan], Iterable[tuple[int, Turn]]],
) -> dict[str, int]:
    """Return when those who soon write in a group must be in it at the latest.

    0 means from the beginning.
    """
    found: dict[str, int] = {}
    for plan in groups:
        if len(plan.people) <= _STAY:
            continue
        group, latest, last = _key(plan), 0, 0
        for number, (date, turn) in enumerate(islice(said(plan), _LOOKED_AT)):
            if date - last > _QUIET:
                latest = _whole((last + date) // 2) if number >= _BEFORE else 0
            found.setdefault(f"{group}:{turn.sender}", latest)
            last = date
    return found


def attended(messages: Iterable[Message], plan: ChatPlan) -> Iterator[Message]:
    """Yield the messages of those who were in the group, and the events between."""
    if not plan.life.moves:
        return iter(messages)
    return _Attendance(plan).of(messages)


class _Attendance:
    """Who is in a group, from one message to the next.

    A talk in which somebody writes who is not there is left out whole, since others
    answer them. A move comes between two talks, and waits until something was said
    before it: nobody is added to a group, or leaves it, in which nobody wrote.
    """

    def __init__(self, plan: ChatPlan) -> None:
        moves = plan.life.moves
        self._plan, self._moves = plan, list(moves)
        self._roll = Roll(first_members(tuple(plan.addresses.values()), moves))
        # New number → the one that its owner still has.
        self._former = {move.now: move.who for move in moves if move.now}
        self._left_out: deque[str] = deque(maxlen=REACH)
        self._wrote: Counter[str | None] = Counter()
        self._last = 0  # the date of the row before

    def of(self, messages: Iterable[Message]) -> Iterator[Message]:
        """Yield the messages of members, and the events of moves between them."""
        for talk in _talks(messages):
            yield from self._events(talk[0].date)
            if not self._roll.has(None):
                return
            if self._former:
                talk = [_under_former(each, self._former) for each in talk]
            talk = [self._allowed(each) for each in talk]
            if not all(self._roll.has(each.sender) for each in talk):
                self._left_out.extend(each.guid for each in talk)
                continue
            for message in talk:
                message = _without_absent(message, self._roll, self._left_out)
                self._wrote[message.sender] += 1
                self._last = _end_of(message)
                yield message

    def _allowed(self, message: Message) -> Message:
        """Return a message, as the owner's doing if an absent member adds somebody."""
        if message.event is None or message.event.kind != "added":
            return message
        return message if self._roll.has(message.sender) else _by_owner(message)

    def _events(self, until: int) -> Iterator[Message]:
        """Yield the events of the moves that are due before `until`."""
        for move in tuple(self._moves):
            date = self._due(move, until)
            if not date:
                continue
            self._moves.remove(move)
            by = self._former.get(move.by or "", move.by)
            event = _event(move, self._plan, date, by)
            self._former.pop(move.now, None)
            self._roll.tell(event)
            self._last = date
            yield event

    def _due(self, move: Move, until: int) -> int:
        """Return the date of a move before `until`, 0 if it has to wait."""
        if move.date >= until or not self._may(move):
            return 0
        if move.date > self._last:
            return move.date
        date = (self._last + until) // 2
        date -= date % MILLISECOND
        return date if date > self._last else 0

    def _may(self, move: Move) -> bool:
        """Return whether a message was written that the move can come after."""
        if move.kind == "number-changed":
            return True
        if move.kind == "added" or move.who is None:
            return self._wrote.total() >= _BEFORE
        return self._wrote[move.who] > 0


def _talks(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Yield the messages that follow each other within a few hours."""
    talk: list[Message] = []
    for message in messages:
        if talk and (
            message.date - talk[-1].date > _QUIET or len(talk) == _MOST_TOGETHER
        ):
            yield talk
            talk = []
        talk.append(message)
    if talk:
        yield talk


def _end_of(message: Message) -> int:
    """Return the date of a message's last row."""
    ends = [message.date]
    for each in message.tapbacks:
        ends += [each.date, each.removed.date if each.removed else 0]
    return max(ends)


def _under_former(message: Message, former: Mapping[str, str | None]) -> Message:
    """Return a message under the numbers that its people had then."""
    sender = former.get(message.sender or "", message.sender)
    if sender != message.sender:
        message = replace(message, sender=sender)
    if any(each.sender in former for each in message.tapbacks):
        reactions = [
            replace(each, sender=former.get(each.sender or "", each.sender))
            for each in message.tapbacks
        ]
        message = replace(message, tapbacks=tuple(reactions))
    return message


def _by_owner(message: Message) -> Message:
    """Return an event as the owner's doing: who is added back must be back."""
    event = message.event and replace(message.event, incoming=False)
    return replace(message, sender=None, date_read=0, event=event)


def _key(plan: ChatPlan, person: Persona | None = None) -> str:
    key = f"{plan.seed}:{plan.config.id}"
    return key if person is None else f"{key}:{person.id}"


def _at(plan: ChatPlan, least: float, number: float) -> int:
    """Return a moment of a group's time, from the share `least` on."""
    date = plan.start + int((plan.end - plan.start) * (least + 0.3 * number))
    return _whole(date)


def _whole(date: int) -> int:
    return date - date % MILLISECOND


def _ends_of_stories(plan: ChatPlan, person: Persona) -> Iterator[int]:
    """Yield about when each story ends in which somebody writes."""
    length, said = plan.end - plan.start, 0
    for scene, place in zip(plan.scenes, plan.places, strict=True):
        # Where nothing is generated, the stories share the whole range.
        first = place if plan.generated else said / plan.count
        said += len(scene)
        if any(turn.sender == person.id for turn in scene):
            pauses = sum(turn.pause for turn in scene) * MINUTE
            told = length * len(scene) // plan.count
            yield plan.start + int(length * first) + max(told, pauses)


def _event(move: Move, plan: ChatPlan, date: int, by: str | None) -> Message:
    key = f"life:{plan.rng_key}:{move.date}:{move.who}"
    bits = int.from_bytes(blake2b(key.encode(), digest_size=16).digest())
    return Message(
        guid=guid_of(bits),
        date=date,
        sender=by,
        service=plan.config.service,
        date_read=date + 1 if by is not None else 0,
        event=_told(move, bits, was_synced=date < plan.life.brought),
    )


def _told(move: Move, bits: int, *, was_synced: bool) -> Event:
    if move.kind == "number-changed":
        # What iCloud brought says it three times (§26.3).
        copies = range(2, 6) if was_synced else ()
        return Event(
            kind=move.kind,
            who=move.now,
            was=move.who,
            joined_by=guid_of(bits ^ 1 << 32),
            copies=tuple(guid_of(bits ^ number << 32) for number in copies),
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
