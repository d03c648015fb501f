"""ROWIDs beside dates, days and years: two walks over all rows."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.rates.counting import of_rows, of_value
from pytest_imessage_foundry.rates.of_messages import IMMUTABLE, REALISM, SECONDS
from pytest_imessage_foundry.rates.published import UNKNOWN, Published

if TYPE_CHECKING:
    from pytest_imessage_foundry.measures import Measure
    from pytest_imessage_foundry.rates.counting import Held

_SECOND = 10**9
_DAY = 86_400 * _SECOND
_HOURS = 6 * 3_600 * _SECOND
_AT_ONCE = 2 * 10**6  # nanoseconds
_LATE = 300  # readings
_EPOCH = datetime.date(2001, 1, 1)
_SERVICES = ("iMessage", "SMS", "RCS")
_BACKDATED = Published(
    "claude-plugins-official #5224: a whole file, and the newest part of it",
    ((417_178, 503_014), (1_958, 7_432)),
)


class Year(NamedTuple):
    """Counts of the messages of one year (UTC)."""

    year: int
    messages: int
    bodies: int
    without_text: int
    immutable: int
    services: dict[str, int]


@dataclass(slots=True)
class _Trail:
    """What a walk in the order of ROWIDs has seen."""

    rows: int = 0
    first: int = 0
    last: int = 0
    newest: int = 0
    since_newest: int = 0
    backdated: int = 0
    said: Counter[tuple[Any, ...]] = field(default_factory=Counter)

    @property
    def days(self) -> list[int]:
        """Return the days since 2001 that a message is dated in, in order."""
        return sorted({day for day, *_ in self.said})

    def pass_row(self, rowid: int, date: int) -> None:
        """Note where a row stands."""
        self.first = self.first if self.rows else rowid
        self.rows += 1
        self.last = rowid
        self.backdated += date < self.newest - _HOURS
        if date > self.newest:
            self.newest, self.since_newest = date, 0
        else:
            self.since_newest += 1


def order(held: Held) -> tuple[list[Measure], list[Year]]:
    """Return the rates of ROWIDs and dates, and the years with their counts."""
    trail = _walked(held) if held.has("message", "date") else _Trail()
    rates = [*_of_rowids(trail), *_of_neighbours(held), *_of_days(trail)]
    rates.append(_of_reading(held))
    return rates, _years(trail)


def _walked(held: Held) -> _Trail:
    trail = _Trail()
    for rowid, date, *facts in held.connection.execute(_query(held)):
        moment = date * _SECOND if 0 < date < SECONDS else date
        trail.pass_row(rowid, moment)
        if moment > 0:
            trail.said[(moment // _DAY, *facts)] += 1
    return trail


def _query(held: Held) -> str:
    """Return the query of one row after the other; what a file lacks is NULL."""
    body = held.has("message", "attributedBody")
    columns = (
        "m.service" if held.has("message", "service") else "NULL",
        "m.attributedBody IS NOT NULL" if body else "0",
        "m.text IS NULL" if held.has("message", "text") else "0",
        f"coalesce({IMMUTABLE}, 0)" if body else "0",
    )
    return (
        f"SELECT m.ROWID, CAST(coalesce(m.date, 0) AS INTEGER), {', '.join(columns)} "
        "FROM message AS m ORDER BY m.ROWID"
    )


def _year_of(day: int) -> int:
    """Return the year of a day since 2001; 0 for one that no calendar has."""
    try:
        return (_EPOCH + datetime.timedelta(days=day)).year
    except OverflowError:
        return 0


def _years(trail: _Trail) -> list[Year]:
    by_year: dict[int, Counter[str]] = {}
    for (day, service, body, no_text, immutable), count in trail.said.items():
        counts = by_year.setdefault(_year_of(day), Counter())
        counts["messages"] += count
        counts[f"over {service}"] += count
        counts["bodies"] += body * count
        counts["without text"] += body * no_text * count
        counts["immutable"] += immutable * count
    return [
        Year(
            year,
            counts["messages"],
            counts["bodies"],
            counts["without text"],
            counts["immutable"],
            {name: counts[f"over {name}"] for name in _SERVICES},
        )
        for year, counts in sorted(by_year.items())
    ]


def _of_rowids(trail: _Trail) -> Iterator[Measure]:
    rows = trail.rows
    yield of_rows(
        "rows dated six hours before one below them",
        (trail.backdated, rows) if rows else None,
        _BACKDATED,
    )
    yield of_rows(
        "rows above that of the newest message",
        (trail.since_newest, rows) if rows else None,
        Published("openAGI PR 36", ((16_872, 627_029),)),
    )
    span = trail.last - trail.first + 1
    yield of_rows("ROWIDs without a row", (span - rows, span) if rows else None)


def _of_days(trail: _Trail) -> Iterator[Measure]:
    days = trail.days
    span = days[-1] - days[0] + 1 if days else 0
    known = Published(f"{REALISM}; a public analysis: 623 of 710", least=0.75)
    yield of_rows("days with a message", (len(days), span) if days else None, known)
    silence = max((after - day - 1 for day, after in pairwise(days)), default=None)
    known = Published(REALISM, most=10)
    yield of_value("longest silence", silence, "d", known)
    yield of_value("days covered", span or None, "d", UNKNOWN)


def _of_neighbours(held: Held) -> Iterator[Measure]:
    """Yield how often rows of a chat follow at once, and how many of them are twins."""
    names = ("rows of a chat within 2 ms of the one before", "  and the same twice")
    at_once = twins = 0
    can = held.has("chat_message_join", "message_date") and held.has(
        "message", "text", "attributedBody", "item_type", "handle_id"
    )
    pairs = _close(held) if can else iter(())
    for before, after in pairs:
        if not any(row[0] for row in (before, after)):
            at_once += 1
            twins += before == after
    total = _count(held, "chat_message_join") if can else 0
    known = Published(f"{REALISM}: none but twins", most=0.001)
    yield of_rows(names[0], (at_once, total) if can else None, known)
    yield of_rows(names[1], (twins, at_once) if can else None)


def _close(held: Held) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Yield neighbours in a chat that follow at once, as what a reader sees of them."""
    # Dates in seconds say nothing so fine, and texts are greater than all numbers.
    walk = held.connection.execute(
        "SELECT chat_id, message_date, message_id FROM chat_message_join "
        f"WHERE message_date > {SECONDS} AND typeof(message_date) = 'integer' "
        "ORDER BY chat_id, message_date, message_id"
    )
    for (chat, date, row), (chat_after, date_after, row_after) in pairwise(walk):
        if chat == chat_after and date_after - date <= _AT_ONCE:
            yield _seen(held, row), _seen(held, row_after)


def _seen(held: Held, row: int) -> tuple[Any, ...]:
    found = held.connection.execute(
        "SELECT item_type, date, is_from_me, handle_id, text, attributedBody "
        "FROM message WHERE ROWID = ?",
        (row,),
    ).fetchone()
    return tuple(found) if found else (1, row)


def _count(held: Held, table: str) -> int:
    return int(held.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _of_reading(held: Held) -> Measure:
    """Return the largest share of late readings that took equally long."""
    name = "late readings that took equally long"
    known = Published(f"{REALISM}: of those over ten minutes, in 5 s", most=0.01)
    if not held.has("message", "date", "date_read"):
        return of_rows(name, None, known)
    bins = held.connection.execute(
        # Messages read at one moment count once, because opening a chat reads all of
        # it.
        "SELECT max(reads), total(reads) FROM (SELECT "
        f"count(DISTINCT date_read / {_SECOND}) AS reads FROM message "
        f"WHERE date > {SECONDS} AND date_read > date + {600 * _SECOND} "
        f"GROUP BY (date_read - date) / {5 * _SECOND})"
    ).fetchone()
    # Among few readings, two of equal length are chance.
    counts = (bins[0], int(bins[1])) if bins[0] and bins[1] >= _LATE else None
    return of_rows(name, counts, known)
