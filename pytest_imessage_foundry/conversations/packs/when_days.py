"""The days on which a turn can be."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import When

_MONDAY = datetime.date(2001, 1, 1).toordinal()
_ALL_DAYS = 28 * 365 + 7  # after which dates have their weekdays again


def is_on(when: When, day: int) -> bool:
    """Return whether a turn can be on a day, counted from 2001-01-01, a Monday."""
    if when.weekdays and day % 7 not in when.weekdays:
        return False
    if not (when.months or when.days or when.dates):
        return True
    date = datetime.date.fromordinal(_MONDAY + day)
    if when.months and date.month not in when.months:
        return False
    if when.days and not when.days[0] <= date.day <= when.days[1]:
        return False
    if when.dates is None:
        return True
    first, last = when.dates
    name = f"{date.month:02}-{date.day:02}"
    if first <= last:
        return first <= name <= last
    return name >= first or name <= last


def can_be(when: When) -> bool:
    """Return whether there is a day on which a turn can be."""
    return any(is_on(when, day) for day in range(_ALL_DAYS))
