"""Dates, moved by one secret offset of whole weeks: weekdays and distances stay."""

from __future__ import annotations

import math
from typing import TypeVar

SECOND = 10**9
WEEK = 7 * 24 * 3600
# Readers take smaller numbers for seconds (SEMANTICS §18).
NANOSECONDS = 10**11
_FIRST, _LAST = -(2**63), 2**63 - 1  # of SQLite's integers
_LEAST, _MOST = 27, 207  # weeks: half a year to four years

Number = TypeVar("Number", int, float)


class Dates:
    """All dates of one file: `weeks` is 0 where they are to stay."""

    def __init__(self, weeks: int) -> None:
        self.weeks = weeks

    @property
    def shift(self) -> int:
        """By how many nanoseconds they are moved."""
        return self.weeks * WEEK * SECOND

    def moved(self, value: Number) -> Number:
        """Return a date in nanoseconds or seconds since 2001; 0 is none."""
        if not value or not math.isfinite(value):
            return value
        unit = 1 if abs(value) < NANOSECONDS else SECOND
        moved = value + self.weeks * WEEK * unit
        # A number that is no date can be too large to be moved: it becomes the largest
        # one.
        return (
            type(value)(min(max(moved, _FIRST), _LAST)) if abs(moved) > _LAST else moved
        )

    def written(self, text: str, epoch: int = 0) -> str:
        """Return a date that is written in digits, seconds since 2001 plus `epoch`."""
        whole, dot, fraction = text.partition(".")
        number = self.moved(int(whole) - epoch) + epoch
        return f"{number:0{len(whole)}}{dot}{'0' * len(fraction)}"


def drawn_weeks(number: int, oldest: int) -> int:
    """Return the offset that a random number means: back in time, if the oldest date
    allows it, else ahead."""
    weeks = _LEAST + number % (_MOST - _LEAST)
    return -weeks if oldest > 2 * _MOST * WEEK * SECOND else weeks
