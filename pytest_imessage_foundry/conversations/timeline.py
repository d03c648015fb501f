"""Give the turns of a conversation their times.

Turns come in sessions: many within minutes, then none for hours or days. A session
begins with a turn that opens a sitting; turns without such marks are cut into sessions
of the usual lengths. A session is read whole, to be fitted into the rest of the range;
no more turns are in memory.

Waits are drawn in the waking time of the people (see `clock`), as shares of the time
that is left. So five turns, ten thousand or a million fill the same year: few turns
have long gaps, many are pressed together until people answer within seconds. Nobody
writes faster than people type (see `waits`), unless the range has no room for it.
"""

from __future__ import annotations

from functools import partial
from itertools import accumulate, chain, pairwise
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import anchors
from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.clock import Rhythm, Week, offset_in, rhythm
from pytest_imessage_foundry.conversations.turn_sessions import Sessions
from pytest_imessage_foundry.conversations.waits import (
    DAY,
    HOUR,
    Waits,
    hurried,
    shortened,
    typed_in,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

# Own messages have the sending phone's milliseconds, received ones the
# nanoseconds of their arrival (SEMANTICS §1).
MILLISECOND = 1_000_000

# During waits up to the first people look at the phone; waits longer than the
# second, and those that reach into the night, count in waking time.
_ATTENTION, _PATIENCE = 1_200.0, 3_600.0
_ASLEEP = 0.15  # of the busiest hour
_IN_SESSIONS = 0.7  # the largest share of the time left that goes into sessions
_AWAKE_OF_PAUSES = 0.5  # the share of a long pause in which people are awake
# Hours until people write again the same day or the next. A table, since the last
# digits of a power differ by platform.
_SOON = (1.1, 1.3, 1.5, 1.8, 2.1, 2.5, 3.0, 3.6, 4.4, 5.5, 7.5, 10.5)
_SOON_AGAIN, _NOTICED_AGAIN = 0.4, 0.3  # their share; that of services
# Who writes on most days does so rather evenly: the waits, as multiples of the mean.
_OFTEN = 30 * HOUR  # of waking time between two sessions
_SOMETIMES = 90 * HOUR  # who writes at least so often is never silent for weeks
_EVENLY = (0.25, 0.45, 0.6, 0.75, 0.85, 0.95, 1.0, 1.1, 1.2, 1.35, 1.55, 1.95)
_SPREAD = 20.0  # the longest other waits, as a multiple of the usual one
_DRIFT = 0.035  # share of the range by which sessions may come early or late
_LAST = 0.1  # share of the time left that passes at least before the last session
_OVERRUN = 50  # there is time for 1/50 more turns than expected
_CRAMPED = 8 * SECOND  # for a turn; with less, turns are as near as need be
_A_DAY = int(DAY) * SECOND
_WEEK = 7 * DAY
_AWAKE = 0.25  # share of the rate in the busiest hour of people in several zones


def lay_out(
    turns: Iterable[Turn],
    *,
    people: Mapping[str, Persona],
    owner: Persona,
    start: int,
    end: int,
    count: int,
    rng_key: str,
) -> Iterator[tuple[int, Turn]]:
    """Yield pairs of a time and a turn, in the order of the turns.

    Times are nanoseconds since 2001, strictly increasing, from `start` to `end`
    inclusive; the same arguments give the same times on every platform.

    Args:
        turns: the conversation; one session is read at a time.
        people: personas by id; the owner may be among them.
        owner: whose phone it is. The owner's times are whole milliseconds, unless the
            range has less than a millisecond for each turn.
        start: the earliest time.
        end: the latest time.
        count: the expected number of turns; the last of them comes near `end`.
        rng_key: the key of every draw.

    Raises:
        FoundryError: the range is too short for the turns, or a time zone is
            not known here.
    """
    if end - start < max(count, 1) - 1:
        raise FoundryError(_no_room(start, end, count))
    return _Timeline(turns, people, owner, start, end, count, rng_key).times()


class _Timeline:
    """The times of one conversation, from `start` to `end`."""

    def __init__(
        self,
        turns: Iterable[Turn],
        people: Mapping[str, Persona],
        owner: Persona,
        start: int,
        end: int,
        count: int,
        rng_key: str,
    ) -> None:
        self.owner, self.start, self.end, self.count = owner.id, start, end, count
        self.random = Random(f"timeline:{rng_key}").random
        cast = {owner.id: owner, **people}
        self.zones = {who: persona.time_zone for who, persona in cast.items()}
        self.waits = Waits(cast, self.random)
        services = {who for who, each in cast.items() if "service" in circles(each)}
        self.sessions = Sessions(turns, services - {owner.id}, self.random)
        self.soon_again = _NOTICED_AGAIN if self.sessions.is_service else _SOON_AGAIN
        self.is_scattered = len(set(self.zones.values())) > 1
        self.week = _week(cast, owner.id, is_service=self.sessions.is_service)
        self.anchors = anchors.Anchors(self.zones, self.random)
        room = (end - start) // (2 * max(count, 1))
        self.is_cramped = room < _CRAMPED // 2
        self.grain = MILLISECOND if room >= MILLISECOND else 1
        self.room = max(1, min(_CRAMPED // 2, room))  # kept free for each later turn
        self.last = end - (end - start) // 1_000  # the rest is for unexpected turns
        if room < MILLISECOND:
            self.last = end

    def times(self) -> Iterator[tuple[int, Turn]]:
        """Yield every turn of every session with its time."""
        return chain.from_iterable(self._placed())

    def _placed(self) -> Iterator[Iterable[tuple[int, Turn]]]:
        """Yield each session with times, placed in what is left of the range."""
        moment, done, spent = self.start - 1, 0, 0.0
        for session, is_last in self.sessions:
            rhythm = self._rhythm(session)
            waits = self.waits.of(session)
            paused = sum(
                [wait for turn, wait in zip(session, waits, strict=True) if turn.pause]
            )
            talk = sum(waits) - paused
            spent += talk
            usual = spent / (done + len(session)) + 1e-9
            left = rhythm.until(moment / SECOND, self.end / SECOND)
            expected = max(self.count - done, 1 + self.count // _OVERRUN)
            later = max(expected - len(session), 0)
            pace = min(1.0, _IN_SESSIONS * left / max(expected * usual, talk))
            busy = pace * (talk + later * usual) + _AWAKE_OF_PAUSES * paused
            free = max(left - busy, 0.0)
            ahead = max(later / self.sessions.mean, 1.0)
            middle = (done + len(session) / 2) / max(self.count, 1)
            if is_last:
                gap = self._last_gap(free, middle, moment)
            else:
                gap = self._gap(free, ahead, middle, moment)
            if not done and not is_last:
                gap *= self.random()  # the range begins within a pause
            if pace < 1.0 and not self.is_cramped:
                waits, pace = hurried(session, waits, pace), 1.0
            begin = int(rhythm.after(moment / SECOND, gap) * SECOND)
            anchored = [turn for turn in session if turn.hours or turn.when]
            if self.is_cramped:
                moments = self._pressed(session, waits, begin, pace, done, moment)
            elif anchored and anchored != session[:1]:
                moments = self._anchored(session, waits, rhythm, begin, done, moment)
            elif anchored:
                begin = self._begun(session, waits, rhythm, begin, done, moment)
                moments = self._moments(session, waits, rhythm, begin, done, moment)
            else:
                moments = self._moments(session, waits, rhythm, begin, done, moment)
            if self.is_cramped or not anchors.are_within(session):
                self.anchors.note(moments)
            yield zip(moments, session, strict=True)
            moment = moments[-1]
            done += len(session)

    def _rhythm(self, session: Iterable[Turn]) -> Rhythm:
        """Return the waking hours of the owner and of those who write in a session."""
        key: tuple[str, ...] = (self.zones[self.owner],)
        if self.is_scattered:
            key += tuple(sorted({self.zones[turn.sender] for turn in session}))
        return rhythm(key, self.week)

    def _last_gap(self, free: float, middle: float, moment: int) -> float:
        """Return the waking seconds before the last session.

        It comes between its place in the range and the end, so that chats of a few
        sessions do not all end on the same days.
        """
        passed = max(0.0, (moment - self.start) / max(self.end - self.start, 1))
        there = middle + (1.0 - middle) * self.random()
        return free * min(max((there - passed) / (1.0 - passed), _LAST), 1.0)

    def _gap(self, free: float, ahead: float, middle: float, moment: int) -> float:
        """Return the waking seconds, of `free` ones, before a session.

        Who writes on most days does so evenly. Others write several times within a day
        or two, then pause for long. The long waits are drawn from the power law x^-1.5,
        cut off on both sides of its mean, and keep the session near its place in the
        range.

        Args:
            free: the seconds outside sessions that are left.
            ahead: the estimated number of sessions to come.
            middle: the place in the range of the session, from 0 to 1.
            moment: the time of the last turn.
        """
        usual = free / ahead
        if usual < _OFTEN:
            evenly = _EVENLY[int(self.random() * len(_EVENLY))]
            return usual * evenly * (0.8 + 0.4 * self.random())
        passed = (moment - self.start) / (self.end - self.start)
        late = middle - passed
        if self.random() < self.soon_again and late < _DRIFT:
            soon = _SOON[int(self.random() * len(_SOON))]
            return min(soon * HOUR * (0.9 + 0.2 * self.random()), usual)
        ahead = max(ahead * (1.0 - self.soon_again), 1.0)
        spread = max(2.0, min(_SPREAD, free / ahead / HOUR))
        steep = 1.0 - self.random() * (1.0 - 1.0 / spread)
        relative = 1.0 / (spread * steep * steep)
        most = max(late + _DRIFT, _DRIFT / 8) / (1.0 - passed)
        if usual < _SOMETIMES:
            most = min(most, 4.0 * usual / max(free, 1.0))
        return free * min(relative / (relative + ahead), most)

    def _anchored(
        self,
        session: Sequence[Turn],
        waits: Sequence[float],
        rhythm: Rhythm,
        begin: int,
        done: int,
        previous: int,
    ) -> list[int]:
        """Return the times of a session in which turns say when they can be.

        Turns between two long waits move together, to the nearest time that they allow.
        """
        latest = self._latest(done, len(session), previous)
        waits = anchors.spaced(session, waits)
        moments: list[int] = []
        left = sum(waits)
        at = begin / SECOND
        earliest = previous / SECOND + typed_in(session[0])
        for start, end in _parts(session, waits):
            if start:
                wait = waits[start]
                at = self._next(session[start], wait, moments[-1] / SECOND, rhythm)
                earliest = moments[-1] / SECOND + max(
                    wait / 2, typed_in(session[start])
                )
            offsets = list(accumulate(waits[start + 1 : end], initial=0.0))
            part = list(zip(offsets, session[start:end], strict=True))
            left -= waits[start] + offsets[-1]
            around = earliest, max(latest / SECOND - offsets[-1] - left, earliest)
            is_good = partial(self._is_good, rhythm)
            found = self.anchors.begin(part, at, around, is_good)
            at = max(at, earliest) if found is None else found
            there = [int((at + offset) * SECOND) for offset in offsets]
            self.anchors.note(there)
            moments += there
        moments = [
            moment - moment % self.grain if turn.sender == self.owner else moment
            for turn, moment in zip(session, moments, strict=True)
        ]
        if moments[-1] > latest:
            return self._fitted(session, moments, previous, latest)
        return moments

    def _begun(
        self,
        session: Sequence[Turn],
        waits: Sequence[float],
        rhythm: Rhythm,
        begin: int,
        done: int,
        previous: int,
    ) -> int:
        """Return when a session begins whose first turn alone has an anchor."""
        latest = self._latest(done, len(session), previous) / SECOND - sum(waits)
        earliest = previous / SECOND + typed_in(session[0])
        found = self.anchors.begin(
            [(0.0, session[0])],
            begin / SECOND,
            (earliest, max(latest, earliest)),
            partial(self._is_good, rhythm),
        )
        return begin if found is None else int(found * SECOND)

    def _is_good(self, rhythm: Rhythm, moment: float) -> bool:
        """Return whether all who write are awake at a time, and colleagues at work."""
        if self.week == "work":
            local = moment + offset_in(self.zones[self.owner], moment)
            if local % _WEEK >= 5 * DAY:
                return False
        return not rhythm.is_shared or rhythm.rate(moment) > _AWAKE

    def _next(self, turn: Turn, wait: float, moment: float, rhythm: Rhythm) -> float:
        """Return when the turn after a long wait comes: people sleep in between."""
        there = moment + wait
        if turn.pause:
            is_asleep = rhythm.rate(there) < _ASLEEP
            return rhythm.after(there, _ATTENTION) if is_asleep else there
        if wait > _PATIENCE or rhythm.rate(there) < _ASLEEP:
            return rhythm.after(moment, wait)
        return there

    def _moments(
        self,
        session: Sequence[Turn],
        waits: Sequence[float],
        rhythm: Rhythm,
        moment: int,
        done: int,
        previous: int,
    ) -> list[int]:
        """Return the times of a session that begins at `moment`, after `previous`."""
        owner, quick, grain = self.owner, _ATTENTION, self.grain
        moment = max(moment, previous + int(typed_in(session[0]) * SECOND))
        latest = self._latest(done, len(session), previous)
        moments = []
        for turn, wait in zip(session, waits, strict=True):
            if wait < quick:
                moment += int(wait * SECOND)
            else:
                moment = int(self._next(turn, wait, moment / SECOND, rhythm) * SECOND)
            if turn.sender == owner:
                moment -= moment % grain
            moments.append(moment)
        if moments[-1] > latest:
            return self._fitted(session, moments, previous, latest)
        return moments

    def _latest(self, done: int, turns: int, previous: int) -> int:
        """Return the latest time of a session of so many turns, after `done` others.

        It leaves room for the turns to come.
        """
        later = self.count - done - turns
        if later < 0:
            # Turns beyond the expected ones each get a share of the rest.
            return previous + max(1, (self.end - previous) // 4)
        share = (self.last - previous) * later // (2 * (later + turns))
        return self.last - max(later * self.room, share)

    def _fitted(
        self, session: Sequence[Turn], moments: list[int], previous: int, latest: int
    ) -> list[int]:
        """Return the times of a session that would end after `latest`.

        It begins earlier, by whole days if it can; then its waits are shortened.
        """
        over = moments[-1] - latest
        room = moments[0] - previous - int(typed_in(session[0]) * SECOND)
        for back in (
            -(-over // _A_DAY) * _A_DAY,
            -(-over // MILLISECOND) * MILLISECOND,
        ):
            if back <= room:
                return [moment - back for moment in moments]
        back = max(0, room - room % MILLISECOND)
        starts = (previous, *(moment - back for moment in moments))
        waits = [(after - before) / SECOND for before, after in pairwise(starts)]
        short = shortened(session, waits, (latest - previous) / SECOND - 0.002)
        if short is None:
            return self._squeezed(session, previous)
        return [
            moment - moment % self.grain if turn.sender == self.owner else moment
            for turn, moment in zip(
                session,
                (
                    previous + MILLISECOND + int(passed * SECOND)
                    for passed in accumulate(short)
                ),
                strict=True,
            )
        ]

    def _squeezed(self, session: Sequence[Turn], previous: int) -> list[int]:
        """Return times for turns that have less room than typing takes."""
        waits = [0.0] * len(session)
        return self._pressed(session, waits, previous, 1.0, self.count, previous)

    def _pressed(
        self,
        session: Sequence[Turn],
        waits: Sequence[float],
        moment: int,
        pace: float,
        done: int,
        previous: int,
    ) -> list[int]:
        """Return the times of a session in a range too short for typing."""
        owner, room, grain = self.owner, self.room, self.grain
        scale = pace * SECOND
        limit = self.last - (self.count - done) * room
        moments = []
        for turn, wait in zip(session, waits, strict=True):
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
            raise FoundryError(_no_room(self.start, self.end, self.count))
        return nearest


def _parts(
    session: Sequence[Turn], waits: Sequence[float]
) -> Iterator[tuple[int, int]]:
    """Yield the first and the last place of each part of a session, without long
    waits."""
    starts = [0, *(n for n, wait in enumerate(waits) if n and wait >= _ATTENTION)]
    yield from zip(starts, [*starts[1:], len(session)], strict=True)


def _week(cast: Mapping[str, Persona], owner: str, *, is_service: bool) -> Week:
    """Return whose week a chat keeps: that of work if all others are of it."""
    if is_service:
        return "service"
    others = [circles(each) for who, each in cast.items() if who != owner]
    return "work" if others and all("work" in each for each in others) else "people"


def _no_room(start: int, end: int, count: int) -> str:
    return (
        f"no room for the turns of a conversation: {count} expected\n"
        f"looked between {start} and {end}: {max(end - start, 0)} ns\n"
        "give it a longer range, or say how many turns really come"
    )
