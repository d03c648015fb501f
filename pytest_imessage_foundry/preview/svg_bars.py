"""Bars and calendars as inline SVG, without a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

from pytest_imessage_foundry.preview.safe_text import visible

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 440, 180, 40, 24, 10
_ROW, _LABEL, _WIDEST, _LETTER = 24, 130, 40, 6.6
_TICKS = 4  # at most, above 0
_DAY, _WEEKDAYS, _SHADES = 8, 7, 4


class PlotColumn(NamedTuple):
    """A bar: the owner's messages below, those of others above."""

    label: str
    mine: int
    theirs: int

    @property
    def total(self) -> int:
        return self.mine + self.theirs


def round_step(most: int, ticks: int = _TICKS) -> int:
    """Return a step of 1, 2 or 5 times a power of ten, so that no more than `ticks`
    of them reach `most`."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step * ticks >= most:
                return factor * step
        step *= 10


def vertical_bars(columns: Sequence[PlotColumn]) -> str:
    """Return vertical bars from left to right, with a scale at the left."""
    most = max(max(column.total for column in columns), 1)
    step = round_step(most)
    top = -(-most // step) * step
    height, wide = _HEIGHT - _TOP - _BOTTOM, (_WIDTH - _LEFT) / len(columns)
    floor = _TOP + height
    drawn = [_scale(top, step, height)]
    every = -(-len(columns) // max(2, 4 if len(columns[0].label) > 8 else 8))
    for number, column in enumerate(columns):
        x = _LEFT + number * wide
        mine, theirs = height * column.mine / top, height * column.theirs / top
        drawn.append(
            f"<g><title>{_told(column)}</title>"
            + _bar("mine", x, floor - mine, wide, mine)
            + _bar("theirs", x, floor - mine - theirs, wide, theirs)
            + "</g>"
        )
        if number % every == 0:
            drawn.append(_under(column.label, x + wide / 2))
    return _svg(_HEIGHT, "".join(drawn))


def _under(label: str, middle: float) -> str:
    half = _LETTER * len(label) / 2
    name = "end" if middle + half > _WIDTH else "middle"
    place = f'x="{_WIDTH if name == "end" else middle:.1f}" y="{_HEIGHT - 8}"'
    return f'<text class="{name}" {place}>{escape(label)}</text>'


def _scale(top: int, step: int, height: float) -> str:
    lines = []
    for value in range(0, top + 1, step):
        y = _TOP + height - height * value / top
        lines.append(
            f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{_short(value)}</text>'
        )
    return "".join(lines)


def _short(value: int) -> str:
    return f"{value:,}" if value < 10_000 else f"{value / 1000:,.0f}k"


def _bar(name: str, x: float, y: float, step: float, height: float) -> str:
    if height <= 0:
        return ""
    width = min(max(step * 0.8, 0.6), _WIDEST)
    left = x + (step - width) / 2
    return (
        f'<rect class="{name}" x="{left:.1f}" y="{y:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}"/>'
    )


def horizontal_bars(rows: Sequence[PlotColumn]) -> str:
    """Return horizontal bars from top to bottom, each with its name and number."""
    most = max((row.total for row in rows), default=1) or 1
    room = _WIDTH - _LABEL - 52
    drawn = []
    for number, row in enumerate(rows):
        y = number * _ROW + 4
        mine, theirs = room * row.mine / most, room * row.theirs / most
        place = f'y="{y}" height="{_ROW - 8}"'
        drawn.append(
            f"<g><title>{_told(row)}</title>"
            f'<text class="end" x="{_LABEL - 8}" y="{y + 12}">'
            f"{escape(visible(row.label, 20))}</text>"
            f'<rect class="mine" x="{_LABEL}" {place} width="{mine:.1f}"/>'
            f'<rect class="theirs" x="{_LABEL + mine:.1f}" {place} '
            f'width="{theirs:.1f}"/>'
            f'<text x="{_LABEL + mine + theirs + 6:.1f}" y="{y + 12}">{row.total:,}'
            "</text></g>"
        )
    return _svg(max(len(rows), 1) * _ROW + 4, "".join(drawn))


def calendar(counts: Mapping[date, int], last: date) -> str:
    """Return the year that ends with a day, a week a column, darker with more."""
    monday = last - timedelta(last.weekday())
    first = monday - timedelta(weeks=51)
    top = 16
    most = max(counts.values(), default=1)
    drawn = []
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        x, y = 22 + number // 7 * _DAY, top + day.weekday() * _DAY
        count = counts.get(day, 0)
        shade = -(-count * _SHADES // most)
        drawn.append(
            f'<rect class="day shade{shade}" x="{x}" y="{y}" width="7" height="7">'
            f"<title>{day.isoformat()}: {count:,}</title></rect>"
        )
        if day.day == 1:
            drawn.append(f'<text x="{x}" y="{top - 5}">{day:%b}</text>')
    for row, name in ((0, "M"), (2, "W"), (4, "F")):
        drawn.append(f'<text x="2" y="{top + row * _DAY + 8}">{name}</text>')
    return _svg(top + _WEEKDAYS * _DAY + 6, "".join(drawn))


def _told(column: PlotColumn) -> str:
    label = escape(visible(column.label))
    return f"{label}: {column.mine:,} sent, {column.theirs:,} received"


def _svg(height: int, content: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'preserveAspectRatio="xMinYMin meet">{content}</svg>'
    )
