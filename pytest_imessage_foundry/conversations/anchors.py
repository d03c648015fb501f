"""Find out when a turn can be: its hours, days, seasons, its distance from other turns.

A part of a session is what people write without a long pause. All of its turns move
together. `Anchors.begin` looks for the time nearest to a wanted one at which every
anchored turn of a part is where it has to be.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.clock import rhythm
from pytest_imessage_foundry.conversations.days_off import is_for_work, is_holiday
from pytest_imessage_foundry.conversations.packs.when_days import is_on
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Hours, Persona, Turn, When

    Placed = Sequence[tuple[float, Turn]]

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_PLACES = (0.5, 0.15, 0.85, 0.3, 0.7, 0.03, 0.97)  # in a window of hours
_GIVEN_UP = 7 * _DAY  # how much farther a good time may be than another one
_CHANGE = 2 * _HOUR  # so much clocks of two zones change against each other, at most
_REMEMBERED = 512  # turns to which `after` and `within` can reach


class Anchors:
    """The anchors of one conversation, with the times of its latest turns.

    Args:
        cast: everybody by id.
        random: the source of all draws.
    """

    def __init__(
        self, cast: Mapping[str, Persona], random: Callable[[], float]
    ) -> None:
        self._random = random
        self._offset = {
            who: rhythm((each.time_zone,)).offset for who, each in cast.items()
        }
        self._country = {who: each.country_code for who, each in cast.items()}
        self._times: deque[int] = deque(maxlen=_REMEMBERED)

    def note(self, moments: Sequence[int]) -> None:
        """Remember when the next turns were."""
        self._times.extend(moments)

    def forget(self, count: int) -> None:
        """Forget the latest turns."""
        for _ in range(min(count, len(self._times))):
            self._times.pop()

    def can_be(self, turn: Turn, moment: float) -> bool:
        """Return whether a turn can be at a time in seconds since 2001."""
        return fits(turn.hours, turn.when, self._local(turn, moment))

    def hold(self, turns: Sequence[Turn], moments: Sequence[int]) -> bool:
        """Return whether the next turns, at some times, are where they have to be."""
        for number, (turn, moment) in enumerate(zip(turns, moments, strict=True)):
            if not (turn.hours or turn.when):
                continue
            if not fits(turn.hours, turn.when, self._local(turn, moment / SECOND)):
                return False
            if turn.when and not self._is_far(turn.when, number, moments):
                return False
        return True

    def _is_far(self, when: When, number: int, moments: Sequence[int]) -> bool:
        """Return whether a turn is as far as it has to be from an earlier one."""
        for limit, sign in ((when.after, 1), (when.within, -1)):
            if limit is None or limit[0] > number + len(self._times):
                continue
            place = number - limit[0]
            target = moments[place] if place >= 0 else self._times[place]
            passed = (moments[number] - target) / SECOND
            if (passed - limit[1] * _MINUTE) * sign < -1.0:
                return False
        return True

    def begin(
        self,
        part: Placed,
        wanted: float,
        between: tuple[float, float],
        is_good: Callable[[float], bool],
    ) -> float | None:
        """Return the time nearest to `wanted` at which a part can begin.

        All times are in seconds since 2001. None means that there is no such time.

        Args:
            part: turns and how many seconds after the beginning each comes.
            wanted: the time to which it should be near.
            between: the earliest and the latest time.
            is_good: whether people write at a time; if there is no good time, one
                that is not good will do.
        """
        anchored = [
            (number, *each)
            for number, each in enumerate(part)
            if each[1].hours or each[1].when
        ]
        earliest, latest = self._bounds(anchored, between)
        if earliest > latest:
            return None
        wanted = min(max(wanted, earliest), latest)
        if self._holds(anchored, wanted, part):
            return wanted
        second: float | None = None
        for there in self._candidates(anchored, wanted, earliest, latest):
            if self._holds(anchored, there, part):
                if is_good(there):
                    return there
                second = there if second is None else second
                if abs(there - wanted) > abs(second - wanted) + _GIVEN_UP:
                    break
        return second

    def _bounds(
        self, anchored: list[tuple[int, float, Turn]], between: tuple[float, float]
    ) -> tuple[float, float]:
        """Return the earliest and latest time with all distances to earlier parts."""
        earliest, latest = between
        for number, offset, turn in anchored:
            when = turn.when
            if when is None:
                continue
            for limit, is_least in ((when.after, True), (when.within, False)):
                if limit is None or not number < limit[0] <= number + len(self._times):
                    continue
                target = self._times[number - limit[0]] / SECOND
                edge = target + limit[1] * _MINUTE - offset
                if is_least:
                    earliest = max(earliest, edge)
                else:
                    latest = min(latest, edge)
        return earliest, latest

    def _candidates(
        self,
        anchored: list[tuple[int, float, Turn]],
        wanted: float,
        earliest: float,
        latest: float,
    ) -> Iterator[float]:
        """Yield times near to `wanted` first: each day, in the hours of one turn."""
        ways: list[float] = [0.0]
        places = (self._random(), *_PLACES)
        offset_at: Callable[[float], int] = _no_offset
        usual, after = 0, 0.0
        for _, offset, turn in anchored:
            if turn.hours:
                offset_at, after = self._offset[turn.sender], offset
                usual = offset_at(wanted + after)
                first, last = turn.hours
                local = wanted + after + usual
                width = (last - first) % 24 * _HOUR or _DAY
                ways = [
                    (first * _HOUR + width * place - local) % _DAY for place in places
                ]
                break
        is_soon = ways[0] < _DAY / 2
        if len(anchored) > 1:
            ways = [way for way in ways if self._may_hold(anchored, wanted + way)]
        for days in count() if ways else ():
            ahead, back = wanted + days * _DAY, wanted - (days + 1) * _DAY
            if ahead > latest and back + _DAY < earliest:
                return
            # The nearer one first.
            for start in (ahead, back) if is_soon else (back, ahead):
                for way in ways:
                    # The same hour, where clocks have another offset by then.
                    there = start + way
                    there += usual - offset_at(there + after)
                    if earliest <= there <= latest:
                        yield there

    def _may_hold(self, anchored: list[tuple[int, float, Turn]], begin: float) -> bool:
        """Return whether turns may be within their hours if a part begins at an hour,
        on this day or on others, when clocks have another offset."""
        return all(
            _is_about(turn.hours, self._local(turn, begin + offset))
            for _, offset, turn in anchored
            if turn.hours
        )

    def _holds(
        self, anchored: list[tuple[int, float, Turn]], begin: float, part: Placed
    ) -> bool:
        for number, offset, turn in anchored:
            moment, when = begin + offset, turn.when
            local = moment + self._offset[turn.sender](moment)
            if not fits(turn.hours, when, local):
                return False
            if when is None:
                continue
            country = self._country[turn.sender]
            if is_for_work(when) and is_holiday(country, int(local // _DAY)):
                return False
            if not _keeps_distance(when, number, part):
                return False
        return True

    def _local(self, turn: Turn, moment: float) -> float:
        return moment + self._offset[turn.sender](moment)


def _no_offset(moment: float) -> int:
    """Return the offset of a clock that nothing is held against."""
    return 0


def spaced(session: Sequence[Turn], waits: Sequence[float]) -> list[float]:
    """Return the waits with which a session's turns are as far apart as they say."""
    spaced = list(waits)
    for number, turn in enumerate(session):
        if turn.when is None:
            continue
        for limit, is_least in ((turn.when.after, True), (turn.when.within, False)):
            if limit is None or limit[0] > number:
                continue
            first, wanted = number - limit[0] + 1, limit[1] * _MINUTE
            passed = sum(spaced[first : number + 1])
            if is_least and passed < wanted:
                spaced[number] += wanted - passed + 1.0
            elif not is_least and passed > wanted:
                scale = 0.9 * wanted / passed
                for each in range(first, number + 1):
                    spaced[each] = max(spaced[each] * scale, 0.5)
    return spaced


def _keeps_distance(when: When, number: int, part: Placed) -> bool:
    """Return whether a turn is as far as it has to be from one of the same part."""
    for limit, sign in ((when.after, 1), (when.within, -1)):
        if limit is not None and number - limit[0] >= 0:
            passed = part[number][0] - part[number - limit[0]][0]
            if (passed - limit[1] * _MINUTE) * sign < 0:
                return False
    return True


def _is_about(hours: Hours, local: float) -> bool:
    """Return whether a local time is within hours, or so near that a change of clocks
    can make the difference."""
    first, last = hours
    width = (last - first) % 24 * _HOUR or _DAY
    return (local - first * _HOUR + _CHANGE) % _DAY < width + 2 * _CHANGE


def fits(hours: Hours | None, when: When | None, local: float) -> bool:
    """Return whether a local time, in seconds since 2001, is within hours and days."""
    if hours:
        first, last = hours
        width = (last - first) % 24 * _HOUR or _DAY
        if (local - first * _HOUR) % _DAY >= width:
            return False
    return when is None or is_on(when, int(local // _DAY))
