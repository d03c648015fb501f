"""Measure how messages lie in days, weeks and a year, and how fast people write."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.waits import typed_in
from pytest_imessage_foundry.measures import Measure, share
from pytest_imessage_foundry.models import Turn
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.models import Message, Persona

Company = Literal["work", "service", "people"]
_DAY = 86_400
_AT_ONCE = 2_000_000  # nanoseconds
_SOON = 3  # days
_FEW = 60  # days; in less nothing can be said of a year
_ENOUGH = 100  # messages
_EVENING = (*range(18, 24), 0)


class Calendar:
    """Days and hours of the messages of many chats, in local time."""

    def __init__(self) -> None:
        self._days = Counter[int]()
        self._partner: set[int] = set()
        self._begun: list[int] = []
        self._weekdays: dict[Company, list[int]] = {
            "work": [0] * 7,
            "service": [0] * 7,
            "people": [0] * 7,
        }
        self._hours = [0] * 24  # of private chats
        self._pairs = self._at_once = self._too_fast = 0

    def begin(self, people: Sequence[Persona | None]) -> None:
        """Take the messages that follow as those of a chat with these people."""
        around = [circles(each) if each else frozenset({"friend"}) for each in people]
        self._company: Company = "people"
        if around and all("service" in each for each in around):
            self._company = "service"
        elif around and all("work" in each for each in around):
            self._company = "work"
        self._lives_here = len(around) == 1 and "partner" in around[0]
        self._last: Message | None = None

    def add(self, message: Message, local: float) -> None:
        """Count a message; `local` is its local time in seconds since 2001."""
        day = int(local // _DAY)
        self._days[day] += 1
        self._weekdays[self._company][day % 7] += 1
        if self._company == "people":
            self._hours[int(local % _DAY // 3_600)] += 1
        if self._lives_here:
            self._partner.add(day)
        if self._last is None:
            self._begun.append(day)
        else:
            self._pair(self._last, message)
        self._last = message

    def _pair(self, before: Message, after: Message) -> None:
        self._pairs += 1
        wait = after.date - before.date
        self._at_once += wait <= _AT_ONCE
        if before.sender == after.sender and not (after.event or after.balloon):
            least = typed_in(Turn(sender="", text=after.text))
            is_twin = before.text == after.text
            self._too_fast += wait < least * SECOND and not is_twin

    def measures(self) -> Iterator[Measure]:
        """Yield the measures in the order of the table."""
        evening = sum(self._hours[hour] for hour in _EVENING)
        private = sum(self._hours)
        held = share(evening, private) if private > _ENOUGH else None
        yield Measure("from 18 to 1 h, private chats", held, 0.35)
        for company, name, least, most in (
            ("work", "a weekend day beside a weekday, of work", None, 0.3),
            ("people", "a weekend day beside a weekday, private", 0.6, None),
        ):
            days = self._weekdays[company]  # type: ignore[index]
            week, rest = sum(days[:5]) / 5, sum(days[5:]) / 2
            known = sum(days) > _ENOUGH
            yield Measure(name, share(rest, week) if known else None, least, most)
        yield from self._of_the_year()
        name = "at once after the one before"
        yield Measure(name, share(self._at_once, self._pairs), None, 0.001)
        name = "sooner than typing takes"
        yield Measure(name, share(self._too_fast, self._pairs), None, 0.001)

    def _of_the_year(self) -> Iterator[Measure]:
        days = sorted(self._days)
        span = days[-1] - days[0] + 1 if days else 0
        can = span >= _FEW and sum(self._days.values()) > _ENOUGH
        active = share(len(days), span) if can else None
        yield Measure("days with a message", active, 0.75)
        silence = max((b - a - 1 for a, b in pairwise(days)), default=0)
        yield Measure("longest silence", silence if can else None, None, 10, "d")
        parts = Counter[int]()
        for day, count in self._days.items():
            parts[(day - days[0]) * 12 // span] += count
        total = sum(parts.values())
        least = min(parts[each] for each in range(12)) / total if can else None
        most = max(parts.values()) / total if can else None
        yield Measure("the quietest twelfth of the time", least, 0.04)
        yield Measure("the busiest twelfth of the time", most, None, 0.14)
        here = share(len(self._partner), span) if can and self._partner else None
        yield Measure("days on which a partner writes", here, 0.6)
        early = sum(each - days[0] < _SOON for each in self._begun) if days else 0
        chats = len(self._begun)
        begun = share(early, chats) if can and chats > 4 else None
        yield Measure("chats that begin on the first three days", begun, None, 0.25)
