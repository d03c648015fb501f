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

from dataclasses import replace
from itertools import chain
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.clock import Rhythm, Week, rhythm
from pytest_imessage_foundry.conversations.session_order import SessionOrder
from pytest_imessage_foundry.conversations.session_times import (
    NoTime,
    SessionTimes,
    UntimedSession,
    no_room,
)
from pytest_imessage_foundry.conversations.turn_sessions import Sessions
from pytest_imessage_foundry.conversations.waits import HOUR, Waits, hurried
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import apple_time
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

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
_PULL = 12.0  # how much these are shorter if time has run ahead
_LONG = 30 * apple_time.DAY
_SPREAD = 20.0  # the longest other waits, as a multiple of the usual one
_DRIFT = 0.035  # share of the range by which sessions may come early or late
_LAST = 0.1  # share of the time left that passes at least before the last session
_OVERRUN = 50  # there is time for 1/50 more turns than expected


def lay_out(
    turns: Iterable[Turn],
    *,
    people: Mapping[str, Persona],
    owner: Persona,
    start: int,
    end: int,
    count: int,
    rng_key: str,
    no_time: NoTime = "leave out",
    spare: Callable[[int], Sequence[Turn]] | None = None,
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
        no_time: what is done with a session that says when it can be, if the range has
            no such time.
        spare: makes up to so many turns in place of some that are left out.

    Raises:
        FoundryError: the range is too short for the turns, or has no time for one and
            that is refused; or a time zone is not known here.
    """
    if end - start < max(count, 1) - 1:
        raise FoundryError(no_room(start, end, count))
    timeline = _Timeline(turns, people, owner, start, end, count, rng_key, no_time)
    timeline.spare = spare
    return timeline.times()


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
        no_time: NoTime,
    ) -> None:
        self.owner, self.start, self.end, self.count = owner.id, start, end, count
        self.spare: Callable[[int], Sequence[Turn]] | None = None
        self.random = Random(f"timeline:{rng_key}").random
        cast = {owner.id: owner, **people}
        self.zones = {who: persona.time_zone for who, persona in cast.items()}
        self.waits = Waits(cast, self.random)
        services = {who for who, each in cast.items() if "service" in circles(each)}
        self.sessions = Sessions(turns, services - {owner.id}, self.random)
        self.soon_again = _NOTICED_AGAIN if self.sessions.is_service else _SOON_AGAIN
        self.week = _week(cast, owner.id, is_service=self.sessions.is_service)
        self.usual = rhythm((self.zones[owner.id],), self.week)
        # Within days the nights are a large part of the time that passed.
        self.pull = _PULL if end - start > _LONG else 0.0
        self.is_scattered = len(set(self.zones.values())) > 1
        self.session_times = SessionTimes(
            owner=owner.id,
            zones=self.zones,
            week=self.week,
            start=start,
            end=end,
            count=count,
            random=self.random,
            no_time=no_time,
        )

    def times(self) -> Iterator[tuple[int, Turn]]:
        """Yield every turn of every session with its time."""
        return chain.from_iterable(self._placed())

    def _placed(self) -> Iterator[Iterable[tuple[int, Turn]]]:
        """Yield each session with times, placed in what is left of the range."""
        times = self.session_times
        moment, done, spent = self.start - 1, 0, 0.0
        told: int | None = None  # turns since a session was left out, if one was
        order = SessionOrder(self.sessions, times.anchors.can_be)
        while (session := order.first()) is not None:
            is_last = order.is_last
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
            begin = int(rhythm.after(moment / SECOND, gap) * SECOND)
            drawn, session = session, order.take(begin / SECOND)
            if session is not drawn:
                waits = self.waits.of(session)
            if pace < 1.0 and not times.is_cramped:
                waits, pace = hurried(session, waits, pace), 1.0
            moments = times.of(
                UntimedSession(session, waits, rhythm, begin, pace, done, moment)
            )
            if not moments:
                told, instead = 0, self.spare(len(session)) if self.spare else []
                order.put_first(instead)
                done += len(session) - len(instead)
                continue
            done += len(session)
            if told is not None:
                session = _without_replies(session, told)
                told += len(session)
            yield zip(moments, session, strict=True)
            moment = moments[-1]

    def _rhythm(self, session: Iterable[Turn]) -> Rhythm:
        """Return the waking hours of the owner and of those who write in a session."""
        if not self.is_scattered:
            return self.usual
        others = sorted({self.zones[turn.sender] for turn in session})
        return rhythm((self.zones[self.owner], *others), self.week)

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
        passed = (moment - self.start) / (self.end - self.start)
        late = middle - passed
        if usual < _OFTEN:
            evenly = _EVENLY[int(self.random() * len(_EVENLY))]
            pull = min(max(1.0 + self.pull * late, 0.1), 1.0)
            return usual * evenly * pull * (0.8 + 0.4 * self.random())
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


def _without_replies(session: list[Turn], told: int) -> list[Turn]:
    """Return turns of which none replies to one that is not among the last `told`."""
    return [
        replace(turn, replies_to=0) if turn.replies_to > told + number else turn
        for number, turn in enumerate(session)
    ]


def _week(cast: Mapping[str, Persona], owner: str, *, is_service: bool) -> Week:
    """Return whose week a chat keeps: that of work if all others are of it."""
    if is_service:
        return "service"
    others = [circles(each) for who, each in cast.items() if who != owner]
    return "work" if others and all("work" in each for each in others) else "people"
