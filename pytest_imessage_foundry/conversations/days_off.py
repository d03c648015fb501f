"""The days on which colleagues do not work: weekends and public holidays.

The holidays are those of the countries' laws on holidays that have a date of the usual
calendar or follow Easter, as they are today. Left out are days that follow the moon
(Eid, Diwali, the Lunar New Year, all of Israel's), the sun (Japan's equinoxes) or a
rule of their own (Victoria Day), and that a day moves when it falls on a weekend. A
weekend is Saturday and Sunday everywhere.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.clock import offset_in
from pytest_imessage_foundry.conversations.waits import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.conversations.clock import Rhythm, Week
    from pytest_imessage_foundry.models import Persona, When

# "12-25" is a date; "11/thu4" the fourth Thursday of November, "5/mon-1" the last
# Monday of May; "easter-2" is Good Friday. Sources by country: US 5 U.S.C. 6103, less
# the days on which most firms work; GB Banking and Financial Dealings Act 1971; IE
# Organisation of Working Time Act 1997; AU Fair Work Act 2009 s. 115; CA Canada Labour
# Code s. 166; DE, AT, CH, NL, SE the days common to the whole country; FR Code du
# travail L3133-1; ES Estatuto de los Trabajadores art. 37; IT legge 260/1949; BR lei
# 662/1949, 6.802/1980 and 14.759/2023; MX Ley Federal del Trabajo art. 74; RU Labour
# Code art. 112; JP the act on national holidays (Law 178 of 1948) and the first three
# days of a year; KR, CN, TW, TR, EG, IL, IN the days of their lists with a fixed date.
_DAYS = {
    "US": "01-01 5/mon-1 07-04 9/mon1 11/thu4 12-25",
    "GB": "01-01 easter-2 easter+1 5/mon1 5/mon-1 8/mon-1 12-25 12-26",
    "IE": "01-01 2/mon1 03-17 easter+1 5/mon1 6/mon1 8/mon1 10/mon-1 12-25 12-26",
    "AU": "01-01 01-26 easter-2 easter+1 04-25 12-25 12-26",
    "CA": "01-01 easter-2 07-01 9/mon1 09-30 10/mon2 11-11 12-25 12-26",
    "DE": "01-01 easter-2 easter+1 05-01 easter+39 easter+50 10-03 12-25 12-26",
    "AT": "01-01 01-06 easter+1 05-01 easter+39 easter+50 08-15 10-26 11-01 12-08 "
    "12-25 12-26 easter+60",
    "CH": "01-01 easter+39 08-01 12-25",
    "NL": "01-01 easter+1 04-27 easter+39 easter+50 12-25 12-26",
    "SE": "01-01 01-06 easter-2 easter+1 05-01 easter+39 06-06 12-25 12-26",
    "FR": "01-01 easter+1 05-01 05-08 easter+39 easter+50 07-14 08-15 11-01 "
    "11-11 12-25",
    "ES": "01-01 01-06 easter-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
    "IT": "01-01 01-06 easter+1 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26",
    "BR": "01-01 easter-2 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25",
    "MX": "01-01 2/mon1 3/mon3 05-01 09-16 11/mon3 12-25",
    "RU": "01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 02-23 03-08 05-01 05-09 "
    "06-12 11-04",
    "JP": "01-01 01-02 01-03 1/mon2 02-11 02-23 04-29 05-03 05-04 05-05 7/mon3 08-11 "
    "9/mon3 10/mon2 11-03 11-23",
    "KR": "01-01 03-01 05-05 06-06 08-15 10-03 10-09 12-25",
    "CN": "01-01 05-01 10-01 10-02 10-03",
    "TW": "01-01 02-28 04-04 10-10",
    "TR": "01-01 04-23 05-01 05-19 07-15 08-30 10-29",
    "EG": "01-07 01-25 04-25 05-01 07-23 10-06",
    "IL": "",
    "IN": "01-26 08-15 10-02",
}
_ELSEWHERE = "01-01"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST = datetime.date(2001, 1, 1).toordinal()
_WEEK = 7
_WEEKEND = frozenset({5, 6})


class DaysOff:
    """The days off of the colleagues of a chat; nobody else has any.

    Args:
        owner: whose weekend and midnight count.
        others: those whose holidays count, too.
        week: whose week it is.
    """

    def __init__(self, owner: Persona, others: Iterable[Persona], week: Week) -> None:
        people = (owner, *others)
        self._zone = owner.time_zone
        self._places = {(each.country_code, each.time_zone) for each in people}
        self._is_work = week == "work"

    def is_on(self, moment: float) -> bool:
        """Return whether colleagues are off at a time, in seconds since 2001."""
        if not self._is_work:
            return False
        weekday = _day(moment, self._zone) % _WEEK
        return weekday in _WEEKEND or self._is_holiday(moment)

    def after_holidays(self, moment: float, rhythm: Rhythm) -> float:
        """Return a time, or about the same hour of the next day of work if it is on a
        holiday of somebody.

        A time on another weekend stays: its hours count little in the rhythm of work.
        """
        if not self._is_work or not self._is_holiday(moment):
            return moment
        offset = offset_in(self._zone, moment)
        midnight = (moment + offset) // DAY * DAY - offset
        passed = rhythm.until(midnight, moment)
        while self.is_on(moment):
            midnight += DAY
            moment = rhythm.after(midnight, passed)
        return moment

    def _is_holiday(self, moment: float) -> bool:
        return any(
            is_holiday(country, _day(moment, zone)) for country, zone in self._places
        )


def _day(moment: float, zone: str) -> int:
    """Return the local day at a time, counted from 2001-01-01."""
    return int((moment + offset_in(zone, moment)) // DAY)


def is_for_work(when: When) -> bool:
    """Return whether something is said on working days alone: not on holidays then.

    One or two weekdays are those of a story, which comes on a holiday, too.
    """
    return len(when.weekdays) > len(_WEEKEND) and _WEEKEND.isdisjoint(when.weekdays)


def is_holiday(country: str, day: int) -> bool:
    """Return whether offices of a country are closed on a day.

    Args:
        country: the ISO code, such as "DE". Of a country that is not known here, the
            first day of the year is the only one.
        day: counted from 2001-01-01, which is 0.
    """
    date = datetime.date.fromordinal(_FIRST + day)
    return date in _holidays(country, date.year)


@lru_cache(maxsize=128)
def _holidays(country: str, year: int) -> frozenset[datetime.date]:
    days = _DAYS.get(country, _ELSEWHERE).split()
    return frozenset(_date(day, year) for day in days)


def _date(day: str, year: int) -> datetime.date:
    """Return the date of a day in a year; the day as it stands in the table."""
    if day.startswith("easter"):
        return _easter(year) + datetime.timedelta(int(day.removeprefix("easter")))
    if "/" not in day:
        month, number = map(int, day.split("-"))
        return datetime.date(year, month, number)
    name, weekday = day.split("/")
    return _nth(year, int(name), _WEEKDAYS.index(weekday[:3]), int(weekday[3:]))


def _nth(year: int, month: int, weekday: int, number: int) -> datetime.date:
    """Return a month's first, second… of a weekday; the last if `number` is -1."""
    if number < 0:
        after = datetime.date(year + month // 12, month % 12 + 1, 1)
        return _nth(after.year, after.month, weekday, 1) - datetime.timedelta(_WEEK)
    first = datetime.date(year, month, 1)
    ahead = (weekday - first.weekday()) % _WEEK + _WEEK * (number - 1)
    return first + datetime.timedelta(ahead)


def _easter(year: int) -> datetime.date:
    """Return Easter Sunday of the Gregorian calendar.

    It is the Sunday after the full moon of the church's tables that falls on or after
    21 March; Gauss's rule, with the exceptions of two moons that come a day earlier.
    """
    century = year // 100
    golden = year % 19
    moon = (19 * golden + 15 + century - century // 4 - (8 * century + 13) // 25) % 30
    if moon == 29 or (moon == 28 and golden > 10):
        moon -= 1
    full = datetime.date(year, 3, 21) + datetime.timedelta(moon)
    return full + datetime.timedelta(_WEEK - full.isoweekday() % _WEEK)
