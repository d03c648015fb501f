"""A measured property beside its goal, of conversations or of a file."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One property with its value and goal.

    Attributes:
        name: the property; leading spaces indent it below the one before.
        value: None if nothing can be measured.
        least: the lower end of the goal, if there is one.
        most: the upper end of the goal, if there is one.
        unit: "" for shares, "s" for seconds, "d" for days, "x" for an exponent, "n"
            for other numbers, "k" for whole ones.
        source: where the goal is from.
        part: how many rows have the property, where rows were counted.
        whole: how many rows could have it.
    """

    name: str
    value: float | None
    least: float | None = None
    most: float | None = None
    unit: str = ""
    source: str = ""
    part: int | None = None
    whole: int | None = None

    @property
    def is_met(self) -> bool | None:
        """Return whether the goal is reached; None without a goal or a value."""
        if self.value is None or (self.least is None and self.most is None):
            return None
        over = self.least is None or self.value >= self.least
        return over and (self.most is None or self.value <= self.most)

    @property
    def mark(self) -> str:
        """Return `is_met` in a word: "inside", "outside" or ""."""
        return {True: "inside", False: "outside", None: ""}[self.is_met]

    @property
    def shown(self) -> str:
        """Return the value with its unit, as text."""
        return "-" if self.value is None else number(self.value, self.unit)

    @property
    def counted(self) -> str:
        """Return the value and the rows behind it, as text."""
        if self.value is None or self.whole is None:
            return self.shown
        return f"{self.shown} ({self.part:,} of {self.whole:,})"

    @property
    def goal(self) -> str:
        """Return the goal as text; '' if there is none."""
        least, most = self.least, self.most
        if least is None:
            return "" if most is None else f"≤ {number(most, self.unit)}"
        if most is None or most == math.inf:
            return f"≥ {number(least, self.unit)}"
        return f"{number(least, self.unit)} to {number(most, self.unit)}"


def share(part: float, whole: float) -> float | None:
    """Return part of whole; None if there is no whole."""
    return part / whole if whole else None


def number(value: float, unit: str) -> str:
    """Return shares as percent, times in seconds, other values as they are."""
    match unit:
        case "":
            return percent(value)
        case "s":
            return f"{value:.0f} s"
        case "d":
            return f"{value:,.0f} d"
        case "x":
            return f"{value:.2f}"
        case "k":
            return f"{value:,.0f}"
    return f"{value:,.1f}"


def percent(value: float) -> str:
    """Return a share as percent, with as many places as a rare one needs."""
    shown = 100 * value
    if 0 < shown < 0.05:
        return f"{shown:.1g} %"
    return f"{shown:.1f} %"
