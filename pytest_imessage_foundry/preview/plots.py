"""Plots of the messages of a phone, as inline SVG without a library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from statistics import median
from typing import NamedTuple

from pytest_imessage_foundry.preview.phone import ShownChat, ShownMessage, ShownPhone

Clock = Callable[[int], datetime]
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 440, 180, 40, 24, 10
_ROW, _LABEL, _WIDEST, _LETTER = 24, 130, 40, 6.6
_MOST_CONTACTS = 12
_SECOND = 10**9
# A message after more than a day starts a new conversation and is no answer.
_LONGEST_ANSWER = 24 * 3600
_ANSWERS = (
    (60, "< 1 min"),
    (5 * 60, "1-5 min"),
    (30 * 60, "5-30 min"),
    (2 * 3600, "½-2 h"),
    (8 * 3600, "2-8 h"),
    (_LONGEST_ANSWER, "8-24 h"),
)


class Plot(NamedTuple):
    """A picture with a title and a sentence under it."""

    title: str
    note: str
    svg: str


class PlotColumn(NamedTuple):
    """A bar: the owner's messages below, those of others above."""

    label: str
    mine: int
    theirs: int


def visible(text: str, most: int = 200) -> str:
    """Return `text` without characters that reorder or hide others, cut to `most`."""
    kept = "".join(character for character in text if _is_harmless(character))
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def _is_harmless(character: str) -> bool:
    code = ord(character)
    reorders = code in (0x61C, 0x200E, 0x200F) or 0x202A <= code <= 0x202E
    isolates = 0x2066 <= code <= 0x2069
    return character.isprintable() and not (reorders or isolates)


def plots(phone: ShownPhone, clock: Clock, names: Mapping[str, str]) -> Iterator[Plot]:
    """Yield all plots of a phone; `clock` converts a date to local time."""
    said = [message for message in phone.messages() if not message.event]
    dated = [(clock(message.date), message) for message in said if message.date]
    if not dated:
        return
    yield _per_day(dated)
    yield _per_hour(dated)
    yield _per_contact(phone, names)
    yield _answers(phone.chats)
    yield _kinds(phone)


def _per_day(dated: Sequence[tuple[datetime, ShownMessage]]) -> Plot:
    days = [when.date() for when, _ in dated]
    first, last = min(days), max(days)
    unit, key = _unit((last - first).days)
    mine = Counter(key(when.date()) for when, message in dated if _is_mine(message))
    theirs = Counter(key(when.date()) for when, m in dated if not _is_mine(m))
    bins = sorted({key(first + timedelta(n)) for n in range((last - first).days + 1)})
    columns = [
        PlotColumn(f"{bin_.day} {bin_:%b %Y}", mine[bin_], theirs[bin_])
        for bin_ in bins
    ]
    note = f"{len(dated):,} messages, {_day(first)} to {_day(last)}"
    return Plot(f"Messages per {unit}", note, _vertical_bars(columns))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _unit(days: int) -> tuple[str, Callable[[date], date]]:
    """Return the unit of time that gives a readable number of bars, and its key."""
    if days <= 120:
        return "day", lambda day: day
    if days <= 900:
        return "week", lambda day: day - timedelta(day.weekday())
    if days <= 9_000:
        return "month", lambda day: day.replace(day=1)
    return "year", lambda day: day.replace(month=1, day=1)


def _per_hour(dated: Sequence[tuple[datetime, ShownMessage]]) -> Plot:
    mine = Counter(when.hour for when, message in dated if _is_mine(message))
    theirs = Counter(when.hour for when, message in dated if not _is_mine(message))
    hours = [
        PlotColumn(f"{hour:02}:00", mine[hour], theirs[hour]) for hour in range(24)
    ]
    busiest = max(hours, key=lambda column: column.mine + column.theirs)
    note = f"Busiest from {busiest.label}"
    return Plot("Messages per hour of the day", note, _vertical_bars(hours))


def _per_contact(phone: ShownPhone, names: Mapping[str, str]) -> Plot:
    mine: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for chat in phone.chats:
        for message in chat.messages:
            if message.event:
                continue
            if message.sender is not None:
                theirs[message.sender] += 1
            elif not chat.is_group and chat.participants:
                mine[chat.participants[0]] += 1
    most = (theirs + mine).most_common(_MOST_CONTACTS)
    rows = [PlotColumn(names.get(who, who), mine[who], theirs[who]) for who, _ in most]
    people = len({*theirs, *mine})
    note = f"The {len(rows)} busiest of {people}; yours in groups are left out"
    return Plot("Messages per contact", note, _horizontal_bars(rows))


def _answers(chats: Iterable[ShownChat]) -> Plot:
    mine: list[float] = []
    theirs: list[float] = []
    for chat in chats:
        for seconds, is_mine in _waits(chat):
            (mine if is_mine else theirs).append(seconds)
    columns = [
        PlotColumn(label, _between(mine, low, high), _between(theirs, low, high))
        for low, (high, label) in zip(
            (0, *(high for high, _ in _ANSWERS)), _ANSWERS, strict=False
        )
    ]
    note = f"Median: {_lasting(mine)} for you, {_lasting(theirs)} for the others"
    return Plot("Response times", note, _vertical_bars(columns))


def _waits(chat: ShownChat) -> Iterator[tuple[float, bool]]:
    """Yield the seconds of each change of sender, and whether the owner answered."""
    before: ShownMessage | None = None
    for message in chat.messages:
        if message.event or not message.date:
            continue
        if before is not None and _is_mine(before) != _is_mine(message):
            seconds = (message.date - before.date) / _SECOND
            if seconds < _LONGEST_ANSWER:
                yield seconds, _is_mine(message)
        before = message


def _between(values: Iterable[float], low: float, high: float) -> int:
    return sum(low <= value < high for value in values)


def _lasting(seconds: Sequence[float]) -> str:
    if not seconds:
        return "no answer"
    middle = median(seconds)
    if middle < 60:
        return f"{middle:.0f} s"
    return f"{middle / 60:.0f} min" if middle < 7200 else f"{middle / 3600:.1f} h"


def _kinds(phone: ShownPhone) -> Plot:
    mine: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for message in phone.messages():
        for kind in kinds(message):
            (mine if _is_mine(message) else theirs)[kind] += 1
        for tapback in message.tapbacks:
            kind = "sticker" if tapback.name == "placed" else "tapback"
            (mine if tapback.sender is None else theirs)[kind] += 1
    most = (mine + theirs).most_common()
    rows = [PlotColumn(kind, mine[kind], theirs[kind]) for kind, _ in most]
    return Plot(
        "Kinds of messages", "A message can be of several kinds", _horizontal_bars(rows)
    )


def kinds(message: ShownMessage) -> Iterator[str]:
    """Yield the kinds of a message, as names for a plot."""
    if message.event:
        yield "group event"
        return
    if message.text:
        yield "text"
    for file in message.files:
        major = file.mime.partition("/")[0]
        yield {"image": "picture", "video": "video"}.get(major, "file")
    for present, kind in (
        (message.is_audio, "audio message"),
        (message.poll, "poll"),
        (message.card, message.card.kind if message.card else ""),
        (message.reply, "inline reply"),
        (message.is_edited, "edited"),
        (message.is_unsent, "unsent"),
        (message.effect, "send effect"),
        (message.schedule, "send later"),
        (message.deleted, "recently deleted"),
        (message.troubles, "unreadable"),
    ):
        if present:
            yield {"app": "app card", "touch": "digital touch"}.get(kind, kind)


def _is_mine(message: ShownMessage) -> bool:
    return message.sender is None


def _vertical_bars(columns: Sequence[PlotColumn]) -> str:
    """Return vertical bars from left to right, with a scale at the left."""
    most = max(max(column.mine + column.theirs for column in columns), 1)
    height = _HEIGHT - _TOP - _BOTTOM
    step = (_WIDTH - _LEFT) / len(columns)
    drawn = [_scale(most, height)]
    every = -(-len(columns) // max(2, 4 if len(columns[0].label) > 8 else 8))
    for number, column in enumerate(columns):
        x = _LEFT + number * step
        mine, theirs = height * column.mine / most, height * column.theirs / most
        floor = _TOP + height
        drawn.append(
            f"<g><title>{_told(column)}</title>"
            + _bar("mine", x, floor - mine, step, mine)
            + _bar("theirs", x, floor - mine - theirs, step, theirs)
            + "</g>"
        )
        if number % every == 0:
            middle, half = x + step / 2, _LETTER * len(column.label) / 2
            name = "end" if middle + half > _WIDTH else "middle"
            place = f'x="{_WIDTH if name == "end" else middle:.1f}" y="{_HEIGHT - 8}"'
            label = escape(column.label)
            drawn.append(f'<text class="{name}" {place}>{label}</text>')
    return _svg(_HEIGHT, "".join(drawn))


def _scale(most: int, height: float) -> str:
    lines = []
    for value in sorted({0, most // 2, most}):
        y = _TOP + height - height * value / most
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


def _horizontal_bars(rows: Sequence[PlotColumn]) -> str:
    """Return horizontal bars from top to bottom, each with its name and number."""
    most = max((row.mine + row.theirs for row in rows), default=1) or 1
    room = _WIDTH - _LABEL - 52
    drawn = []
    for number, row in enumerate(rows):
        y = number * _ROW + 4
        mine, theirs = room * row.mine / most, room * row.theirs / most
        place = f'y="{y}" height="{_ROW - 8}"'
        total = row.mine + row.theirs
        drawn.append(
            f"<g><title>{_told(row)}</title>"
            f'<text class="end" x="{_LABEL - 8}" y="{y + 12}">'
            f"{escape(visible(row.label, 20))}</text>"
            f'<rect class="mine" x="{_LABEL}" {place} width="{mine:.1f}"/>'
            f'<rect class="theirs" x="{_LABEL + mine:.1f}" {place} '
            f'width="{theirs:.1f}"/>'
            f'<text x="{_LABEL + mine + theirs + 6:.1f}" y="{y + 12}">{total:,}</text>'
            "</g>"
        )
    return _svg(max(len(rows), 1) * _ROW + 4, "".join(drawn))


def _told(column: PlotColumn) -> str:
    label = escape(visible(column.label))
    return f"{label}: {column.mine:,} sent, {column.theirs:,} received"


def _svg(height: int, content: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'preserveAspectRatio="xMinYMin meet">{content}</svg>'
    )
