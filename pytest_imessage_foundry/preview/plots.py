"""The plots of a phone's messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from pytest_imessage_foundry.preview import goal_bars
from pytest_imessage_foundry.preview.goal_bars import GoalRow
from pytest_imessage_foundry.preview.svg_bars import (
    PlotColumn,
    calendar,
    horizontal_bars,
    vertical_bars,
)
from pytest_imessage_foundry.preview.tally import Sides, Tally

_MOST_ROWS = 12
_ANSWERS = (
    (60, "< 1 min"),
    (5 * 60, "1-5 min"),
    (30 * 60, "5-30 min"),
    (2 * 3600, "½-2 h"),
    (8 * 3600, "2-8 h"),
    (24 * 3600, "8-24 h"),
)


class Plot(NamedTuple):
    """A picture with a title and a sentence under it."""

    title: str
    note: str
    svg: str


def plots(tally: Tally, names: Mapping[str, str]) -> Iterator[Plot]:
    """Yield all plots of what was counted; `names` are shown for addresses."""
    if not tally.hours:
        return
    yield _per_day(tally)
    yield _calendar(tally)
    yield _per_hour(tally)
    yield _largest("Messages per contact", "contacts", tally.contacts, names)
    yield _largest("Messages per chat", "chats", tally.chats, names)
    yield _answers(tally)
    yield _kinds(tally)


def goals(measures: Sequence[GoalRow]) -> Iterator[Plot]:
    """Yield the measures beside their goals, a plot for each section."""
    for name, rows in goal_bars.sections(measures).items():
        judged = [row for row in rows if row.has_goal]
        met = sum(row.is_met for row in judged)
        note = f"{met} of {len(judged)} within the shaded goal"
        if len(rows) > len(judged):
            note += f"; {len(rows) - len(judged)} without a published figure"
        title = f"Shares of {name}" if name else "Shares and their goals"
        yield Plot(title, note, goal_bars.goal_bars(rows))


def _per_day(tally: Tally) -> Plot:
    days = {day for day, _ in tally.hours}
    first, last = min(days), max(days)
    unit, key = _unit((last - first).days)
    mine: Counter[date] = Counter()
    theirs: Counter[date] = Counter()
    for (day, _), (own, others) in tally.hours.items():
        mine[key(day)] += own
        theirs[key(day)] += others
    bins = sorted({key(first + timedelta(n)) for n in range((last - first).days + 1)})
    columns = [PlotColumn(bin_.isoformat(), mine[bin_], theirs[bin_]) for bin_ in bins]
    note = f"{tally.total:,} messages, {first.isoformat()} to {last.isoformat()}"
    return Plot(f"Messages per {unit}", note, vertical_bars(columns))


def _unit(days: int) -> tuple[str, Callable[[date], date]]:
    """Return the unit of time that gives a readable number of bars, and its key."""
    if days <= 120:
        return "day", lambda day: day
    if days <= 900:
        return "week", lambda day: day - timedelta(day.weekday())
    if days <= 9_000:
        return "month", lambda day: day.replace(day=1)
    return "year", lambda day: day.replace(month=1, day=1)


def _calendar(tally: Tally) -> Plot:
    counts: Counter[date] = Counter()
    for (day, _), both in tally.hours.items():
        counts[day] += sum(both)
    last = max(counts)
    year = {day: n for day, n in counts.items() if (last - day).days < 364}
    note = f"{len(year)} of the last 364 days have a message, {max(year.values()):,}"
    return Plot("The last year", f"{note} on the busiest", calendar(year, last))


def _per_hour(tally: Tally) -> Plot:
    counts = [[0, 0] for _ in range(24)]
    for (_, hour), both in tally.hours.items():
        for side in (0, 1):
            counts[hour][side] += both[side]
    hours = [PlotColumn(f"{hour:02}:00", *counts[hour]) for hour in range(24)]
    busiest = max(hours, key=lambda column: column.total)
    note = f"Busiest from {busiest.label}"
    return Plot("Messages per hour of the day", note, vertical_bars(hours))


def _largest(title: str, what: str, sides: Sides, names: Mapping[str, str]) -> Plot:
    every = sides.most_common()
    shown = every[:_MOST_ROWS]
    rows = [
        PlotColumn(_named(key, names), sides.mine[key], sides.theirs[key])
        for key in shown
    ]
    count = sum(sides.mine.values()) + sum(sides.theirs.values())
    top = sum(row.total for row in rows[:2])
    note = f"The {len(rows)} busiest of {len(every)} {what}; the first two have "
    note += f"{100 * top // max(count, 1)} % of all"
    if what == "contacts":
        note += "; yours in groups are left out"
    return Plot(title, note, horizontal_bars(rows))


def _named(key: str, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(each, each) for each in key.split(", "))


def _answers(tally: Tally) -> Plot:
    mine, theirs = tally.waits
    lows = (0, *(high for high, _ in _ANSWERS))
    columns = [
        PlotColumn(label, _between(mine, low, high), _between(theirs, low, high))
        for low, (high, label) in zip(lows, _ANSWERS, strict=False)
    ]
    note = f"Median: {_lasting(mine)} for you, {_lasting(theirs)} for the others"
    return Plot("Response times", note, vertical_bars(columns))


def _between(values: Iterable[float], low: float, high: float) -> int:
    return sum(low <= value < high for value in values)


def _lasting(seconds: Sequence[float]) -> str:
    if not seconds:
        return "no answer"
    middle = median(seconds)
    if middle < 60:
        return f"{middle:.0f} s"
    return f"{middle / 60:.0f} min" if middle < 7200 else f"{middle / 3600:.1f} h"


def _kinds(tally: Tally) -> Plot:
    kinds = tally.kinds
    rows = [
        PlotColumn(kind, kinds.mine[kind], kinds.theirs[kind])
        for kind in kinds.most_common()
    ]
    return Plot(
        "Kinds of messages", "A message can be of several kinds", horizontal_bars(rows)
    )
