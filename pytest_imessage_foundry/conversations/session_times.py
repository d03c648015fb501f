"""When the turns of one session are said, once it is known about when it begins.

Turns follow each other by their waits. Anchored ones move to the nearest time that they
allow. A session ends early enough that those to come find room, and in a range too
short for typing its turns are as near to each other as need be.
"""

from __future__ import annotations

from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import anchors
from pytest_imessage_foundry.conversations.clock import offset_in
from pytest_imessage_foundry.conversations.waits import DAY, shortened, typed_in
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.conversations.clock import Rhythm, Week
    from pytest_imessage_foundry.models import Turn

# Own messages have the sending phone's milliseconds, received ones the
# nanoseconds of their arrival (SEMANTICS §1).
MILLISECOND = 1_000_000

# During waits up to the first people look at the phone; waits longer than the
# second, and those that reach into the night, count in waking time.
_ATTENTION, _PATIENCE = 1_200.0, 3_600.0
_ASLEEP = 0.15  # of the busiest hour
_CRAMPED = 8 * SECOND  # for a turn; with less, turns are as near as need be
_A_DAY = int(DAY) * SECOND
_WEEK = 7 * DAY
_AWAKE = 0.25  # share of the rate in the busiest hour of people in several zones


class SessionTimes:
    """The times of the turns of one session after the other.

    Attributes:
        is_cramped: whether the range is too short for typing.
    """

    def __init__(
        self,
        *,
        owner: str,
        zones: Mapping[str, str],
        week: Week,
        start: int,
        end: int,
        count: int,
        random: Callable[[], float],
    ) -> None:
        self.owner, self.zones, self.week = owner, zones, week
        self.start, self.end, self.count = start, end, count
        self.anchors = anchors.Anchors(zones, random)
        room = (end - start) // (2 * max(count, 1))
        self.is_cramped = room < _CRAMPED // 2
        self.grain = MILLISECOND if room >= MILLISECOND else 1
        self.room = max(1, min(_CRAMPED // 2, room))  # kept free for each later turn
        self.last = end - (end - start) // 1_000  # the rest is for unexpected turns
        if room < MILLISECOND:
            self.last = end

    def of(
        self,
        session: Sequence[Turn],
        waits: Sequence[float],
        rhythm: Rhythm,
        begin: int,
        pace: float,
        done: int,
        previous: int,
    ) -> list[int]:
        """Return the times of the turns of a session.

        Args:
            session: the turns.
            waits: the seconds before each.
            rhythm: the waking hours of those who write.
            begin: when it should begin.
            pace: in a cramped range, the share of the waits that there is time for.
            done: how many turns were before.
            previous: the time of the last of them.
        """
        anchored = [n for n, turn in enumerate(session) if turn.hours or turn.when]
        if self.is_cramped:
            moments = self._pressed(session, waits, begin, pace, done, previous)
        elif anchored and anchored[-1]:
            return self._anchored(session, waits, rhythm, begin, done, previous)
        else:
            if anchored:
                begin = self._begun(session, waits, rhythm, begin, done, previous)
            moments = self._moments(session, waits, rhythm, begin, done, previous)
        self.anchors.note(moments)
        return moments

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
