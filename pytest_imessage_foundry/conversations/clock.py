"""Waking time: a clock that runs slowly while people sleep.

A `Rhythm` measures time in waking seconds of a group of people. An hour on a weekday
afternoon has about one waking hour, an hour at four in the morning about a minute.
Times that are drawn in waking seconds fall into the hours in which people write.
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import accumulate
from math import prod
from typing import Literal

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import EPOCH_UNIX

Week = Literal["people", "work", "service"]

_HOUR, _DAY, _WEEK = 3_600, 86_400, 604_800
# The rate of messages in each local hour, near 1 in the busiest. The shape is that of
# published histograms of private messages: almost nothing from two to six, a rise in
# the morning, a plateau by day, and the busiest hours from 18 to 1 h (two public
# analyses of whole histories). On weekends people sleep longer and write more.
_PEOPLE = (
    *(0.46, 0.10, 0.018, 0.010, 0.010, 0.020, 0.08, 0.22, 0.26, 0.26, 0.26, 0.28),
    *(0.35, 0.29, 0.26, 0.26, 0.30, 0.50, 0.90, 0.98, 1.00, 1.00, 0.98, 0.84),
) * 5 + (
    *(0.56, 0.20, 0.040, 0.014, 0.010, 0.012, 0.04, 0.12, 0.26, 0.42, 0.50, 0.52),
    *(0.54, 0.52, 0.50, 0.50, 0.56, 0.70, 0.94, 1.00, 1.00, 1.00, 0.98, 0.86),
) * 2
# Colleagues write while they work, a little in the evening, and hardly ever on a
# weekend.
_WORK = (
    *(0.010, 0.004, 0.002, 0.002, 0.002, 0.004, 0.02, 0.14, 0.60, 0.92, 1.00, 1.00),
    *(0.84, 0.90, 0.98, 1.00, 0.96, 0.80, 0.36, 0.18, 0.14, 0.12, 0.07, 0.03),
) * 5 + (
    *(0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.004, 0.01, 0.01, 0.01, 0.01),
    *(0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.004, 0.002),
) * 2
# Services send by day; some, such as banks, react to what people do in the evening.
_SERVICES = (
    *(0.04, 0.02, 0.010, 0.008, 0.008, 0.02, 0.08, 0.30, 0.70, 0.95, 1.00, 1.00),
    *(0.95, 0.95, 1.00, 1.00, 0.95, 0.90, 0.75, 0.55, 0.45, 0.32, 0.18, 0.08),
) * 5 + (
    *(0.04, 0.02, 0.010, 0.008, 0.008, 0.01, 0.03, 0.10, 0.30, 0.55, 0.65, 0.65),
    *(0.65, 0.60, 0.60, 0.55, 0.55, 0.50, 0.45, 0.40, 0.35, 0.25, 0.15, 0.08),
) * 2
_WEEKS = {"people": _PEOPLE, "work": _WORK, "service": _SERVICES}
_WEEKS_KEPT = 1_024  # more than ten years
# The lowest rate, for waking time must never stop; that of people in several zones.
_FLOOR, _SHARED_FLOOR = 0.002, 0.00002
_NIGHTS = 4  # and days off, in which colleagues hardly wake, at most
ASLEEP = 0.21
"""The rate of messages below which people are asleep."""


class Rhythm:
    """The waking hours that people in some time zones have in common.

    Args:
        zones: IANA names; the first gives the local time.
        week: whose week it is: that of "people", of "work" or of a "service".

    Attributes:
        is_shared: whether there are several zones, which excludes some hours.

    Raises:
        FoundryError: this machine knows no such time zone.
    """

    def __init__(self, zones: Iterable[str], week: Week = "people") -> None:
        self._week = week
        self._zones = [_zone(name) for name in dict.fromkeys(zones)]
        self.is_shared = len(self._zones) > 1
        self._weeks: dict[float, tuple[int, Table] | None] = {}

    def until(self, start: float, end: float) -> float:
        """Return the waking seconds between two times in seconds since 2001, UTC."""
        offset, table = self._local(start)
        late, _ = self._local(end)
        return _elapsed(table, end + late) - _elapsed(table, start + offset)

    def after(self, start: float, waking: float) -> float:
        """Return the time `waking` seconds after `start`, in seconds since 2001."""
        offset, table = self._local(start)
        local = _moment(table, _elapsed(table, start + offset) + waking)
        end = local - offset
        if end - start > _HOUR:  # daylight saving time may change in between
            end = local - self._local(end)[0]
        return end if end > start else start

    def rate(self, moment: float) -> float:
        """Return the rate of messages at a time: 1 in the busiest hour of the week."""
        offset, (rates, _) = self._local(moment)
        return rates[int((moment + offset) % _WEEK // _HOUR)]

    def awake(self, moment: float, waking: float) -> float:
        """Return a time, or one soon after those who sleep at it got up.

        Args:
            moment: the time, in seconds since 2001.
            waking: so many waking seconds pass at least from then.
        """
        for _ in range(_NIGHTS):
            if self.rate(moment) >= ASLEEP:
                break
            moment = self.after(moment, waking)
        return moment

    def offset(self, moment: float) -> int:
        """Return the seconds to add to UTC in the first zone at a time."""
        return self._local(moment)[0]

    def _local(self, moment: float) -> tuple[int, Table]:
        """Return the first zone's offset to UTC in seconds, and the shared week.

        It is computed once for each week. Only in a week that ends with another offset
        than it began with is it computed for each moment: no zone changes its clocks
        twice within seven days.
        """
        try:
            found = self._weeks[moment // _WEEK]
        except KeyError:
            found = self._keep(moment // _WEEK)
        return found or self._read(moment)

    def _keep(self, week: float) -> tuple[int, Table] | None:
        if len(self._weeks) == _WEEKS_KEPT:
            self._weeks.clear()
        begins, ends = self._read(week * _WEEK), self._read((week + 1) * _WEEK)
        found = self._weeks[week] = begins if begins == ends else None
        return found

    def _read(self, moment: float) -> tuple[int, Table]:
        offsets = [_offset(zone, moment) for zone in self._zones]
        first = offsets[0]
        shifts = tuple([(offset - first) // _HOUR for offset in offsets])
        return first, _shared(shifts, self._week)


@cache
def rhythm(zones: tuple[str, ...], week: Week = "people") -> Rhythm:
    """Return the waking hours of some zones; all chats share what it has computed."""
    return Rhythm(zones, week)


def offset_in(zone: str, moment: float) -> int:
    """Return the seconds to add to UTC in a zone, at a time in seconds since 2001.

    Raises:
        FoundryError: this machine knows no such time zone.
    """
    return rhythm((zone,)).offset(moment)


def local_time(moment: int, zone: str) -> datetime:
    """Return the local time of nanoseconds since 2001, without a zone."""
    seconds = moment // 1_000_000_000
    local = datetime.fromtimestamp(seconds + EPOCH_UNIX, _zone(zone))
    return local.replace(tzinfo=None)


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
def _shared(shifts: tuple[int, ...], kind: Week = "people") -> Table:
    """Return the rates of the hours of a week from Monday 0 h, and their totals.

    With several zones only those hours count in which all people are awake, and still
    are an hour later, if there are such hours.
    """
    own = [_shifted(_WEEKS[kind], shift) for shift in shifts]
    rates = [prod(hour) for hour in zip(*own, strict=True)]
    if len(shifts) > 1:
        least = [min(hour) for hour in zip(*own, strict=True)]
        later = _shifted(least, 1)
        awake = [
            rate if min(now, then) >= ASLEEP else 0.0
            for rate, now, then in zip(rates, least, later, strict=True)
        ]
        rates = awake if any(awake) else rates
    highest = max(rates)
    floor = _FLOOR if len(shifts) == 1 else _SHARED_FLOOR
    rates = [max(rate / highest, floor) for rate in rates]
    return tuple(rates), (0.0, *accumulate(rate * _HOUR for rate in rates))


def _shifted(week: Sequence[float], shift: int) -> Sequence[float]:
    """Return the rates of a week that begins some hours later."""
    shift %= len(week)
    return (*week[shift:], *week[:shift])


def _elapsed(table: Table, local: float) -> float:
    """Return the waking seconds from 2001 to a local time in seconds since 2001."""
    rates, totals = table
    weeks, rest = divmod(local, _WEEK)
    hour = int(rest // _HOUR)
    return weeks * totals[-1] + totals[hour] + (rest - hour * _HOUR) * rates[hour]


def _moment(table: Table, elapsed: float) -> float:
    """Return the local time at which `elapsed` waking seconds have passed."""
    rates, totals = table
    weeks, rest = divmod(elapsed, totals[-1])
    hour = min(bisect_right(totals, rest) - 1, len(rates) - 1)
    return weeks * _WEEK + hour * _HOUR + (rest - totals[hour]) / rates[hour]
