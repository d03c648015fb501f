"""Measures beside their goals: a row each, the goal as a band behind the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pytest_imessage_foundry.preview.safe_text import visible

_WIDTH, _ROW, _LABEL, _TRACK = 440, 24, 216, 112
_BAND = 4  # pixels that the narrowest goal still has


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """A measure of a file or of a scenario.

    Attributes:
        name: what is measured.
        value: the measure; None where there is nothing to measure.
        least: the goal's lower end, None where it has none.
        most: its upper end.
        unit: "" of shares, else what the number counts.
        section: rows of one section stand in one figure.
        source: where the goal is from.
    """

    name: str
    value: float | None
    least: float | None = None
    most: float | None = None
    unit: str = ""
    section: str = ""
    source: str = ""

    @property
    def has_goal(self) -> bool:
        return self.least is not None or self.most is not None

    @property
    def is_met(self) -> bool:
        value = self.value or 0.0
        is_enough = self.least is None or value >= self.least
        return is_enough and (self.most is None or value <= self.most)

    @property
    def full(self) -> float:
        """Return the value at the right end of the row.

        It is all, of shares that have no goal, or a large one.
        """
        top = max(self.value or 0.0, self.most or 0.0, self.least or 0.0)
        if not self.unit and (top > 0.5 or not self.has_goal):
            return 1.0
        return top * 1.15 or 1.0


def rows_of(measures: Sequence[Mapping[str, Any]]) -> tuple[GoalRow, ...]:
    """Return the rows of measures as `stats --json` writes them."""
    names = ("name", "value", "least", "most", "unit", "section", "source")
    return tuple(
        GoalRow(**{name: each[name] for name in names if name in each})
        for each in measures
    )


def sections(rows: Sequence[GoalRow]) -> dict[str, list[GoalRow]]:
    """Return the rows that have a value, by section and in their order."""
    found: dict[str, list[GoalRow]] = {}
    for row in rows:
        if row.value is not None:
            found.setdefault(row.section, []).append(row)
    return found


def goal_bars(rows: Sequence[GoalRow]) -> str:
    """Return the rows as inline SVG; each has a scale of its own."""
    drawn = "".join(_row(row, number * _ROW + 4) for number, row in enumerate(rows))
    height = max(len(rows), 1) * _ROW + 4
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'preserveAspectRatio="xMinYMin meet">{drawn}</svg>'
    )


def _row(row: GoalRow, y: int) -> str:
    goal = f"; goal {_goal(row)}" if row.has_goal else ""
    source = f" ({row.source})" if row.source else ""
    told = escape(visible(f"{row.name}: {_number(row.value, row)}{goal}{source}"))
    mark = "" if not row.has_goal else " ✓" if row.is_met else " ✗"
    right = _LABEL + _TRACK + 8
    return (
        f"<g><title>{told}</title>"
        f'<text class="end" x="{_LABEL - 8}" y="{y + 12}">'
        f"{escape(visible(row.name, 29))}</text>"
        f'<rect class="track" x="{_LABEL}" y="{y + 6}" width="{_TRACK}" height="4"/>'
        f"{_band(row, y)}{_value(row, y)}"
        f'<text x="{right}" y="{y + 12}">{_number(row.value, row)}{mark}</text></g>'
    )


def _band(row: GoalRow, y: int) -> str:
    if not row.has_goal:
        return ""
    left = _TRACK * (row.least or 0.0) / row.full
    right = _TRACK if row.most is None else _TRACK * min(row.most / row.full, 1)
    width = max(right - left, _BAND)
    left = min(left, _TRACK - width)
    return (
        f'<rect class="goal" x="{_LABEL + left:.1f}" y="{y + 2}" '
        f'width="{width:.1f}" height="12"/>'
    )


def _value(row: GoalRow, y: int) -> str:
    name = "apart" if row.has_goal and not row.is_met else "mine"
    x = _LABEL + _TRACK * min(max((row.value or 0.0) / row.full, 0), 1)
    return f'<circle class="{name}" cx="{x:.1f}" cy="{y + 8}" r="4.5"/>'


def _goal(row: GoalRow) -> str:
    if row.least is None:
        return f"up to {_number(row.most, row)}"
    if row.most is None:
        return f"from {_number(row.least, row)}"
    return f"{_number(row.least, row)} to {_number(row.most, row)}"


def _number(value: float | None, row: GoalRow) -> str:
    if value is None:
        return "-"
    if not row.unit:
        share = 100 * value
        return f"{share:.1f} %" if share >= 0.1 or not share else f"{share:.2g} %"
    unit = row.unit if row.unit in ("d", "s") else ""
    return f"{value:,.4g} {unit}".rstrip()
