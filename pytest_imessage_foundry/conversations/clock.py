"""When people are awake: time that passes slowly at night.

A `Rhythm` measures time in waking seconds of a group of people: an hour of a
weekday afternoon is about one, an hour at four in the morning a minute or so.
What is drawn in waking seconds keeps to the hours in which people write.
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import accumulate

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import EPOCH_UNIX

_HOUR, _DAY, _WEEK = 3_600, 86_400, 604_800
# How much is written in each local hour, the busiest being near 1. The shape
# is the one that every published histogram of calls and messages shows: almost
# nothing from two to six, a morning ramp, a plateau, a peak in the evening.
_WEEKDAY = (
    *(0.16, 0.06, 0.018, 0.010, 0.010, 0.022, 0.14, 0.45, 0.72, 0.76, 0.78, 0.80),
    *(0.90, 0.84, 0.78, 0.80, 0.84, 0.92, 0.98, 1.00, 1.00, 0.96, 0.78, 0.42),
)
_WEEKEND = (
    *(0.34, 0.16, 0.040, 0.014, 0.010, 0.012, 0.05, 0.16, 0.40, 0.68, 0.90, 1.00),
    *(1.02, 1.00, 0.98, 0.98, 1.00, 1.02, 1.04, 1.00, 0.96, 0.92, 0.84, 0.60),
)
_WEEKS_KEPT = 64  # more than the year that most histories last
_FLOOR = 0.002  # nobody is never awake, and time must not stand still


class Rhythm:
    """The waking hours that people in some time zones share.

    Args:
        zones: IANA names; the first is the one that counts most.

    Attributes:
        is_shared: whether there are several zones, so that not all hours will do.

    Raises:
        FoundryError: this machine knows no such time zone.
    """

    def __init__(self, zones: Iterable[str]) -> None:
        self._zones = [_zone(name) for name in dict.fromkeys(zones)]
        self.is_shared = len(self._zones) > 1
        self._weeks: dict[int, tuple[int, Table] | None] = {}

    def until(self, start: float, end: float) -> float:
        """Waking seconds between two times in seconds since 2001, UTC."""
        offset, table = self._local(start)
        late, _ = self._local(end)
        return _elapsed(table, end + late) - _elapsed(table, start + offset)

    def after(self, start: float, waking: float) -> float:
        """The time, in seconds since 2001, `waking` seconds after `start`."""
        offset, table = self._local(start)
        local = _moment(table, _elapsed(table, start + offset) + waking)
        end = local - offset
        if end - start > _HOUR:  # clocks may have been changed in between
            end = local - self._local(end)[0]
        return end if end > start else start

    def rate(self, moment: float) -> float:
        """How much is written at a time, beside the busiest hour of the week."""
        offset, (rates, _) = self._local(moment)
        return rates[int((moment + offset) % _WEEK // _HOUR)]

    def _local(self, moment: float) -> tuple[int, Table]:
        """How far the first zone is ahead of UTC, and the week all share.

        Worked out once for a week, and anew only in one that does not end as it
        began: nowhere were clocks changed and changed back within seven days.
        """
        week = int(moment // _WEEK)
        if week not in self._weeks:
            if len(self._weeks) == _WEEKS_KEPT:
                self._weeks.clear()
            begins, ends = self._read(week * _WEEK), self._read((week + 1) * _WEEK)
            self._weeks[week] = begins if begins == ends else None
        return self._weeks[week] or self._read(moment)

    def _read(self, moment: float) -> tuple[int, Table]:
        offsets = [_offset(zone, moment) for zone in self._zones]
        first = offsets[0]
        shifts = tuple([(offset - first) // _HOUR for offset in offsets])
        return first, _shared(shifts)


def offset_in(zone: str, moment: float) -> int:
    """Seconds to add to UTC in an IANA zone, at a time in seconds since 2001.

    Raises:
        FoundryError: this machine knows no such time zone.
    """
    return _offset(_zone(zone), moment)


def _offset(zone: zoneinfo.ZoneInfo, moment: float) -> int:
    offset = datetime.fromtimestamp(int(moment) + EPOCH_UNIX, zone).utcoffset()
    return offset.days * _DAY + offset.seconds if offset is not None else 0


@cache
def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise FoundryError(
            f"no time zone {name!r}\n"
            f"looked in {', '.join(zoneinfo.TZPATH) or 'no folder'} and for the "
            "tzdata package\n"
            "give an IANA name such as Europe/Berlin; where the system has no time "
            "zones (Windows, slim containers), run `pip install tzdata`"
        ) from None


Table = tuple[tuple[float, ...], tuple[float, ...]]


@cache
def _shared(shifts: tuple[int, ...]) -> Table:
    """Rates of the hours of a week from Monday 0 h, and their running totals.

    Where several zones share a chat, only hours in which all are awake count.
    """
    week = _WEEKDAY * 5 + _WEEKEND * 2
    rates = [1.0] * len(week)
    for shift in shifts:
        rates = [
            rate * week[(hour + shift) % len(week)] for hour, rate in enumerate(rates)
        ]
    highest = max(rates)
    rates = [max(rate / highest, _FLOOR) for rate in rates]
    return tuple(rates), (0.0, *accumulate(rate * _HOUR for rate in rates))


def _elapsed(table: Table, local: float) -> float:
    """Waking seconds from 2001 to a local time in seconds since 2001."""
    rates, totals = table
    weeks, rest = divmod(local, _WEEK)
    hour = int(rest // _HOUR)
    return weeks * totals[-1] + totals[hour] + (rest - hour * _HOUR) * rates[hour]


def _moment(table: Table, elapsed: float) -> float:
    """The local time at which so many waking seconds have passed."""
    rates, totals = table
    weeks, rest = divmod(elapsed, totals[-1])
    hour = min(bisect_right(totals, rest) - 1, len(rates) - 1)
    return weeks * _WEEK + hour * _HOUR + (rest - totals[hour]) / rates[hour]
