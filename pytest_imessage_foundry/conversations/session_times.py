"""When the turns of one session are said, once it is known about when it begins.

Turns follow each other by their waits. Anchored ones move to the nearest time that they
allow. A session ends early enough that those to come find room, and in a range too
short for typing its turns are as near to each other as need be.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from pytest_imessage_foundry.conversations import anchors
from pytest_imessage_foundry.conversations.clock import ASLEEP, rhythm
from pytest_imessage_foundry.conversations.days_off import DaysOff
from pytest_imessage_foundry.conversations.unplaced_turn import (
    UnplacedTurnError,
    refusal,
)
from pytest_imessage_foundry.conversations.waits import DAY, shortened, typed_in
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import MILLISECOND, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.conversations.clock import Rhythm, Week
    from pytest_imessage_foundry.models import Persona, Turn

# During waits up to the first people look at the phone; waits longer than the
# second, and those that reach into the night, count in waking time.
_ATTENTION, _PATIENCE = 1_200.0, 3_600.0
_A_WHILE = 1_800.0  # between two sittings
_CRAMPED = 8 * SECOND  # for a turn; with less, turns are as near as need be
_A_DAY = int(DAY) * SECOND
_AWAKE = 0.25  # share of the rate in the busiest hour of people in several zones


# What is done with a session for whose anchors the range has no time.
NoTime = Literal["leave out", "refuse", "keep"]


class UntimedSession(NamedTuple):
    """A session whose turns have no times yet.

    Attributes:
        turns: the turns.
        waits: the seconds before each.
        rhythm: the waking hours of those who write.
        begin: when it should begin, in nanoseconds since 2001.
        pace: in a cramped range, the share of the waits that there is time for.
        done: how many turns were before.
        previous: the time of the last of them.
        is_urgent: whether those to come are left no more time than they need.
    """

    turns: Sequence[Turn]
    waits: Sequence[float]
    rhythm: Rhythm
    begin: int
    pace: float
    done: int
    previous: int
    is_urgent: bool = False

    @property
    def earliest(self) -> float:
        """The earliest time, in seconds: after typing, and a sitting after a while."""
        first = self.turns[0]
        return self.previous / SECOND + max(typed_in(first), first.opens * _A_WHILE)


class SessionTimes:
    """The times of the turns of one session after the other.

    Attributes:
        days_off: those of colleagues.
        is_cramped: whether the range is too short for typing.
        refusal: what to raise if all is left out, as the first session was.
    """

    def __init__(
        self,
        *,
        owner: Persona,
        cast: Mapping[str, Persona],
        week: Week,
        start: int,
        end: int,
        count: int,
        random: Callable[[], float],
        no_time: NoTime,
        name: str,
    ) -> None:
        self.no_time, self.name = no_time, name
        self.refusal: UnplacedTurnError | None = None
        self.owner, self.week = owner.id, week
        self.zones = {who: each.time_zone for who, each in cast.items()}
        self.days_off = DaysOff(owner, cast.values(), week)
        self.start, self.end, self.count = start, end, count
        self.anchors = anchors.Anchors(cast, random)
        room = (end - start) // (2 * max(count, 1))
        self.is_cramped = room < _CRAMPED // 2
        # Own messages have the sending phone's milliseconds, received ones the
        # nanoseconds of their arrival (SEMANTICS §1).
        self.grain = MILLISECOND if room >= MILLISECOND else 1
        self.room = max(1, min(_CRAMPED // 2, room))  # kept free for each later turn
        self.last = end - (end - start) // 1_000  # the rest is for unexpected turns
        if room < MILLISECOND:
            self.last = end

    def of(self, session: UntimedSession) -> list[int]:
        """Return the times of the turns of a session.

        There are none if its anchors cannot be kept and it is left out.
        """
        anchored = [
            n for n, turn in enumerate(session.turns) if turn.hours or turn.when
        ]
        if self.is_cramped:
            moments = self._pressed(session)
        elif anchored:
            return self._kept(session, is_first_alone=not anchored[-1])
        else:
            moments = self._moments(session)
        self.anchors.note(moments)
        return moments

    def _kept(self, session: UntimedSession, *, is_first_alone: bool) -> list[int]:
        """Return the times of a session with anchors, none if it is left out."""
        place = self._moments_of_first if is_first_alone else self._anchored
        moments = place(session)
        if not self.anchors.hold(session.turns, moments):
            moments = self._elsewhere(session, place) or self._unkept(session, moments)
        # Later turns count turns back, those that are left out too.
        self.anchors.note(moments or [session.previous] * len(session.turns))
        return moments

    def _elsewhere(
        self, session: UntimedSession, place: Callable[[UntimedSession], list[int]]
    ) -> list[int]:
        """Return the times of a session that begins earlier than it should, or so late
        that others have to hurry; none if neither helps."""
        first = min(int(session.earliest * SECOND), session.begin)
        middle = (first + session.begin) // 2
        for begin, is_urgent in ((middle, False), (first, False), (first, True)):
            moments = place(session._replace(begin=begin, is_urgent=is_urgent))
            if self.anchors.hold(session.turns, moments):
                return moments
        return []

    def _unkept(self, session: UntimedSession, drawn: list[int]) -> list[int]:
        """Return the times of a session whose anchors the range has no room for."""
        if self.no_time == "refuse":
            raise self._refusal(session)
        # Who joins and leaves has to stay.
        is_needed = any(turn.event for turn in session.turns)
        if is_needed or self.no_time == "keep":
            return drawn
        if session.previous < self.start and self.refusal is None:
            self.refusal = self._refusal(session)
        return []

    def _refusal(self, session: UntimedSession) -> UnplacedTurnError:
        """Return the error that names the first turn for which there is no time, even
        if later ones could be at any."""
        turns = session.turns
        places = [n for n, turn in enumerate(turns) if turn.hours or turn.when]
        for place in places:
            later = (
                replace(each, hours=None, when=None) for each in turns[place + 1 :]
            )
            eased = session._replace(turns=[*turns[: place + 1], *later])
            moments = self._anchored(eased)
            if not self.anchors.hold(eased.turns, moments) and not self._elsewhere(
                eased, self._anchored
            ):
                break
        number = session.done + place
        return refusal(turns[place], number, self.name, (self.start, self.end))

    def _anchored(self, session: UntimedSession) -> list[int]:
        """Return the times of a session in which turns say when they can be.

        Turns between two long waits move together, to the nearest time that they allow.
        """
        turns, rhythm = session.turns, session.rhythm
        latest = self._latest(session)
        waits = anchors.spaced(turns, session.waits)
        session = session._replace(waits=waits)
        moments: list[int] = []
        left = sum(waits)
        at, earliest = session.begin / SECOND, session.earliest
        for start, end in _parts(turns, waits):
            if start:
                wait, before = waits[start], moments[-1] / SECOND
                at = self._next(session, start, before)
                earliest = before + max(wait / 2, typed_in(turns[start]))
            offsets = list(accumulate(waits[start + 1 : end], initial=0.0))
            part = list(zip(offsets, turns[start:end], strict=True))
            left -= waits[start] + offsets[-1]
            around = earliest, max(latest / SECOND - offsets[-1] - left, earliest)
            is_good = partial(self._is_good, rhythm)
            found = self.anchors.begin(part, at, around, is_good)
            at = max(at, earliest) if found is None else found
            there = [int((at + offset) * SECOND) for offset in offsets]
            self.anchors.note(there)
            moments += there
        self.anchors.forget(len(moments))
        moments = self._in_grains(turns, moments)
        return moments if moments[-1] <= latest else self._fitted(session, moments)

    def _in_grains(self, turns: Sequence[Turn], moments: Iterable[int]) -> list[int]:
        """Return times of which the owner's are whole milliseconds, where they can."""
        return [
            moment - moment % self.grain if turn.sender == self.owner else moment
            for turn, moment in zip(turns, moments, strict=True)
        ]

    def _moments_of_first(self, session: UntimedSession) -> list[int]:
        """Return the times of a session whose first turn alone has an anchor."""
        begin = self._begun(session)
        if begin != session.begin:
            session = session._replace(begin=begin)
        return self._moments(session)

    def _begun(self, session: UntimedSession) -> int:
        """Return when a session begins whose first turn alone has an anchor."""
        latest = self._latest(session) / SECOND - sum(session.waits)
        earliest, wanted = session.earliest, session.begin / SECOND
        found = self.anchors.begin(
            [(0.0, session.turns[0])],
            wanted,
            (earliest, max(latest, earliest)),
            partial(self._is_good, session.rhythm),
        )
        if found is None or found == wanted:
            return session.begin
        return int(found * SECOND)

    def _is_good(self, rhythm: Rhythm, moment: float) -> bool:
        """Return whether all who write are awake at a time, and colleagues at work."""
        if self.days_off.is_on(moment):
            return False
        return not rhythm.is_shared or rhythm.rate(moment) > _AWAKE

    def _next(self, session: UntimedSession, place: int, before: float) -> float:
        """Return when the part of a session from a place on comes, after a long wait.

        Its sender sleeps in between. Those who go on with the talk at once are awake,
        too; whether others are makes no difference.
        """
        there = self._own_next(session.turns[place], session.waits[place], before)
        zones = self._zones_of_part(session, place)
        if len(zones) > 1:
            shared = rhythm(zones, self.week)
            if shared.rate(there) < ASLEEP:
                there = shared.awake(there, _ATTENTION)
                return self.days_off.after_holidays(there, shared)
        return there

    def _own_next(self, turn: Turn, wait: float, before: float) -> float:
        """Return when a turn comes after a long wait, in which its sender sleeps."""
        own = rhythm((self.zones[turn.sender],), self.week)
        there = before + wait
        if not turn.pause and (wait > _PATIENCE or own.rate(there) < ASLEEP):
            there = own.after(before, wait)
        return self.days_off.after_holidays(own.awake(there, _ATTENTION), own)

    def _zones_of_part(self, session: UntimedSession, place: int) -> tuple[str, ...]:
        """Return the zones of those who write from a place to the next long wait."""
        end = place + 1
        while end < len(session.turns) and session.waits[end] < _ATTENTION:
            end += 1
        senders = {turn.sender for turn in session.turns[place:end]}
        return tuple(sorted({self.zones[who] for who in senders}))

    def _moments(self, session: UntimedSession) -> list[int]:
        """Return the times of a session that begins when it should."""
        owner, quick, grain = self.owner, _ATTENTION, self.grain
        moment = max(session.begin, int(session.earliest * SECOND))
        awake = dict.fromkeys(self.zones, moment) if session.rhythm.is_shared else None
        moments = []
        for turn, wait in zip(session.turns, session.waits, strict=True):
            if wait < quick:
                moment += int(wait * SECOND)
            else:
                moment = int(self._own_next(turn, wait, moment / SECOND) * SECOND)
            if awake is not None:
                moment = self._woken(turn.sender, moment, awake)
            if turn.sender == owner:
                moment -= moment % grain
            moments.append(moment)
        is_in_time = moments[-1] <= self._latest(session)
        return moments if is_in_time else self._fitted(session, moments)

    def _woken(self, who: str, moment: int, awake: dict[str, int]) -> int:
        """Return when somebody can write, and note it as when they were `awake`.

        Who wrote a moment ago stays awake; for others in another time zone it may be
        night.
        """
        if moment - awake[who] > _ATTENTION * SECOND:
            own = rhythm((self.zones[who],), self.week)
            if own.rate(moment / SECOND) < ASLEEP:
                there = own.awake(moment / SECOND, _ATTENTION)
                moment = int(self.days_off.after_holidays(there, own) * SECOND)
        awake[who] = moment
        return moment

    def _latest(self, session: UntimedSession) -> int:
        """Return the latest time of a session, which leaves room for turns to come."""
        turns, previous = len(session.turns), session.previous
        later = self.count - session.done - turns
        if later < 0:
            # Turns beyond the expected ones each get a share of the rest.
            return previous + max(1, (self.end - previous) // 4)
        if session.is_urgent:
            return self.last - later * self.room
        share = (self.last - previous) * later // (2 * (later + turns))
        return self.last - max(later * self.room, share)

    def _fitted(self, session: UntimedSession, moments: list[int]) -> list[int]:
        """Return the times of a session whose `moments` end too late.

        It begins earlier, by whole days if it can; then its waits are shortened.
        """
        turns, previous, latest = session.turns, session.previous, self._latest(session)
        over = moments[-1] - latest
        room = moments[0] - previous - int(typed_in(turns[0]) * SECOND)
        for back in (
            -(-over // _A_DAY) * _A_DAY,
            -(-over // MILLISECOND) * MILLISECOND,
        ):
            if back <= room:
                return [moment - back for moment in moments]
        back = max(0, room - room % MILLISECOND)
        starts = (previous, *(moment - back for moment in moments))
        waits = [(after - before) / SECOND for before, after in pairwise(starts)]
        short = shortened(turns, waits, (latest - previous) / SECOND - 0.002)
        if short is None:
            return self._squeezed(session)
        first = previous + MILLISECOND
        passed = (first + int(each * SECOND) for each in accumulate(short))
        return self._in_grains(turns, passed)

    def _squeezed(self, session: UntimedSession) -> list[int]:
        """Return times for turns that have less room than typing takes."""
        none = [0.0] * len(session.turns)
        return self._pressed(
            session._replace(
                waits=none, begin=session.previous, pace=1.0, done=self.count
            )
        )

    def _pressed(self, session: UntimedSession) -> list[int]:
        """Return the times of a session in a range too short for typing."""
        owner, room, grain = self.owner, self.room, self.grain
        scale, moment, previous = session.pace * SECOND, session.begin, session.previous
        limit = self.last - (self.count - session.done) * room
        moments = []
        for turn, wait in zip(session.turns, session.waits, strict=True):
            limit += room
            if limit > self.last:  # unexpected turns each get a share of the rest
                limit = previous + max(1, (self.end - previous) // 40)
            moment += int(wait * scale)
            if turn.sender == owner:
                moment -= moment % grain
            if moment <= previous or moment > limit:
                mine = grain if turn.sender == owner else 1
                moment = self._nearest(moment, previous, limit, mine)
            moments.append(moment)
            previous = moment
        return moments

    def _nearest(self, moment: int, previous: int, limit: int, grain: int) -> int:
        """Return the nearest time that keeps the order and the range."""
        nearest = min(max(moment, previous + 1), max(limit, previous + 1))
        aligned = nearest - nearest % grain
        if aligned <= previous:
            aligned += grain
        nearest = aligned if aligned <= limit else previous + 1
        if nearest > self.end:
            raise FoundryError(no_room(self.start, self.end, self.count))
        return nearest


def _parts(
    session: Sequence[Turn], waits: Sequence[float]
) -> Iterator[tuple[int, int]]:
    """Yield the first and the last place of each part of a session, without long
    waits."""
    starts = [0, *(n for n, wait in enumerate(waits) if n and wait >= _ATTENTION)]
    yield from zip(starts, [*starts[1:], len(session)], strict=True)


def no_room(start: int, end: int, count: int) -> str:
    return (
        f"no room for the turns of a conversation: {count} expected\n"
        f"looked between {start} and {end}: {max(end - start, 0)} ns\n"
        "give it a longer range, or say how many turns really come"
    )
